// What the heads of messages may take, and how far one has come.
//
//   RequestParser parser({.head = 16 * 1024, .fields = 50});
//   if (parser.parse(bytes) == Parsed::incomplete) wait_for_more();
//
// Threads: values.

#pragma once

#include <cstddef>
#include <cstdint>

namespace gnet::http {

// The state of a head that comes in pieces.
enum class Parsed : std::uint8_t {
  incomplete,  // more bytes are needed
  complete,
  refused,
};

// Each is the most that is accepted.
struct HeadLimits {
  std::size_t start_line = 8 * 1024;  // bytes of the first line, without its CRLF
  std::size_t head = 64 * 1024;       // bytes from the first line to the empty one
  std::size_t fields = 100;
};

}  // namespace gnet::http
