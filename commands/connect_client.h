// gnet connect as the side that connects: one conversation, or with --reconnect one after the
// other.
//
// Threads: of one hub.

#pragma once

#include <exception>
#include <optional>
#include <string>

#include "cli/client/dialler.h"
#include "cli/out/exit_status.h"
#include "commands/connect_session.h"
#include "gnet/fiber/fiber.h"
#include "gnet/sync/event.h"

namespace commands {

class ConnectClient {
 public:
  // Throws UsageError, and Failure for files that cannot be had.
  explicit ConnectClient(const ConnectOptions& options);

  // To the exit status. Throws Failure.
  [[nodiscard]] cli::Exit run();

 private:
  cli::Exit work();
  [[nodiscard]] gnet::AnyStream open();
  [[nodiscard]] SessionEnd talk(gnet::AnyStream peer);
  void greet(gnet::AnyStream& peer) const;
  void announce_patience();
  void wait_for_retry(const std::exception_ptr& error);
  void watch_offline_input();
  cli::Exit report(SessionEnd end);

  const ConnectOptions& options_;
  const cli::Dialler dialler_;
  const gnet::RetryPolicy policy_;
  std::optional<TextPattern> expected_;
  ConnectRecord record_;
  std::optional<LocalSide> local_;
  std::optional<ConnectSession> session_;
  const gnet::TimePoint began_ = gnet::Clock::now();

  unsigned failures_ = 0;  // since a connection that was of use
  bool connected_ = false;
  gnet::Fiber<> patience_;
  gnet::Fiber<> offline_;  // has what is there while there is no connection
  gnet::Event offline_failed_;
};

// What an --expect has come to, on standard output, with --json.
void print_expectation(const ConnectOptions& options, const gnet::Endpoint& peer, bool matched,
                       const ConnectSession& session, const ConnectRecord& record,
                       gnet::TimePoint began);

}  // namespace commands
