#include "commands/load_stream.h"

#include <string>
#include <system_error>

#include "gnet/fiber/nursery.h"
#include "gnet/io/buffer_lease.h"

namespace commands {
namespace {

constexpr std::size_t kStreamPiece = 128 * 1024;
constexpr std::size_t kStreamBuffer = 64 * 1024;

// Until the time is up, which is no error here.
template <typename F>
void until_late(F&& step) {
  try {
    for (;;) step();
  } catch (const std::system_error& error) {
    if (error.code() != std::errc::timed_out) throw;
  }
}

void send_on(gnet::ByteStream& stream, std::size_t piece, LoadBench& bench, gnet::Deadline end) {
  const std::string data(piece, 'x');
  until_late([&] { bench.sent += stream.send_some(data, end); });
}

void receive_on(gnet::ByteStream& stream, LoadBench& bench, gnet::Deadline end) {
  const gnet::BufferLease buffer(gnet::detail::Scheduler::current(), kStreamBuffer);
  until_late([&] {
    const std::size_t count = stream.receive(buffer.data(), buffer.size(), end);
    if (count == 0) throw LoadFault(LoadError::lost, "the server ended its side");
    bench.received += count;
  });
}

}  // namespace

void run_load_stream(gnet::ByteStream& stream, const LoadOptions& options, LoadBench& bench,
                     gnet::TimePoint end) {
  const std::size_t piece = options.size ? options.size->bytes : kStreamPiece;
  if (options.reverse) return receive_on(stream, bench, end);
  if (!options.both_ways) return send_on(stream, piece, bench, end);
  gnet::Nursery both;
  both.spawn([&] { receive_on(stream, bench, end); });
  both.spawn([&] { send_on(stream, piece, bench, end); });
  both.join();
}

}  // namespace commands
