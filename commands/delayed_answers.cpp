#include "commands/delayed_answers.h"

#include <utility>

#include "gnet/fiber/cancel_scope.h"
#include "gnet/fiber/hub.h"

namespace commands {

DelayedAnswers::~DelayedAnswers() {
  if (gnet::Hub::current_if_any() == nullptr) return;
  const gnet::Uninterruptible wait_out;
  finish(gnet::Duration::zero());
}

bool DelayedAnswers::add(std::string text, const gnet::SocketAddress& peer, gnet::Duration delay) {
  if (waiting_.size() >= kMost || bytes_ + text.size() > kMostBytes) return false;
  bytes_ += text.size();
  const gnet::TimePoint due = gnet::Deadline(delay).when();
  const bool first = waiting_.empty() || due < waiting_.begin()->first;
  waiting_.emplace(due, Answer{std::move(text), peer});
  if (first) sooner_.set();
  if (!sender_ || sender_.dead()) {
    sender_ = gnet::spawn({.name = "delayed answers"}, [this] { send_all(); });
  }
  return true;
}

// Ends when none is left.
void DelayedAnswers::send_all() {
  while (!waiting_.empty()) {
    const auto next = waiting_.begin();
    if (!gnet::Deadline(next->first).passed()) {
      sooner_.clear();
      static_cast<void>(sooner_.wait(next->first));
      continue;
    }
    // One that is interrupted here still counts as waiting.
    send_(next->second.text, next->second.peer);
    bytes_ -= next->second.text.size();
    waiting_.erase(next);
  }
}

std::size_t DelayedAnswers::finish(gnet::Deadline deadline) {
  if (sender_ && !sender_.join(deadline)) sender_.kill();
  sender_ = {};
  bytes_ = 0;
  return std::exchange(waiting_, {}).size();
}

}  // namespace commands
