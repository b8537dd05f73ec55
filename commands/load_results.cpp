#include "commands/load_results.h"

#include <algorithm>
#include <numeric>

namespace commands {
namespace {

constexpr std::size_t kMostTexts = 50;

}  // namespace

const char* name_of(LoadError error) noexcept {
  static constexpr const char* kNames[kLoadErrors] = {"resolve", "connect",  "tls",   "timeout",
                                                      "lost",    "protocol", "expect"};
  return kNames[static_cast<std::size_t>(error)];
}

void LoadTally::answered(const LoadTimes& times, int status) {
  latency.record(times.latency);
  uncorrected.record(times.uncorrected);
  first_byte.record(times.first_byte);
  delay.record(times.delay);
  ++answers;
  if (status != 0) ++statuses[status];
}

void LoadTally::failed(LoadError error, const std::string& text) {
  ++errors[static_cast<std::size_t>(error)];
  const auto known = texts.find(text);
  if (known != texts.end()) {
    ++known->second;
  } else if (texts.size() < kMostTexts) {
    texts.emplace(text, 1);
  }
}

void LoadTally::merge(const LoadTally& other) {
  latency.merge(other.latency);
  uncorrected.merge(other.uncorrected);
  first_byte.merge(other.first_byte);
  delay.merge(other.delay);
  connect.merge(other.connect);
  tls.merge(other.tls);
  started += other.started;
  answers += other.answers;
  in_time += other.in_time;
  dropped += other.dropped;
  received += other.received;
  sent += other.sent;
  opened += other.opened;
  for (const auto& [status, count] : other.statuses) statuses[status] += count;
  for (std::size_t i = 0; i < kLoadErrors; ++i) errors[i] += other.errors[i];
  for (const auto& [text, count] : other.texts) {
    if (texts.size() < kMostTexts || texts.contains(text)) texts[text] += count;
  }
}

void LoadTally::clear() {
  latency.clear();
  uncorrected.clear();
  first_byte.clear();
  delay.clear();
  connect.clear();
  tls.clear();
  started = answers = in_time = dropped = received = sent = opened = 0;
  statuses.clear();
  errors.fill(0);
  texts.clear();
}

std::uint64_t LoadTally::failures() const noexcept {
  return std::accumulate(errors.begin(), errors.end(), std::uint64_t{0});
}

std::uint64_t LoadTally::with_status(int hundreds) const noexcept {
  std::uint64_t count = 0;
  for (const auto& [status, times] : statuses) count += status / 100 == hundreds ? times : 0;
  return count;
}

double LoadResults::rate() const noexcept {
  const double seconds = std::chrono::duration<double>(elapsed).count();
  return seconds > 0 ? static_cast<double>(total.in_time) / seconds : 0;
}

}  // namespace commands
