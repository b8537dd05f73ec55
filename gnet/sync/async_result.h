// A box for one value, or one error, that fibers wait for.
//
// get() parks until somebody calls set() or set_exception(), and then returns the
// value or throws the error, every time. It is set once.
//
//   gnet::AsyncResult<Config> loaded;
//   gnet::spawn([&] { loaded.set(load()); });
//   const Config& config = loaded.get();
//
// Another thread sets it through a Setter:
//
//   gnet::AsyncResult<int> sum;
//   std::thread([setter = sum.setter()]() mutable { setter.set(add_up()); }).detach();
//   sum.get();
//
// Threads: an AsyncResult belongs to the hub on which it was made; use from another
// thread throws Misuse. A Setter may be used on any thread, by one at a time.

#pragma once

#include <concepts>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <variant>

#include "gnet/fiber/fiber.h"
#include "gnet/fiber/mailbox.h"
#include "gnet/fiber/scheduler.h"
#include "gnet/sync/grant_queue.h"
#include "gnet/sync/wait_queue.h"

namespace gnet {

// What get() throws when every Setter went away without setting anything.
class ResultAbandoned : public std::runtime_error {
 public:
  ResultAbandoned();
};

// What does not depend on the type of the value.
class AnyAsyncResult {
 public:
  AnyAsyncResult() = default;
  AnyAsyncResult(const AnyAsyncResult&) = delete;
  AnyAsyncResult& operator=(const AnyAsyncResult&) = delete;

  // Whether it has been set.
  [[nodiscard]] bool ready() const noexcept { return ready_; }

  // Whether it has been set to a value.
  [[nodiscard]] bool successful() const noexcept { return ready_ && !error_; }

  // The error that it was set to, or null.
  [[nodiscard]] std::exception_ptr exception() const noexcept { return error_; }

  // Stores an error and wakes every waiter, in the order in which they came. Throws
  // Misuse when it has been set before.
  void set_exception(std::exception_ptr error);

  // As set_exception(), but returns false when it has been set before.
  bool try_set_exception(std::exception_ptr error);

  // Suspends until it has been set. Does not throw the error.
  void wait() const { static_cast<void>(wait(Deadline::never())); }

  // As wait(), but gives up at the deadline: false means that it passed.
  [[nodiscard]] bool wait(Deadline deadline) const;

  // Waitable, see gnet/fiber/wait.h.
  void add_waiter(detail::Waiter& waiter) const { watchers_.add(waiter); }

 protected:
  class AnySetter;

  ~AnyAsyncResult();

  void check_thread() const { waiters_.hub().check_thread(); }
  void complete();
  void wait_until(Deadline deadline) const;  // throws TimedOut
  void throw_if_failed() const {
    if (error_) [[unlikely]]
      std::rethrow_exception(error_);
  }
  [[noreturn]] static void throw_set_before();

 private:
  // Where letters from other threads find the result, as long as it exists.
  struct Address {
    AnyAsyncResult* result;  // looked at on the hub's thread only
  };

  bool ready_ = false;
  std::exception_ptr error_;
  mutable GrantQueue waiters_;
  mutable WaitQueue watchers_;
  std::shared_ptr<Address> address_;
  std::size_t setters_ = 0;
  std::optional<detail::Scheduler::KeepAlive> keep_alive_;  // while others may still set it
};

class AnyAsyncResult::AnySetter {
 public:
  explicit AnySetter(AnyAsyncResult& result);
  AnySetter(AnySetter&&) noexcept = default;
  AnySetter& operator=(AnySetter&& other) noexcept {
    AnySetter old(std::move(*this));
    address_ = std::move(other.address_);
    mailbox_ = std::move(other.mailbox_);
    return *this;
  }
  ~AnySetter();

  // Sets the result to an error.
  bool set_exception(std::exception_ptr error) {
    return deliver([error = std::move(error)](AnyAsyncResult& result) mutable {
      result.try_set_exception(std::move(error));
    });
  }

 protected:
  // Has the hub call `set(result)`, unless the result is gone by then.
  template <typename Set>
  bool deliver(Set set) {
    if (!address_) throw_no_result();
    return mailbox_->post([address = address_, set = std::move(set)]() mutable {
      if (address->result != nullptr) set(*address->result);
    });
  }

 private:
  [[noreturn]] static void throw_no_result();

  std::shared_ptr<Address> address_;
  std::shared_ptr<Mailbox> mailbox_;
};

template <typename T = void>
class AsyncResult : public AnyAsyncResult {
 public:
  class Setter;
  using Reference = std::conditional_t<std::is_void_v<T>, void, const detail::Stored<T>&>;

  AsyncResult() = default;

  // Stores the value and wakes every waiter, in the order in which they came.
  // Throws Misuse when it has been set before.
  template <typename... U>
  requires std::constructible_from<detail::Stored<T>, U &&...> void set(U&&... value) {
    if (!try_set(std::forward<U>(value)...)) throw_set_before();
  }

  // As set(), but returns false when it has been set before.
  template <typename... U>
  requires std::constructible_from<detail::Stored<T>, U &&...> bool try_set(U&&... value) {
    check_thread();
    if (ready()) return false;
    value_.emplace(std::forward<U>(value)...);
    complete();
    return true;
  }

  // Suspends until it has been set; returns the value or throws the error. The
  // reference is valid as long as the AsyncResult.
  Reference get() const& { return get(Deadline::never()); }
  T get() && { return std::move(*this).get(Deadline::never()); }

  // As get(), but throws TimedOut at the deadline.
  Reference get(Deadline deadline) const& {
    wait_until(deadline);
    throw_if_failed();
    if constexpr (!std::is_void_v<T>) return *value_;
  }
  T get(Deadline deadline) && {
    wait_until(deadline);
    throw_if_failed();
    if constexpr (!std::is_void_v<T>) return std::move(*value_);
  }

  // The value if it has been set, or throws the error; never suspends.
  [[nodiscard]] std::optional<detail::Stored<T>> try_get() const {
    check_thread();
    throw_if_failed();
    return value_;
  }

  // The value, or null while there is none.
  [[nodiscard]] const detail::Stored<T>* value() const noexcept {
    return value_ ? &*value_ : nullptr;
  }

  // A handle through which another thread sets the result. While one exists and the
  // result is not set, the hub has something to wait for.
  [[nodiscard]] Setter setter() { return Setter(*this); }

 private:
  std::optional<detail::Stored<T>> value_;
};

// Sets an AsyncResult from any thread. The AsyncResult and its hub may be gone by
// then. When several set it, the first wins.
template <typename T>
class AsyncResult<T>::Setter : public AnyAsyncResult::AnySetter {
 public:
  explicit Setter(AsyncResult& result) : AnySetter(result) {}

  // Sets the result to a value. False: the hub has ended.
  template <typename... U>
  requires std::constructible_from<detail::Stored<T>, U &&...> bool set(U&&... value) {
    return deliver(
        [value = detail::Stored<T>(std::forward<U>(value)...)](AnyAsyncResult& result) mutable {
          static_cast<AsyncResult&>(result).try_set(std::move(value));
        });
  }
};

}  // namespace gnet
