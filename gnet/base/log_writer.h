// A sink that writes log lines without ever making the one who logs wait.
//
// Lines go into a buffer of bounded size; a thread of the writer's own, started by the first line,
// takes them from there to their target. When the target is too slow the buffer fills, further
// lines are dropped; so are those that the target refuses, as a full disk does. Their number is
// logged as soon as lines can be written again. What is buffered at exit() is written, for at most
// a second; how many lines are lost then is said on standard error.
//
//   gnet::set_log_sink(gnet::LogWriter("/var/log/echo.log", gnet::LogFormat::json));
//   gnet::reopen_log();                  // after logrotate has moved the file away
//
// Targets: "stderr", "stdout", "syslog:", "journald:", or the path of a file. A path may follow
// "syslog:" and "journald:", for sockets at an unusual place.
//
// Threads: all of it may be used from any thread. After fork() the child's writers start again
// with an empty buffer.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "gnet/base/duration.h"
#include "gnet/base/function.h"
#include "gnet/base/log.h"
#include "gnet/base/log_format.h"

namespace gnet {

namespace detail {
class LogQueue;
}  // namespace detail

// How a LogWriter writes. The functions are called by its thread.
struct LogWriterOptions {
  LogFormat format = LogFormat::text;
  std::size_t capacity = 1024 * 1024;  // bytes

  // The message that tells how many lines were dropped; without it, a warning in words.
  std::function<std::string(std::uint64_t)> drop_notice = nullptr;

  // The target refused lines: the number of the error. Called when that begins, and again only
  // after lines were written in between.
  std::function<void(int)> on_refused = nullptr;
};

// Copies are handles of the same writer; after the last one is gone what is buffered is still
// written.
class LogWriter {
 public:
  // Opens the target; throws std::system_error when that fails. journald: has a format of its own.
  // Lines for the journal, be it by journald: or because systemd made stderr so (JOURNAL_STREAM),
  // have priorities instead of times.
  explicit LogWriter(const std::string& target, LogWriterOptions options = {});
  LogWriter(const std::string& target, LogFormat format)
      : LogWriter(target, LogWriterOptions{.format = format}) {}

  // Formats and buffers one line: a copy, no system call but to wake a sleeping thread.
  void operator()(const LogRecord& record) const;

  // Waits until what is buffered is written, or the time is over: false. Blocks the thread.
  bool flush(TimeSpan limit = std::chrono::seconds(1)) const;

  // Opens the file again by its name, after the lines that are buffered. If that fails, the old one
  // stays in use and a line in it says why. Returns at once.
  void reopen() const;

  // How many lines were lost so far.
  [[nodiscard]] std::uint64_t dropped() const;

 private:
  std::shared_ptr<detail::LogQueue> queue_;
};

// Reopens the files of all writers.
void reopen_log() noexcept;

// Has log files opened by a function, for a process that has lost the right to: it returns a
// descriptor, or -1, and then the process tries itself. Threads of writers call it. Empty: as
// before.
void set_log_opener(std::function<int(const std::string& path)> open);

}  // namespace gnet
