// The way into a hub from other threads: a queue of callbacks that wakes it.
//
// Posting is lock-free, and writes to the hub's eventfd at most once for each time
// that the hub sleeps. A Mailbox may outlive its hub; posting to it is then
// refused.
//
//   auto mailbox = gnet::Hub::current().mailbox();
//   std::thread([mailbox] { mailbox->post([] { /* runs on the hub */ }); }).detach();
//
// Threads: post() may be called from any.

#pragma once

#include <atomic>

#include "gnet/base/unique_fd.h"
#include "gnet/base/unique_function.h"

namespace gnet {

namespace detail {
class Scheduler;
}

class Mailbox {
 public:
  Mailbox();
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;
  ~Mailbox();

  // Has the hub run `callback`, after those posted before by the same thread. False,
  // and the callback dropped, once the hub has ended. Does not block.
  bool post(UniqueFunction<void()> callback);

 private:
  friend class detail::Scheduler;

  struct Letter {
    Letter* next;
    UniqueFunction<void()> callback;
  };

  // Announces that the hub goes to sleep. False when there is something to do.
  //
  // The hub stores `asleep_` and then looks for letters; who posts stores a letter and then looks
  // at `asleep_`. All four are sequentially consistent, so at least one of the two sees what the
  // other has stored: either the hub stays awake, or the eventfd is written to. Of those who post
  // during one sleep, the exchange picks one to write.
  bool try_sleep() noexcept {
    asleep_.store(true, std::memory_order_seq_cst);
    if (newest_.load(std::memory_order_seq_cst) == nullptr) [[likely]]
      return true;
    wake_up();
    return false;
  }
  // Posters need not write any more. One that has just seen the hub asleep may still: then the
  // next sleep is cut short once, for nothing.
  void wake_up() noexcept { asleep_.store(false, std::memory_order_relaxed); }

  // May miss one that is just being posted: try_sleep() does not.
  [[nodiscard]] bool has_letters() const noexcept {
    return newest_.load(std::memory_order_relaxed) != nullptr;
  }

  // The letters so far, oldest first.
  Letter* take() noexcept;
  static void discard(Letter* letters) noexcept;

  // In the child of a fork(): another eventfd, or -1.
  int renew() noexcept;

  // Empties the eventfd, which is watched level-triggered. Says nothing about letters: they are
  // taken in each turn of the loop.
  void acknowledge() noexcept;

  UniqueFd event_;
  std::atomic<Letter*> newest_{nullptr};
  std::atomic<bool> asleep_{false};
  std::atomic<bool> closed_{false};
};

}  // namespace gnet
