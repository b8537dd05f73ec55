// A handle to a function that a ThreadPool runs, for its result.
//
//   gnet::PoolTask<int> lines = pool.spawn(count_lines, path);
//   gnet::wait_any(lines, cancelled);
//   if (lines.ready()) print(lines.get());
//
// Threads: a PoolTask belongs to the hub that spawned it.

#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "gnet/fiber/fiber.h"
#include "gnet/fiber/scheduler.h"
#include "gnet/sync/async_result.h"
#include "gnet/sync/event.h"

namespace gnet {
namespace detail {

// A function in a pool. The pool's thread calls run() and then sends the job to its
// hub with a letter; everything else happens there.
class PoolJob {
 public:
  PoolJob() = default;
  PoolJob(const PoolJob&) = delete;
  PoolJob& operator=(const PoolJob&) = delete;
  virtual ~PoolJob() = default;

  // On the pool's thread: calls the function, keeps its result, lets go of it.
  virtual void run() noexcept = 0;

  // The pool does not run it any more.
  void abandon(std::exception_ptr why) noexcept;

  // From any thread: has the hub call finish().
  static void send_home(std::shared_ptr<PoolJob> job) noexcept;

  // ---- on the hub ----

  void finish();
  void wait() { done_.wait(); }
  [[nodiscard]] bool wait(Deadline deadline) { return done_.wait(deadline); }
  [[nodiscard]] bool ready() const noexcept { return done_.is_set(); }
  void add_waiter(Waiter& waiter) const { done_.add_waiter(waiter); }
  void wait_until(Deadline deadline);  // throws TimedOut

  [[nodiscard]] std::exception_ptr error() noexcept;
  void throw_if_failed();

  // Nobody will ask for the result.
  void drop() noexcept;

  // While it is not done, the hub has something to wait for.
  void keep_alive() { alive_.emplace(hub_); }

  // What to tell once there is room for it in the pool; under the pool's lock.
  std::optional<AsyncResult<>::Setter> admitted;

 protected:
  std::exception_ptr error_;

 private:
  void report_if_unseen() noexcept;

  detail::Scheduler& hub_ = detail::Scheduler::current();
  std::shared_ptr<Mailbox> mailbox_ = hub_.mailbox();
  Event done_;
  std::optional<detail::Scheduler::KeepAlive> alive_;
  bool dropped_ = false;
  bool seen_ = false;  // the error
};

template <typename T>
class PoolResult : public PoolJob {
 public:
  // The value, or throws the error. Once, and once it is ready.
  T take() {
    throw_if_failed();
    if constexpr (!std::is_void_v<T>) return std::move(*value_);
  }
  const Stored<T>& look() {
    throw_if_failed();
    return *value_;
  }

 protected:
  std::optional<Stored<T>> value_;
};

template <typename T, typename F>
class PoolCall final : public PoolResult<T> {
 public:
  explicit PoolCall(F&& function) : function_(std::move(function)) {}

  void run() noexcept override {
    try {
      if constexpr (std::is_void_v<T>) {
        (*function_)();
        this->value_.emplace();
      } else {
        this->value_.emplace((*function_)());
      }
    } catch (...) {
      this->error_ = std::current_exception();
    }
    function_.reset();
  }

 private:
  std::optional<F> function_;
};

}  // namespace detail

template <typename T>
class PoolTask {
 public:
  using Reference = std::conditional_t<std::is_void_v<T>, void, const detail::Stored<T>&>;

  explicit PoolTask(std::shared_ptr<detail::PoolResult<T>> job) noexcept : job_(std::move(job)) {}
  PoolTask(PoolTask&& other) noexcept = default;
  PoolTask& operator=(PoolTask&& other) noexcept {
    std::swap(job_, other.job_);
    return *this;
  }
  ~PoolTask() {
    if (job_) job_->drop();
  }

  // Whether the function has ended, by whatever way.
  [[nodiscard]] bool ready() const noexcept { return job_->ready(); }

  // Suspends until it has. Does not throw its error.
  void wait() const { job_->wait(); }

  // As wait(), but gives up at the deadline: false means that it passed.
  [[nodiscard]] bool wait(Deadline deadline) const { return job_->wait(deadline); }

  // Suspends until the function has ended; its result, or throws what it threw.
  Reference get() const& { return get(Deadline::never()); }
  T get() && { return std::move(*this).get(Deadline::never()); }

  // As get(), but throws TimedOut at the deadline.
  Reference get(Deadline deadline) const& {
    job_->wait_until(deadline);
    if constexpr (std::is_void_v<T>) {
      job_->throw_if_failed();
    } else {
      return job_->look();
    }
  }
  T get(Deadline deadline) && {
    job_->wait_until(deadline);
    return job_->take();
  }

  // What it threw, or null. Reading it counts as handling it.
  [[nodiscard]] std::exception_ptr exception() const noexcept { return job_->error(); }

  // Waitable, see gnet/fiber/wait.h.
  void add_waiter(detail::Waiter& waiter) const { job_->add_waiter(waiter); }

 private:
  std::shared_ptr<detail::PoolResult<T>> job_;
};

}  // namespace gnet
