#include "gnet/fiber/asio_bridge.h"

#include <exception>

#include "gnet/base/error.h"
#include "gnet/base/log.h"

namespace gnet {
namespace {

// Handlers run in one turn: one that posts itself for ever must not keep the hub.
constexpr int kHandlersPerTurn = 256;

}  // namespace

AsioBridge::AsioBridge(Poller& poller) : poller_(context_, poller.native_handle()) {}

AsioBridge::~AsioBridge() {
  poller_.release();  // the descriptor is the poller's
}

void AsioBridge::wait(Duration timeout) {
  if (!watching_) {
    watching_ = true;
    poller_.async_wait(asio::posix::descriptor_base::wait_read,
                       [this](const asio::error_code&) { watching_ = false; });
  }
  if (timeout < Duration::zero()) {
    context_.run_one();
  } else if (timeout > Duration::zero()) {
    context_.run_one_for(timeout);
  }
  run_ready_handlers();
}

void AsioBridge::run_ready_handlers() {
  for (int i = 0; i < kHandlersPerTurn && context_.poll_one() > 0; ++i) {
  }
  if (context_.stopped()) context_.restart();
}

bool AsioBridge::has_work() {
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
