#include "cli/server/session_settings.h"

namespace cli {

SessionSettings::SessionSettings(const ServerOptions& options, const SessionSettings* before)
    : max_connections(options.max_connections.number),
      max_per_ip(options.max_per_ip.number),
      access(options.access),
      idle_timeout(options.idle_timeout),
      rate_limit(options.rate_limit.bytes_per_second),
      rate_limit_total(options.rate_limit_total.bytes_per_second) {
  if (options.access_log == "off") return;
  const AccessLog* open = before != nullptr ? before->access_log() : nullptr;
  if (open != nullptr && open->target() == options.access_log &&
      open->format().to_string() == options.access_format.to_string()) {
    access_log_ = before->access_log_;
  } else {
    access_log_ = std::make_shared<const AccessLog>(options.access_log, options.access_format);
  }
}

}  // namespace cli
