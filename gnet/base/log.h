// The logging face: named loggers, one level for the process, one sink.
//
// A Logger formats a line and hands it to the sink. The usual sink writes to stderr from a thread
// of its own, so that a full pipe or a slow disk never stops a fiber (gnet/base/log_writer.h).
//
//   const gnet::Logger log("echo");
//   log.info("listening on {}", endpoint.to_string());
//   gnet::set_log_level(gnet::LogLevel::debug);
//
// Threads: everything here may be used from any thread. A sink is called on the thread that logs,
// by several at once; it must neither wait nor suspend the fiber.

#pragma once

#include <fmt/core.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "gnet/base/duration.h"
#include "gnet/base/function.h"

namespace gnet {

enum class LogLevel : std::uint8_t { trace, debug, info, warn, error, off };

// "info" and so on.
[[nodiscard]] std::string_view to_string(LogLevel level) noexcept;

// One line on its way to the sink. The views live as long as the call.
struct LogRecord {
  std::chrono::system_clock::time_point time;
  LogLevel level = LogLevel::info;
  std::string_view logger;
  std::uint64_t connection = 0;  // 0: not about one connection
  std::string_view peer;         // empty: none
  std::string_view message;
};

using LogSink = std::function<void(const LogRecord&)>;

namespace detail {
inline std::atomic<LogLevel> log_level{LogLevel::info};
}  // namespace detail

// Lines below this level are not even formatted. info at the start.
void set_log_level(LogLevel level) noexcept;
[[nodiscard]] inline LogLevel log_level() noexcept {
  return detail::log_level.load(std::memory_order_relaxed);
}

// From now on all lines go there; an empty function means stderr again.
void set_log_sink(LogSink sink);

// Waits until the lines logged so far are out, at most so long. Blocks the thread: for the end of a
// process. Only the sinks of this library know how; it is called at exit by itself.
void flush_log(TimeSpan limit = std::chrono::seconds(1)) noexcept;

class Logger {
 public:
  explicit Logger(std::string name) : name_(std::move(name)) {}

  // The logger of one connection: its lines open with `echo#42 127.0.0.1:53144`.
  [[nodiscard]] Logger for_connection(std::uint64_t id, std::string peer = {}) const;

  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  // Costs one relaxed load; ask first if building the arguments is dear.
  [[nodiscard]] bool enabled(LogLevel level) const noexcept {
    return level >= gnet::log_level() && level != LogLevel::off;
  }

  // Formats and hands over if the level is enabled. Never throws: a line that cannot be made is
  // lost.
  template <typename... Args>
  void log(LogLevel level, fmt::format_string<Args...> format, Args&&... args) const {
    if (enabled(level)) vlog(level, format, fmt::make_format_args(args...));
  }
  template <typename... Args>
  void trace(fmt::format_string<Args...> format, Args&&... args) const {
    if (enabled(LogLevel::trace)) vlog(LogLevel::trace, format, fmt::make_format_args(args...));
  }
  template <typename... Args>
  void debug(fmt::format_string<Args...> format, Args&&... args) const {
    if (enabled(LogLevel::debug)) vlog(LogLevel::debug, format, fmt::make_format_args(args...));
  }
  template <typename... Args>
  void info(fmt::format_string<Args...> format, Args&&... args) const {
    if (enabled(LogLevel::info)) vlog(LogLevel::info, format, fmt::make_format_args(args...));
  }
  template <typename... Args>
  void warn(fmt::format_string<Args...> format, Args&&... args) const {
    if (enabled(LogLevel::warn)) vlog(LogLevel::warn, format, fmt::make_format_args(args...));
  }
  template <typename... Args>
  void error(fmt::format_string<Args...> format, Args&&... args) const {
    if (enabled(LogLevel::error)) vlog(LogLevel::error, format, fmt::make_format_args(args...));
  }

 private:
  void vlog(LogLevel level, fmt::string_view format, fmt::format_args args) const noexcept;

  std::string name_;
  std::string peer_;
  std::uint64_t connection_ = 0;
};

}  // namespace gnet
