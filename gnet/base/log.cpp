#include "gnet/base/log.h"

#include <fmt/format.h>
#include <pthread.h>

#include <array>
#include <memory>
#include <mutex>

#include "gnet/base/log_queue.h"
#include "gnet/base/log_writer.h"

namespace gnet {
namespace {

constexpr std::array<std::string_view, 6> kLevels = {"trace", "debug", "info",
                                                     "warn",  "error", "off"};

// Never destroyed: other static objects may log in their destructors.
struct Output {
  std::mutex mutex;
  std::shared_ptr<const LogSink> sink;  // null until first needed
};

Output& output() {
  static Output& instance = []() -> Output& {
    ::pthread_atfork([] { output().mutex.lock(); }, [] { output().mutex.unlock(); },
                     [] { output().mutex.unlock(); });
    return *new Output;
  }();
  return instance;
}

std::shared_ptr<const LogSink> current_sink() {
  Output& out = output();
  {
    const std::lock_guard lock(out.mutex);
    if (out.sink) return out.sink;
  }
  // Not under the lock: a new writer takes the lock of all writers, which fork() takes first.
  auto standard = std::make_shared<const LogSink>(LogWriter("stderr"));
  const std::lock_guard lock(out.mutex);
  if (!out.sink) out.sink = std::move(standard);
  return out.sink;
}

}  // namespace

std::string_view to_string(LogLevel level) noexcept {
  return kLevels[static_cast<std::size_t>(level)];
}

void set_log_level(LogLevel level) noexcept {
  detail::log_level.store(level, std::memory_order_relaxed);
}

void set_log_sink(LogSink sink) {
  auto next = sink ? std::make_shared<const LogSink>(std::move(sink)) : nullptr;
  Output& out = output();
  const std::lock_guard lock(out.mutex);
  out.sink.swap(next);
}

void flush_log(TimeSpan limit) noexcept {
  detail::LogQueue::flush_all(limit);
}

Logger Logger::for_connection(std::uint64_t id, std::string peer) const {
  Logger logger(name_);
  logger.connection_ = id;
  logger.peer_ = std::move(peer);
  return logger;
}

void Logger::vlog(LogLevel level, fmt::string_view format, fmt::format_args args) const noexcept {
  try {
    fmt::memory_buffer text;
    fmt::vformat_to(std::back_inserter(text), format, args);
    (*current_sink())({.time = std::chrono::system_clock::now(),
                       .level = level,
                       .logger = name_,
                       .connection = connection_,
                       .peer = peer_,
                       .message = {text.data(), text.size()}});
  } catch (...) {
    // No memory, or a formatter of the caller's that throws: a log line is not worth the program.
  }
}

}  // namespace gnet
