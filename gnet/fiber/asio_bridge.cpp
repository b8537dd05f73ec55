#include "gnet/fiber/asio_bridge.h"

namespace gnet {
namespace {

// Handlers run in one turn: one that posts itself for ever must not keep the hub.
constexpr int kHandlersPerTurn = 256;

}  // namespace

AsioBridge::AsioBridge(int poller) : poller_(context_, poller) {}

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

}  // namespace gnet
