#include "gnet/diag/dump.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "gnet/diag/deadlock.h"
#include "gnet/fiber/control.h"
#include "gnet/fiber/wait_graph.h"

namespace gnet::diag {
namespace {

using detail::FiberControl;

constexpr std::size_t kDeepest = 20;  // deeper levels are not indented further
constexpr int kDigits = 2;            // of durations

// How much of a stack is resident: it grows downwards, and nobody gives back pages of a live one.
std::size_t touched(const detail::Stack& stack) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  char* const base = stack.usable();
  std::vector<unsigned char> pages(static_cast<std::size_t>(stack.top() - base) / page);
  if (pages.empty() || mincore(base, pages.size() * page, pages.data()) != 0) return 0;
  const auto lowest = std::ranges::find_if(pages, [](unsigned char is) { return (is & 1) != 0; });
  return static_cast<std::size_t>(pages.end() - lowest) * page;
}

std::string kibibytes(std::size_t size) {
  return fmt::format("{}K", size / 1024);
}

std::string describe(const FiberControl& fiber, TimePoint now) {
  std::string text = to_string(fiber.state);
  if (fiber.state == FiberState::waiting && fiber.waits_for != nullptr) {
    text += " for " + detail::wait_text(fiber);
    if (fiber.hub->watch() != nullptr && fiber.suspended_at != TimePoint()) {
      text += " for " + format_duration(now - fiber.suspended_at, kDigits);
    }
    if (fiber.has_deadline) {
      const Duration left = std::max(fiber.waits_until - now, Duration::zero());
      text += fmt::format(", at most {} more", format_duration(left, kDigits));
    }
  }
  if (fiber.turns > 0) {
    text += fmt::format("; ran {} in {} turn{}", format_duration(fiber.run_time, kDigits),
                        fiber.turns, fiber.turns == 1 ? "" : "s");
  }
  if (const std::size_t used = fiber.stack.base != nullptr ? touched(fiber.stack) : 0; used > 0) {
    text += fmt::format("; stack {} of {}", kibibytes(used), kibibytes(fiber.stack.size));
  }
  return text;
}

class Tree {
 public:
  explicit Tree(detail::Scheduler& hub) {
    hub.for_each_fiber([this](const FiberControl& fiber) { alive_.emplace(fiber.id, &fiber); });
    hub.for_each_fiber([&](const FiberControl& fiber) {
      if (&fiber != &hub.main_fiber()) children_[parent(fiber)].push_back(&fiber);
    });
    std::vector<Place> left{{&hub.main_fiber(), 0}};
    while (!left.empty()) {
      const auto [fiber, depth] = left.back();
      left.pop_back();
      add_line(*fiber, depth);
      const auto& below = children_[fiber->id];
      for (auto child = below.rbegin(); child != below.rend(); ++child) {
        left.push_back({*child, depth + 1});
      }
    }
  }

  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  struct Place {
    const FiberControl* fiber;
    std::size_t depth;
  };

  [[nodiscard]] std::uint64_t parent(const FiberControl& fiber) const {
    return alive_.contains(fiber.spawned_by) ? fiber.spawned_by : 0;  // 0: main
  }

  void add_line(const FiberControl& fiber, std::size_t depth) {
    std::string origin = detail::origin_text(fiber.spawned_at);
    if (!alive_.contains(fiber.spawned_by)) {
      origin += fmt::format(" by fiber-{}, which has ended", fiber.spawned_by);
    }
    text_.append(2 * std::min(depth, kDeepest), ' ');
    text_ += fmt::format("{} ({}): {}\n", fiber.display_name(), origin, describe(fiber, now_));
  }

  TimePoint now_ = Clock::now();
  std::unordered_map<std::uint64_t, const FiberControl*> alive_;
  std::unordered_map<std::uint64_t, std::vector<const FiberControl*>> children_;
  std::string text_;
};

}  // namespace

std::string dump(detail::Scheduler& hub) {
  hub.check_thread();
  std::string text = Tree(hub).text();
  for (const Deadlock& deadlock : find_deadlocks(hub)) text += deadlock.text + '\n';
  return text;
}

}  // namespace gnet::diag
