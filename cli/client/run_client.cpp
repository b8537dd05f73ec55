#include "cli/client/run_client.h"

#include <fmt/format.h>

#include <csignal>
#include <optional>

#include "cli/line/hosted.h"
#include "cli/out/failure.h"
#include "cli/out/output.h"
#include "gnet/fiber/fiber.h"
#include "gnet/os/signal.h"
#include "gnet/os/stop_signals.h"
#include "gnet/sync/event.h"

namespace cli {

namespace {

// The work, until it is done or `over`; the deadline is the command's.
Exit run_work(const ClientOptions& options, const ClientWork& client, gnet::Event& over,
              const std::function<std::optional<Exit>()>& cut_short) {
  const bool limited = options.timeout > gnet::Duration::zero();
  const gnet::Deadline deadline =
      limited ? gnet::Deadline(options.timeout) : gnet::Deadline::never();
  auto work = gnet::spawn({.name = "client"}, [&] { return client.work(); });
  work.link_inline([&](gnet::AnyFiber&) { over.set(); });
  static_cast<void>(over.wait(deadline));
  work.kill();
  const std::exception_ptr failure = work.exception();
  client.summary();
  if (const auto status = cut_short()) return *status;
  if (failure) std::rethrow_exception(failure);
  if (const Exit* status = work.value()) return *status;
  throw Failure(Exit::timeout,
                fmt::format("timed out after {}", gnet::format_duration(options.timeout)));
}

// As a service it ends when that does, and signals are for the process.
Exit run_hosted(const ClientOptions& options, const ClientWork& client, Hosted& service) {
  if (!service.await_start()) return Exit::ok;
  gnet::Event over;
  auto told = gnet::spawn([&] {
    service.ending.wait();
    over.set();
  });
  struct Untold {
    ~Untold() { fiber.kill(); }
    gnet::Fiber<>& fiber;
  } const untold{told};
  service.started();
  return run_work(options, client, over,
                  [&] { return service.ending.is_set() ? std::optional(Exit::ok) : std::nullopt; });
}

}  // namespace

Exit run_client(const ClientOptions& options, const ClientWork& client) {
  if (Hosted* const service = Hosted::current()) return run_hosted(options, client, *service);
  gnet::Event over;
  const gnet::StopSignals signals([&](int) { over.set(); },
                                  [](int number) { leave(exit_for_signal(number)); });
  // Obeyed as those are where a shell has it ignored.
  const auto quit = gnet::on_signal(SIGQUIT, [](int number) { leave(exit_for_signal(number)); });
  const auto asked = gnet::on_signal(SIGUSR1, [&](int) { client.summary(); });
  return run_work(options, client, over, [&] {
    return signals.number() == 0 ? std::nullopt : std::optional(exit_for_signal(signals.number()));
  });
}

}  // namespace cli
