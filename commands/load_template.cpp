#include "commands/load_template.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <utility>

#include "cli/line/read_file.h"
#include "cli/out/failure.h"
#include "commands/word_list.h"
#include "gnet/http/percent.h"

namespace commands {
namespace {

constexpr std::string_view kOpen = "{{";
constexpr std::string_view kClose = "}}";

// Nobody writes it, and a URL and a header leave it as it is. Six digits follow.
constexpr std::string_view kMark = "gnet0place0";
constexpr std::size_t kDigits = 6;

std::optional<std::int64_t> integer_of(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

void append_uuid(std::string& out, std::mt19937_64& random) {
  const std::uint64_t high = (random() & ~std::uint64_t{0xf000}) | 0x4000;
  const std::uint64_t low = (random() >> 2) | (std::uint64_t{1} << 63);
  fmt::format_to(std::back_inserter(out), "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32,
                 (high >> 16) & 0xffff, high & 0xffff, low >> 48, low & 0xffff'ffff'ffff);
}

}  // namespace

void LoadTemplate::append_to(std::string& out, LoadValues& values) const {
  for (const Place& place : places_) {
    out += place.before;
    switch (place.kind) {
      case Kind::number:
        out += std::to_string(values.number);
        break;
      case Kind::uuid:
        append_uuid(out, values.random);
        break;
      case Kind::random:
        out += std::to_string(
            std::uniform_int_distribution<std::int64_t>(place.low, place.high)(values.random));
        break;
      case Kind::line:
        append_line(out, place, values.number);
        break;
    }
  }
  out += tail_;
}

void LoadTemplate::append_line(std::string& out, const Place& place, std::uint64_t number) {
  const std::string& line = (*place.lines)[(number - 1) % place.lines->size()];
  if (!place.encoded) {
    out += line;
  } else {
    gnet::http::append_percent_encoded(out, line, gnet::http::EncodeSet::unreserved);
  }
}

std::string LoadTemplates::mark(std::string_view text, bool in_url) {
  std::string marked;
  for (std::size_t open = 0; (open = text.find(kOpen)) != text.npos;) {
    const std::size_t close = text.find(kClose, open);
    if (close == text.npos) break;
    marked += text.substr(0, open);
    marked += fmt::format("{}{:0{}}", kMark, places_.size(), kDigits);
    places_.push_back(parse(text.substr(open + kOpen.size(), close - open - kOpen.size())));
    places_.back().encoded = in_url;
    text.remove_prefix(close + kClose.size());
  }
  return marked.append(text);
}

LoadTemplate::Place LoadTemplates::parse(std::string_view text) {
  using Kind = LoadTemplate::Kind;
  const std::vector<std::string> words = words_of(text);
  if (words.size() == 1 && words[0] == "n") return {.kind = Kind::number};
  if (words.size() == 1 && words[0] == "uuid") return {.kind = Kind::uuid};
  if (words.size() == 2 && words[0] == "line") {
    return {.kind = Kind::line, .lines = &lines_of(words[1])};
  }
  if (words.size() == 3 && words[0] == "rand") {
    const auto low = integer_of(words[1]);
    const auto high = integer_of(words[2]);
    if (low && high && *low <= *high) return {.kind = Kind::random, .low = *low, .high = *high};
  }
  throw cli::UsageError(fmt::format(
      "bad place '{{{{{}}}}}': must be {{{{n}}}}, {{{{uuid}}}}, {{{{rand LOW HIGH}}}} or "
      "{{{{line FILE}}}}",
      text));
}

// What stands in it becomes part of messages whose lines have ends of their own.
const std::vector<std::string>& LoadTemplates::lines_of(const std::string& path) {
  const auto [found, is_new] = files_.try_emplace(path);
  if (!is_new) return found->second;
  const std::string text = cli::read_file(path);
  std::string line;
  for (const char c : text + "\n") {
    if (c == '\n') {
      if (!line.empty()) found->second.push_back(std::exchange(line, {}));
    } else if (static_cast<unsigned char>(c) >= ' ' && c != '\x7f') {
      line += c;
    }
  }
  if (found->second.empty()) {
    throw cli::UsageError(fmt::format("there is no line in '{}'", path));
  }
  return found->second;
}

LoadTemplate LoadTemplates::split(std::string_view marked) const {
  LoadTemplate made;
  std::size_t from = 0;
  while ((from = marked.find(kMark, from)) != marked.npos) {
    const auto index = integer_of(marked.substr(from + kMark.size(), kDigits));
    if (!index || *index < 0 || static_cast<std::size_t>(*index) >= places_.size()) {
      ++from;  // the text itself had it
      continue;
    }
    LoadTemplate::Place place = places_[static_cast<std::size_t>(*index)];
    place.before = marked.substr(0, from);
    made.places_.push_back(std::move(place));
    marked.remove_prefix(from + kMark.size() + kDigits);
    from = 0;
  }
  made.tail_ = marked;
  return made;
}

}  // namespace commands
