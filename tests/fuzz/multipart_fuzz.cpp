// Bodies of several parts: however they are split, the events are the same; events come in order,
// and no data has a boundary in it.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "gnet/http/content_disposition.h"
#include "gnet/http/multipart.h"

namespace {

using gnet::http::MultipartEvent;

void require(bool condition) {
  if (!condition) std::abort();
}

struct Outcome {
  std::string text;
  bool failed = false;
  bool operator==(const Outcome&) const = default;
};

Outcome run(std::string_view body, std::size_t piece) {
  Outcome outcome;
  gnet::http::MultipartReader reader("b", {.header = 64, .parts = 8});
  bool in_part = false;
  try {
    while (!body.empty()) {
      const std::string copy(body.substr(0, piece));
      body.remove_prefix(copy.size());
      std::string_view input = copy;
      for (;;) {
        const MultipartEvent event = reader.next(input);
        if (event == MultipartEvent::more) break;
        require(in_part == (event == MultipartEvent::data || event == MultipartEvent::part_end));
        if (event == MultipartEvent::part_begin) in_part = true;
        if (event == MultipartEvent::part_end) in_part = false;
        outcome.text +=
            event == MultipartEvent::data ? "" : std::to_string(static_cast<int>(event));
        require(reader.data().empty() == (event != MultipartEvent::data));
        outcome.text += reader.data();
      }
      require(input.empty());
    }
    reader.finish();
  } catch (const gnet::http::MultipartError&) {
    outcome.failed = true;
  }
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece = data[0] % 23 + 1U;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Outcome whole = run(body, std::max<std::size_t>(body.size(), 1));
  require(run(body, 1) == whole);
  require(run(body, piece) == whole);
  if (const auto name = gnet::http::safe_file_name(body)) {
    require(name->find('/') == name->npos && *name != "..");
    const auto again = gnet::http::ContentDisposition::parse(gnet::http::attachment(*name));
    require(again.value().file_name == name);
  }
  return 0;
}
