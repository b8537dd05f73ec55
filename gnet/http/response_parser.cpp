#include "gnet/http/response_parser.h"

#include <algorithm>

#include "gnet/http/ascii.h"

namespace gnet::http {

namespace {

constexpr std::size_t kStatusLine = 12;  // "HTTP/1.1 200", what every one has

}  // namespace

BodyFraming ResponseHead::framing(std::string_view method) const noexcept {
  const bool tunnel = status_ == 101 || (method == "CONNECT" && status_ / 100 == 2);
  if (tunnel || method == "HEAD" || status_ < 200 || status_ == 204 || status_ == 304) return {};
  if (facts_.framing.kind == BodyFraming::none) return {BodyFraming::until_close, 0};
  return facts_.framing;
}

std::string_view ResponseHead::upgrade() const noexcept {
  if (!facts_.upgrade || minor_version_ == 0) return {};
  return fields_->find(FieldName::upgrade).value_or(std::string_view());
}

void ResponseParser::reset() noexcept {
  scanner_.reset();
  head_ = {};
  state_ = Parsed::incomplete;
  has_begun_ = false;
}

Parsed ResponseParser::parse(std::string_view bytes) {
  head_.base_ = bytes.data();
  if (state_ != Parsed::incomplete) {
    scanner_.fields.moved(bytes.data());
    return state_;
  }
  has_begun_ = has_begun_ || !bytes.empty();
  // What does not begin like a response at all is refused at once.
  if (scanner_.may_go_on(bytes, scanner_.in_fields ? 0 : kStatusLine)) {
    state_ = read(bytes);
  } else if (bytes.size() >=
             (scanner_.in_fields ? scanner_.limits().head : scanner_.limits().start_line + 2)) {
    state_ = refuse("the head of the response is too long");
  }
  return state_;
}

Parsed ResponseParser::read(std::string_view bytes) {
  if (!scanner_.in_fields) {
    // Nothing beyond a limit is looked at, so that it does not matter what has come of it.
    const Parsed line = read_status_line(bytes.substr(0, scanner_.limits().start_line + 2));
    if (line != Parsed::complete) return line;
  }
  Parsed fields = scanner_.read_fields(bytes.substr(0, scanner_.limits().head));
  if (fields == Parsed::complete) {
    head_.fields_ = &scanner_.fields;
    head_.size_ = scanner_.position();
    scanner_.refusal = detail::read_facts(scanner_.fields, head_.minor_version_, head_.facts_);
    if (scanner_.refusal) fields = Parsed::refused;
  }
  if (fields == Parsed::refused) scanner_.refusal.status = 502;
  return fields;
}

// HTTP-version SP 3DIGIT [ SP reason-phrase ] CRLF; many servers leave out the second space if
// they have no phrase.
Parsed ResponseParser::read_status_line(std::string_view bytes) {
  const std::string_view seen = bytes.substr(0, kStatusLine);
  constexpr std::string_view kBegin = "HTTP/1.";
  if (!kBegin.starts_with(seen.substr(0, kBegin.size()))) {
    if (seen.starts_with("HTTP/")) return refuse("a response of another version than HTTP/1");
    return refuse("what has come is no HTTP response");
  }
  const auto is_right = [](char c, std::size_t i) {
    return i < 7 || (i == 8 ? c == ' ' : detail::is_digit(c));
  };
  for (std::size_t i = 0; i < seen.size(); ++i) {
    if (!is_right(seen[i], i)) return refuse("a malformed status line");
  }
  if (seen.size() < kStatusLine) return scanner_.wait_for_more(bytes);
  const std::size_t end = bytes.find('\n');
  if (std::min(end, bytes.size()) > scanner_.limits().start_line + 1) {
    return refuse("the status line is too long");
  }
  if (end == bytes.npos) return scanner_.wait_for_more(bytes);
  if (bytes[end - 1] != '\r') return refuse("an LF without a CR");
  const std::string_view rest = bytes.substr(kStatusLine, end - 1 - kStatusLine);
  const auto is_text = [](char c) {
    return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
  };
  if ((!rest.empty() && rest.front() != ' ') || !std::ranges::all_of(rest, is_text)) {
    return refuse("a malformed status line");
  }
  head_.minor_version_ = seen[7] == '0' ? 0 : 1;
  for (std::size_t i = 9; i < kStatusLine; ++i)
    head_.status_ = head_.status_ * 10 + (seen[i] - '0');
  if (head_.status_ < 100 || head_.status_ > 599) return refuse("a status that is none");
  head_.reason_at_ = kStatusLine + (rest.empty() ? 0 : 1);
  head_.reason_size_ = static_cast<std::uint32_t>(rest.empty() ? 0 : rest.size() - 1);
  scanner_.begin_fields(end + 1);
  return Parsed::complete;
}

}  // namespace gnet::http
