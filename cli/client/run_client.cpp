#include "cli/client/run_client.h"

#include <fmt/format.h>

#include <csignal>

#include "cli/out/failure.h"
#include "cli/out/output.h"
#include "gnet/fiber/fiber.h"
#include "gnet/os/signal.h"
#include "gnet/os/stop_signals.h"
#include "gnet/sync/event.h"

namespace cli {

Exit run_client(const ClientOptions& options, const ClientWork& client) {
  gnet::Event over;
  const gnet::StopSignals signals([&](int) { over.set(); },
                                  [](int number) { leave(exit_for_signal(number)); });
  const auto asked = gnet::on_signal(SIGUSR1, [&](int) { client.summary(); });
  const bool limited = options.timeout > gnet::Duration::zero();
  const gnet::Deadline deadline =
      limited ? gnet::Deadline(options.timeout) : gnet::Deadline::never();

  auto work = gnet::spawn({.name = "client"}, [&] { return client.work(); });
  work.link_inline([&](gnet::AnyFiber&) { over.set(); });
  static_cast<void>(over.wait(deadline));
  work.kill();
  const std::exception_ptr failure = work.exception();
  client.summary();
  if (signals.number() != 0) return exit_for_signal(signals.number());
  if (failure) std::rethrow_exception(failure);
  if (const Exit* status = work.value()) return *status;
  throw Failure(Exit::timeout,
                fmt::format("timed out after {}", gnet::format_duration(options.timeout)));
}

}  // namespace cli
