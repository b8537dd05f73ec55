// Shows what goes between two sides: as text, in hexadecimal, as JSON, or decoded as HTTP or as
// WebSocket frames.
//
//   const auto dump = make_dump(DumpForm::hex, 1);
//   print(dump->data(Way::forward, Unit::bytes, "hello\n", PcapTime::now()));
//   // 12:01:07.123456 #1 > 6 bytes
//   // 00000000  68 65 6c 6c 6f 0a                                |hello.|
//
// What stands on a terminal does no harm there: control characters are escaped.
//
// Threads: values without locks.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "gnet/link/pcap.h"
#include "gnet/link/way.h"

namespace gnet::link {

enum class DumpForm : std::uint8_t { text, hex, json, http, ws };

// What a piece of data is: some bytes of a stream, or a message of its kind.
enum class Unit : std::uint8_t { bytes, text, binary };

// Of one pair of sides.
class Dump {
 public:
  virtual ~Dump() = default;

  // What is to be shown, with its line ends; nothing while what has come of a head, or of a frame,
  // is not enough to tell.
  [[nodiscard]] virtual std::string data(Way way, Unit unit, std::string_view data,
                                         PcapTime time) = 0;

  // That way nothing comes any more.
  [[nodiscard]] virtual std::string end(Way way, PcapTime time) = 0;
};

// `number` tells pairs apart.
[[nodiscard]] std::unique_ptr<Dump> make_dump(DumpForm form, std::uint64_t number);

namespace detail {

// "12:01:07.123456 #1 > " in local time.
[[nodiscard]] std::string dump_prefix(std::uint64_t number, Way way, PcapTime time);

// Up to a line's worth of data that is safe on a terminal, in quotes.
[[nodiscard]] std::string excerpt(std::string_view data);

[[nodiscard]] std::unique_ptr<Dump> make_http_dump(std::uint64_t number, bool frames);

}  // namespace detail
}  // namespace gnet::link
