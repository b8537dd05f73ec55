#include "gnet/http/multipart.h"

#include <algorithm>

#include "gnet/http/content_disposition.h"
#include "gnet/http/media_type.h"
#include "gnet/http/scanner.h"

namespace gnet::http {
namespace {

bool is_boundary(std::string_view text) {
  constexpr std::string_view kOthers = "'()+_,-./:=? ";
  return !text.empty() && text.size() <= 70 && text.back() != ' ' &&
         std::ranges::all_of(
             text, [&](char c) { return detail::is_alnum(c) || kOthers.find(c) != kOthers.npos; });
}

std::string checked(std::string_view boundary) {
  if (!is_boundary(boundary)) throw std::invalid_argument("a boundary that is none");
  return std::string(boundary);
}

// A field's value has visible characters, spaces and tabs.
bool is_value(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return detail::is_control(c) && c != '	'; });
}

}  // namespace

MultipartError::MultipartError(const std::string& reason)
    : std::runtime_error("a body of several parts: " + reason) {}

std::optional<std::string> multipart_boundary(const MediaType& type) {
  const auto boundary = type.parameter("boundary");
  if (type.type() != "multipart" || !boundary || !is_boundary(*boundary)) return std::nullopt;
  return std::string(*boundary);
}

std::optional<std::string_view> PartHeader::field(std::string_view key) const {
  for (const auto& [lower, value] : fields) {
    if (lower == key) return value;
  }
  return std::nullopt;
}

MultipartReader::MultipartReader(std::string_view boundary) : MultipartReader(boundary, Limits()) {}

MultipartReader::MultipartReader(std::string_view boundary, Limits limits)
    : delimiter_("\r\n--" + checked(boundary)), limits_(limits) {
  expect_boundary();
}

MultipartEvent MultipartReader::next(std::string_view& input) {
  data_ = {};
  // One may have been found behind data that was handed on first.
  if (matched_ == delimiter_.size()) {
    if (const auto event = boundary_found()) return *event;
  }
  while (!input.empty()) {
    if (const auto event = step(input)) return *event;
  }
  return MultipartEvent::more;
}

void MultipartReader::finish() const {
  if (!ended()) throw MultipartError("it ends before its last boundary");
}

std::optional<MultipartEvent> MultipartReader::step(std::string_view& input) {
  switch (state_) {
    case State::preamble:
    case State::data:
      return matched_ > 0 ? resume_match(input) : find_boundary(input);
    case State::header:
      return read_header(input);
    case State::epilogue:
      input = {};
      return std::nullopt;
    case State::boundary:
    case State::padding:
    case State::dash:
    case State::line_end:
      break;
  }
  const char c = input.front();
  input.remove_prefix(1);
  return after_boundary(c);
}

// At the begin of a body, and of the data of a part, a boundary may come at once: the line end
// before it has been read already, as part of what comes before.
void MultipartReader::expect_boundary() {
  matched_ = assumed_ = 2;
}

// The delimiter's CR is nowhere else in it: what does not match can only begin anew, and what
// has been held is what the delimiter says.
std::optional<MultipartEvent> MultipartReader::find_boundary(std::string_view& input) {
  const std::string_view delimiter = delimiter_;
  const std::size_t found = input.find(delimiter);
  std::size_t size = std::min(found, input.size());
  std::size_t taken = size;
  if (found != input.npos) {
    matched_ = delimiter.size();
    taken += matched_;
  } else if (const auto cr = input.rfind('\r');
             cr != input.npos && delimiter.starts_with(input.substr(cr))) {
    matched_ = input.size() - cr;
    size = cr;
  }
  const std::string_view before = input.substr(0, size);
  input.remove_prefix(taken);
  if (state_ == State::data && !before.empty()) {
    data_ = before;
    return MultipartEvent::data;
  }
  return matched_ == delimiter.size() ? boundary_found() : std::nullopt;
}

std::optional<MultipartEvent> MultipartReader::resume_match(std::string_view& input) {
  const std::string_view delimiter = delimiter_;
  const auto [end, expected] = std::ranges::mismatch(input, delimiter.substr(matched_));
  const auto count = static_cast<std::size_t>(end - input.begin());
  matched_ += count;
  input.remove_prefix(count);
  if (matched_ == delimiter.size()) return boundary_found();
  if (input.empty()) return std::nullopt;
  const std::string_view held = delimiter.substr(assumed_, matched_ - assumed_);
  matched_ = assumed_ = 0;
  if (state_ != State::data || held.empty()) return std::nullopt;
  data_ = held;
  return MultipartEvent::data;
}

std::optional<MultipartEvent> MultipartReader::boundary_found() {
  matched_ = assumed_ = 0;
  const bool in_part = state_ == State::data;
  state_ = State::boundary;
  return in_part ? std::optional(MultipartEvent::part_end) : std::nullopt;
}

// Either "--", or a line end after padding.
std::optional<MultipartEvent> MultipartReader::after_boundary(char c) {
  const bool padding = c == ' ' || c == '\t';
  if (state_ == State::boundary && c == '-') {
    state_ = State::dash;
  } else if (state_ == State::dash && c == '-') {
    state_ = State::epilogue;
    return MultipartEvent::end;
  } else if ((state_ == State::boundary || state_ == State::padding) && padding) {
    state_ = State::padding;
  } else if ((state_ == State::boundary || state_ == State::padding) && c == '\r') {
    state_ = State::line_end;
  } else if (state_ == State::line_end && c == '\n') {
    if (++parts_ > limits_.parts) {
      throw MultipartError("more than " + std::to_string(limits_.parts) + " parts");
    }
    state_ = State::header;
    header_ = "\r\n";  // so that a header without fields ends as others do
  } else {
    throw MultipartError("something else follows a boundary");
  }
  return std::nullopt;
}

std::optional<MultipartEvent> MultipartReader::read_header(std::string_view& input) {
  constexpr std::string_view kEnd = "\r\n\r\n";
  const std::size_t had = header_.size();
  // The line end before the header and the empty line after it do not count.
  const std::size_t most = limits_.header + kEnd.size();
  header_ += input.substr(0, most - had);
  const std::size_t end = header_.find(kEnd, had < 3 ? 0 : had - 3);
  if (end == header_.npos) {
    if (header_.size() >= most) {
      throw MultipartError("a part's header is longer than " + std::to_string(limits_.header) +
                           " bytes");
    }
    input = {};
    return std::nullopt;
  }
  input.remove_prefix(end + kEnd.size() - had);
  parse_header(std::string_view(header_).substr(0, end));
  header_.clear();
  state_ = State::data;
  expect_boundary();
  return MultipartEvent::part_begin;
}

void MultipartReader::parse_header(std::string_view text) {
  part_ = {};
  while (!text.empty()) {
    text.remove_prefix(2);  // the line end before the line
    const std::string_view line = text.substr(0, text.find("\r\n"));
    text.remove_prefix(line.size());
    if (!line.empty()) parse_field(line);
  }
  const auto field = part_.field("content-disposition");
  if (!field) return;
  auto disposition = ContentDisposition::parse(*field);
  if (!disposition) throw MultipartError("a Content-Disposition that is malformed");
  part_.name = std::move(disposition->name);
  part_.file_name = std::move(disposition->file_name);
}

void MultipartReader::parse_field(std::string_view line) {
  const std::string_view name = line.substr(0, line.find(':'));
  if (!detail::is_token(name) || name.size() == line.size()) {
    throw MultipartError("a line of a part's header that is no field");
  }
  const std::string_view value = detail::trim(line.substr(name.size() + 1));
  if (!is_value(value)) throw MultipartError("a control character in a part's header");
  part_.fields.emplace_back(detail::to_lower(name), value);
}

MultipartPlan::MultipartPlan(std::string boundary)
    : boundary_(checked(boundary)), tail_("--" + boundary_ + "--\r\n") {}

void MultipartPlan::add(const PartFields& fields, std::uint64_t size) {
  std::string head = heads_.empty() ? "--" : "\r\n--";
  (head += boundary_) += "\r\n";
  for (const auto& [name, value] : fields) {
    if (!detail::is_token(name) || !is_value(value)) {
      throw std::invalid_argument("field '" + name + "' of a part cannot be sent");
    }
    (((head += name) += ": ") += value) += "\r\n";
  }
  head += "\r\n";
  length_ += head.size() + size;
  heads_.push_back(std::move(head));
  tail_ = "\r\n--" + boundary_ + "--\r\n";
}

std::string MultipartPlan::content_type(std::string_view subtype) const {
  std::string type = "multipart/" + std::string(subtype) + "; boundary=";
  detail::append_token_or_quoted(type, boundary_);
  return type;
}

}  // namespace gnet::http
