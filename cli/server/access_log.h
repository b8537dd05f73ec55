// The access log of a server: one line for each connection that has ended.
//
//   const cli::AccessLog log("access.log", cli::AccessFormat::parse("common"));
//   log.write(entry);
//
// It is written by a thread of its own, as the other log is, and opened anew by
// gnet::reopen_log().
//
// Threads: may be used from any.

#pragma once

#include <string>

#include "cli/server/access_format.h"
#include "gnet/base/log_writer.h"

namespace cli {

class AccessLog {
 public:
  // "-" is stderr, for stdout is for payload. Throws Failure (io) if the file cannot be opened.
  AccessLog(const std::string& target, AccessFormat format);

  void write(const AccessEntry& entry) const;

  [[nodiscard]] const std::string& target() const noexcept { return target_; }
  [[nodiscard]] const AccessFormat& format() const noexcept { return format_; }

 private:
  std::string target_;
  AccessFormat format_;
  gnet::LogWriter writer_;
};

}  // namespace cli
