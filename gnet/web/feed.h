// Messages with numbers, of which the last ones are kept, and whoever waits for newer ones: what is
// behind long polling, and behind events that a client may have missed.
//
//   gnet::web::Feed feed;
//   app.post("/publish", [&](gnet::http::Request& r) { feed.publish(r.read_all()); });
//   app.get("/poll", [&](gnet::http::Request& request) {
//     return to_json(feed.wait(number(request.query_value("since")), 30s));
//   });
//
// Threads: may be used from any.

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "gnet/fiber/deadline.h"

namespace gnet::web {

class Feed {
 public:
  struct Message {
    std::uint64_t number;  // 1, 2, 3…
    std::string text;
  };

  // The last `kept` messages are kept, at least one.
  explicit Feed(std::size_t kept = 1000);
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;
  ~Feed();

  // Adds a message and wakes all who wait. Returns its number.
  std::uint64_t publish(std::string text);

  // The number of the last message; 0: there was none.
  [[nodiscard]] std::uint64_t last() const;

  // The messages after that one that are still kept, oldest first. Where there are none it suspends
  // until there is one, or until the deadline: then it returns nothing. A number beyond the last
  // one, of a client that was here before a restart, is as 0.
  [[nodiscard]] std::vector<Message> wait(std::uint64_t since, Deadline deadline);

 private:
  struct Waiter;

  std::vector<Message> after(std::uint64_t since) const;

  mutable std::mutex mutex_;
  const std::size_t kept_;
  std::uint64_t last_ = 0;
  std::deque<Message> messages_;
  std::vector<Waiter*> waiters_;
};

}  // namespace gnet::web
