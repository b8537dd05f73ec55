// A variable of which every fiber has its own value.
//
// A fiber's value is made when the fiber first asks for it, and destroyed when the
// fiber ends, even while handles to the fiber are held.
//
//   gnet::Local<int> depth;
//   ++*depth;                         // this fiber's, from zero
//
// Threads: a Local may be used by the fibers of the hub on which it was made.

#pragma once

#include <cstdint>

#include "gnet/fiber/scheduler.h"

namespace gnet {
namespace detail {

// The values of one fiber.
void* find_local(FiberControl& fiber, std::uint64_t key) noexcept;
void add_local(FiberControl& fiber, std::uint64_t key, void* value, void (*destroy)(void*));
void destroy_locals(FiberControl& fiber) noexcept;

// Destroys the value of every fiber for `key`.
void forget_local(detail::Scheduler& hub, std::uint64_t key) noexcept;

std::uint64_t next_local_key() noexcept;

}  // namespace detail

template <typename T>
class Local {
 public:
  Local() : hub_(detail::Scheduler::current()) {}
  Local(const Local&) = delete;
  Local& operator=(const Local&) = delete;

  // Destroys the value of every fiber.
  ~Local() {
    if (detail::Scheduler::current_if_any() == &hub_) detail::forget_local(hub_, key_);
  }

  // The running fiber's value, made with T() on first use.
  [[nodiscard]] T& get() {
    hub_.check_thread();
    detail::FiberControl& fiber = hub_.running();
    if (void* value = detail::find_local(fiber, key_)) return *static_cast<T*>(value);
    auto* made = new T();
    detail::add_local(fiber, key_, made, [](void* value) { delete static_cast<T*>(value); });
    return *made;
  }

  T& operator*() { return get(); }
  T* operator->() { return &get(); }

 private:
  detail::Scheduler& hub_;
  std::uint64_t key_ = detail::next_local_key();
};

}  // namespace gnet
