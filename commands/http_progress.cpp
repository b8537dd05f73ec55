#include "commands/http_progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>

#include "cli/out/output.h"
#include "gnet/base/size.h"
#include "gnet/fiber/fiber.h"

namespace commands {
namespace {

constexpr gnet::Duration kRepaint = std::chrono::milliseconds(100);
constexpr const char* kClear = "\r\x1b[K";

}  // namespace

HttpProgress::HttpProgress(const char* direction, std::optional<std::uint64_t> size, bool shown,
                           std::uint64_t rate)
    : direction_(direction), size_(size), shown_(shown), rate_(rate) {}

HttpProgress::~HttpProgress() {
  if (dirty_) cli::write_all(STDERR_FILENO, kClear);
}

void HttpProgress::advance(std::size_t bytes) {
  done_ += bytes;
  if (!shown_ && rate_ == 0) return;
  const gnet::TimePoint now = gnet::Clock::now();
  if (shown_ && now >= next_) show(now);
  if (rate_ == 0) return;
  // When so many bytes may have gone, counted from the beginning.
  const std::chrono::duration<double> due(static_cast<double>(done_) / static_cast<double>(rate_));
  const auto left = gnet::TimeSpan(due) - (now - began_);
  if (left > gnet::Duration::zero()) gnet::sleep(left);
}

void HttpProgress::show(gnet::TimePoint now) {
  const double time = std::chrono::duration<double>(now - began_).count();
  const auto speed = static_cast<std::uint64_t>(static_cast<double>(done_) / time);
  std::string line = fmt::format("{}{}", kClear, gnet::format_size(done_));
  if (size_) line += " of " + gnet::format_size(*size_);
  line += fmt::format(" {}, {}/s", direction_, gnet::format_size(speed));
  if (size_ && *size_ > done_ && speed > 0) {
    line += fmt::format(", {} left",
                        gnet::format_duration(std::chrono::seconds((*size_ - done_) / speed), 2));
  }
  cli::write_all(STDERR_FILENO, line);
  dirty_ = true;
  next_ = now + kRepaint;
}

}  // namespace commands
