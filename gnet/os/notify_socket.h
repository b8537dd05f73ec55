// Where programs that know systemd say how they are: the receiving end of sd_notify(3).
//
//   gnet::NotifySocket socket;
//   gnet::Environment variables = gnet::environment();
//   variables["NOTIFY_SOCKET"] = socket.address();
//   gnet::Popen worker({"worker"}, {.environment = variables});
//   while (auto message = socket.receive(30s)) {
//     if (message->uid == getuid() && message->says("READY=1")) break;
//   }
//
// The socket is an abstract one, so that it leaves no file behind. Whoever is in the same network
// namespace can write to it: look at who it was.
//
// Threads: belongs to the hub on which it was made.

#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

#include "gnet/base/unique_fd.h"
#include "gnet/fiber/deadline.h"

namespace gnet {

class NotifySocket {
 public:
  // Throws std::system_error.
  NotifySocket();

  // For $NOTIFY_SOCKET: '@' and a name that nobody else has.
  [[nodiscard]] const std::string& address() const noexcept { return address_; }

  struct Message {
    std::string text;  // lines, "READY=1"
    pid_t pid = 0;     // who has sent it, as the kernel says
    uid_t uid = 0;

    // Whether this is one of its lines.
    [[nodiscard]] bool says(std::string_view line) const noexcept;
  };

  // Suspends until a message comes; nothing at the deadline. What is longer than 4 KiB is passed
  // over, and descriptors that come with it are closed. Throws std::system_error.
  [[nodiscard]] std::optional<Message> receive(Deadline deadline = Deadline::never());

 private:
  UniqueFd socket_;
  std::string address_;
};

}  // namespace gnet
