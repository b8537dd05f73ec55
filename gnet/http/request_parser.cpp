#include "gnet/http/request_parser.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "gnet/http/ascii.h"
#include "gnet/http/head_blocks.h"
#include "gnet/http/scanner.h"

namespace gnet::http {

namespace {

constexpr std::size_t kLongestMethod = 64;
constexpr std::string_view kVersion = "HTTP/1.";
constexpr std::size_t kVersionLine = 10;  // "HTTP/1.1\r\n"

// A character of a host's name: of RFC 3986's reg-name, but for the comma, which joins two values
// of a field that is there twice.
constexpr std::array<bool, 256> kInHost = detail::set_of([](char c) {
  return detail::is_alnum(c) ||
         std::string_view("-._~%!$&'()*+;=").find(c) != std::string_view::npos;
});

bool is_host_char(char c) noexcept {
  return kInHost[static_cast<unsigned char>(c)];
}

bool is_port(std::string_view text) noexcept {
  unsigned port = 0;
  for (const char c : text) {
    if (!detail::is_digit(c)) return false;
    port = port * 10 + static_cast<unsigned>(c - '0');
    if (port > 65535) return false;
  }
  return true;
}

bool is_ipv6(std::string_view text) noexcept {
  std::array<char, INET6_ADDRSTRLEN> name{};
  if (text.size() >= name.size()) return false;
  std::copy(text.begin(), text.end(), name.begin());
  in6_addr address{};
  return ::inet_pton(AF_INET6, name.data(), &address) == 1;
}

}  // namespace

bool is_authority(std::string_view text) noexcept {
  std::size_t host = 0;
  if (text.starts_with('[')) {
    host = text.find(']');
    if (host == text.npos || !is_ipv6(text.substr(1, host - 1))) return false;
    ++host;
  } else {
    host = detail::count_usual_in_host(text);
    while (host < text.size() && is_host_char(text[host])) ++host;
    if (host == 0) return false;
  }
  if (host == text.size()) return true;
  return text[host] == ':' && is_port(text.substr(host + 1));
}

std::string_view RequestHead::authority() const noexcept {
  if (authority_.size != 0) return view(authority_);
  return fields_->find(FieldName::host).value_or(std::string_view());
}

std::string_view RequestHead::upgrade() const noexcept {
  if (!facts_.upgrade || minor_version_ == 0) return {};
  return fields_->find(FieldName::upgrade).value_or(std::string_view());
}

void RequestParser::reset() noexcept {
  scanner_.reset();
  head_ = {};
  state_ = Parsed::incomplete;
  has_begun_ = skipped_ = false;
}

bool RequestParser::refuse(int status, std::string_view reason) noexcept {
  scanner_.refuse(status, reason);
  return false;
}

RequestHead::Span RequestParser::span(std::string_view text) const noexcept {
  if (text.empty()) return {};
  return {static_cast<std::uint32_t>(text.data() - head_.base_),
          static_cast<std::uint32_t>(text.size())};
}

Parsed RequestParser::parse(std::string_view bytes) {
  head_.base_ = bytes.data();
  if (state_ != Parsed::incomplete) {
    scanner_.fields.moved(bytes.data());
    return state_;
  }
  // What does not begin like a request at all is refused at once.
  if (scanner_.may_go_on(bytes, scanner_.in_fields ? 0 : kLongestMethod + 3)) {
    state_ = read(bytes);
  } else if (scanner_.in_fields
                 ? bytes.size() >= scanner_.limits().head
                 : bytes.size() > scanner_.position() + scanner_.limits().start_line + 1) {
    state_ = scanner_.in_fields ? scanner_.refuse(431, "the head of the message is too long")
                                : scanner_.refuse(414, "the request line is too long");
  }
  return state_;
}

Parsed RequestParser::read(std::string_view bytes) {
  if (!scanner_.in_fields) {
    if (const Parsed parsed = skip_empty_line(bytes); parsed != Parsed::complete) return parsed;
    // Nothing beyond the limit is looked at, so that it does not matter what has come of it.
    const std::size_t most = scanner_.position() + scanner_.limits().start_line + 2;
    const Parsed line = read_request_line(bytes.substr(0, most));
    if (line == Parsed::incomplete && bytes.size() >= most) {
      return scanner_.refuse(414, "the request line is too long");
    }
    if (line != Parsed::complete) return line;
  }
  const Parsed fields = scanner_.read_fields(bytes.substr(0, scanner_.limits().head));
  return fields == Parsed::complete ? conclude() : fields;
}

// One empty line before a request is nothing (RFC 9112 §2.2).
Parsed RequestParser::skip_empty_line(std::string_view bytes) {
  if (!skipped_ && bytes.starts_with('\r')) {
    if (bytes.size() == 1) return Parsed::incomplete;
    if (bytes[1] != '\n') return scanner_.refuse(400, "a CR without an LF");
    scanner_.skip(2);
    skipped_ = true;
  }
  return Parsed::complete;
}

Parsed RequestParser::read_request_line(std::string_view bytes) {
  const char* const end = bytes.data() + bytes.size();
  const char* const begin = bytes.data() + scanner_.position();
  if (begin == end) return Parsed::incomplete;
  has_begun_ = true;

  const char* at = begin;
  if (std::string_view(begin, static_cast<std::size_t>(end - begin)).starts_with("GET ")) at += 3;
  while (at != end && detail::is_token_char(*at)) ++at;
  const auto method_size = static_cast<std::size_t>(at - begin);
  if (method_size > kLongestMethod) return scanner_.refuse(501, "no method has so long a name");
  if (at == end) return scanner_.wait_for_more(bytes);
  if (*at != ' ' || at == begin) {
    if (*begin == 0x16) return scanner_.refuse(400, "TLS on a port that speaks plain HTTP");
    return scanner_.refuse(400, "no request line");
  }
  head_.method_ = span({begin, method_size});

  const char* const target = at + 1;
  const detail::TargetScan scan = detail::scan_target(target, end);
  at = scan.end;
  const bool has_fragment = at != end && *at == '#';
  if (has_fragment) at = detail::find_not_visible(at, end);
  const auto limit = scanner_.limits().start_line;
  if (static_cast<std::size_t>(at - begin) > limit) {
    return scanner_.refuse(414, "the request line is too long");
  }
  Parsed rest = Parsed::complete;
  if (at == end) {
    rest = Parsed::incomplete;
  } else if (*at == ' ') {
    const std::string_view behind(at + 1, static_cast<std::size_t>(end - at - 1));
    if (!behind.starts_with("HTTP/1.1\r\n")) rest = read_version(at + 1, end);
  } else if (*at == '\r' || *at == '\n') {
    rest = scanner_.refuse_line(begin, end, 400, "a request line without a version");
  } else {
    rest = scanner_.refuse_line(begin, end, 400,
                                "a character in the request target that has to be encoded");
  }
  if (rest == Parsed::incomplete) return scanner_.wait_for_more(bytes);
  if (rest == Parsed::refused) return rest;
  const std::string_view whole(target, static_cast<std::size_t>(at - target));
  const char* const behind = at + 1 + kVersionLine;
  if (static_cast<std::size_t>(behind - 2 - begin) > limit) {
    return scanner_.refuse(414, "the request line is too long");
  }
  head_.target_ = span(whole);
  if (has_fragment) return scanner_.refuse(400, "a fragment in a request target");
  const char* const question = scan.question == nullptr ? at : scan.question;
  if (!read_target(whole, static_cast<std::size_t>(question - target))) return Parsed::refused;
  scanner_.begin_fields(static_cast<std::size_t>(behind - bytes.data()));
  return Parsed::complete;
}

Parsed RequestParser::read_version(const char* at, const char* end) {
  const auto there = static_cast<std::size_t>(end - at);
  const std::string_view seen(at, std::min(there, kVersionLine));
  const bool whole = there >= kVersionLine || seen.find('\n') != seen.npos;
  if (!whole) return Parsed::incomplete;
  const auto refuse = [&](int status, std::string_view reason) {
    return scanner_.refuse_line(at, end, status, reason);
  };
  if (seen.size() < kVersionLine || !seen.starts_with("HTTP/") || !detail::is_digit(seen[5]) ||
      seen[6] != '.' || !detail::is_digit(seen[7])) {
    return refuse(400, "a request line that does not end with a version");
  }
  if (seen[8] != '\r' || seen[9] != '\n') {
    return refuse(400, "a request line that does not end with CRLF");
  }
  if (!seen.starts_with(kVersion)) return refuse(505, "a version other than HTTP/1");
  head_.minor_version_ = seen[7] == '0' ? 0 : 1;
  return Parsed::complete;
}

// `question`: where the first '?' is, or the size if there is none.
bool RequestParser::read_target(std::string_view target, std::size_t question) {
  if (target.empty()) return refuse(400, "a request without a target");
  if (head_.method() == "CONNECT") {
    head_.form_ = TargetForm::authority;
    const std::size_t colon = target.rfind(':');
    if (!is_authority(target) || colon == target.npos || colon + 1 == target.size() ||
        target.ends_with(']')) {
      return refuse(400, "CONNECT to something other than host:port");
    }
    head_.authority_ = span(target);
    return true;
  }
  if (target == "*") {
    head_.form_ = TargetForm::asterisk;
    return head_.method() == "OPTIONS" ||
           refuse(400, "a target of * for another method than OPTIONS");
  }
  if (target.front() != '/') {
    head_.form_ = TargetForm::absolute;
    const std::size_t size = target.size();
    if (!read_absolute(target)) return false;
    question -= size - target.size();  // no '?' is in an authority
  }
  head_.path_ = span(target.substr(0, question));
  head_.has_query_ = question != target.size();
  if (head_.has_query_) head_.query_ = span(target.substr(question + 1));
  return true;
}

// Leaves in `target` what is behind the authority.
bool RequestParser::read_absolute(std::string_view& target) {
  const std::size_t scheme = target.find("://");
  if (scheme == target.npos || !(equal_ignoring_case(target.substr(0, scheme), "http") ||
                                 equal_ignoring_case(target.substr(0, scheme), "https"))) {
    return refuse(400, "a request target that is neither a path nor an http URL");
  }
  target.remove_prefix(scheme + 3);
  const std::string_view authority =
      target.substr(0, std::min(target.find_first_of("/?"), target.size()));
  if (!is_authority(authority)) return refuse(400, "a request target whose host is malformed");
  head_.authority_ = span(authority);
  target.remove_prefix(authority.size());
  return true;
}

Parsed RequestParser::conclude() {
  head_.fields_ = &scanner_.fields;
  head_.size_ = scanner_.position();
  const FieldTable& fields = scanner_.fields;
  const auto refused = [&](int status, std::string_view reason) {
    return scanner_.refuse(status, reason);
  };
  if (const auto host = fields.find(FieldName::host)) {
    if (fields.repeats(FieldName::host)) return refused(400, "Host is repeated");
    if (!is_authority(*host)) return refused(400, "Host is no host");
  } else if (head_.minor_version_ != 0) {
    return refused(400, "Host is missing");
  }
  if (const Refusal refusal = detail::read_facts(fields, head_.minor_version_, head_.facts_)) {
    return refused(refusal.status, refusal.reason);
  }
  if (fields.has(FieldName::expect) && head_.minor_version_ != 0) {
    if (fields.repeats(FieldName::expect) ||
        !equal_ignoring_case(*fields.find(FieldName::expect), "100-continue")) {
      return refused(417, "an Expect other than 100-continue");
    }
    head_.expects_continue_ = true;
  }
  return Parsed::complete;
}

}  // namespace gnet::http
