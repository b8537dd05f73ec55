// Tells when a fiber does not let go of its hub.
//
// A fiber that computes for long, or calls something that blocks the whole thread, holds up every
// other fiber of its hub. The watchdog is a thread that notices: when a hub has not switched for
// 100 ms, while it was not waiting for events, the fiber is reported with its spawn site and its
// stack at that moment, once, and once more when the hub goes on.
//
//   gnet::diag::start_watchdog();                       // or GNET_WATCHDOG=on in the environment
//
//   fiber-3 (spawned at jobs.cpp:31) has held up its hub for 100ms
//     #0 parse(Job&) (server+0x12f40)
//     #1 run(Job&) (server+0x13a07)
//   fiber-3 (spawned at jobs.cpp:31) held up its hub for 2.1s in all
//
// It is off unless it is asked for: by start_watchdog(), or by the environment variable
// GNET_WATCHDOG in any program, which is "on" or "1", a duration such as "250ms", or "off". The
// environment is looked at when the first hub is made, unless the program has said what it wants
// before. The child of a fork() goes without.
//
// Off it costs nothing. On, each switch goes through the hub's loop and looks at the processor's
// clock, about 50 ns more; a fiber's turns and run time are counted then (gnet/diag/dump.h). The
// watchdog itself wakes up once in as long as a fiber may block.
//
// All hubs are watched, also those of threads that begin later. A callback of a hub that takes as
// long is reported as well; handlers of Asio are not. Loops that compute call gnet::checkpoint(),
// what blocks belongs in a ThreadPool.
//
// The stack is taken by a signal to the hub's thread, SIGURG, once for each incident: nobody needs
// it, and where it is not expected it is ignored. System calls go on after it, but for those that
// no handler leaves alone, such as nanosleep() and poll(), which end with EINTR. A program that
// wants SIGURG for itself goes without the watchdog.
//
// Threads: all of it may be used from any.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gnet/base/duration.h"
#include "gnet/base/function.h"

namespace gnet::diag {

// A fiber that holds up its hub, or has done so.
struct Blocked {
  std::string fiber;   // its name, or "a callback of the hub"
  std::string origin;  // "spawned at jobs.cpp:31"; empty for a callback
  std::string thread;  // the name of the hub's thread
  Duration time{};     // so far, or in all
  bool over = false;   // the hub goes on
  // The calls that it was in, innermost first. Empty when that is over, or when the thread did not
  // answer within a second, in which case `fiber` is not known either.
  std::vector<std::string> stack;

  // The first line of the report, without the stack.
  [[nodiscard]] std::string text() const;
};

struct WatchdogOptions {
  TimeSpan max_blocking_time = std::chrono::milliseconds(100);

  // Called for each report on the watchdog's own thread, which it may block. By default the
  // report goes to the log as warnings. What it throws is dropped.
  std::function<void(const Blocked&)> on_blocked = {};
};

// Starts the watchdog; one that runs gets these options, and has let go of its old ones when the
// call returns. Throws Misuse for a time that is not positive, and std::system_error when there can
// be no thread.
void start_watchdog(WatchdogOptions options = {});

// Ends it. Nothing is reported any more once the call returns.
void stop_watchdog();

[[nodiscard]] bool watchdog_runs();

// What GNET_WATCHDOG and --watchdog mean: a duration; its default for "on", "yes", "true" and "1";
// zero for "off", "no", "false" and "0". Nothing if it is none of these.
[[nodiscard]] std::optional<Duration> parse_watchdog(std::string_view text);

}  // namespace gnet::diag
