#include "commands/proxy_users.h"

#include <fmt/format.h>

#include <stdexcept>
#include <system_error>

#include "cli/out/failure.h"
#include "cli/out/plural.h"
#include "commands/or_fail.h"
#include "gnet/base/error.h"
#include "gnet/base/size.h"
#include "gnet/fiber/fiber.h"

namespace commands {
namespace {

// Who guesses passwords waits for each answer.
constexpr gnet::Duration kWrongPassword = std::chrono::milliseconds(500);

}  // namespace

ProxyUsers::ProxyUsers(const ProxyOptions& options)
    : options_(options), open_(options.auth.empty() && options.auth_file.empty()) {
  or_fail([&] {
    for (const std::string& text : options.auth) {
      const std::size_t colon = text.find(':');
      if (colon == text.npos) throw std::invalid_argument("--auth wants USER:PASSWORD");
      users_.add(text.substr(0, colon), text.substr(colon + 1));
    }
    if (!options.auth_file.empty()) users_.add_file(options.auth_file);
  });
}

bool ProxyUsers::verify(std::string_view user, std::string_view password) {
  if (open_ || users_.verify(user, password)) return true;
  gnet::sleep(kWrongPassword);
  return false;
}

void ProxyUsers::reload() {
  if (!options_.auth_file.empty()) or_fail([&] { users_.reload(); });
}

void ProxyUsers::count(std::string_view user, std::uint64_t received, std::uint64_t sent) {
  if (open_ || user.empty()) return;
  const std::lock_guard lock(mutex_);
  Counters& counters = counters_[std::string(user)];
  ++counters.connections;
  counters.received += received;
  counters.sent += sent;
}

void ProxyUsers::tell(cli::JsonObject& stats) const {
  const std::lock_guard lock(mutex_);
  cli::JsonObject users;
  for (const auto& [user, counters] : counters_) {
    users.add(user, cli::JsonObject()
                        .add("connections", counters.connections)
                        .add("rx_bytes", counters.received)
                        .add("tx_bytes", counters.sent));
  }
  stats.add("users", users);
}

std::string ProxyUsers::lines() const {
  const std::lock_guard lock(mutex_);
  std::string text;
  for (const auto& [user, counters] : counters_) {
    text += fmt::format("  {}: {}, {} in, {} out\n", user,
                        cli::plural(counters.connections, "connection"),
                        gnet::format_size(counters.received), gnet::format_size(counters.sent));
  }
  return text;
}

}  // namespace commands
