#include "commands/exec_input.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "gnet/fiber/cancel_scope.h"
#include "gnet/fiber/hub.h"

namespace commands {
namespace {

// What waits for a program before its client is not listened to any more.
constexpr std::size_t kMostAhead = 1024 * 1024;

// From one call of `stuck` to the next.
constexpr gnet::Duration kFirstCall = std::chrono::milliseconds(50);
constexpr gnet::Duration kLaterCalls = std::chrono::seconds(1);

}  // namespace

ExecInput::~ExecInput() {
  const gnet::Uninterruptible wait_out;
  if (taker_) taker_.kill();
}

void ExecInput::pass_on() {
  try {
    while (!text_.empty()) {
      const std::string text = std::exchange(text_, {});
      const std::size_t piece = way_.piece != 0 ? way_.piece : text.size();
      for (std::size_t at = 0; at < text.size(); at += piece) {
        way_.take(std::string_view(text).substr(at, piece));
        taken_.set();
      }
    }
  } catch (const std::system_error&) {
    closed_ = true;
  }
  at_work_ = false;
  taken_.set();
}

// False: nothing was taken up to the deadline.
bool ExecInput::wait_for_taking(gnet::Deadline deadline) {
  taken_.clear();
  for (gnet::Duration pause = kFirstCall;; pause = std::min(pause * 2, kLaterCalls)) {
    if (taken_.wait(deadline.earlier(pause))) return true;
    if (deadline.passed()) return false;
    if (way_.stuck) way_.stuck();
  }
}

void ExecInput::put(std::string_view text) {
  while (!closed_ && text_.size() >= kMostAhead) wait_for_taking(gnet::Deadline::never());
  if (closed_ || text.empty()) return;
  text_ += text;
  if (std::exchange(at_work_, true)) return;
  taker_ = gnet::spawn({.name = "input"}, [this] { pass_on(); });
}

void ExecInput::finish(gnet::Duration patience) {
  while (at_work_ && wait_for_taking(gnet::Deadline(patience))) {
  }
}

}  // namespace commands
