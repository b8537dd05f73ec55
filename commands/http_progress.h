// How far a transfer is, on a terminal; and how fast it may go (--limit-rate).
//
//   HttpProgress progress("down", size, shown, rate);
//   progress.advance(piece.size());     // waits as long as the rate wants

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "gnet/base/duration.h"

namespace commands {

class HttpProgress {
 public:
  // `rate`: bytes a second; 0: as fast as it goes.
  HttpProgress(const char* direction, std::optional<std::uint64_t> size, bool shown,
               std::uint64_t rate);
  HttpProgress(const HttpProgress&) = delete;
  HttpProgress& operator=(const HttpProgress&) = delete;
  ~HttpProgress();

  void advance(std::size_t bytes);
  [[nodiscard]] std::uint64_t done() const noexcept { return done_; }

 private:
  void show(gnet::TimePoint now);

  const char* direction_;
  const std::optional<std::uint64_t> size_;
  const bool shown_;
  const std::uint64_t rate_;
  std::uint64_t done_ = 0;
  const gnet::TimePoint began_ = gnet::Clock::now();
  gnet::TimePoint next_ = began_ + std::chrono::milliseconds(300);
  bool dirty_ = false;  // there is a line on the terminal
};

}  // namespace commands
