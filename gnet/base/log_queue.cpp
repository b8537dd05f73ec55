#include "gnet/base/log_queue.h"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>
#include <utility>
#include <vector>

#include "gnet/base/background_thread.h"
#include "gnet/base/error.h"

namespace gnet::detail {
namespace {

constexpr std::size_t kThreadStack = 256 * 1024;
constexpr std::size_t kKeptBuffer = 64 * 1024;  // what a burst leaves behind is given back

LogRecord own_record(LogLevel level, std::string_view message) {
  return {.time = std::chrono::system_clock::now(),
          .level = level,
          .logger = "log",
          .peer = {},
          .message = message};
}

}  // namespace

// All queues that may still have something to write. Never destroyed: static objects may log in
// their destructors.
struct LogQueue::Registry {
  std::mutex mutex;
  std::vector<std::shared_ptr<LogQueue>> queues;
  std::atomic<bool> exiting = false;  // no more threads: what is still logged is written at once
};

LogQueue::Registry& LogQueue::registry() {
  static Registry& instance = []() -> Registry& {
    ::pthread_atfork(&LogQueue::before_fork, &LogQueue::after_fork_in_parent,
                     &LogQueue::after_fork_in_child);
    std::atexit(&LogQueue::at_exit);
    std::at_quick_exit(&LogQueue::at_exit);
    return *new Registry;
  }();
  return instance;
}

std::shared_ptr<LogQueue> LogQueue::make(LogTarget target, LogWriterOptions options) {
  auto queue = std::make_shared<LogQueue>(std::move(target), std::move(options));
  Registry& all = registry();
  const std::lock_guard lock(all.mutex);
  all.queues.push_back(queue);
  return queue;
}

LogQueue::LogQueue(LogTarget target, LogWriterOptions options)
    : options_(std::move(options)), target_(std::move(target)) {}

void LogQueue::push(const LogRecord& record) {
  const std::string encoded = target_.encode(record, options_.format);
  const std::lock_guard lock(mutex_);
  if (!running_ && !start_thread()) {
    dropped_ += target_.try_write(encoded);
  } else if (pending_.size() + encoded.size() > options_.capacity) {
    ++new_drops_;
    ++dropped_;
  } else {
    pending_ += encoded;
    if (std::exchange(sleeping_, false)) wake_.notify_one();
  }
}

bool LogQueue::flush(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  return idle_.wait_until(lock, deadline, [this] { return !running_ || sleeping_; });
}

void LogQueue::reopen() {
  const std::lock_guard lock(mutex_);
  reopen_ = true;
  if (!running_ && !start_thread()) return;
  if (std::exchange(sleeping_, false)) wake_.notify_one();
}

void LogQueue::stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    if (running_) {
      if (std::exchange(sleeping_, false)) wake_.notify_one();
      return;  // the thread leaves the list when it is done
    }
  }
  Registry& all = registry();
  const std::lock_guard lock(all.mutex);
  std::erase_if(all.queues, [this](const auto& queue) { return queue.get() == this; });
}

std::uint64_t LogQueue::dropped() {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

// With mutex_ held.
bool LogQueue::start_thread() {
  if (registry().exiting) return false;
  running_ = start_background_thread("gnet-log", kThreadStack, [self = shared_from_this()] {
    self->run();
    Registry& all = registry();
    const std::lock_guard lock(all.mutex);
    std::erase(all.queues, self);
  });
  sleeping_ = false;
  return running_;
}

void LogQueue::run() {
  std::string batch;
  std::unique_lock lock(mutex_);
  for (;;) {
    if (pending_.empty() && new_drops_ == 0 && !reopen_) {
      if (stop_) break;
      sleeping_ = true;
      idle_.notify_all();
      wake_.wait(lock, [this] { return !sleeping_; });
      continue;
    }
    batch.swap(pending_);
    const std::uint64_t drops = std::exchange(new_drops_, 0);
    const bool reopen = std::exchange(reopen_, false);
    lock.unlock();
    write_batch(batch, drops);
    if (reopen) renew();
    batch.clear();
    if (batch.capacity() > kKeptBuffer) batch.shrink_to_fit();
    lock.lock();
  }
  running_ = false;
  idle_.notify_all();
}

void LogQueue::write_batch(std::string_view batch, std::uint64_t drops) {
  untold_ += drops;
  const std::uint64_t refused = target_.write(batch);
  if (refused != 0) {
    untold_ += refused;
    {
      const std::lock_guard lock(mutex_);
      dropped_ += refused;
    }
    if (!std::exchange(refusing_, true) && options_.on_refused) {
      options_.on_refused(target_.error());
    }
    return;
  }
  if (!batch.empty()) refusing_ = false;
  if (untold_ != 0 && target_.write(encoded_notice(untold_)) == 0) untold_ = 0;
}

std::string LogQueue::encoded_notice(std::uint64_t drops) const {
  const std::string message =
      options_.drop_notice ? options_.drop_notice(drops)
                           : fmt::format("{} line{} dropped: the log could not be written in time",
                                         drops, drops == 1 ? "" : "s");
  return target_.encode(own_record(LogLevel::warn, message), options_.format);
}

void LogQueue::renew() {
  try {
    target_.reopen();
  } catch (const std::exception& error) {
    target_.write(target_.encode(own_record(LogLevel::error, describe(error)), options_.format));
  }
}

void LogQueue::flush_all(TimeSpan limit) noexcept {
  const TimePoint deadline = limit.after(Clock::now());
  Registry& all = registry();
  std::unique_lock lock(all.mutex);
  const auto queues = all.queues;
  lock.unlock();
  for (const auto& queue : queues) queue->flush(deadline);
}

void LogQueue::reopen_all() noexcept {
  Registry& all = registry();
  std::unique_lock lock(all.mutex);
  const auto queues = all.queues;
  lock.unlock();
  for (const auto& queue : queues) queue->reopen();
}

// Leaves no thread behind that could be asked to run while the process falls apart. One whose
// target takes nothing is left waiting: exit() must come to its end.
void LogQueue::at_exit() {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(1);
  flush_all(std::chrono::seconds(1));
  Registry& all = registry();
  all.exiting = true;
  std::unique_lock lock(all.mutex);
  const auto queues = all.queues;
  lock.unlock();
  for (const auto& queue : queues) {
    queue->stop();
    if (!queue->flush(deadline)) queue->tell_unwritten();
  }
}

// The last chance to say so, and standard error the last place.
void LogQueue::tell_unwritten() {
  const std::string where = target_.name();
  if (where.empty()) return;
  std::uint64_t lost = target_.unwritten() + untold_;
  {
    const std::lock_guard lock(mutex_);
    const std::string ends = target_.encode(own_record(LogLevel::info, {}), options_.format);
    lost += new_drops_ +
            static_cast<std::uint64_t>(std::count(pending_.begin(), pending_.end(), ends.back()));
  }
  if (lost == 0) return;
  const std::string message = fmt::format("{} line{} of {} {} lost: nobody took them in time", lost,
                                          lost == 1 ? "" : "s", where, lost == 1 ? "is" : "are");
  const LogFormat format = options_.format == LogFormat::bare ? LogFormat::text : options_.format;
  LogTarget error("stderr");
  error.try_write(error.encode(own_record(LogLevel::error, message), format));
}

// fork() copies the buffers but not the threads that empty them. All locks are taken around it, so
// that the child finds every queue whole; what is buffered remains the parent's to write.
void LogQueue::before_fork() {
  Registry& all = registry();
  all.mutex.lock();
  for (const auto& queue : all.queues) queue->mutex_.lock();
}

void LogQueue::after_fork_in_parent() {
  Registry& all = registry();
  for (const auto& queue : all.queues) queue->mutex_.unlock();
  all.mutex.unlock();
}

void LogQueue::after_fork_in_child() {
  Registry& all = registry();
  for (const auto& queue : all.queues) {
    queue->pending_.clear();
    queue->new_drops_ = 0;
    queue->running_ = false;
    queue->sleeping_ = false;
    // The threads that waited on them do not exist here, and a condition variable counts them.
    new (&queue->wake_) std::condition_variable;
    new (&queue->idle_) std::condition_variable;
    queue->mutex_.unlock();
  }
  std::erase_if(all.queues, [](const auto& queue) { return queue->stop_; });
  all.mutex.unlock();
}

}  // namespace gnet::detail
