// A line that is slow, narrow, or bad: what goes in comes out later, in order, or never.
//
//   DelayLine line({.delay = 50ms, .jitter = 10ms, .loss = 0.01, .bandwidth = 128 * 1024});
//   spawn([&] { while (auto parcel = line.get()) sink.send_all(parcel->data); });
//   line.put({Unit::bytes, "hello"});
//   line.close();                                 // get() ends behind what is on its way
//
// One direction of a network for tests. Each parcel takes the time that its bytes need at the
// bandwidth, one after another, and then travels for the delay; jitter never lets one overtake
// another. As much as kMostOnTheWay is on its way at a time, and put() waits while there is more:
// who reads slowly at the end of the line slows down who writes at its begin.
//
// Threads: as the fibers that use it, of one hub.

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "gnet/base/chrono.h"
#include "gnet/base/duration.h"
#include "gnet/link/traffic_dump.h"
#include "gnet/sync/event.h"

namespace gnet::link {

struct LineQuality {
  Duration delay{};
  Duration jitter{};            // the delay is so much more or less
  double loss = 0;              // share of parcels that are lost: 0 to 1
  std::uint64_t bandwidth = 0;  // bytes a second; 0: any

  [[nodiscard]] bool is_perfect() const noexcept {
    return delay <= Duration::zero() && jitter <= Duration::zero() && loss <= 0 && bandwidth == 0;
  }
};

struct Parcel {
  Unit unit = Unit::bytes;
  std::string data;
};

class DelayLine {
 public:
  static constexpr std::size_t kMostOnTheWay = 16 * 1024 * 1024;

  explicit DelayLine(const LineQuality& quality) : quality_(quality) {}

  // Suspends while too much is on its way. Does nothing once it is closed.
  void put(Parcel parcel);

  // Suspends until the next parcel has arrived; nothing when it is closed and empty.
  [[nodiscard]] std::optional<Parcel> get();

  // Nothing more goes in; the end arrives as late as a parcel would.
  void close();

  // Parcels that were lost.
  [[nodiscard]] std::uint64_t lost() const noexcept { return lost_; }

 private:
  struct Traveller {
    Parcel parcel;
    TimePoint due;
  };

  [[nodiscard]] TimePoint arrival(std::size_t size);

  const LineQuality quality_;
  std::deque<Traveller> travellers_;
  std::size_t on_the_way_ = 0;
  std::optional<TimePoint> end_;
  TimePoint free_{};  // when the begin of the line has taken the last parcel
  TimePoint last_{};  // when the last one arrives
  std::uint64_t lost_ = 0;
  Event came_;  // something has gone in, or it is closed
  Event room_;
};

}  // namespace gnet::link
