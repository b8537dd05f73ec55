#include "cli/line/global_options.h"

#include <algorithm>

namespace cli {

gnet::LogLevel GlobalOptions::effective_log_level() const noexcept {
  using gnet::LogLevel;
  if (quiet.times > 1) return LogLevel::off;
  if (quiet.times == 1) return LogLevel::error;
  if (verbose.times > 1) return LogLevel::trace;
  if (verbose.times == 1) return std::min(log_level, LogLevel::debug);
  return log_level;
}

FlagGroup global_flags() {
  using G = GlobalOptions;
  return {
      .topic = "global",
      .title = "Global options",
      .flags = flags_of<G>({
          {"-h,--help",
           "[=all]",
           &G::help,
           "this help; all: with the options shared by commands",
           {.choices = {}, .bare = "short", .command_line_only = true}},
          {"-V,--version",
           &G::version,
           "the version; with --json also how it was built",
           {.command_line_only = true}},
          {"-v,--verbose",
           &G::verbose,
           "say more: -v connections, -vv protocol, -vvv bytes",
           {.fallback = "none", .common = true, .live = true}},
          {"-q,--quiet",
           &G::quiet,
           "say only errors; -qq says nothing",
           {.fallback = "none", .live = true}},
          {"-j,--json", &G::json, "machine-readable output on stdout", {.common = true}},
          {"--color",
           "WHEN",
           &G::color,
           "colours in help: auto, always, never",
           {.choices = {"auto", "always", "never"},
            .more = "auto means: when the stream is a terminal and neither NO_COLOR nor TERM=dumb "
                    "says otherwise."}},
          {"--log-format",
           "F",
           &G::log_format,
           "log lines as text, json or logfmt",
           {.choices = {"text", "json", "logfmt"}, .live = true}},
          {"--log-level",
           "LEVEL",
           &G::log_level,
           "trace, debug, info, warn, error or off",
           {.choices = {"trace", "debug", "info", "warn", "error", "off"}, .live = true}},
          {"--log-file",
           "FILE",
           &G::log_file,
           "append the log to FILE; SIGUSR2 opens it again",
           {.fallback = "stderr", .completes = Completes::file, .live = true}},
          {"--watchdog",
           "[=D]",
           &G::watchdog,
           "log what holds up a thread for D",
           {.bare = "on",
            .more = "Without D it is 100ms. The fiber is named, with its stack at that moment. See "
                    "WATCHDOG in *gnet*(1)."}},
          {"--config",
           "FILE",
           &G::config,
           "read options from this TOML or JSON file too",
           {.completes = Completes::file}},
          {"--explain",
           &G::explain,
           "print each option's value and where it comes from, and exit",
           {.command_line_only = true}},
      }),
  };
}

}  // namespace cli
