// Answers to datagrams that are to be sent some time later.
//
//   DelayedAnswers waiting([&](std::string_view text, const gnet::SocketAddress& peer) { … });
//   if (!waiting.add("hello", peer, 50ms)) …   // too many wait already
//   waiting.finish(10s);                       // how many were not sent in time
//
// Senders of datagrams may be forged and need not slow down, so there is a bound to what waits. One
// fiber serves all of them, in the order in which they are due.
//
// Threads: belongs to the hub on which it was made.

#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "gnet/fiber/fiber.h"
#include "gnet/io/address.h"
#include "gnet/sync/event.h"

namespace commands {

class DelayedAnswers {
 public:
  // May suspend, and must not throw.
  using Send = std::function<void(std::string_view text, const gnet::SocketAddress& peer)>;

  static constexpr std::size_t kMost = 10'000;
  static constexpr std::size_t kMostBytes = 16 * 1024 * 1024;

  explicit DelayedAnswers(Send send) : send_(std::move(send)) {}
  DelayedAnswers(const DelayedAnswers&) = delete;
  DelayedAnswers& operator=(const DelayedAnswers&) = delete;

  // Drops what is left.
  ~DelayedAnswers();

  // False: so many wait, or so many bytes, that this one is dropped.
  [[nodiscard]] bool add(std::string text, const gnet::SocketAddress& peer, gnet::Duration delay);

  [[nodiscard]] std::size_t size() const noexcept { return waiting_.size(); }

  // Suspends until all are sent. Drops those that are left at the deadline, and returns how many.
  std::size_t finish(gnet::Deadline deadline);

 private:
  struct Answer {
    std::string text;
    gnet::SocketAddress peer;
  };

  void send_all();

  Send send_;
  std::multimap<gnet::TimePoint, Answer> waiting_;  // by the time when each is due
  std::size_t bytes_ = 0;
  gnet::Event sooner_;  // one is due before those that waited
  gnet::Fiber<> sender_;
};

}  // namespace commands
