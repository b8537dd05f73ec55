// How a server says that it is ready: to a script, to a supervisor, to a parent.
//
// All of it happens after every endpoint listens and privileges are dropped, and
// before the first connection is accepted.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/out/output.h"
#include "cli/server/server_options.h"
#include "cli/server/steward.h"
#include "gnet/base/unique_fd.h"

namespace cli {

// One endpoint that listens. Addresses that share a port because one option asked
// for them count once: only the first of them is `primary`.
struct Listening {
  std::string endpoint;  // "tcp://127.0.0.1:6011"
  std::uint16_t port = 0;
  bool primary = true;
  std::string fingerprint = {};  // of the certificate, with TLS
  std::string pin = {};          // and of its key
  bool is_datagrams = false;
  std::string path = {};  // of a unix socket that has one
  bool is_local = true;   // a unix socket, or on the loopback: nobody else can come
};

// The datagrams that systemd reads from $NOTIFY_SOCKET; silent where there is none.
class Notifier {
 public:
  // Connects at once: after chroot() the socket may be out of reach.
  Notifier();

  // "READY=1", "RELOADING=1", "STATUS=…", "STOPPING=1", "WATCHDOG=1".
  void send(std::string_view state) const noexcept;

 private:
  gnet::UniqueFd socket_;
};

class Readiness {
 public:
  Readiness(const ServerOptions& options, bool json) : options_(options), json_(json) {}

  // From now on it writes and removes the ready file. It outlives this.
  void use(Steward* steward) noexcept { steward_ = steward; }

  // --print-port, --json, --ready-file, --ready-fd, systemd, and the parent of
  // --daemon, in this order.
  void announce(const std::vector<Listening>& endpoints);

  // The options are being read again; and now they are, or the old ones stay.
  void reloading() noexcept;
  void reloaded() noexcept;

  // No longer ready: the ready file goes.
  void withdraw() noexcept;

  [[nodiscard]] const Notifier& notifier() const noexcept { return notifier_; }

 private:
  void publish(const std::string& lines);

  const ServerOptions& options_;
  bool json_;
  Notifier notifier_;
  std::string status_;  // "listening on …", for systemd
  std::unique_ptr<TemporaryFile> ready_file_;
  Steward* steward_ = nullptr;
};

}  // namespace cli
