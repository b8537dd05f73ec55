#include "gnet/diag/deadlock.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <unordered_map>
#include <unordered_set>

#include "gnet/fiber/cancel_scope.h"
#include "gnet/fiber/control.h"
#include "gnet/fiber/timeout.h"
#include "gnet/fiber/wait_graph.h"

namespace gnet::diag {
namespace {

using detail::Enders;
using detail::FiberControl;

// As many of those that only wait for a deadlock are named in its text.
constexpr std::size_t kNamed = 10;

// A fiber that may be stuck, until it turns out that somebody can wake it.
struct Node {
  Node(const FiberControl& fiber, Enders enders) : fiber(&fiber), enders(std::move(enders)) {}

  const FiberControl* fiber;
  Enders enders;
  std::vector<std::size_t> enders_here;  // those that may be stuck themselves
  std::vector<std::size_t> waiters;      // who waits for this one
  std::size_t left = 0;                  // enders that may be stuck
  bool stuck = true;
  bool core = true;  // waits in a circle, or for one that has ended
};

class Search {
 public:
  explicit Search(detail::Scheduler& hub) {
    collect(hub);
    connect();
    set_free();
    peel();
  }

  [[nodiscard]] std::vector<Deadlock> result() const {
    std::vector<Deadlock> found;
    std::unordered_map<std::size_t, std::vector<std::size_t>> groups;
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      if (!nodes_[i].stuck) continue;
      auto& group = groups[group_of(i)];
      if (group.empty()) order.push_back(group_of(i));
      group.push_back(i);
    }
    for (const std::size_t group : order) found.push_back(describe(groups[group]));
    return found;
  }

 private:
  void collect(detail::Scheduler& hub) {
    std::unordered_set<const FiberControl*> limited;
    hub.for_each_timer([&](const Timer& timer) {
      if (const FiberControl* fiber = Timeout::limited_by(timer)) limited.insert(fiber);
    });
    hub.for_each_fiber([&](const FiberControl& fiber) {
      if (fiber.state != FiberState::waiting || fiber.waits_for == nullptr) return;
      if (fiber.attention || fiber.has_deadline || limited.contains(&fiber)) return;
      if (fiber.scope != nullptr && fiber.scope->is_limited()) return;
      Enders enders = detail::enders_of(fiber);
      if (enders.which == Enders::Which::unknown) return;
      index_.emplace(&fiber, nodes_.size());
      nodes_.emplace_back(fiber, std::move(enders));
    });
  }

  void connect() {
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      Node& node = nodes_[i];
      for (const FiberControl* ender : node.enders.fibers) {
        const auto found = index_.find(ender);
        if (found != index_.end()) {
          node.enders_here.push_back(found->second);
          nodes_[found->second].waiters.push_back(i);
        } else if (!ender->ended && node.enders.which == Enders::Which::any) {
          free_.push_back(i);
        }
      }
      node.left = node.enders_here.size();
      if (node.left == 0 && node.enders.which == Enders::Which::all) free_.push_back(i);
    }
  }

  // Whoever can be woken may wake others.
  void set_free() {
    while (!free_.empty()) {
      Node& node = nodes_[free_.back()];
      free_.pop_back();
      if (!std::exchange(node.stuck, false)) continue;
      for (const std::size_t waiter : node.waiters) {
        Node& other = nodes_[waiter];
        if (--other.left == 0 || other.enders.which == Enders::Which::any) free_.push_back(waiter);
      }
    }
  }

  // What is left when those are taken away, again and again, for whom nobody waits, goes round in
  // circles.
  void peel() {
    groups_.resize(nodes_.size());
    std::iota(groups_.begin(), groups_.end(), 0);
    std::vector<std::size_t> waiters(nodes_.size());
    std::vector<std::size_t> outermost;
    std::unordered_map<const FiberControl*, std::size_t> ended;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      if (!nodes_[i].stuck) continue;
      for (const std::size_t waiter : nodes_[i].waiters) {
        if (!nodes_[waiter].stuck) continue;
        ++waiters[i];
        groups_[group_of(waiter)] = group_of(i);
      }
      for (const FiberControl* ender : nodes_[i].enders.fibers) {
        if (!ender->ended) continue;
        groups_[group_of(i)] = group_of(ended.emplace(ender, i).first->second);
      }
      if (waiters[i] == 0) outermost.push_back(i);
    }
    while (!outermost.empty()) {
      Node& node = nodes_[outermost.back()];
      outermost.pop_back();
      if (waits_for_the_ended(node)) continue;
      node.core = false;
      for (const std::size_t ender : node.enders_here) {
        if (nodes_[ender].stuck && --waiters[ender] == 0) outermost.push_back(ender);
      }
    }
  }

  static bool waits_for_the_ended(const Node& node) {
    return node.enders_here.empty() ||
           std::ranges::any_of(node.enders.fibers, [](const auto* ender) { return ender->ended; });
  }

  [[nodiscard]] std::size_t group_of(std::size_t node) const {
    while (groups_[node] != node) node = groups_[node] = groups_[groups_[node]];
    return node;
  }

  [[nodiscard]] Deadlock describe(const std::vector<std::size_t>& group) const {
    Deadlock deadlock;
    std::string rest;
    const std::vector<std::size_t> core = in_order_of_waiting(group);
    for (const std::size_t i : core) {
      deadlock.fibers.push_back(nodes_[i].fiber->display_name());
      deadlock.text += detail::wait_line(*nodes_[i].fiber) + '\n';
    }
    for (const std::size_t i : group) {
      if (nodes_[i].core) continue;
      deadlock.waiting.push_back(nodes_[i].fiber->display_name());
      if (deadlock.waiting.size() <= kNamed) rest += detail::wait_line(*nodes_[i].fiber) + '\n';
    }
    if (deadlock.waiting.size() > kNamed) {
      rest += fmt::format("  and {} more\n", deadlock.waiting.size() - kNamed);
    }
    const std::size_t count = core.size();
    deadlock.text = fmt::format("deadlock of {} fiber{}:\n", count, count == 1 ? "" : "s") +
                    deadlock.text + (rest.empty() ? "" : "so these wait too:\n" + rest);
    deadlock.text.pop_back();
    return deadlock;
  }

  // After each fiber one that it waits for, as far as there is one.
  [[nodiscard]] std::vector<std::size_t> in_order_of_waiting(
      const std::vector<std::size_t>& group) const {
    std::vector<std::size_t> order;
    std::unordered_set<std::size_t> seen;
    for (std::size_t next : group) {
      while (nodes_[next].core && seen.insert(next).second) {
        order.push_back(next);
        for (const std::size_t ender : nodes_[next].enders_here) {
          if (!nodes_[ender].stuck || !nodes_[ender].core || seen.contains(ender)) continue;
          next = ender;
          break;
        }
      }
    }
    return order;
  }

  std::vector<Node> nodes_;
  std::unordered_map<const FiberControl*, std::size_t> index_;
  std::vector<std::size_t> free_;
  mutable std::vector<std::size_t> groups_;  // of each node one that is nearer to its group's head
};

}  // namespace

std::vector<Deadlock> find_deadlocks(detail::Scheduler& hub) {
  hub.check_thread();
  return Search(hub).result();
}

}  // namespace gnet::diag
