// What a server writes while it serves: events on standard output, and on standard error
// what SIGUSR1 and SIGQUIT ask for.
//
//   cli::post_event(cli::event("drain").add("left", 3));
//
// A thread writes it, as it does the log: a reader who stops reading stops nobody else. 16 MB of
// events wait for him; those after that are dropped, and an event "dropped" tells how many. When
// standard output refuses a line the process ends and says why, with 141 or 9.
//
// Threads: all of it may be used from any.

#pragma once

#include <string_view>

#include "cli/out/json.h"
#include "gnet/base/duration.h"

namespace cli {

void post_event(const JsonObject& event);

// Lines for standard error, whatever the log level is.
void post_report(std::string_view text);

// Whether all events are written, or are so within the limit. Suspends.
[[nodiscard]] bool events_written(gnet::Duration limit);

}  // namespace cli
