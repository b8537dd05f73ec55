#include "cli/server/session_settings.h"

#include <unistd.h>

namespace cli {

SessionSettings::SessionSettings(const ServerOptions& options, const SessionSettings* before)
    : max_connections(options.max_connections.number),
      max_per_ip(options.max_per_ip.number),
      access(options.access),
      idle_timeout(options.idle_timeout),
      rate_limit(options.rate_limit.bytes_per_second),
      rate_limit_total(options.rate_limit_total.bytes_per_second) {
  if (options.access_log == "off") return;
  const bool automatic = options.access_log == "auto";
  if (automatic && before != nullptr) {
    access_log_ = before->access_log_;
    return;
  }
  if (automatic && ::isatty(STDERR_FILENO) == 0) return;
  const std::string target = automatic ? "-" : options.access_log;
  const AccessLog* open = before != nullptr ? before->access_log() : nullptr;
  if (open != nullptr && open->target() == target &&
      open->format().to_string() == options.access_format.to_string()) {
    access_log_ = before->access_log_;
  } else {
    access_log_ = std::make_shared<const AccessLog>(target, options.access_format);
  }
}

}  // namespace cli
