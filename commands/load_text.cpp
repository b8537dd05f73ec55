#include "commands/load_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gnet/base/size.h"

namespace commands {
namespace {

// Puts commas between the thousands of the whole part.
std::string in_thousands(std::string number) {
  const std::size_t point = std::min(number.find('.'), number.size());
  for (std::size_t at = point; at > 3; number.insert(at, 1, ',')) at -= 3;
  return number;
}

}  // namespace

std::string count_text(std::uint64_t count) {
  return in_thousands(std::to_string(count));
}

std::string count_text(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count_text(count), noun, count == 1 ? "" : "s");
}

std::string rate_text(double each_second) {
  const bool whole = each_second == std::floor(each_second) || each_second >= 100'000;
  const int digits = whole ? 0 : each_second < 10 ? 2 : 1;
  return in_thousands(fmt::format("{:.{}f}", each_second, digits)) + "/s";
}

std::string byte_rate_text(double each_second) {
  return gnet::format_size(static_cast<std::uint64_t>(std::llround(each_second))) + "/s";
}

std::string share_text(double share) {
  const double percent = share * 100;
  if (percent != 0 && percent < 0.001) return "<0.001%";
  // Never 100 % of what is less.
  if (share < 1 && percent > 99.99) return ">99.99%";
  return fmt::format("{:.{}g}%", percent, percent < 10 ? 2 : 4);
}

std::string time_text(gnet::TimeSpan time) {
  return gnet::format_duration(time, 3);
}

const char* name_of(LatencyFrom from) noexcept {
  return from == LatencyFrom::sent ? "sent" : "intended";
}

double throughput(const LoadResults& results) noexcept {
  return each_second(results.received_in_time + results.sent_in_time, results.elapsed);
}

double each_second(std::uint64_t count, gnet::Duration time) noexcept {
  const double seconds = std::chrono::duration<double>(time).count();
  return seconds > 0 ? static_cast<double>(count) / seconds : 0;
}

double error_share(const LoadTally& tally) noexcept {
  if (tally.started == 0) return 0;
  return static_cast<double>(tally.failures()) / static_cast<double>(tally.started);
}

}  // namespace commands
