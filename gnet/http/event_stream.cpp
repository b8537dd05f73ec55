#include "gnet/http/event_stream.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "gnet/http/scanner.h"

namespace gnet::http {
namespace {

constexpr std::string_view kLineEnds = "\r\n";

// Takes a line with its end (LF, CR or both) from the front of text.
std::string_view take_text_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find_first_of(kLineEnds));
  text.remove_prefix(line.size());
  if (text.starts_with("\r\n")) text.remove_prefix(1);
  if (!text.empty()) text.remove_prefix(1);
  return line;
}

void append_lines(std::string& out, std::string_view prefix, std::string_view text) {
  // Text that ends with a line end has an empty line after it.
  bool more = true;
  while (more) {
    const std::size_t size = text.size();
    const std::string_view line = take_text_line(text);
    more = line.size() < size;
    ((out += prefix) += line) += '\n';
  }
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  constexpr std::string_view kForbidden("\r\n\0", 3);
  if (value.find_first_of(kForbidden) != value.npos) {
    throw std::invalid_argument("the " + std::string(name) +
                                " of an event has a line end or a byte 0 in it");
  }
  (((out += name) += ": ") += value) += '\n';
}

}  // namespace

void append_event(std::string& out, const ServerEvent& event) {
  std::string text;
  if (!event.event.empty()) append_field(text, "event", event.event);
  if (event.id) append_field(text, "id", *event.id);
  append_lines(text, "data: ", event.data);
  (out += text) += '\n';
}

void append_comment(std::string& out, std::string_view text) {
  append_lines(out, ": ", text);
  out += '\n';
}

void append_retry(std::string& out, std::chrono::milliseconds delay) {
  const auto count = std::max<std::chrono::milliseconds::rep>(delay.count(), 0);
  (out += "retry: ") += std::to_string(count);
  out += "\n\n";
}

EventTooLong::EventTooLong(std::size_t limit)
    : std::length_error("an event of more than " + std::to_string(limit) + " bytes") {}

std::optional<ServerEvent> EventStreamReader::next(std::string_view& input) {
  while (take_line(input)) {
    skip_mark();
    const std::string line = std::exchange(line_, {});
    if (line.empty()) {
      if (auto event = end_of_event()) return event;
      continue;
    }
    const auto colon = std::min(line.find(':'), line.size());
    std::string_view value = std::string_view(line).substr(std::min(colon + 1, line.size()));
    if (value.starts_with(' ')) value.remove_prefix(1);
    // A comment has an empty name.
    field(std::string_view(line).substr(0, colon), value);
  }
  return std::nullopt;
}

// True: line_ is whole. A CR ends a line at once; the LF that may follow belongs to it.
bool EventStreamReader::take_line(std::string_view& input) {
  if (!input.empty() && std::exchange(after_cr_, false) && input.front() == '\n') {
    input.remove_prefix(1);
  }
  const std::string_view text = input.substr(0, input.find_first_of(kLineEnds));
  if (line_.size() + text.size() + data_.size() > limit_) throw EventTooLong(limit_);
  line_ += text;
  input.remove_prefix(text.size());
  if (input.empty()) return false;
  after_cr_ = input.front() == '\r';
  input.remove_prefix(1);
  return true;
}

void EventStreamReader::skip_mark() noexcept {
  constexpr std::string_view kMark = "\xef\xbb\xbf";
  if (std::exchange(first_, false) && line_.starts_with(kMark)) line_.erase(0, kMark.size());
}

void EventStreamReader::field(std::string_view name, std::string_view value) {
  if (name == "data") {
    if (std::exchange(has_data_, true)) data_ += '\n';
    data_ += value;
  } else if (name == "event") {
    event_ = value;
  } else if (name == "id") {
    if (value.find('\0') == value.npos) id_ = value;
  } else if (name == "retry") {
    const auto number = detail::saturated_number(value);
    if (!number) return;
    constexpr std::uint64_t kMost = std::numeric_limits<std::int32_t>::max();
    retry_ = std::chrono::milliseconds(static_cast<std::int64_t>(std::min(*number, kMost)));
  }
}

// Without any data there is none, but its id counts.
std::optional<ServerEvent> EventStreamReader::end_of_event() {
  last_id_ = id_;
  std::string type = std::exchange(event_, {});
  std::string data = std::exchange(data_, {});
  if (!std::exchange(has_data_, false)) return std::nullopt;
  return ServerEvent{
      .data = std::move(data), .event = type.empty() ? "message" : std::move(type), .id = last_id_};
}

void EventStreamReader::reset() noexcept {
  line_.clear();
  data_.clear();
  event_.clear();
  id_ = last_id_;
  after_cr_ = has_data_ = false;
  first_ = true;
}

}  // namespace gnet::http
