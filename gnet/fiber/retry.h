// Trying again: how long to wait before each try, and a loop that does.
//
// Delays grow from one try to the next, and each is drawn at random around its middle, so that
// many who have failed together do not come back together.
//
//   auto stream = gnet::retry({.initial = 100ms, .max_retries = 5}, [] {
//     return gnet::connect("tcp://127.0.0.1:6011", 2s);
//   });
//   gnet::retry(gnet::RetryPolicy::fixed(10s), [] { synchronise(); });
//
// ReconnectingClientFactory takes its delays from a RetryPolicy, too.
//
// Threads: a RetryPolicy is a plain value.

#pragma once

#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

#include "gnet/base/duration.h"
#include "gnet/fiber/fiber.h"

namespace gnet {

// When to try again. Each delay is drawn evenly from ± `jitter` of its middle, which is `initial`
// at first and grows by `factor` from one try to the next. None is longer than `max`, or than
// `initial` where that is more; nor shorter than a millisecond.
struct RetryPolicy {
  TimeSpan initial = std::chrono::seconds(1);  // 0: never again
  TimeSpan max = std::chrono::seconds(30);
  double factor = 2;
  double jitter = 0.5;
  std::optional<unsigned> max_retries = std::nullopt;  // tries in a row that may fail, the very
                                                       // first among them; nothing: any number

  // For clients that reconnect: a connection that has lived so long begins the delays anew, and one
  // try to connect may take so long; 0: any time.
  TimeSpan reset_after = std::chrono::seconds(60);
  TimeSpan connect_timeout = std::chrono::seconds(5);

  // The same delay before each try, exactly.
  [[nodiscard]] static RetryPolicy fixed(TimeSpan delay) noexcept {
    return {.initial = delay, .max = delay, .factor = 1, .jitter = 0};
  }

  // One try, and no other.
  [[nodiscard]] static RetryPolicy never() noexcept { return fixed(Duration::zero()); }

  // The delay before try number `retry`, counted from 1 since the last success; `random` is in
  // [0, 1].
  [[nodiscard]] Duration delay(unsigned retry, double random) const noexcept;

  // As above, drawn.
  [[nodiscard]] Duration delay(unsigned retry) const;

  // What comes after a try that has failed, the `failed`th in a row: the delay until the next, or
  // nothing where there is none.
  [[nodiscard]] std::optional<Duration> delay_after(unsigned failed) const;
};

// Calls `function` until it returns without an error, sleeping in between, and returns what it
// does. Throws the error of the last try that the policy allows; and at once what no other try
// could mend: a std::logic_error, which is a mistake in the program, and an Interrupt.
template <typename F>
std::invoke_result_t<F&> retry(const RetryPolicy& policy, F&& function) {
  for (unsigned failed = 1;; ++failed) {
    Duration pause{};
    try {
      return function();
    } catch (const std::logic_error&) {
      throw;
    } catch (const std::exception&) {
      const auto next = policy.delay_after(failed);
      if (!next) throw;
      pause = *next;
    }
    sleep(pause);
  }
}

}  // namespace gnet
