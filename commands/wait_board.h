// What is waited for, and how far it has got: the lines of a terminal, those of a log, and JSON.
//
//   WaitBoard board(options, {"tcp://db:5432", "file:/tmp/ready"});
//   board.begin_try(0);
//   board.end_try(0, "connection refused");
//   board.arrived(1);

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/out/json.h"
#include "commands/wait_options.h"

namespace commands {

class WaitBoard {
 public:
  // The options must outlive it.
  WaitBoard(const WaitOptions& options, const std::vector<std::string>& names);

  // One is looked at; is not as it shall be; or is.
  void begin_try(std::size_t index) { ++lines_[index].tries; }
  void end_try(std::size_t index, const std::string& reason);
  void arrived(std::size_t index);

  [[nodiscard]] std::size_t count() const noexcept { return lines_.size(); }
  [[nodiscard]] std::size_t missing() const noexcept;

  // Draws the lines on the terminal, over those that it drew before; and takes them away.
  void paint();
  void wipe();

  // A line for each that is missing, on standard error.
  void tell_missing() const;

  // {"ready":true,"ms":350,"targets":[…]}
  [[nodiscard]] cli::JsonObject document(bool ready) const;

 private:
  struct Line {
    std::string name;
    std::string reason = {};
    std::uint64_t tries = 0;
    bool there = false;
    gnet::Duration time{};
  };

  // Of one that is missing.
  [[nodiscard]] static std::string reason_for(const Line& line);
  [[nodiscard]] std::string text_of(const Line& line) const;

  const WaitOptions& options_;
  const gnet::TimePoint began_ = gnet::Clock::now();
  std::vector<Line> lines_;
  std::size_t painted_ = 0;
};

}  // namespace commands
