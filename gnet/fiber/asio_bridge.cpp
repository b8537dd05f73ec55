#include "gnet/fiber/asio_bridge.h"

#include <sys/timerfd.h>
#include <unistd.h>

#include <cstdint>
#include <exception>

#include "gnet/base/error.h"
#include "gnet/base/log.h"

namespace gnet {
namespace {

// Handlers run in one turn: one that posts itself for ever must not keep the hub.
constexpr int kHandlersPerTurn = 256;

}  // namespace

AsioBridge::AsioBridge(Poller& poller)
    : poller_(context_, poller.native_handle()), timer_(make_timer()) {
  if (!timer_) throw_errno("cannot make a timer");
  poller.watch(
      timer_.get(),
      [](void* bridge) noexcept {
        std::uint64_t count = 0;
        const auto& self = *static_cast<AsioBridge*>(bridge);
        [[maybe_unused]] const auto size = read(self.timer_.get(), &count, sizeof count);
      },
      this,
      [](void* bridge) noexcept {
        auto& self = *static_cast<AsioBridge*>(bridge);
        self.timer_ = UniqueFd(make_timer());
        self.timer_set_ = false;
        return self.timer_.get();
      });
}

AsioBridge::~AsioBridge() {
  poller_.release();  // the descriptor is the poller's
}

int AsioBridge::make_timer() noexcept {
  return timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
}

// Zero: never.
void AsioBridge::set_timer(Duration timeout) noexcept {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(timeout);
  itimerspec when{};
  when.it_value.tv_sec = seconds.count();
  when.it_value.tv_nsec = (timeout - seconds).count();
  timerfd_settime(timer_.get(), 0, &when, nullptr);
  timer_set_ = timeout > Duration::zero();
}

void AsioBridge::wait(Duration timeout) {
  if (!watching_) {
    watching_ = true;
    poller_.async_wait(asio::posix::descriptor_base::wait_read,
                       [this](const asio::error_code&) { watching_ = false; });
  }
  if (timeout > Duration::zero()) {
    set_timer(timeout);
  } else if (timer_set_) {
    set_timer(Duration::zero());
  }
  restart_if_stopped();
  if (timeout != Duration::zero()) context_.run_one();
  run_ready_handlers();
}

void AsioBridge::run_ready_handlers() {
  for (int i = 0; i < kHandlersPerTurn && context_.poll_one() > 0; ++i) {
  }
  restart_if_stopped();
}

bool AsioBridge::has_work() {
  restart_if_stopped();  // by a fiber that has run the last handler
  // The context stops when it runs out of work, so take away our own first.
  if (watching_) poller_.cancel();
  while (watching_ && context_.poll_one() > 0) {
  }
  context_.poll_one();
  const bool idle = context_.stopped();
  if (idle) context_.restart();
  return !idle;
}

// ---- around fork() ----

void AsioBridge::before_fork() noexcept {
  context_.notify_fork(asio::execution_context::fork_prepare);
}

void AsioBridge::after_fork_in_parent() noexcept {
  context_.notify_fork(asio::execution_context::fork_parent);
}

// With the parent's poller still open: Asio registers it again, as it does all descriptors.
void AsioBridge::after_fork_in_child() noexcept try {
  context_.notify_fork(asio::execution_context::fork_child);
  poller_.release();
} catch (...) {
  Logger("gnet").error("Asio after a fork: {}", describe(std::current_exception()));
}

void AsioBridge::take_poller(int poller) noexcept try { poller_.assign(poller); } catch (...) {
  Logger("gnet").error("Asio after a fork: {}", describe(std::current_exception()));
}

}  // namespace gnet
