// The results of applying a function to many things, one by one, while the work goes on.
//
// What Group::imap() and Group::imap_unordered() return. A fiber of its own takes items
// from the range and has the function called for each in a member of the Group; it stays
// a bounded number of calls ahead of whoever reads the results. next() gives a result, or
// throws the error of its call, after which the following one can be had all the same.
//
//   for (auto& page : pool.imap_unordered(urls, fetch)) index(page);
//
//   auto pages = pool.imap(urls, fetch);
//   while (auto page = pages.next()) index(*page);
//
// What the range throws is thrown to the reader after the results. A range given as an
// lvalue must outlive the Imap. Destroying an Imap kills the calls that have not ended,
// and suspends until they have. A function that returns nothing gives std::monostate.
//
// Threads: an Imap belongs to the fiber that made it.

#pragma once

#include <algorithm>
#include <deque>
#include <exception>
#include <iterator>
#include <optional>
#include <type_traits>
#include <utility>

#include "gnet/sync/group.h"
#include "gnet/sync/item_iterator.h"

namespace gnet {
namespace detail {

inline constexpr WaitKind kImapResult{"a result of imap()"};
inline constexpr WaitKind kImapReader{"the reader of imap()"};
inline constexpr std::size_t kImapAhead = 64;

}  // namespace detail

template <bool kOrdered, typename Source, typename F>
class Imap final : private detail::Batch {
 public:
  using Result = detail::Stored<std::remove_cvref_t<detail::MapResult<Source, F>>>;

  template <typename G>
  Imap(Group& group, Source&& source, G&& function, std::size_t ahead, SourceLocation where)
      : group_(group),
        source_(std::forward<Source>(source)),
        function_(std::forward<G>(function)),
        ahead_(ahead),
        where_(where),
        by_member_(group.running_member()),
        feeder_(gnet::spawn([this] { feed(); }, where)) {}

  ~Imap() {
    cancel();
    const Uninterruptible until_it_ends;
    feeder_.kill();
    // It may have begun one more.
    cancel();
  }

  // The next result; suspends until it is there. Nothing: there are no more.
  [[nodiscard]] std::optional<Result> next() {
    for (;;) {
      if (!outcomes_.empty() && outcomes_.front().done) break;
      if (exhausted_ && running_ == 0 && outcomes_.empty()) {
        if (auto error = std::exchange(source_error_, nullptr)) std::rethrow_exception(error);
        return std::nullopt;
      }
      changed_.wait(detail::kImapResult, this);
    }
    Outcome outcome(std::move(outcomes_.front()));
    outcomes_.pop_front();
    ++read_;
    room_.notify_all();
    if (outcome.error) std::rethrow_exception(outcome.error);
    return std::move(outcome.result);
  }

  using Iterator = detail::ItemIterator<Imap, Result>;
  [[nodiscard]] Iterator begin() { return Iterator(*this); }
  [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

 private:
  struct Outcome {
    bool done = false;
    std::optional<Result> result;
    std::exception_ptr error;
  };

  void feed() {
    try {
      const auto end = std::ranges::end(source_);
      for (auto item = std::ranges::begin(source_); item != end; ++item) {
        while (begun_ - read_ >= ahead_) room_.wait(detail::kImapReader, this);
        begin_task(detail::TaskItem<Source>(*item));
      }
    } catch (const Interrupt&) {
      end_feeding();
      throw;
    } catch (...) {
      source_error_ = std::current_exception();
    }
    end_feeding();
  }

  void end_feeding() {
    exhausted_ = true;
    changed_.notify_all();
  }

  void begin_task(detail::TaskItem<Source> item) {
    const std::size_t index = begun_++;
    if constexpr (kOrdered) outcomes_.emplace_back();
    auto task = [this, index, item = std::move(item)]() mutable {
      if constexpr (std::is_same_v<Result, std::monostate>) {
        function_(detail::item_of(item));
        keep(index).result.emplace();
      } else {
        Result result = function_(detail::item_of(item));
        keep(index).result.emplace(std::move(result));
      }
    };
    if (by_member_ && group_.full()) {
      run(index, task);
    } else {
      group_.spawn_task(*this, index, std::move(task), where_);
    }
  }

  // Runs a task here: the reader has one of the slots, and may be waiting for the result.
  template <typename Task>
  void run(std::size_t index, Task& task) {
    try {
      task();
    } catch (const Interrupt&) {
      keep(index).error = std::make_exception_ptr(FiberKilled("a call of imap() was killed"));
      throw;
    } catch (...) {
      keep(index).error = std::current_exception();
    }
    changed_.notify_all();
  }

  // Where the outcome of a call goes.
  Outcome& keep(std::size_t index) {
    if constexpr (kOrdered) {
      outcomes_[index - read_].done = true;
      return outcomes_[index - read_];
    } else {
      outcomes_.emplace_back().done = true;
      return outcomes_.back();
    }
  }

  void ended(std::size_t index, AnyFiber& fiber) noexcept override {
    if (auto error = detail::failure_of(fiber)) keep(index).error = std::move(error);
  }

  Group& group_;
  Source source_;
  F function_;
  const std::size_t ahead_;
  SourceLocation where_;
  const bool by_member_;          // the reader is one, whose waiting must not keep a slot
  std::deque<Outcome> outcomes_;  // not read; ordered: also those to come
  std::size_t begun_ = 0;
  std::size_t read_ = 0;
  bool exhausted_ = false;
  std::exception_ptr source_error_;
  WaitQueue room_;
  Fiber<> feeder_;
};

template <std::ranges::input_range Range, typename F>
Imap<true, Range, std::decay_t<F>> Group::imap(Range&& items, F&& function, std::size_t ahead,
                                               SourceLocation where) {
  return {*this, std::forward<Range>(items), std::forward<F>(function), look_ahead(ahead), where};
}

template <std::ranges::input_range Range, typename F>
Imap<false, Range, std::decay_t<F>> Group::imap_unordered(Range&& items, F&& function,
                                                          std::size_t ahead, SourceLocation where) {
  return {*this, std::forward<Range>(items), std::forward<F>(function), look_ahead(ahead), where};
}

}  // namespace gnet
