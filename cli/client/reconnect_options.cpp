#include "cli/client/reconnect_options.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <limits>

#include "cli/line/read_file.h"
#include "cli/out/failure.h"
#include "cli/out/json.h"
#include "cli/out/output.h"

namespace cli {

FlagGroup reconnect_flags() {
  using R = ReconnectOptions;
  return {
      .topic = "reconnect",
      .title = "Reconnect options",
      .flags = flags_of<R>({
          {"-r,--reconnect",
           "[=D]",
           &R::reconnect,
           "connect again when it ends, first after D",
           {.bare = "1s",
            .fallback = "off",
            .common = true,
            .more = "Without D the first delay is 1 second; 0 means never. The first connection is "
                    "retried too."}},
          {"--reconnect-max", "D", &R::reconnect_max, "the longest delay between two attempts"},
          {"--reconnect-factor", "F", &R::reconnect_factor,
           "how much longer each delay is than the one before"},
          {"--reconnect-jitter", "F", &R::reconnect_jitter,
           "share by which delays vary at random; 0: not at all"},
          {"--max-retries",
           "N",
           &R::max_retries,
           "give up after so many attempts in a row",
           {.fallback = "never", .common = true}},
          {"--reset-after", "D", &R::reset_after,
           "a connection of this age makes delays short again"},
          {"--on-reconnect", "TEXT|@FILE", &R::on_reconnect,
           "send this first on every new connection"},
          {"--offline",
           "WHAT",
           &R::offline,
           "input while disconnected: buffer, drop or fail",
           {.choices = {"buffer", "drop", "fail"}}},
      }),
  };
}

PartKind<ReconnectOptions> reconnect_part() {
  return {.groups = {reconnect_flags()}, .check = check};
}

void check(const ReconnectOptions& options) {
  if (!(options.reconnect_factor >= 1)) {
    throw UsageError(options.named("--reconnect-factor must be 1 or more"));
  }
  if (!(options.reconnect_jitter >= 0 && options.reconnect_jitter <= 1)) {
    throw UsageError(options.named("--reconnect-jitter must be from 0 to 1"));
  }
  if (options.reconnect_max < std::chrono::milliseconds(1)) {
    throw UsageError(options.named("--reconnect-max must be 1ms or more"));
  }
  if (options.reconnect) return;
  if (options.max_retries.number > 0)
    throw UsageError(options.named("--max-retries needs --reconnect"));
  if (options.offline != Offline::buffer) {
    throw UsageError(options.named("--offline needs --reconnect"));
  }
}

gnet::RetryPolicy retry_policy(const ReconnectOptions& options, gnet::Duration connect_timeout) {
  gnet::RetryPolicy policy;
  policy.initial = options.reconnect.value_or(gnet::Duration::zero());
  policy.max = options.reconnect_max;
  policy.factor = options.reconnect_factor;
  policy.jitter = options.reconnect_jitter;
  if (const std::uint64_t most = options.max_retries.number; most > 0) {
    constexpr std::uint64_t kMost = std::numeric_limits<unsigned>::max();
    policy.max_retries = static_cast<unsigned>(std::min(most, kMost));
  }
  policy.reset_after = options.reset_after;
  policy.connect_timeout = connect_timeout;
  return policy;
}

// "@FILE" is what the file holds.
std::string first_message(const ReconnectOptions& options) {
  if (!options.on_reconnect.starts_with('@')) return options.on_reconnect;
  return read_file(options.on_reconnect.substr(1));
}

void announce_retry(const GlobalOptions& global, unsigned attempt, gnet::Duration delay,
                    const std::string& reason) {
  if (global.quiet.times > (global.json ? 1U : 0U)) return;
  if (global.json) {
    print_line(event("reconnect")
                   .add("attempt", attempt)
                   .add("delay_ms", std::chrono::duration<double, std::milli>(delay).count())
                   .add("reason", reason)
                   .text());
  } else {
    write_all(STDERR_FILENO, fmt::format("reconnecting in {} (attempt {}): {}\n",
                                         gnet::format_duration(delay, 2), attempt, reason));
  }
}

}  // namespace cli
