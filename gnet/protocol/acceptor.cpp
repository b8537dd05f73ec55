#include "gnet/protocol/acceptor.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "gnet/base/error.h"

namespace gnet {
namespace {

// What will be the same at the next attempt.
bool will_last(const std::error_code& code) noexcept {
  return code == std::errc::bad_file_descriptor || code == std::errc::invalid_argument ||
         code == std::errc::not_a_socket;
}

// Between two complaints of the same, however many connections were accepted in between.
constexpr Duration kQuiet = std::chrono::seconds(1);

}  // namespace

Acceptor::Acceptor(Owner& owner, Listener& listener, AcceptOptions options)
    : owner_(owner), listener_(listener), options_(options) {
  if (options.max_accept == 0) throw Misuse("max_accept must be at least 1");
}

void Acceptor::start(std::string name, SourceLocation where) {
  if (running()) return;
  fiber_ = spawn(
      {.name = std::move(name)}, [this] { run(); }, where);
}

void Acceptor::stop() {
  // While this waits others may start another one, or stop too, and wait for this one as well.
  if (running()) ending_ = std::exchange(fiber_, {});
  if (ending_) ending_.share().kill();
}

void Acceptor::run() {
  TimeSpan delay = options_.first_delay;
  std::size_t taken = 0;  // since others last ran
  TimePoint quiet_until{};
  for (;;) {
    while (owner_.is_full()) owner_.wait_for_room(Deadline::never());
    if (taken >= options_.max_accept) {
      yield();
      taken = 0;
    }
    if (!listener_.is_open()) return;
    if (!listener_.socket().may_read()) taken = 0;
    bool accepted = false;
    try {
      listener_.wait();
      // Somebody else may have taken the room meanwhile.
      if (owner_.is_full()) continue;
      if (auto connection = listener_.try_accept()) {
        accepted = true;
        ++taken;
        owner_.serve(std::move(*connection));
        delay = options_.first_delay;
      }
      continue;
    } catch (const std::exception& error) {
      const auto* failure = dynamic_cast<const std::system_error*>(&error);
      if (accepted) {
        owner_.accept_log().error("cannot serve a connection: {}", error.what());
      } else if (!listener_.is_open()) {
        return;  // closed meanwhile
      } else if (failure != nullptr && will_last(failure->code())) {
        owner_.accept_log().error("{}: it is closed", error.what());
        listener_.close();
        return owner_.accepting_failed(*failure);
      } else if (delay == options_.first_delay && Clock::now() >= quiet_until) {
        quiet_until = Clock::now() + kQuiet;
        owner_.accept_log().warn("{}: connections wait", error.what());
      }
    }
    // A connection that ends, or time, may help.
    owner_.wait_for_room(Deadline(delay));
    delay = delay < options_.last_delay / 2 ? TimeSpan(delay * 2) : options_.last_delay;
  }
}

}  // namespace gnet
