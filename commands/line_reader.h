// What programs write for people: lines, as they come, to be logged.
//
//   read_lines(process.err(), [&](std::string_view lines) { log_lines(log, name, lines); });
//
// Threads: the calling hub's.

#pragma once

#include <functional>
#include <string_view>

#include "gnet/base/log.h"
#include "gnet/io/byte_stream.h"

namespace commands {

// Calls `take` with whole lines, several at a time, until the end of the stream; with the rest of a
// line where that ends, or where one is longer than 8 KiB. Suspends. Throws what `take` throws.
void read_lines(gnet::ByteStream& from, const std::function<void(std::string_view lines)>& take);

// Each that is not empty, at level info, without control characters; behind `name: ` if it has one.
void log_lines(const gnet::Logger& log, std::string_view name, std::string_view lines);

}  // namespace commands
