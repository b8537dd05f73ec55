#include "cli/line/json_places.h"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>

namespace cli {
namespace {

namespace json = boost::json;

// Hears from the parser what it has come to. It is given one byte at a time, so that `offset` is
// that of the last one of what is told.
class Listener {
 public:
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  using Error = json::error_code;
  using Text = json::string_view;

  std::string_view text = {};
  std::size_t offset = 0;
  std::size_t line_start = 0;  // of that line
  std::size_t lines_before = 0;
  std::map<JsonPlaces::Path, TextPlace> places = {};

  bool on_document_begin(Error&) { return true; }
  bool on_document_end(Error&) { return true; }
  bool on_object_begin(Error&) { return open(); }
  bool on_object_end(std::size_t, Error&) { return close(); }
  bool on_array_begin(Error&) {
    ++lists_;
    return open();
  }
  bool on_array_end(std::size_t, Error&) {
    --lists_;
    return close();
  }
  bool on_key_part(Text part, std::size_t, Error&) {
    key_ += std::string_view(part.data(), part.size());
    return true;
  }
  bool on_key(Text part, std::size_t, Error&) {
    key_ += std::string_view(part.data(), part.size());
    path_.back() = std::exchange(key_, {});
    if (lists_ > 0) return true;
    // The parser has read the quote behind the key, and the value is what follows the colon.
    const std::size_t colon = std::min(text.find(':', offset), text.size() - 1);
    const std::size_t value = text.find_first_not_of(" \t\r\n", colon + 1);
    if (value == text.npos) return true;
    const auto [line, column] = place_in(text.substr(line_start), value - line_start);
    places.insert_or_assign(path_, TextPlace(line + lines_before, column));
    return true;
  }
  bool on_string_part(Text, std::size_t, Error&) { return true; }
  bool on_string(Text, std::size_t, Error&) { return true; }
  bool on_number_part(Text, Error&) { return true; }
  bool on_int64(std::int64_t, Text, Error&) { return true; }
  bool on_uint64(std::uint64_t, Text, Error&) { return true; }
  bool on_double(double, Text, Error&) { return true; }
  bool on_bool(bool, Error&) { return true; }
  bool on_null(Error&) { return true; }
  bool on_comment_part(Text, Error&) { return true; }
  bool on_comment(Text, Error&) { return true; }

 private:
  bool open() {
    path_.emplace_back();
    return true;
  }
  bool close() {
    path_.pop_back();
    return true;
  }

  std::string key_;
  JsonPlaces::Path path_;  // of each object and list that is open the key
  std::size_t lists_ = 0;
};

}  // namespace

TextPlace place_in(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const std::size_t start = before.rfind('\n');
  const auto line = static_cast<std::size_t>(std::ranges::count(before, '\n')) + 1;
  return {line, start == before.npos ? offset + 1 : offset - start};
}

JsonPlaces::JsonPlaces(std::string_view text) {
  json::basic_parser<Listener> parser{json::parse_options()};
  Listener& listener = parser.handler();
  listener.text = text;
  json::error_code error;
  for (std::size_t i = 0; i < text.size() && !error && !parser.done(); ++i) {
    listener.offset = i;
    parser.write_some(true, text.data() + i, 1, error);
    if (text[i] == '\n') {
      listener.line_start = i + 1;
      ++listener.lines_before;
    }
  }
  places_ = std::move(listener.places);
}

TextPlace JsonPlaces::find(const Path& path) const {
  const auto found = places_.find(path);
  return found != places_.end() ? found->second : TextPlace();
}

}  // namespace cli
