// What echo-client tells about its echoes: a line for each, and a summary.

#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "gnet/base/histogram.h"

namespace commands {

// How one message fared.
struct EchoResult {
  std::string peer;  // "127.0.0.1:6011"
  std::uint64_t sequence = 0;
  std::size_t bytes = 0;
  gnet::Duration rtt{};
  bool matches = true;
};

class EchoReport {
 public:
  // `quiet` is how often -q was given. Quiet reports keep count and say nothing; as JSON once
  // leaves out the echoes, and twice everything.
  EchoReport(bool json, unsigned quiet) : json_(json), quiet_(quiet) {}

  // A message is on its way, until one of the following is told of it.
  void sent() noexcept {
    begun_ = true;
    ++pending_;
  }
  void echoed(const EchoResult& result);
  void lost(const std::string& peer, std::uint64_t sequence, const std::string& reason);

  // Input that nobody was there to take.
  void dropped() noexcept { ++dropped_; }

  // Nobody waits any more: what is on its way is lost.
  void give_up() noexcept { lost_ += std::exchange(pending_, 0); }

  // Nothing was sent so far.
  [[nodiscard]] bool empty() const noexcept { return !begun_; }

  // Prints counts and round-trip times. Of messages whose fate is known: as many are sent as are
  // received, lost and mismatched together.
  void summary() const;

  // True if something is lost or came back wrong.
  [[nodiscard]] bool found_fault() const noexcept { return lost_ + mismatched_ + dropped_ > 0; }

 private:
  // Whether there is a line for this: each echo, or what happens less often.
  [[nodiscard]] bool tells_echoes() const noexcept { return quiet_ == 0; }
  [[nodiscard]] bool tells() const noexcept { return quiet_ < (json_ ? 2U : 1U); }

  bool json_;
  unsigned quiet_;
  bool begun_ = false;
  std::uint64_t pending_ = 0;
  std::uint64_t received_ = 0;  // as they were sent
  std::uint64_t lost_ = 0;
  std::uint64_t mismatched_ = 0;
  std::uint64_t dropped_ = 0;
  gnet::Histogram rtt_;
};

// "81 µs", "1.2 ms", "3 s": as people read it; in ASCII where the locale is not UTF-8.
[[nodiscard]] std::string rtt_text(gnet::Duration rtt);

}  // namespace commands
