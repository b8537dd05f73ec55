// gnet connect as the side that listens: serves one peer, or with --keep-open one after the other,
// and with --exec all at once.
//
// Threads: of one hub.

#pragma once

#include <exception>
#include <memory>
#include <optional>

#include "cli/out/exit_status.h"
#include "commands/connect_session.h"
#include "gnet/link/peer_server.h"
#include "gnet/protocol/factory.h"
#include "gnet/sync/event.h"
#include "gnet/sync/mutex.h"

namespace commands {

class ConnectListener {
 public:
  // Throws UsageError, and Failure for files that cannot be had.
  explicit ConnectListener(const ConnectOptions& options);

  // To the exit status. Throws Failure.
  [[nodiscard]] cli::Exit run();

 private:
  class Streams;
  class Datagrams;

  cli::Exit work();
  [[nodiscard]] std::unique_ptr<gnet::Factory> listen();
  void announce(const gnet::Endpoint& where) const;
  cli::Exit serve_inetd();
  [[nodiscard]] bool admit();
  void serve(gnet::link::Peer& peer);
  void talk(gnet::link::Peer& peer);
  void note_end(cli::Exit status, std::exception_ptr failure);

  const ConnectOptions& options_;
  const gnet::Endpoint endpoint_;
  std::optional<TextPattern> expected_;
  ConnectRecord record_;
  std::optional<LocalSide> local_;  // which all peers share, without --exec
  gnet::link::PeerHandler handler_;
  gnet::link::PeerOptions peer_options_;
  gnet::Mutex turn_;
  bool taken_ = false;  // there is the one peer
  gnet::Event over_;
  cli::Exit status_ = cli::Exit::ok;
  std::exception_ptr failure_;
};

}  // namespace commands
