// Copies between two streams, both ways, until both have ended.
//
//   gnet::AnyStream upstream = gnet::connect("tls://db:6432");
//   const gnet::PumpResult result = gnet::pump(client, upstream, {.idle_timeout = 5min});
//   log.info("{} bytes up, {} down", result.forward.bytes, result.backward.bytes);
//
// When one side ends what it sends, the other is told so by shutdown_send(), and what flows the
// other way goes on: no byte is lost on a half-closed connection. Where both ends are plain
// descriptors (a Stream, a Pipe) and much comes at once, the bytes go through a pipe of the kernel
// by splice(2), and not through this process.
//
// Nothing is read before there is room for what was read last, so that a slow reader slows its
// writer down, and memory is bounded: one buffer a direction while bytes are on their way, none
// while it is idle.
//
// Threads: both streams belong to the calling hub.

#pragma once

#include <cstdint>
#include <exception>

#include "gnet/io/byte_stream.h"

namespace gnet {

struct PumpOptions {
  TimeSpan idle_timeout{};        // ends when nothing went either way for so long; 0: never
  TimeSpan half_close_timeout{};  // the same once one direction has ended; 0: as idle_timeout
  Deadline deadline = Deadline::never();  // ends then, whatever is on its way
  std::uint64_t max_bytes = 0;            // ends once a direction has carried so many; 0: no limit
  bool splice = true;                     // where it can be had
  std::size_t buffer_size = 64 * 1024;    // the most that is taken before the sink gets it
  // A sink that takes no more ends both directions: where it is no end of its own source, as
  // standard output is none of standard input, there is no other sign that it has gone.
  bool any_error_ends = false;
};

// Why a direction has ended.
enum class PumpEnd : std::uint8_t {
  eof,        // its source has ended, which its sink was told
  limit,      // max_bytes have gone through
  timed_out,  // idle for too long, or the deadline
  error,      // of receiving or sending
  cut,        // the other direction has failed, or had enough
};

struct PumpDirection {
  std::uint64_t bytes = 0;  // that its sink has taken
  PumpEnd end = PumpEnd::cut;
  std::exception_ptr error;   // with PumpEnd::error; with eof: the sink could not be told of it
  std::uint64_t spliced = 0;  // of them, those that the kernel has carried
};

struct PumpResult {
  PumpDirection forward;   // from the first stream to the second
  PumpDirection backward;  // from the second to the first

  // Both sides have come to their end, and all bytes with them.
  [[nodiscard]] bool complete() const noexcept {
    return forward.end == PumpEnd::eof && backward.end == PumpEnd::eof;
  }
  // At least one direction has ended with an error.
  [[nodiscard]] bool failed() const noexcept {
    return forward.end == PumpEnd::error || backward.end == PumpEnd::error;
  }
};

// Suspends until both directions have ended. Errors of the streams are part of the result, since
// they may belong to either: the other direction is cut, unless it can still deliver what its
// source has to say (a sink that takes no more ends only the direction into it when its own
// stream goes on). Neither stream is closed, but for a pipe that is told of the end. An interrupt
// ends both directions and is thrown, as is what is no std::system_error.
PumpResult pump(ByteStream& first, ByteStream& second, const PumpOptions& options = {});

// After a pump() that has failed: what did not get all that was on its way to it sees a reset, for
// it would take an end for the end of that. What has got everything is left open.
void abort_cut_short(ByteStream& first, ByteStream& second, const PumpResult& result) noexcept;

// One direction alone, until the source has ended, which the sink is not told.
PumpDirection copy(ByteStream& source, ByteStream& sink, const PumpOptions& options = {});

}  // namespace gnet
