#include "cli/access_log.h"

#include "cli/failure.h"
#include "gnet/base/error.h"

namespace cli {
namespace {

gnet::LogWriter open_writer(const std::string& target) {
  try {
    return gnet::LogWriter(target, gnet::LogFormat::bare);
  } catch (const std::system_error& error) {
    throw Failure(Exit::io, gnet::describe(error));
  }
}

}  // namespace

AccessLog::AccessLog(const std::string& target, AccessFormat format)
    : target_(target), format_(std::move(format)), writer_(open_writer(target)) {}

void AccessLog::write(const AccessEntry& entry) const {
  writer_({.time = entry.ended,
           .level = gnet::LogLevel::info,
           .logger = "access",
           .peer = {},
           .message = format_.line(entry)});
}

}  // namespace cli
