#include "commands/publish_hub.h"

#include "cli/out/json.h"

namespace commands {

PublishHub::Published PublishHub::publish(std::string body) {
  const std::lock_guard lock(mutex_);
  bytes_ += body.size();
  messages_.push_back({.id = ++last_, .time = cli::utc_timestamp(), .body = std::move(body)});
  while (messages_.size() > 1 && (messages_.size() > most_messages_ || bytes_ > most_bytes_)) {
    bytes_ -= messages_.front().body.size();
    messages_.pop_front();
  }
  // Each goes away by itself; to be woken twice is nothing.
  for (auto& setter : waiting_) setter.set();
  return {.id = last_, .readers = waiting_.size()};
}

std::vector<PublishHub::Message> PublishHub::behind(std::uint64_t since) const {
  std::vector<Message> found;
  for (const Message& message : messages_) {
    if (message.id > since) found.push_back(message);
  }
  return found;
}

std::vector<PublishHub::Message> PublishHub::wait_for(std::optional<std::uint64_t> since,
                                                      gnet::Deadline deadline,
                                                      gnet::AsyncResult<void>& woken) {
  std::uint64_t from = 0;
  Waiting own;
  own.push_back(woken.setter());
  const auto place = own.begin();
  {
    const std::lock_guard lock(mutex_);
    from = since.value_or(last_);
    if (from > last_) from = 0;
    if (auto found = behind(from); !found.empty()) return found;
    waiting_.splice(waiting_.end(), own);
  }
  struct Leave {
    ~Leave() {
      const std::lock_guard lock(hub.mutex_);
      own.splice(own.end(), hub.waiting_, place);
    }
    PublishHub& hub;
    Waiting& own;
    Waiting::iterator place;
  };
  {
    const Leave leave{*this, own, place};
    static_cast<void>(woken.wait(deadline));
  }
  const std::lock_guard lock(mutex_);
  return behind(from);
}

std::uint64_t PublishHub::last() const {
  const std::lock_guard lock(mutex_);
  return last_;
}

}  // namespace commands
