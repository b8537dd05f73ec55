// A folder as JSON and as lines of text.

#include <fmt/format.h>

#include <chrono>
#include <iterator>

#include "gnet/base/utf8.h"
#include "gnet/web/html.h"
#include "gnet/web/listing_writer.h"

namespace gnet::web::detail {

void append_time(std::string& out, std::chrono::sys_seconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  fmt::format_to(std::back_inserter(out), "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
                 static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                 static_cast<unsigned>(date.day()), clock.hours().count(), clock.minutes().count(),
                 clock.seconds().count());
}

void write_json(const Listing& listing, PieceWriter& out) {
  out.text() += "{\"path\":";
  append_json_string(out.text(), listing.path);
  out.text() += ",\"entries\":[";
  std::string_view separator = "\n";
  for (const FolderEntry& entry : listing.entries) {
    std::string& text = out.text();
    (text += separator) += "{\"name\":";
    append_json_string(text, entry.name);
    text += ",\"href\":\"";
    append_relative_link(text, entry.name);
    if (entry.is_folder) {
      text += "/\",\"type\":\"folder\"";
    } else {
      fmt::format_to(std::back_inserter(text), "\",\"type\":\"file\",\"size\":{}", entry.size);
    }
    text += ",\"mtime\":\"";
    append_time(text, entry.modified);
    text += entry.is_link ? "\",\"link\":true}" : "\"}";
    separator = ",\n";
    out.written();
  }
  out.text() += "\n]}\n";
}

void write_text(const Listing& listing, PieceWriter& out) {
  for (const FolderEntry& entry : listing.entries) {
    append_printable(out.text(), entry.name);
    out.text() += entry.is_folder ? "/\n" : "\n";
    out.written();
  }
}

}  // namespace gnet::web::detail
