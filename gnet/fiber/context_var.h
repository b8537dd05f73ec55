// A variable whose value a fiber inherits from the fiber that spawns it.
//
//   gnet::ContextVar<std::string> request{"none"};
//
//   void handle(const Request& r) {
//     const auto scope = request.set(r.id);                 // until the end of the block
//     gnet::spawn([] { log().info("for {}", *request); });  // r.id, also when the block has ended
//   }
//
// What a child sets its parent does not see. As gevent's contextvars, but for the token: here it is
// a scope. Where each fiber shall begin with a value of its own, use Local.
//
// Threads: may be used from any; a value is inherited by fibers of the same hub, and not by
// callbacks, threads and hubs. Nothing here suspends.

#pragma once

#include <cstdint>
#include <utility>

#include "gnet/fiber/control.h"
#include "gnet/fiber/local.h"
#include "gnet/fiber/scheduler.h"

namespace gnet {
namespace detail {

// A value in the list of a fiber, newest first. Its children share the list as it was when they
// were spawned, so nothing in it changes.
struct Inherited {
  void (*destroy)(Inherited&) noexcept;
  std::uint64_t key;
  Inherited* older = nullptr;
  std::uint32_t references = 1;
};

[[nodiscard]] inline const Inherited* find_inherited(const FiberControl& fiber,
                                                     std::uint64_t key) noexcept {
  const Inherited* value = fiber.inherited;
  while (value != nullptr && value->key != key) value = value->older;
  return value;
}

// Null in callbacks of a hub, and where there is none.
inline FiberControl* running_fiber() noexcept {
  detail::Scheduler* hub = detail::Scheduler::current_if_any();
  return hub != nullptr ? hub->running_if_any() : nullptr;
}

// The fiber has this value from now on; takes over its reference.
void add_inherited(FiberControl& fiber, Inherited& value) noexcept;

// Back to what was before; nothing if that is not the newest value of the fiber.
void remove_inherited(FiberControl& fiber, const Inherited& value) noexcept;

}  // namespace detail

template <typename T>
class ContextVar {
  struct Value : detail::Inherited {
    Value(std::uint64_t key, T&& given)
        : Inherited{[](Inherited& self) noexcept { delete static_cast<Value*>(&self); }, key},
          value(std::move(given)) {}
    const T value;
  };

 public:
  // Sets a value for as long as it lives. It ends in the fiber that made it, and scopes end in
  // reverse order, as blocks do; one that does not leaves its value until the fiber ends.
  class [[nodiscard]] Scope {
   public:
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    ~Scope() {
      if (auto* fiber = detail::running_fiber()) detail::remove_inherited(*fiber, value_);
    }

   private:
    friend class ContextVar;
    explicit Scope(Value& value) : value_(value) {
      detail::add_inherited(detail::Scheduler::current().running(), value);
    }
    Value& value_;
  };

  // Where nothing was set or inherited, the value is this.
  explicit ContextVar(T otherwise = T()) : otherwise_(std::move(otherwise)) {}
  ContextVar(const ContextVar&) = delete;
  ContextVar& operator=(const ContextVar&) = delete;

  // The running fiber's value; in a callback of the hub, as nothing were set. The reference is good
  // until the fiber leaves the scope in which it was set, or ends.
  [[nodiscard]] const T& get() const {
    const auto* fiber = detail::running_fiber();
    const auto* found = fiber != nullptr ? detail::find_inherited(*fiber, key_) : nullptr;
    return found == nullptr ? otherwise_ : static_cast<const Value*>(found)->value;
  }

  const T& operator*() const { return get(); }
  const T* operator->() const { return &get(); }

  // The running fiber, and the fibers that it spawns meanwhile, have this value.
  Scope set(T value) { return Scope(*new Value(key_, std::move(value))); }

 private:
  const T otherwise_;
  const std::uint64_t key_ = detail::next_local_key();
};

}  // namespace gnet
