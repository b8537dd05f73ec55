#include "cli/out/server_output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>

#include "cli/out/failure.h"
#include "cli/out/output.h"
#include "gnet/base/log_writer.h"
#include "gnet/fiber/deadline.h"
#include "gnet/fiber/wait.h"

namespace cli {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kWaitingEvents = 16 * 1024 * 1024;
constexpr gnet::Duration kPollInterval = 5ms;

std::atomic<bool> has_events = false;

void standard_output_refuses(int error) {
  if (error == EPIPE || error == EBADF) leave(Exit::stdout_closed);
  write_all(STDERR_FILENO,
            fmt::format("gnet: cannot write standard output: {}\n", error_text(error)));
  leave(Exit::io);
}

const gnet::LogWriter& events() {
  static const gnet::LogWriter writer(
      "stdout",
      {.format = gnet::LogFormat::bare,
       .capacity = kWaitingEvents,
       .drop_notice =
           [](std::uint64_t lines) { return event("dropped").add("lines", lines).text(); },
       .on_refused = standard_output_refuses});
  return writer;
}

const gnet::LogWriter& reports() {
  static const gnet::LogWriter writer("stderr", gnet::LogFormat::bare);
  return writer;
}

void post(const gnet::LogWriter& writer, std::string_view line) {
  writer({.time = {}, .level = gnet::LogLevel::info, .logger = {}, .peer = {}, .message = line});
}

}  // namespace

void post_event(const JsonObject& event) {
  has_events = true;
  post(events(), event.text());
}

void post_report(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    post(reports(), text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

bool events_written(gnet::Duration limit) {
  if (!has_events) return true;
  const gnet::Deadline deadline(limit);
  while (!events().flush(0ms)) {
    if (deadline.passed()) return false;
    gnet::sleep(kPollInterval);
  }
  return true;
}

}  // namespace cli
