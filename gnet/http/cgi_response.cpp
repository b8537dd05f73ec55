#include "gnet/http/cgi_response.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

#include "gnet/http/ascii.h"

namespace gnet::http {
namespace {

// What is between a server and its client (RFC 9110 §7.6.1), and what would speak for the server.
constexpr std::array<std::string_view, 8> kNotPassedOn = {
    "Connection", "Keep-Alive", "Proxy-Connection",  "TE",
    "Trailer",    "Upgrade",    "Transfer-Encoding", "Date"};

bool is_blank(char c) noexcept {
  return c == ' ' || c == '\t';
}

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

template <typename Number>
bool read_number(std::string_view text, Number& number) noexcept {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

bool is_passed_on(std::string_view name) noexcept {
  return std::none_of(kNotPassedOn.begin(), kNotPassedOn.end(),
                      [&](std::string_view own) { return equal_ignoring_case(own, name); });
}

}  // namespace

Parsed CGIResponseParser::refuse(std::string_view reason) noexcept {
  refusal_ = {502, reason};
  return state_ = Parsed::refused;
}

Parsed CGIResponseParser::parse(std::string_view bytes) {
  while (state_ == Parsed::incomplete) {
    const std::size_t end = bytes.find('\n', std::max(at_, searched_));
    const bool is_whole = end != bytes.npos;
    const std::size_t last = is_whole ? end : bytes.size();
    // Whichever comes first, so that it does not matter how the bytes are split.
    const std::size_t line_limit = at_ + limits_.start_line + 2;
    if (last >= std::min(line_limit, limits_.head)) {
      return refuse(line_limit < limits_.head ? "the program's head has too long a line"
                                              : "the program's head is too long");
    }
    if (!is_whole) {
      searched_ = bytes.size();
      return state_;
    }
    std::string_view line = bytes.substr(at_, end - at_);
    if (line.ends_with('\r')) line.remove_suffix(1);
    at_ = end + 1;
    if (line.empty()) return finish();
    if (line.size() > limits_.start_line) return refuse("the program's head has too long a line");
    read_line(line);
  }
  return state_;
}

Parsed CGIResponseParser::end() {
  if (state_ != Parsed::incomplete) return state_;
  return refuse(searched_ == 0 && at_ == 0 ? "the program has answered nothing"
                                           : "the program's head has no end");
}

Parsed CGIResponseParser::read_line(std::string_view line) {
  if (is_blank(line.front())) return refuse("a field of the program's head is folded");
  const std::size_t colon = line.find(':');
  if (colon == line.npos || colon == 0) return refuse("a line of the program's head is no field");
  if (++fields_ > limits_.fields) return refuse("the program's head has too many fields");
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (equal_ignoring_case(name, "Status")) return read_status(value);
  if (equal_ignoring_case(name, "Content-Length")) return read_length(value);
  const bool is_location = equal_ignoring_case(name, "Location");
  const bool is_type = equal_ignoring_case(name, "Content-Type");
  if ((is_location && has_location_) || (is_type && has_type_)) {
    return refuse("a field of the program's head comes twice");
  }
  try {
    Headers checked;
    checked.add(name, value);
    if (is_passed_on(name)) response_.headers.add(name, value);
  } catch (const std::invalid_argument&) {
    return refuse("a field of the program's head has characters that none may have");
  }
  has_location_ |= is_location;
  has_type_ |= is_type;
  return state_;
}

// "404", or "404 Not Found".
Parsed CGIResponseParser::read_status(std::string_view value) {
  if (has_status_) return refuse("a field of the program's head comes twice");
  has_status_ = true;
  const std::string_view number = value.substr(0, 3);
  const bool is_number = number.size() == 3 && read_number(number, response_.status);
  const bool ends = value.size() == 3 || (value.size() > 3 && value[3] == ' ');
  if (!is_number || !ends || response_.status < 200 || response_.status > 599) {
    response_.status = 200;
    return refuse("the program's status is none");
  }
  const std::string_view reason = trimmed(value.substr(3));
  const bool is_text = std::all_of(reason.begin(), reason.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
  });
  if (!is_text) return refuse("the program's status is none");
  response_.reason = reason;
  return state_;
}

Parsed CGIResponseParser::read_length(std::string_view value) {
  std::uint64_t length = 0;
  if (!read_number(value, length) ||
      (response_.content_length && *response_.content_length != length)) {
    return refuse("the program's Content-Length is none");
  }
  response_.content_length = length;
  return state_;
}

Parsed CGIResponseParser::finish() {
  response_.head_size = at_;
  // §6.3: one of these at least.
  if (!has_status_ && !has_location_ && !has_type_) {
    return refuse("the program's head has neither Content-Type nor Location nor Status");
  }
  if (has_location_) {
    const std::string_view location = *response_.headers.get(FieldName::location);
    if (location.empty()) return refuse("the program's Location is empty");
    if (location.front() == '/' && !location.starts_with("//") && !has_status_ && !has_type_) {
      response_.local_redirect = location;
    } else if (!has_status_) {
      response_.status = 302;
    }
  }
  return state_ = Parsed::complete;
}

}  // namespace gnet::http
