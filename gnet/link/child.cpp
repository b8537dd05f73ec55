#include "gnet/link/child.h"

#include <signal.h>

#include <utility>

#include "gnet/base/log.h"
#include "gnet/fiber/cancel_scope.h"

namespace gnet::link {
namespace {

constexpr Duration kByItself = std::chrono::seconds(1);
constexpr Duration kWhenTold = std::chrono::seconds(2);

}  // namespace

// A group of its own: what a shell has started is ended with it, and a terminal's Ctrl-C is for
// this process to deal with.
Child::Child(std::vector<std::string> arguments, std::string name)
    : name_(std::move(name)),
      process_(std::move(arguments),
               {.in = Stdio::pipe(), .out = Stdio::pipe(), .process_group = 0}) {}

Child::~Child() {
  end();
  const Uninterruptible wait_out;
  ending_.join();
}

void Child::end() noexcept {
  if (ending_) return;
  process_.in().close();
  process_.out().close();
  ending_ = spawn({.name = name_}, [this] { see_off(); });
}

void Child::see_off() {
  auto status = process_.wait(Deadline(kByItself));
  if (!status) {
    signal(SIGTERM);
    status = process_.wait(Deadline(kWhenTold));
  }
  if (!status) {
    signal(SIGKILL);
    status = process_.wait();
  }
  // That it was ended from here nobody needs to be told.
  if (*status > 0) Logger("link").info("{} has ended with status {}", name_, *status);
}

void Child::signal(int number) {
  if (!process_.poll()) ::kill(-process_.pid(), number);
}

}  // namespace gnet::link
