#include "cli/control/event_feed.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <vector>

#include "cli/out/server_output.h"
#include "gnet/base/name_pattern.h"
#include "gnet/sync/thread_channel.h"

namespace cli {

struct EventFeed::State {
  static constexpr std::size_t kMost = 512;

  // The events are wanted that it names.
  [[nodiscard]] bool wants(std::string_view name) const {
    return patterns.empty() || std::ranges::any_of(patterns, [name](const std::string& pattern) {
             return gnet::matches_name(pattern, name);
           });
  }

  std::vector<std::string> patterns;
  gnet::ThreadChannel<std::string> lines{kMost};
  std::atomic<std::uint64_t> dropped = 0;
};

namespace {

struct Feeds {
  std::mutex mutex;
  std::vector<std::shared_ptr<EventFeed::State>> all;
  std::atomic<std::size_t> number = 0;
};

Feeds& feeds() {
  static Feeds one;
  return one;
}

// An event says its name second: {"ts":"…","event":"accept",…
std::string_view name_of(std::string_view line) {
  constexpr std::string_view kKey = "\"event\":\"";
  const std::size_t begin = line.find(kKey);
  if (begin == std::string_view::npos) return {};
  line.remove_prefix(begin + kKey.size());
  return line.substr(0, line.find('"'));
}

}  // namespace

bool event_is_wanted(bool json) noexcept {
  return json || feeds().number.load(std::memory_order_relaxed) > 0;
}

void tell_event(const JsonObject& event, bool json) {
  if (json) post_event(event);
  Feeds& all = feeds();
  if (all.number.load(std::memory_order_relaxed) == 0) return;
  const std::string line = event.text();
  const std::string_view name = name_of(line);
  const std::lock_guard lock(all.mutex);
  for (const auto& feed : all.all) {
    if (feed->wants(name) && !feed->lines.try_put(line)) ++feed->dropped;
  }
}

EventFeed::EventFeed(std::string_view filter) : state_(std::make_shared<State>()) {
  while (!filter.empty()) {
    const std::size_t comma = std::min(filter.find(','), filter.size());
    if (comma > 0) state_->patterns.emplace_back(filter.substr(0, comma));
    filter.remove_prefix(std::min(comma + 1, filter.size()));
  }
  Feeds& all = feeds();
  const std::lock_guard lock(all.mutex);
  all.all.push_back(state_);
  all.number = all.all.size();
}

EventFeed::~EventFeed() {
  Feeds& all = feeds();
  const std::lock_guard lock(all.mutex);
  std::erase(all.all, state_);
  all.number = all.all.size();
}

std::optional<std::string> EventFeed::next(gnet::Deadline deadline) {
  return state_->lines.get(deadline);
}

std::uint64_t EventFeed::take_dropped() noexcept {
  return state_->dropped.exchange(0);
}

}  // namespace cli
