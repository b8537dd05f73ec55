// The inside of a LogWriter: the bounded buffer and the thread that empties it.
//
// Threads: all public functions may be called from any thread.

#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "gnet/base/duration.h"
#include "gnet/base/log_format.h"
#include "gnet/base/log_target.h"
#include "gnet/base/log_writer.h"

namespace gnet::detail {

class LogQueue : public std::enable_shared_from_this<LogQueue> {
 public:
  // The queue is entered in the list of all queues.
  static std::shared_ptr<LogQueue> make(LogTarget target, LogWriterOptions options);

  LogQueue(LogTarget target, LogWriterOptions options);
  LogQueue(const LogQueue&) = delete;
  LogQueue& operator=(const LogQueue&) = delete;

  void push(const LogRecord& record);
  bool flush(std::chrono::steady_clock::time_point deadline);
  void reopen();
  // The thread ends when all is written.
  void stop();
  [[nodiscard]] std::uint64_t dropped();

  // For all queues: what the functions of the same name in log.h and log_writer.h do.
  static void flush_all(TimeSpan limit) noexcept;
  static void reopen_all() noexcept;

 private:
  struct Registry;
  static Registry& registry();
  static void before_fork();
  static void after_fork_in_parent();
  static void after_fork_in_child();
  static void at_exit();

  void tell_unwritten();
  bool start_thread();
  void run();
  void write_batch(std::string_view batch, std::uint64_t drops);
  [[nodiscard]] std::string encoded_notice(std::uint64_t drops) const;
  void renew();

  const LogWriterOptions options_;
  // Used by the thread alone, once there is one.
  LogTarget target_;
  std::atomic<std::uint64_t> untold_ = 0;  // lines lost and not yet reported
  bool refusing_ = false;                  // the target took nothing of the last batch

  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable idle_;
  std::string pending_;          // records, each with the terminator of the target
  std::uint64_t new_drops_ = 0;  // not yet known to the thread
  std::uint64_t dropped_ = 0;
  bool running_ = false;
  bool sleeping_ = false;
  bool reopen_ = false;
  bool stop_ = false;
};

}  // namespace gnet::detail
