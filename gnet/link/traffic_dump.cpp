#include "gnet/link/traffic_dump.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "gnet/base/utf8.h"
#include "gnet/http/base64.h"

namespace gnet::link {
namespace {

constexpr std::size_t kRow = 16;       // bytes in a line of hexadecimal
constexpr std::size_t kExcerpt = 120;  // bytes of a message that is shown in a line

std::string size_of(Unit unit, std::size_t size) {
  const char* const kind = unit == Unit::text ? "text, " : unit == Unit::binary ? "binary, " : "";
  return fmt::format("{}{} byte{}", kind, size, size == 1 ? "" : "s");
}

class TextDump final : public Dump {
 public:
  explicit TextDump(std::uint64_t number) : number_(number) {}

  std::string data(Way way, Unit unit, std::string_view data, PcapTime time) override {
    std::string shown = detail::dump_prefix(number_, way, time) + size_of(unit, data.size()) + '\n';
    while (!data.empty()) {
      const std::size_t end = std::min(data.find('\n'), data.size() - 1) + 1;
      shown += way == Way::forward ? "> " : "< ";
      append_printable(shown, data.substr(0, end));
      shown += '\n';
      data.remove_prefix(end);
    }
    return shown;
  }

  std::string end(Way way, PcapTime time) override {
    return detail::dump_prefix(number_, way, time) + "end\n";
  }

 private:
  const std::uint64_t number_;
};

std::string hex_row(std::size_t offset, std::string_view row) {
  std::string text = fmt::format("{:08x} ", offset);
  for (std::size_t i = 0; i < kRow; ++i) {
    if (i == kRow / 2) text += ' ';
    text += i < row.size() ? fmt::format(" {:02x}", static_cast<unsigned char>(row[i])) : "   ";
  }
  text += "  |";
  for (const char c : row) text += c >= ' ' && c <= '~' ? c : '.';
  return text + "|\n";
}

class HexDump final : public Dump {
 public:
  explicit HexDump(std::uint64_t number) : number_(number) {}

  std::string data(Way way, Unit unit, std::string_view data, PcapTime time) override {
    std::string shown = detail::dump_prefix(number_, way, time) + size_of(unit, data.size()) + '\n';
    for (std::size_t at = 0; at < data.size(); at += kRow) {
      shown += hex_row(at, data.substr(at, kRow));
    }
    return shown;
  }

  std::string end(Way way, PcapTime time) override {
    return detail::dump_prefix(number_, way, time) + "end\n";
  }

 private:
  const std::uint64_t number_;
};

std::string utc(PcapTime time) {
  const std::time_t seconds = time.seconds;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     time.microseconds);
}

// One object a line. Bytes that are no text are in base64, so that nothing is lost.
class JsonDump final : public Dump {
 public:
  explicit JsonDump(std::uint64_t number) : number_(number) {}

  std::string data(Way way, Unit unit, std::string_view data, PcapTime time) override {
    std::string line = begin("data", way, time);
    line += fmt::format(R"(,"bytes":{})", data.size());
    if (unit != Unit::bytes) {
      line += fmt::format(R"(,"type":"{}")", unit == Unit::text ? "text" : "binary");
    }
    if (is_utf8(data)) {
      line += R"(,"text":)";
      append_json_string(line, data);
    } else {
      line += fmt::format(R"(,"base64":"{}")", http::base64_encode(data));
    }
    return line + "}\n";
  }

  std::string end(Way way, PcapTime time) override { return begin("end", way, time) + "}\n"; }

 private:
  [[nodiscard]] std::string begin(std::string_view event, Way way, PcapTime time) const {
    return fmt::format(R"({{"ts":"{}","event":"{}","id":{},"from":"{}")", utc(time), event, number_,
                       way == Way::forward ? "left" : "right");
  }

  const std::uint64_t number_;
};

}  // namespace

std::string detail::dump_prefix(std::uint64_t number, Way way, PcapTime time) {
  const std::time_t seconds = time.seconds;
  std::tm parts{};
  localtime_r(&seconds, &parts);
  return fmt::format("{:02}:{:02}:{:02}.{:06} #{} {} ", parts.tm_hour, parts.tm_min, parts.tm_sec,
                     time.microseconds, number, way == Way::forward ? '>' : '<');
}

std::string detail::excerpt(std::string_view data) {
  std::string text = "\"";
  append_printable(text, data.substr(0, kExcerpt));
  return text + (data.size() > kExcerpt ? "\"…" : "\"");
}

std::unique_ptr<Dump> make_dump(DumpForm form, std::uint64_t number) {
  switch (form) {
    case DumpForm::text:
      return std::make_unique<TextDump>(number);
    case DumpForm::hex:
      return std::make_unique<HexDump>(number);
    case DumpForm::json:
      return std::make_unique<JsonDump>(number);
    case DumpForm::http:
    case DumpForm::ws:
      break;
  }
  return detail::make_http_dump(number, form == DumpForm::ws);
}

}  // namespace gnet::link
