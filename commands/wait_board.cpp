#include "commands/wait_board.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "cli/out/output.h"
#include "cli/out/terminal.h"
#include "gnet/base/shorten.h"
#include "gnet/base/utf8.h"

namespace commands {
namespace {

constexpr std::size_t kMostPainted = 20;
constexpr std::size_t kLongestReason = 300;

std::int64_t milliseconds(gnet::Duration time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
}

}  // namespace

WaitBoard::WaitBoard(const WaitOptions& options, const std::vector<std::string>& names)
    : options_(options) {
  for (const std::string& name : names) lines_.push_back({.name = name});
}

void WaitBoard::end_try(std::size_t index, const std::string& reason) {
  lines_[index].reason = gnet::shorten(reason, kLongestReason);
}

void WaitBoard::arrived(std::size_t index) {
  Line& line = lines_[index];
  line.there = true;
  line.time = gnet::Clock::now() - began_;
  line.reason.clear();
  if (options_.verbose.times == 0 || options_.json) return;
  wipe();
  cli::write_all(STDERR_FILENO, text_of(line) + "\n");
}

std::size_t WaitBoard::missing() const noexcept {
  return static_cast<std::size_t>(std::ranges::count(lines_, false, &Line::there));
}

std::string WaitBoard::reason_for(const Line& line) {
  return line.reason.empty() ? "no answer yet" : line.reason;
}

std::string WaitBoard::text_of(const Line& line) const {
  std::string text = gnet::printable(line.name);
  if (line.there) {
    text += fmt::format(": {} after {}", options_.gone ? "gone" : "there",
                        gnet::format_duration(line.time, 2));
  } else {
    text += ": " + gnet::printable(reason_for(line));
  }
  if (line.tries == 1) return text + " (1 try)";
  return text + fmt::format(" ({} tries)", line.tries);
}

void WaitBoard::paint() {
  std::string text;
  if (painted_ > 0) text = fmt::format("\033[{}A\033[J", painted_);
  painted_ = 0;
  const std::size_t width = cli::help_width() - 1;
  for (const Line& line : lines_) {
    if (painted_ == kMostPainted) break;
    if (lines_.size() > kMostPainted && line.there) continue;
    text += gnet::shorten(text_of(line), width) + "\n";
    ++painted_;
  }
  cli::write_all(STDERR_FILENO, text);
}

void WaitBoard::wipe() {
  if (painted_ == 0) return;
  cli::write_all(STDERR_FILENO, fmt::format("\033[{}A\033[J", painted_));
  painted_ = 0;
}

void WaitBoard::tell_missing() const {
  std::string text;
  for (const Line& line : lines_) {
    if (!line.there) text += "  " + text_of(line) + "\n";
  }
  cli::write_all(STDERR_FILENO, text);
}

cli::JsonObject WaitBoard::document(bool ready) const {
  std::string targets;
  for (const Line& line : lines_) {
    cli::JsonObject object;
    object.add("target", line.name).add("ready", line.there).add("tries", line.tries);
    if (line.there) {
      object.add("ms", milliseconds(line.time));
    } else {
      object.add("reason", reason_for(line));
    }
    targets += (targets.empty() ? "" : ",") + object.text();
  }
  return cli::JsonObject()
      .add("ready", ready)
      .add("ms", milliseconds(gnet::Clock::now() - began_))
      .raw("targets", "[" + targets + "]");
}

}  // namespace commands
