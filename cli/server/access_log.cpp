#include "cli/server/access_log.h"

#include "cli/line/log_setup.h"

namespace cli {

AccessLog::AccessLog(const std::string& target, AccessFormat format)
    : target_(target),
      format_(std::move(format)),
      writer_(open_log(target, gnet::LogFormat::bare)) {}

void AccessLog::write(const AccessEntry& entry) const {
  writer_({.time = entry.ended,
           .level = gnet::LogLevel::info,
           .logger = "access",
           .peer = {},
           .message = format_.line(entry)});
}

}  // namespace cli
