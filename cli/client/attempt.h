// One attempt to get something from another side within a time, and what has come of it.
//
//   const cli::Attempt attempt = cli::attempt(gnet::Deadline(2s), [&] { stream = connect(peer); });
//   if (!attempt.made()) complain(attempt.reason);
//
// Threads: functions without state.

#pragma once

#include <exception>
#include <string>

#include "gnet/base/function.h"
#include "gnet/fiber/deadline.h"

namespace cli {

struct Attempt {
  bool late = false;           // there was no telling in time
  std::string reason = {};     // why nothing has come of it: "connection refused"
  std::exception_ptr error{};  // what it has thrown

  [[nodiscard]] bool made() const noexcept { return !late && !error; }
};

// Calls the function, which is interrupted at the deadline. Throws nothing but the interrupts of
// others.
[[nodiscard]] Attempt attempt(gnet::Deadline deadline, const std::function<void()>& function);

}  // namespace cli
