#include "gnet/sync/select.h"

#include <cstdint>

#include "gnet/base/error.h"

namespace gnet {
namespace {

constexpr detail::WaitKind kSelect{"one of several channels"};

// Xorshift, from the same seed in every thread.
std::size_t random_below(std::size_t end) noexcept {
  static thread_local std::uint64_t state = 0x9e3779b97f4a7c15;
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return static_cast<std::size_t>((state >> 16) % end);
}

}  // namespace

void SelectCase::pick(bool abandoned) noexcept {
  selection_->pick(*this, abandoned);
}

namespace detail {

Selection::Selection(std::span<SelectCase* const> cases)
    : hub_(detail::Scheduler::current()), cases_(cases), done_(&hub_.running()) {}

Selection::~Selection() {
  withdraw_all();
}

void Selection::withdraw_all() noexcept {
  if (!enlisted_) return;
  for (SelectCase* one : cases_) {
    one->withdraw();
    one->selection_ = nullptr;
  }
}

void Selection::pick(SelectCase& picked, bool abandoned) noexcept {
  if (abandoned) done_.abandoned = true;
  // Picked before: what was granted to it has been destroyed since.
  if (picked_ == nullptr) {
    picked_ = &picked;
    done_.signalled = true;
    for (SelectCase* one : cases_) {
      if (one != &picked) one->withdraw();
    }
  }
  hub_.make_ready(*done_.fiber);
}

std::optional<std::size_t> Selection::try_now() {
  if (cases_.empty()) return std::nullopt;
  const std::size_t start = random_below(cases_.size());
  for (std::size_t i = 0; i < cases_.size(); ++i) {
    const std::size_t position = (start + i) % cases_.size();
    if (cases_[position]->enabled_ && cases_[position]->try_now()) return position;
  }
  return std::nullopt;
}

std::optional<std::size_t> Selection::wait(Deadline deadline) {
  hub_.checkpoint();
  if (const auto position = try_now()) return position;
  for (const SelectCase* one : cases_) {
    if (one->selection_ != nullptr) throw Misuse("a case of select() that another fiber waits for");
  }
  enlisted_ = true;
  for (SelectCase* one : cases_) {
    one->selection_ = this;
    if (one->enabled_) one->enlist();
  }
  while (!done_.signalled) {
    if (!hub_.park(done_, kSelect, nullptr, deadline) && !done_.signalled) return std::nullopt;
  }
  picked_->finish();
  std::size_t position = 0;
  while (cases_[position] != picked_) ++position;
  return position;
}

}  // namespace detail

std::optional<std::size_t> select(std::span<SelectCase* const> cases, Deadline deadline) {
  return detail::Selection(cases).wait(deadline);
}

}  // namespace gnet
