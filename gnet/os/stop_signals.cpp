#include "gnet/os/stop_signals.h"

#include <unistd.h>

#include <csignal>
#include <utility>
#include <vector>

#include "gnet/os/signal.h"

namespace gnet {
namespace {

constexpr int kStopSignals[] = {SIGINT, SIGTERM};

}  // namespace

// Lives on while a function runs that destroys its StopSignals.
struct StopSignals::State {
  void receive(int signal);

  UniqueFunction<void(int)> stop;
  UniqueFunction<void(int)> last_word;
  int number = 0;
  std::vector<SignalHandler> handlers;
};

void StopSignals::State::receive(int signal) {
  if (number == 0) {
    number = signal;
    if (!last_word) {
      // From here on no fiber needs to run for it.
      for (const int second : kStopSignals) handlers.push_back(exit_on_signal(second));
    }
    return stop(signal);
  }
  try {
    if (last_word) last_word(signal);
  } catch (...) {
    // The end comes all the same.
  }
  _exit(128 + signal);
}

StopSignals::StopSignals(UniqueFunction<void(int)> stop, UniqueFunction<void(int)> last_word)
    : state_(std::make_shared<State>()) {
  state_->stop = std::move(stop);
  state_->last_word = std::move(last_word);
  for (const int signal : kStopSignals) {
    state_->handlers.push_back(on_signal(signal, [state = std::weak_ptr(state_)](int number) {
      if (const auto held = state.lock()) held->receive(number);
    }));
  }
}

StopSignals::~StopSignals() {
  state_->handlers.clear();
}

void StopSignals::receive(int number) {
  const auto held = state_;
  held->receive(number);
}

int StopSignals::number() const noexcept {
  return state_->number;
}

}  // namespace gnet
