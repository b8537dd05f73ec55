// The signals that stop a program: the first asks it to come to its end, the second
// ends it.
//
// The first SIGINT or SIGTERM calls a function with its number, in a fiber of its own.
// The second ends the process at once, with status 128 + its number, as impatient
// people expect of a second Ctrl-C; after a last word, if there is one.
//
//   gnet::Event over;
//   const gnet::StopSignals signals([&](int) { over.set(); });
//   over.wait();
//   return signals.number() == 0 ? 0 : 128 + signals.number();
//
// They do so also where a shell had them ignored, see gnet/os/signal.h; and do what
// they did before once the object is gone.
//
// Threads: belongs to the hub on which it was made.

#pragma once

#include <memory>

#include "gnet/base/unique_function.h"

namespace gnet {

class StopSignals {
 public:
  // `stop` may suspend, and destroy the StopSignals. `last_word` gets the number of the second
  // signal. It needs a hub that still turns: without one the second signal ends also a program
  // that is stuck.
  explicit StopSignals(UniqueFunction<void(int number)> stop,
                       UniqueFunction<void(int number)> last_word = {});

  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  ~StopSignals();

  // Does what the signal does when it comes, on the calling fiber.
  void receive(int number);

  // The first that has come, or 0.
  [[nodiscard]] int number() const noexcept;

 private:
  struct State;

  std::shared_ptr<State> state_;
};

}  // namespace gnet
