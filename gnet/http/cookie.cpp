#include "gnet/http/cookie.h"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "gnet/http/scanner.h"

namespace gnet::http {
namespace {

constexpr std::size_t kMaxPair = 4096;       // of name and value, as browsers have it
constexpr std::size_t kMaxAttribute = 1024;  // of an attribute's value

// A cookie-octet.
bool is_value_char(char c) {
  constexpr std::string_view kExcluded = "\",;\\ ";
  return !detail::is_control(c) && detail::is_ascii(c) && kExcluded.find(c) == kExcluded.npos;
}

bool is_domain_char(char c) {
  return detail::is_alnum(c) || c == '-' || c == '.';
}

bool is_path_char(char c) {
  return !detail::is_control(c) && c != ';';
}

void demand(bool condition, const std::string& what) {
  if (!condition) throw std::invalid_argument(what);
}

bool has_prefix(std::string_view name, std::string_view prefix) {
  return detail::to_lower(name.substr(0, prefix.size())) == prefix;
}

std::string_view name_of(SameSite same_site) {
  switch (same_site) {
    case SameSite::unset:
      break;
    case SameSite::strict:
      return "Strict";
    case SameSite::lax:
      return "Lax";
    case SameSite::none:
      return "None";
  }
  return {};
}

SameSite parse_same_site(std::string_view text) {
  const std::string name = detail::to_lower(text);
  if (name == "strict") return SameSite::strict;
  if (name == "lax") return SameSite::lax;
  if (name == "none") return SameSite::none;
  return SameSite::unset;
}

std::optional<std::chrono::seconds> parse_max_age(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const auto number = detail::saturated_number(text);
  if (!number) return std::nullopt;
  // Some thirty thousand years, which can be added to a time.
  constexpr std::uint64_t kForever = 1'000'000'000'000;
  const auto seconds = static_cast<std::int64_t>(std::min(*number, kForever));
  return std::chrono::seconds(negative ? -seconds : seconds);
}

void apply(SetCookie& cookie, const std::string& name, std::string_view value) {
  if (name == "expires") {
    if (const auto time = parse_cookie_date(value)) cookie.expires = time;
  } else if (name == "max-age") {
    if (const auto age = parse_max_age(value)) cookie.max_age = age;
  } else if (name == "domain") {
    if (value.starts_with('.')) value.remove_prefix(1);
    cookie.domain = detail::to_lower(value);
  } else if (name == "path") {
    cookie.path = value.starts_with('/') ? value : "";
  } else if (name == "secure") {
    cookie.secure = true;
  } else if (name == "httponly") {
    cookie.http_only = true;
  } else if (name == "partitioned") {
    cookie.partitioned = true;
  } else if (name == "samesite") {
    cookie.same_site = parse_same_site(value);
  }
}

std::string_view take_part(std::string_view& text) {
  const std::string_view part = text.substr(0, text.find(';'));
  text.remove_prefix(std::min(part.size() + 1, text.size()));
  return detail::trim(part);
}

void check(const SetCookie& cookie) {
  const std::string about = "cookie '" + cookie.name + "': ";
  demand(detail::is_token(cookie.name), "the name of a cookie is not a token");
  demand(std::ranges::all_of(cookie.value, is_value_char),
         about + "its value has a character that no cookie can have");
  demand(cookie.name.size() + cookie.value.size() <= kMaxPair,
         about + "it is longer than 4096 bytes");
  demand(!cookie.domain.starts_with('.') && std::ranges::all_of(cookie.domain, is_domain_char),
         about + "its domain is none");
  demand(cookie.path.empty() ||
             (cookie.path.front() == '/' && std::ranges::all_of(cookie.path, is_path_char)),
         about + "its path is none");
  demand(cookie.secure || (cookie.same_site != SameSite::none && !cookie.partitioned),
         about + "SameSite=None and Partitioned need Secure");
  demand(cookie.prefix_holds(),
         about + "__Secure- needs Secure, and __Host- also the path '/' and no domain");
}

}  // namespace

bool CookieReader::next() noexcept {
  while (!rest_.empty()) {
    const std::string_view part = take_part(rest_);
    const auto equals = part.find('=');
    if (equals == part.npos) continue;
    name_ = detail::trim(part.substr(0, equals));
    value_ = detail::trim(part.substr(equals + 1));
    if (!name_.empty()) return true;
  }
  return false;
}

std::optional<std::string_view> cookie_value(std::string_view field,
                                             std::string_view name) noexcept {
  for (CookieReader cookies(field); cookies.next();) {
    if (cookies.name() == name) return cookies.value();
  }
  return std::nullopt;
}

bool SetCookie::prefix_holds() const noexcept {
  if (has_prefix(name, "__secure-")) return secure;
  if (has_prefix(name, "__host-")) return secure && domain.empty() && path == "/";
  return true;
}

std::string SetCookie::str() const {
  check(*this);
  std::string out = name + '=' + value;
  if (!domain.empty()) out += "; Domain=" + domain;
  if (!path.empty()) out += "; Path=" + path;
  if (max_age) out += "; Max-Age=" + std::to_string(max_age->count());
  if (expires) out += "; Expires=" + format_date(*expires);
  if (secure) out += "; Secure";
  if (http_only) out += "; HttpOnly";
  if (same_site != SameSite::unset) (out += "; SameSite=") += name_of(same_site);
  if (partitioned) out += "; Partitioned";
  return out;
}

std::optional<SetCookie> SetCookie::parse(std::string_view text) {
  if (std::ranges::any_of(text, [](char c) { return detail::is_control(c) && c != '\t'; })) {
    return std::nullopt;
  }
  const std::string_view pair = take_part(text);
  const auto equals = pair.find('=');
  if (equals == pair.npos) return std::nullopt;
  SetCookie cookie;
  cookie.name = detail::trim(pair.substr(0, equals));
  cookie.value = detail::trim(pair.substr(equals + 1));
  if (cookie.name.empty() || cookie.name.size() + cookie.value.size() > kMaxPair) {
    return std::nullopt;
  }
  while (!text.empty()) {
    const std::string_view part = take_part(text);
    const auto sign = std::min(part.find('='), part.size());
    const std::string_view value = detail::trim(part.substr(std::min(sign + 1, part.size())));
    if (value.size() > kMaxAttribute) continue;
    apply(cookie, detail::to_lower(detail::trim(part.substr(0, sign))), value);
  }
  return cookie;
}

}  // namespace gnet::http
