// Keeps the files of a server that has given up its privileges.
//
// A user that may do nothing cannot write a ready file to /run, open the log anew after logrotate,
// or remove the pid file and the sockets at the end. So a process of its own stays as it was, and
// does these few things when the server asks: with the files that were named at the start, and no
// others. It ends with the server, however that ends, and removes what is left then.
//
//   Steward steward({.ready = options.ready_file, .pid = options.pid_file});
//   drop_privileges(options);
//   steward.publish("tcp://127.0.0.1:6011\n");
//
// Threads: open_log() from any, the rest from the one that made it.

#pragma once

#include <sys/types.h>

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "gnet/base/unique_fd.h"

namespace cli {

// Paths, as they are before chroot(). Empty ones are none.
struct StewardFiles {
  std::string ready;
  std::string pid;
  std::vector<std::string> sockets;
  std::vector<std::string> logs;

  [[nodiscard]] bool empty() const noexcept {
    return ready.empty() && pid.empty() && sockets.empty() && logs.empty();
  }
};

class Steward {
 public:
  // Forks. Throws Failure (io).
  explicit Steward(const StewardFiles& files);

  // Has the files removed, and waits for it.
  ~Steward();

  Steward(const Steward&) = delete;
  Steward& operator=(const Steward&) = delete;

  // Writes the ready file. Throws Failure (io).
  void publish(std::string_view text);

  // Removes the ready file and the sockets: the server listens no more.
  void withdraw() noexcept;

  // Opens a log for appending: a descriptor, or -1 and errno.
  [[nodiscard]] int open_log(const std::string& path) noexcept;

 private:
  int ask(char what, std::string_view text, int* descriptor = nullptr) noexcept;

  std::mutex mutex_;  // an answer is for the question before it
  const std::string ready_;
  gnet::UniqueFd socket_;
  pid_t process_ = -1;
};

}  // namespace cli
