// The options of clients that connect again when a connection ends.

#pragma once

#include <optional>
#include <string>

#include "cli/line/global_options.h"
#include "cli/line/part.h"
#include "gnet/fiber/retry.h"

namespace cli {

// What happens to input while there is no connection.
enum class Offline { buffer, drop, fail };

struct ReconnectOptions : Placed {
  std::optional<gnet::Duration> reconnect;  // none or 0: never
  gnet::Duration reconnect_max = std::chrono::seconds(30);
  double reconnect_factor = 2;
  double reconnect_jitter = 0.5;
  Count max_retries;
  gnet::Duration reset_after = std::chrono::seconds(60);
  std::string on_reconnect;
  Offline offline = Offline::buffer;

  [[nodiscard]] bool reconnects() const noexcept {
    return reconnect && *reconnect > gnet::Duration::zero();
  }
};

[[nodiscard]] FlagGroup reconnect_flags();

// As a part of a command: .shared = {cli::reconnect(&Options::retry)}.
[[nodiscard]] PartKind<ReconnectOptions> reconnect_part();
template <typename Options>
[[nodiscard]] PartOf<Options> reconnect(ReconnectOptions Options::*member,
                                        std::string prefix = {}) {
  return make_part(member, reconnect_part(), std::move(prefix));
}

// Throws UsageError for settings that are out of range, or that nothing comes of without
// --reconnect.
void check(const ReconnectOptions& options);

// As the library wants them; one try to connect may take so long.
[[nodiscard]] gnet::RetryPolicy retry_policy(const ReconnectOptions& options,
                                             gnet::Duration connect_timeout);

// What to send first on every connection. Throws Failure for a file that cannot be read.
[[nodiscard]] std::string first_message(const ReconnectOptions& options);

// A line on stderr before each new attempt, or an event.
void announce_retry(const GlobalOptions& global, unsigned attempt, gnet::Duration delay,
                    const std::string& reason);

}  // namespace cli
