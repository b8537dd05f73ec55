#include "gnet/fiber/mailbox.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

namespace gnet {

Mailbox::Mailbox() : event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!event_) throw std::system_error(errno, std::generic_category(), "cannot create eventfd");
}

Mailbox::~Mailbox() {
  discard(newest_.exchange(nullptr));
}

bool Mailbox::post(UniqueFunction<void()> callback) {
  // The hub may end after this look: what is posted then is dropped with the Mailbox, by whichever
  // thread is its last owner.
  if (closed_.load(std::memory_order_acquire)) return false;
  auto* letter = new Letter{nullptr, std::move(callback)};
  letter->next = newest_.load(std::memory_order_relaxed);
  while (!newest_.compare_exchange_weak(letter->next, letter, std::memory_order_seq_cst,
                                        std::memory_order_relaxed)) {
  }
  if (asleep_.exchange(false, std::memory_order_seq_cst)) {
    const std::uint64_t one = 1;
    // Fails only when the counter is full, and then the hub wakes anyway.
    [[maybe_unused]] const auto written = write(event_.get(), &one, sizeof one);
  }
  return true;
}

Mailbox::Letter* Mailbox::take() noexcept {
  if (newest_.load(std::memory_order_relaxed) == nullptr) return nullptr;
  Letter* newest = newest_.exchange(nullptr, std::memory_order_acquire);
  Letter* oldest = nullptr;
  while (newest != nullptr) {
    Letter* next = newest->next;
    newest->next = oldest;
    oldest = newest;
    newest = next;
  }
  return oldest;
}

void Mailbox::discard(Letter* letters) noexcept {
  while (letters != nullptr) delete std::exchange(letters, letters->next);
}

int Mailbox::renew() noexcept {
  event_ = UniqueFd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  return event_.get();
}

void Mailbox::acknowledge() noexcept {
  std::uint64_t count;
  [[maybe_unused]] const auto got = read(event_.get(), &count, sizeof count);
}

}  // namespace gnet
