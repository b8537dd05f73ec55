// Events from a server: however the stream is split, the events are the same, and what is written
// of them is read back.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "gnet/http/event_stream.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

struct Outcome {
  std::string events;
  std::string last_id;
  std::string again;  // written anew
  bool too_long = false;

  bool operator==(const Outcome&) const = default;
};

Outcome run(std::string_view stream, std::size_t piece, std::size_t limit) {
  Outcome outcome;
  gnet::http::EventStreamReader reader(limit);
  try {
    while (!stream.empty()) {
      const std::string copy(stream.substr(0, piece));
      stream.remove_prefix(copy.size());
      for (std::string_view input = copy; !input.empty();) {
        const auto event = reader.next(input);
        if (!event) {
          require(input.empty());
          continue;
        }
        require(event->id == reader.last_id());
        outcome.events += event->event + '\0' + *event->id + '\0' + event->data + '\0';
        // A type with a byte 0 can be read, and nobody should write it.
        if (event->event.find('\0') == std::string::npos) append_event(outcome.again, *event);
      }
    }
  } catch (const gnet::http::EventTooLong&) {
    outcome.too_long = true;
  }
  outcome.last_id = reader.last_id();
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece = data[0] % 23 + 1U;
  const std::string_view stream(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Outcome whole = run(stream, std::max<std::size_t>(stream.size(), 1), 64);
  require(run(stream, 1, 64) == whole);
  require(run(stream, piece, 64) == whole);
  if (stream.find('\0') == stream.npos) {
    require(run(whole.again, piece, 1024).events == whole.events);
  }
  std::string out;
  gnet::http::append_event(out, {.data = std::string(stream)});
  gnet::http::append_comment(out, stream);
  const Outcome own = run(out, piece, out.size());
  require(std::ranges::count(own.again, '\n') >= std::ranges::count(stream, '\n'));
  return 0;
}
