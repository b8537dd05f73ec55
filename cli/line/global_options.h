// The options that every command has: help, version, how much to say and where to.

#pragma once

#include <optional>
#include <string>

#include "cli/line/flag.h"
#include "cli/out/terminal.h"
#include "gnet/base/log_format.h"

namespace cli {

struct GlobalOptions {
  std::string help;
  bool version = false;
  Tally verbose;
  Tally quiet;
  bool json = false;
  ColorWhen color = ColorWhen::automatic;
  gnet::LogFormat log_format = gnet::LogFormat::text;
  gnet::LogLevel log_level = gnet::LogLevel::info;
  std::string log_file;
  WatchdogLimit watchdog;
  std::string config;
  bool explain = false;

  // What -v and -q make of the log level.
  [[nodiscard]] gnet::LogLevel effective_log_level() const noexcept;
};

[[nodiscard]] FlagGroup global_flags();

}  // namespace cli
