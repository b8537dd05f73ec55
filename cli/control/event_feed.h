// What happens in a server, for those who want to follow it: `gnet ctl events`.
//
//   cli::tell_event(cli::event("drain").add("left", 3), global.json);
//
//   cli::EventFeed feed("accept");            // events whose name matches the pattern
//   while (auto line = feed.next(deadline)) writer.send(*line);
//
// A feed that is not read keeps the last few hundred events that found room, and counts the
// others: nobody waits for whoever reads it.
//
// Threads: tell_event() and event_is_wanted() from any; a feed from one at a time.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cli/out/json.h"
#include "gnet/fiber/deadline.h"

namespace cli {

// Whether somebody follows events; or standard output gets them, with --json.
[[nodiscard]] bool event_is_wanted(bool json) noexcept;

// To all feeds, and with `json` to standard output as well.
void tell_event(const JsonObject& event, bool json);

class EventFeed {
 public:
  // Names of events with commas between, as patterns: "accept,close", "*". Empty: all.
  explicit EventFeed(std::string_view filter);
  ~EventFeed();
  EventFeed(const EventFeed&) = delete;
  EventFeed& operator=(const EventFeed&) = delete;

  // Suspends until there is one, as a line of JSON; nothing: the deadline has passed.
  [[nodiscard]] std::optional<std::string> next(gnet::Deadline deadline);

  // Events that found no room since this was last asked.
  [[nodiscard]] std::uint64_t take_dropped() noexcept;

  struct State;

 private:
  std::shared_ptr<State> state_;
};

}  // namespace cli
