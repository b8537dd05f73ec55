// Durations and sizes: what is accepted comes back from its own text; the rest of what the base
// does to text of strangers (shortening, masking, log lines) keeps its promises.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "gnet/base/duration.h"
#include "gnet/base/log_format.h"
#include "gnet/base/mask.h"
#include "gnet/base/shorten.h"
#include "gnet/base/size.h"
#include "gnet/base/utf8.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto duration = gnet::parse_duration(text)) {
    require(gnet::parse_duration(gnet::format_duration(*duration)) == duration);
    static_cast<void>(gnet::format_duration(*duration, 2));
  }
  if (const auto bytes = gnet::parse_size(text)) {
    require(gnet::parse_size(std::to_string(*bytes)) == bytes);
    require(gnet::parse_size(gnet::format_size(*bytes)).has_value());
  }
  static_cast<void>(gnet::parse_count(text));
  if (const auto share = gnet::parse_percent(text)) require(*share >= 0 && *share <= 1);

  const std::size_t width = size == 0 ? 0 : data[0];
  const std::string cut = gnet::shorten(text, width);
  require(cut.size() <= width || cut == text);
  require(!gnet::is_utf8(text) || gnet::is_utf8(cut));

  const std::string masked = gnet::mask_secrets(text);
  require(gnet::mask_secrets(masked) == masked);

  const gnet::LogRecord record{.time = {}, .logger = text, .peer = text, .message = text};
  for (const auto format :
       {gnet::LogFormat::text, gnet::LogFormat::json, gnet::LogFormat::logfmt}) {
    const std::string line = gnet::format_record(record, format);
    require(gnet::is_utf8(line) && line.find_first_of("\n\r\x1b") == line.npos);
  }
  return 0;
}
