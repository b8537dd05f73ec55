// Where log lines end up: a descriptor, a file, the system log or the journal.
//
// Threads: one at a time.

#pragma once

#include <fcntl.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "gnet/base/log_format.h"
#include "gnet/base/unique_fd.h"

namespace gnet::detail {

// How a log file is opened. Without O_NONBLOCK a FIFO that nobody reads would hold up the caller.
inline constexpr int kLogFlags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
inline constexpr mode_t kLogMode = 0640;

class LogTarget {
 public:
  // By the names of log_writer.h. Throws std::system_error if it cannot be opened.
  explicit LogTarget(const std::string& name);

  // The record as this target wants it, with what ends it.
  [[nodiscard]] std::string encode(const LogRecord& record, LogFormat format) const;

  // Writes encoded records and waits as long as that takes. How many records were lost.
  std::uint64_t write(std::string_view records);

  // How many records write() has still to write. From any thread.
  [[nodiscard]] std::uint64_t unwritten() const noexcept { return *unwritten_; }

  // "the log file /run/x", for messages; empty for standard error.
  [[nodiscard]] std::string name() const;

  // Why the last lines that were lost were.
  [[nodiscard]] int error() const { return error_; }

  // As write(), but rather loses records than waits.
  std::uint64_t try_write(std::string_view records);

  // Opens a file by its name again; connects a socket again. Throws std::system_error and keeps the
  // old one.
  void reopen();

 private:
  enum class Kind : std::uint8_t { stdout_stream, stderr_stream, file, syslog, journald };

  [[nodiscard]] bool is_socket() const { return kind_ == Kind::syslog || kind_ == Kind::journald; }
  [[nodiscard]] UniqueFd open() const;
  [[nodiscard]] int fd() const;
  [[nodiscard]] char terminator() const { return is_socket() ? '\0' : '\n'; }
  [[nodiscard]] bool is_inherited() const {
    return kind_ == Kind::stdout_stream || kind_ == Kind::stderr_stream;
  }
  bool write_stream(std::string_view records, bool wait);
  bool send(std::string_view record, bool wait);

  Kind kind_ = Kind::stderr_stream;
  bool journal_stream_ = false;  // stderr leads to the journal
  std::string path_;
  UniqueFd fd_;
  int error_ = 0;
  std::unique_ptr<std::atomic<std::uint64_t>> unwritten_ =
      std::make_unique<std::atomic<std::uint64_t>>(0);
};

}  // namespace gnet::detail
