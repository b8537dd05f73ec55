// The types that options have, and how their text is read and shown.
//
// One pair of functions a type: read_value() turns the text of a command line, an
// environment variable or a file into a value or throws BadValue with the reason;
// show() gives the text that help prints as the default. An enumeration is read
// by its place in the option's list of choices (cli/line/flag.h).

#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "gnet/base/duration.h"
#include "gnet/base/log.h"
#include "gnet/io/endpoint.h"

namespace cli {

// Why a text is not the value that an option wants: "must be a port, 0-65535".
class BadValue : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

// How often a switch was given: -vv is 2.
struct Tally {
  unsigned times = 0;
};

// A number of bytes: 64K, 3MB.
struct Size {
  std::uint64_t bytes = 0;
};

// Bytes a second: 64K or 64K/s.
struct Rate {
  std::uint64_t bytes_per_second = 0;
};

// How long a fiber may hold up its hub before it is reported: 250ms, or "on" for the default.
struct WatchdogLimit {
  std::optional<gnet::Duration> time;  // none: not asked for; 0: off
};

// A number of things: 10, 10k.
struct Count {
  std::uint64_t number = 0;
};

// A share: 0.1% is 0.001.
struct Percent {
  double share = 0;
};

// A duration with a spread around it: 100ms~20ms.
struct Delay {
  gnet::Duration base{};
  gnet::Duration jitter{};
};

// An end: after so many bytes (3M, 100) or after some time (10s, 5m). Units of time
// have small letters, so that 5m is minutes and 5M a size.
struct CloseAfter {
  std::uint64_t bytes = 0;
  gnet::Duration time{};

  [[nodiscard]] bool is_set() const noexcept { return bytes > 0 || time.count() > 0; }
};

// Ports: 0, 6011, 7000-7010 (the first free one), or several with commas between.
struct PortRange {
  std::uint16_t low = 0;
  std::uint16_t high = 0;
};
struct Ports {
  std::vector<PortRange> ranges;
  std::uint16_t fallback = 0;  // what a command listens on when nobody names a port
};

// Where a unix socket is: a path, or the name of an abstract one after '@'.
struct UnixPath {
  std::string path;  // empty: not given
};

// File permissions, in octal.
struct FileMode {
  std::uint32_t bits = 0;
};

void read_value(std::string_view text, bool& value);
void read_value(std::string_view text, Tally& value);
void read_value(std::string_view text, std::string& value);
void read_value(std::string_view text, int& value);
void read_value(std::string_view text, double& value);
void read_value(std::string_view text, Size& value);
void read_value(std::string_view text, Rate& value);
void read_value(std::string_view text, Count& value);
void read_value(std::string_view text, Percent& value);
void read_value(std::string_view text, Delay& value);
void read_value(std::string_view text, CloseAfter& value);
void read_value(std::string_view text, FileMode& value);
void read_value(std::string_view text, UnixPath& value);
void read_value(std::string_view text, PortRange& value);
void read_value(std::string_view text, Ports& value);
void read_value(std::string_view text, gnet::Duration& value);
void read_value(std::string_view text, WatchdogLimit& value);
void read_value(std::string_view text, gnet::Endpoint& value);

template <typename T>
void read_value(std::string_view text, std::optional<T>& value) {
  read_value(text, value.emplace());
}

[[nodiscard]] std::string show(bool value);
[[nodiscard]] std::string show(Tally value);
[[nodiscard]] std::string show(const std::string& value);
[[nodiscard]] std::string show(int value);
[[nodiscard]] std::string show(double value);
[[nodiscard]] std::string show(Size value);
[[nodiscard]] std::string show(Rate value);
[[nodiscard]] std::string show(Count value);
[[nodiscard]] std::string show(Percent value);
[[nodiscard]] std::string show(Delay value);
[[nodiscard]] std::string show(CloseAfter value);
[[nodiscard]] std::string show(FileMode value);
[[nodiscard]] std::string show(const UnixPath& value);
[[nodiscard]] std::string show(PortRange value);
[[nodiscard]] std::string show(const Ports& value);
[[nodiscard]] std::string show(gnet::Duration value);
[[nodiscard]] std::string show(WatchdogLimit value);
[[nodiscard]] std::string show(const gnet::Endpoint& value);

template <typename T>
[[nodiscard]] std::string show(const std::optional<T>& value) {
  return value ? show(*value) : std::string();
}

}  // namespace cli
