#include "cli/line/log_setup.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <string_view>

#include "cli/out/failure.h"
#include "cli/out/output.h"
#include "gnet/base/error.h"

namespace cli {
namespace {

// The levels of services that have their own. The library has one level: the lowest of them all.
class Levels {
 public:
  void set(gnet::LogLevel level, const std::string& service) {
    const std::lock_guard lock(mutex_);
    if (service.empty()) {
      others_ = level;
      own_.clear();
    } else {
      own_[service] = level;
    }
    gnet::LogLevel lowest = others_;
    for (const auto& [name, own] : own_) lowest = std::min(lowest, own);
    gnet::set_log_level(lowest);
    differ_ = !own_.empty();
  }

  [[nodiscard]] bool lets_through(const gnet::LogRecord& record) {
    if (!differ_.load(std::memory_order_relaxed)) return true;
    const std::lock_guard lock(mutex_);
    const auto found = own_.find(service_of(record.logger));
    return record.level >= (found != own_.end() ? found->second : others_);
  }

 private:
  // A service that listens at several places logs as "echo", "echo-2".
  [[nodiscard]] std::string_view service_of(std::string_view logger) const {
    const std::size_t dash = logger.rfind('-');
    const bool numbered = dash != std::string_view::npos && dash + 1 < logger.size() &&
                          logger.find_first_not_of("0123456789", dash + 1) == logger.npos;
    return numbered && own_.find(logger) == own_.end() ? logger.substr(0, dash) : logger;
  }

  std::mutex mutex_;
  std::map<std::string, gnet::LogLevel, std::less<>> own_;
  gnet::LogLevel others_ = gnet::log_level();
  std::atomic<bool> differ_ = false;
};

Levels& levels() {
  static Levels& one = *new Levels;  // never destroyed: static objects may log in the end
  return one;
}

}  // namespace

void change_log_level(gnet::LogLevel level, const std::string& service) {
  levels().set(level, service);
}

void set_up_log(const GlobalOptions& options) {
  const std::string target = options.log_file.empty() ? "stderr" : options.log_file;
  gnet::set_log_sink([writer = open_log(target, options.log_format)](const gnet::LogRecord& line) {
    if (levels().lets_through(line)) writer(line);
  });
  change_log_level(options.effective_log_level());
}

gnet::LogWriter open_log(const std::string& target, gnet::LogFormat format) {
  const auto refused = [target](int error) {
    write_all(STDERR_FILENO, fmt::format("gnet: cannot write {}: {}; lines are lost until it can\n",
                                         target, error_text(error)));
  };
  try {
    return gnet::LogWriter(target, {.format = format, .on_refused = refused});
  } catch (const std::system_error& error) {
    throw Failure(Exit::io, gnet::describe(error));
  }
}

}  // namespace cli
