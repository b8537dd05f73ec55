// Messages that are published to whoever waits for them, by long polling.
//
//   PublishHub hub;
//   hub.publish("hello");                                    // a POST
//   const auto news = hub.wait_for(since, deadline, woken);  // a GET, which may take long
//
// The last messages are kept, so that whoever asks again misses nothing.
//
// Threads: may be used from any hub.

#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "gnet/fiber/deadline.h"
#include "gnet/sync/async_result.h"

namespace commands {

class PublishHub {
 public:
  struct Message {
    std::uint64_t id;  // from 1 on
    std::string time;
    std::string body;
  };

  // What is kept: so many messages, with so many bytes together, and one always.
  explicit PublishHub(std::size_t messages = 1000, std::size_t bytes = 16 * 1024 * 1024)
      : most_messages_(messages), most_bytes_(bytes) {}
  PublishHub(const PublishHub&) = delete;
  PublishHub& operator=(const PublishHub&) = delete;

  struct Published {
    std::uint64_t id;
    std::size_t readers;  // how many have waited for it
  };
  Published publish(std::string body);

  // All messages behind this one that are kept: at once if there are any, and else when the next
  // one comes. Without a number only the next one; one that there has not been yet is of another
  // server, and as 0. Empty at the deadline, or when somebody else has set `woken`, which has to be
  // new. Suspends.
  [[nodiscard]] std::vector<Message> wait_for(std::optional<std::uint64_t> since,
                                              gnet::Deadline deadline,
                                              gnet::AsyncResult<void>& woken);

  // The number of the last one.
  [[nodiscard]] std::uint64_t last() const;

 private:
  using Waiting = std::list<gnet::AsyncResult<void>::Setter>;

  [[nodiscard]] std::vector<Message> behind(std::uint64_t since) const;

  const std::size_t most_messages_;
  const std::size_t most_bytes_;
  mutable std::mutex mutex_;  // never held across a suspension
  std::deque<Message> messages_;
  std::size_t bytes_ = 0;
  std::uint64_t last_ = 0;
  Waiting waiting_;
};

}  // namespace commands
