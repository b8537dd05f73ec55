// Who may use gnet proxy (--auth, --auth-file), and what each of them has carried.
//
//   if (!users.verify(name, password)) refuse();
//   users.count(name, result.forward.bytes, result.backward.bytes);
//
// Threads: may be used from any hub.

#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "cli/out/json.h"
#include "commands/proxy_options.h"
#include "gnet/http/authenticator.h"

namespace commands {

class ProxyUsers {
 public:
  // Reads the file. Throws cli::Failure.
  explicit ProxyUsers(const ProxyOptions& options);

  // Nobody has to say who they are.
  [[nodiscard]] bool is_open() const noexcept { return open_; }

  // Suspends while a password is checked, and a while longer if it is wrong.
  [[nodiscard]] bool verify(std::string_view user, std::string_view password);

  // A connection has ended. An empty user is nobody in particular.
  void count(std::string_view user, std::uint64_t received, std::uint64_t sent);

  // Reads the file anew. Throws cli::Failure.
  void reload();

  void tell(cli::JsonObject& stats) const;
  [[nodiscard]] std::string lines() const;

 private:
  struct Counters {
    std::uint64_t connections = 0;
    std::uint64_t received = 0;
    std::uint64_t sent = 0;
  };

  const ProxyOptions& options_;
  const bool open_;
  gnet::http::Authenticator users_;
  mutable std::mutex mutex_;
  std::map<std::string, Counters, std::less<>> counters_;
};

}  // namespace commands
