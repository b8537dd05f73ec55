#include "gnet/web/feed.h"

#include <algorithm>
#include <utility>

#include "gnet/sync/async_result.h"

namespace gnet::web {

// On the stack of whoever waits; in the list until it is woken.
struct Feed::Waiter {
  AsyncResult<> woken;
  AsyncResult<>::Setter wake = woken.setter();
};

Feed::Feed(std::size_t kept) : kept_(std::max<std::size_t>(kept, 1)) {}
Feed::~Feed() = default;

std::uint64_t Feed::publish(std::string text) {
  const std::lock_guard lock(mutex_);
  messages_.push_back({last_ + 1, std::move(text)});
  ++last_;
  if (messages_.size() > kept_) messages_.pop_front();
  for (Waiter* const waiter : waiters_) waiter->wake.set();
  waiters_.clear();
  return last_;
}

std::uint64_t Feed::last() const {
  const std::lock_guard lock(mutex_);
  return last_;
}

std::vector<Feed::Message> Feed::after(std::uint64_t since) const {
  if (since > last_) since = 0;
  const auto first = std::ranges::upper_bound(messages_, since, {}, &Message::number);
  return {first, messages_.end()};
}

std::vector<Feed::Message> Feed::wait(std::uint64_t since, Deadline deadline) {
  Waiter waiter;
  {
    const std::lock_guard lock(mutex_);
    auto there = after(since);
    if (!there.empty()) return there;
    waiters_.push_back(&waiter);
  }
  struct Leave {
    ~Leave() {
      const std::lock_guard lock(feed.mutex_);
      std::erase(feed.waiters_, &waiter);
    }
    Feed& feed;
    Waiter& waiter;
  };
  {
    const Leave leave{*this, waiter};
    if (!waiter.woken.wait(deadline)) return {};
  }
  const std::lock_guard lock(mutex_);
  return after(since);
}

}  // namespace gnet::web
