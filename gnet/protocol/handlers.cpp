#include "gnet/protocol/handlers.h"

#include <utility>

#include "gnet/sync/pool.h"

namespace gnet::detail {
namespace {

constexpr WaitKind kHandlerRoom{"a handler to end, because the server is full"};
constexpr WaitKind kHandlers{"the handlers of a server"};

// For what a handler that was killed still does.
constexpr Duration kHandlerCutGrace = std::chrono::seconds(2);

}  // namespace

// The place of a handler among the active ones, from before its fiber begins.
class Handlers::Place {
 public:
  explicit Place(Handlers& handlers) noexcept : handlers_(&handlers) { ++handlers.active_; }
  Place(Place&& other) noexcept : handlers_(std::exchange(other.handlers_, nullptr)) {}
  Place& operator=(Place&&) = delete;
  ~Place() {
    if (handlers_ == nullptr) return;
    --handlers_->active_;
    handlers_->ended_.notify_all();
  }

 private:
  Handlers* handlers_;
};

bool Handlers::full() const noexcept {
  return (most_ > 0 && active_ >= most_) || (pool_ != nullptr && pool_->full());
}

void Handlers::wait_for_end(Deadline deadline) {
  if (pool_ != nullptr && pool_->full()) {
    pool_->wait_available(deadline);
  } else {
    ended_.wait(kHandlerRoom, this, deadline);
  }
}

// In the child of a fork() they are the parent's and never end, but for the one that has called it.
void Handlers::settle_in_child() noexcept {
  if (forks_ == forks()) [[likely]]
    return;
  forks_ = forks();
  active_ = 0;
  for (Task* one = tasks_.next(nullptr); one != nullptr;) {
    Task* const next = tasks_.next(one);
    one->fiber.dead() ? one->unlink() : static_cast<void>(++active_);
    one = next;
  }
}

void Handlers::run(UniqueFunction<void()> function) {
  settle_in_child();
  auto task = [this, place = Place(*this), function = std::move(function)]() mutable {
    Task self;
    self.fiber = Fiber<>::adopt(Scheduler::current().running());
    tasks_.push_back(self);
    function();
  };
  if (pool_ != nullptr) {
    pool_->spawn(std::move(task), where_);
  } else {
    spawn(std::move(task), where_);
  }
}

bool Handlers::is_caller() noexcept {
  const std::uint64_t caller = this_fiber::id();
  bool found = false;
  tasks_.for_each([&](Task& task) { found = found || task.fiber.id() == caller; });
  return found;
}

bool Handlers::wait_for(std::size_t left, Deadline deadline) {
  settle_in_child();
  while (active_ > left) {
    if (!ended_.wait(kHandlers, this, deadline)) return active_ <= left;
  }
  return true;
}

std::size_t Handlers::end(Deadline grace) {
  settle_in_child();
  const std::size_t own = is_caller() ? 1 : 0;
  if (wait_for(own, grace)) return 0;
  const std::size_t cut = active_ - own;
  // All have begun: they were ready before this fiber was again. Killing runs nothing, so that
  // nobody leaves the list meanwhile.
  const std::uint64_t caller = this_fiber::id();
  tasks_.for_each([&](Task& task) {
    if (task.fiber.id() != caller) task.fiber.kill_async();
  });
  static_cast<void>(wait_for(own, kHandlerCutGrace));
  return cut;
}

}  // namespace gnet::detail
