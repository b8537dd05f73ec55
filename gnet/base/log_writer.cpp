#include "gnet/base/log_writer.h"

#include <utility>

#include "gnet/base/log_queue.h"

namespace gnet {

LogWriter::LogWriter(const std::string& target, LogWriterOptions options) {
  auto queue = detail::LogQueue::make(detail::LogTarget(target), std::move(options));
  // The thread and the list of queues own the queue, too; the handles share what ends them.
  auto* const inner = queue.get();
  queue_ = std::shared_ptr<detail::LogQueue>(
      inner, [queue = std::move(queue)](detail::LogQueue*) { queue->stop(); });
}

void LogWriter::operator()(const LogRecord& record) const {
  queue_->push(record);
}

bool LogWriter::flush(TimeSpan limit) const {
  return queue_->flush(limit.after(Clock::now()));
}

void LogWriter::reopen() const {
  queue_->reopen();
}

std::uint64_t LogWriter::dropped() const {
  return queue_->dropped();
}

void reopen_log() noexcept {
  detail::LogQueue::reopen_all();
}

}  // namespace gnet
