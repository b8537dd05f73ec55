// What a client has said, until the program takes it.
//
// A program may read nothing for as long as it likes. Whoever listens to its client goes on
// listening meanwhile, up to a bound, and so hears it leave.
//
//   ExecInput input({.take = [&](std::string_view text) { child.input().send_all(text); }});
//   while (const auto message = socket.receive()) input.put(message->data);
//   input.finish(kill_after);
//
// Threads: belongs to the hub on which it was made.

#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "gnet/base/duration.h"
#include "gnet/fiber/deadline.h"
#include "gnet/fiber/fiber.h"
#include "gnet/sync/event.h"

namespace commands {

class ExecInput {
 public:
  struct Way {
    // Passes text on, in a fiber of its own; suspends for as long as it likes. When it throws
    // std::system_error nothing more is taken.
    std::function<void(std::string_view text)> take;
    // As much goes to it at once; 0: all that is there, which begins and ends where a put() does.
    std::size_t piece = 0;
    // Called now and then while somebody waits here, and the client is not listened to. What it
    // throws ends the wait.
    std::function<void()> stuck = {};
  };

  explicit ExecInput(Way way) : way_(std::move(way)) {}
  ExecInput(const ExecInput&) = delete;
  ExecInput& operator=(const ExecInput&) = delete;
  // Drops what has not been taken.
  ~ExecInput();

  // Adds text, however long. Suspends while too much waits already. Without effect once nothing is
  // taken any more.
  void put(std::string_view text);

  // Suspends until all has been taken, or nothing of it for so long.
  void finish(gnet::Duration patience);

 private:
  void pass_on();
  bool wait_for_taking(gnet::Deadline deadline);

  const Way way_;
  std::string text_;  // that waits
  bool at_work_ = false;
  bool closed_ = false;
  gnet::Event taken_;  // some of it
  gnet::Fiber<> taker_;
};

}  // namespace commands
