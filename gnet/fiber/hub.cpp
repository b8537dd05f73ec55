#include "gnet/fiber/hub.h"

#include "gnet/fiber/asio_bridge.h"
#include "gnet/fiber/mailbox.h"
#include "gnet/fiber/scheduler.h"
#include "gnet/fiber/wait_graph.h"

namespace gnet {

using detail::Scheduler;
using detail::Waiter;

namespace {

constexpr detail::WaitKind kIdleWait{"everything else to end"};

}  // namespace

Scheduler& Hub::scheduler() noexcept {
  return static_cast<Scheduler&>(*this);
}

const Scheduler& Hub::scheduler() const noexcept {
  return static_cast<const Scheduler&>(*this);
}

Hub& Hub::current() {
  return Scheduler::current();
}

Hub* Hub::current_if_any() noexcept {
  return Scheduler::current_if_any();
}

bool Hub::ended() noexcept {
  return Scheduler::ended_here();
}

void Hub::check_thread() const {
  scheduler().check_thread();
}

// ---- callbacks ----

bool Deferred::pending() const noexcept {
  return state_ && state_->callback;
}

void Deferred::stop() noexcept {
  if (state_) state_->callback = {};
}

Deferred Hub::defer(UniqueFunction<void()> callback) {
  check_thread();
  if (!callback) detail::throw_empty_function();
  Deferred handle;
  handle.state_ = std::make_shared<Deferred::State>();
  handle.state_->callback = std::move(callback);
  handle.state_->self = handle.state_;
  scheduler().enqueue(*handle.state_);
  return handle;
}

void Hub::post(UniqueFunction<void()> callback) {
  if (!callback) detail::throw_empty_function();
  mailbox()->post(std::move(callback));
}

const std::shared_ptr<Mailbox>& Hub::mailbox() const noexcept {
  return scheduler().mailbox_;
}

// ---- life ----

void Hub::end_waiting(bool ended) {
  check_thread();
  Scheduler& self = scheduler();
  self.waiting_ended_ = ended;
  if (!ended) return;
  while (Waiter* waiter = self.idle_waiters_.pop_front()) self.wake(*waiter);
}

bool Hub::wait_idle(Deadline deadline) {
  check_thread();
  Scheduler& self = scheduler();
  if (self.waiting_ended_) return true;
  Waiter waiter(&self.running());
  self.idle_waiters_.push_back(waiter);
  while (!waiter.signalled) {
    // This deadline is nothing that is left to do.
    if (!self.park(kIdleWait, this, deadline, false) && !waiter.signalled) return false;
  }
  return true;
}

Hub::KeepAlive::KeepAlive(Hub& hub) noexcept : hub_(hub) {
  ++hub_.scheduler().external_work_;
}

Hub::KeepAlive::~KeepAlive() {
  // None are left in the child of a fork().
  if (current_if_any() == &hub_ && hub_.scheduler().external_work_ > 0) {
    --hub_.scheduler().external_work_;
  }
}

Hub::AtEnd::AtEnd(Hub& hub, UniqueFunction<void()> function) : function_(std::move(function)) {
  hub.check_thread();
  hub.scheduler().at_end_.push_front(*this);
}

// ---- errors, and what everybody waits for ----

void Hub::set_error_handler(ErrorHandler handler) {
  scheduler().error_handler_ = std::move(handler);
}

std::string Hub::wait_graph() {
  std::string text;
  scheduler().for_each_fiber([&text](detail::FiberControl& fiber) {
    if (fiber.state != FiberState::waiting) return;
    if (!text.empty()) text += '\n';
    text += detail::wait_line(fiber);
  });
  return text;
}

// ---- Asio ----

asio::io_context& Hub::io_context() {
  check_thread();
  Scheduler& self = scheduler();
  if (!self.asio_) self.asio_ = std::make_unique<AsioBridge>(self.poller_);
  self.has_asio_ = self.polls_in_loop_ = true;
  return self.asio_->io_context();
}

}  // namespace gnet
