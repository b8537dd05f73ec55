// A command that is one of several services of a process: what takes the place there of signals
// and of the exit status.
//
//   if (cli::Hosted* const service = cli::Hosted::current()) {
//     if (!service->await_start()) return cli::Exit::ok;
//     begin_work();
//     service->started();
//     service->ending.wait();
//   }
//
// A command that has the process to itself sees none.
//
// Threads: belongs to the hub of the command's fiber.

#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "gnet/base/chrono.h"
#include "gnet/fiber/context_var.h"
#include "gnet/sync/event.h"

namespace cli {

// Of the fiber of a command: commands are used to that of a process.
inline constexpr std::size_t kCommandStack = 1024 * 1024;

class Hosted {
 public:
  // The service in whose fiber this is called, or null.
  [[nodiscard]] static Hosted* current() noexcept;

  // All is prepared, the work may begin: suspends until it is to. False: it is to end already.
  [[nodiscard]] virtual bool await_start() = 0;

  // It works now, and those that wait for it may begin.
  virtual void started() = 0;

  // What the service is called, and variables that its programs get beside those of the process.
  [[nodiscard]] virtual const std::string& service_name() const noexcept = 0;
  [[nodiscard]] virtual const std::map<std::string, std::string>& variables() const noexcept = 0;

  gnet::Event ending;  // set when the command is to end

  // How long it may take to end where nobody says.
  gnet::Duration time_to_end = std::chrono::seconds(10);

 protected:
  ~Hosted() = default;

  // What current() is in this fiber, and in those that it spawns.
  [[nodiscard]] static gnet::ContextVar<Hosted*>& in_this_fiber();
};

}  // namespace cli
