// The small classic services that echo-server knows, without their sockets.
//
// Echo, discard, chargen, daytime and time are the ones of RFC 862, 863, 864, 867
// and 868. Two are for tests: upper answers in capitals, line answers line by line.

#pragma once

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

namespace commands {

enum class EchoMode { echo, discard, chargen, daytime, time, upper, line };

// The names of the modes, in their order.
[[nodiscard]] const std::vector<std::string>& echo_mode_names();

// ASCII letters as capitals; all other bytes stay.
[[nodiscard]] std::string upper(std::string_view text);

// One line of chargen: 72 of the 95 printable characters, starting at the line's
// number, and the end of line.
[[nodiscard]] std::string chargen_line(std::size_t number);

// A datagram of chargen: whole lines, as many as fit into `size` bytes.
[[nodiscard]] std::string chargen_datagram(std::size_t size);

// "Saturday, November 21, 2026 12:01:07-UTC" and the end of line, as RFC 867 suggests.
[[nodiscard]] std::string daytime(std::time_t now);

// Seconds since 1900 as four bytes, the highest first. The count starts anew in 2036.
[[nodiscard]] std::string time_bytes(std::time_t now);

// Cuts a stream into lines and keeps the beginning of the next.
class LineBuffer {
 public:
  // A line longer than this is given out in pieces.
  static constexpr std::size_t kLongest = 64 * 1024;

  // All lines that are complete now, with their ends; the view lives until the next call.
  [[nodiscard]] std::string_view add(std::string_view data);

  // What came after the last end of line.
  [[nodiscard]] std::string_view rest() const noexcept { return pending_; }

 private:
  std::string pending_;
  std::string complete_;
};

}  // namespace commands
