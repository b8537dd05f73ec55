#include "gnet/http/cookie_jar.h"

#include <algorithm>
#include <functional>
#include <limits>

#include "gnet/http/cookie.h"
#include "gnet/http/scanner.h"
#include "gnet/http/url.h"

namespace gnet::http {
namespace {

bool is_address(std::string_view host) {
  // The host of a URL ends in a digit only if it is an IPv4 address, or in a name such as "a1".
  const std::string_view last = host.substr(host.rfind('.') + 1);
  return host.starts_with('[') || std::ranges::all_of(last, detail::is_digit);
}

bool has_expired(const StoredCookie& cookie, sys_seconds now) {
  return cookie.expires && *cookie.expires <= now;
}

std::optional<sys_seconds> expiry(const SetCookie& set, sys_seconds now) {
  if (!set.max_age) return set.expires;
  return *set.max_age > std::chrono::seconds::zero() ? now + *set.max_age : sys_seconds::min();
}

bool same(const StoredCookie& a, const StoredCookie& b) {
  return a.name == b.name && a.domain == b.domain && a.host_only == b.host_only && a.path == b.path;
}

bool goes_to(const StoredCookie& cookie, const URL& url) {
  const bool host = cookie.host_only ? url.host() == cookie.domain
                                     : detail::domain_matches(url.host(), cookie.domain);
  return host && detail::path_matches(url.path(), cookie.path) &&
         (!cookie.secure || url.is_secure());
}

// Over plain text nobody may hide a cookie that came over TLS.
bool hides(const StoredCookie& cookie, const StoredCookie& secure) {
  return secure.secure && secure.name == cookie.name &&
         (detail::domain_matches(secure.domain, cookie.domain) ||
          detail::domain_matches(cookie.domain, secure.domain)) &&
         detail::path_matches(cookie.path, secure.path);
}

// The fields of a line of a cookie file, of which there are seven with tabs between them.
std::vector<std::string_view> fields_of(std::string_view line) {
  std::vector<std::string_view> fields;
  for (;;) {
    const auto tab = line.find('\t');
    fields.push_back(line.substr(0, tab));
    if (tab == line.npos) return fields;
    line.remove_prefix(tab + 1);
  }
}

// Of a line that is neither a comment nor below another domain once it is written again.
bool is_domain(std::string_view text) {
  return !text.empty() && text.front() != '.' && text.front() != '#';
}

std::optional<StoredCookie> parse_line(std::string_view line) {
  const auto is_odd = [](char c) { return detail::is_control(c) && c != '\t'; };
  if (std::ranges::any_of(line, is_odd)) return std::nullopt;
  constexpr std::string_view kHttpOnly = "#HttpOnly_";
  StoredCookie cookie;
  cookie.http_only = line.starts_with(kHttpOnly);
  if (cookie.http_only) line.remove_prefix(kHttpOnly.size());
  if (line.starts_with('#')) return std::nullopt;
  const auto fields = fields_of(line);
  if (fields.size() != 7) return std::nullopt;
  std::string_view domain = fields[0];
  if (domain.starts_with('.')) domain.remove_prefix(1);
  cookie.domain = detail::to_lower(domain);
  cookie.host_only = fields[1] != "TRUE";
  cookie.path = fields[2];
  cookie.secure = fields[3] == "TRUE";
  const auto expires = detail::saturated_number(fields[4]);
  cookie.name = fields[5];
  cookie.value = fields[6];
  if (!expires || !is_domain(cookie.domain) || !cookie.path.starts_with('/') ||
      cookie.name.empty()) {
    return std::nullopt;
  }
  constexpr std::uint64_t kForever = 1'000'000'000'000;
  if (*expires != 0) {
    cookie.expires =
        sys_seconds(std::chrono::seconds(static_cast<std::int64_t>(std::min(*expires, kForever))));
  }
  return cookie;
}

}  // namespace

bool detail::domain_matches(std::string_view host, std::string_view domain) {
  if (host == domain) return true;
  return !domain.empty() && host.ends_with(domain) &&
         host[host.size() - domain.size() - 1] == '.' && !is_address(host);
}

bool detail::path_matches(std::string_view path, std::string_view cookie_path) {
  if (!path.starts_with(cookie_path)) return false;
  return path.size() == cookie_path.size() || cookie_path.ends_with('/') ||
         path[cookie_path.size()] == '/';
}

std::string_view detail::default_cookie_path(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == path.npos || slash == 0 ? "/" : path.substr(0, slash);
}

bool CookieJar::store(const URL& from, std::string_view set_cookie, sys_seconds now) {
  const auto set = SetCookie::parse(set_cookie);
  if (!set || !set->prefix_holds() || (set->secure && !from.is_secure())) return false;
  StoredCookie cookie{.name = set->name, .value = set->value};
  cookie.domain = from.host();
  if (!set->domain.empty()) {
    if (!detail::domain_matches(from.host(), set->domain)) return false;
    // A host without a dot, or an address, has nothing below it that is its own.
    const bool alone = set->domain.find('.') == set->domain.npos || is_address(from.host());
    if (alone && set->domain != from.host()) return false;
    cookie.domain = set->domain;
    cookie.host_only = alone;
  }
  cookie.path = set->path.empty() ? detail::default_cookie_path(from.path()) : set->path;
  cookie.expires = expiry(*set, now);
  cookie.secure = set->secure;
  cookie.http_only = set->http_only;
  if (!from.is_secure() &&
      std::ranges::any_of(cookies_, [&](const StoredCookie& old) { return hides(cookie, old); })) {
    return false;
  }
  add(std::move(cookie), now);
  return true;
}

void CookieJar::add(StoredCookie cookie, sys_seconds now) {
  std::erase_if(cookies_, [&](const StoredCookie& old) { return has_expired(old, now); });
  const auto old = std::ranges::find_if(
      cookies_, [&](const StoredCookie& other) { return same(other, cookie); });
  if (old != cookies_.end()) {
    // It keeps its age.
    if (has_expired(cookie, now)) {
      cookies_.erase(old);
    } else {
      *old = std::move(cookie);
    }
    return;
  }
  if (has_expired(cookie, now)) return;
  const auto of_domain = [&](const StoredCookie& other) { return other.domain == cookie.domain; };
  if (static_cast<std::size_t>(std::ranges::count_if(cookies_, of_domain)) >= kMaxOfDomain) {
    cookies_.erase(std::ranges::find_if(cookies_, of_domain));
  } else if (cookies_.size() >= kMax) {
    cookies_.erase(cookies_.begin());
  }
  cookies_.push_back(std::move(cookie));
}

std::string CookieJar::field(const URL& url, sys_seconds now) const {
  std::vector<const StoredCookie*> chosen;
  for (const StoredCookie& cookie : cookies_) {
    if (!has_expired(cookie, now) && goes_to(cookie, url)) chosen.push_back(&cookie);
  }
  std::ranges::stable_sort(chosen, std::greater<>(),
                           [](const StoredCookie* cookie) { return cookie->path.size(); });
  std::string out;
  for (const StoredCookie* cookie : chosen) {
    if (!out.empty()) out += "; ";
    ((out += cookie->name) += '=') += cookie->value;
  }
  return out;
}

std::string CookieJar::str() const {
  std::string out = "# Netscape HTTP Cookie File\n";
  for (const StoredCookie& cookie : cookies_) {
    // A tab may be in a cookie, but not in this file.
    if ((cookie.name + cookie.value + cookie.path).find('\t') != std::string::npos) continue;
    if (cookie.http_only) out += "#HttpOnly_";
    const auto time = cookie.expires ? cookie.expires->time_since_epoch().count() : 0;
    out += (cookie.host_only ? "" : ".") + cookie.domain + '\t';
    out += (cookie.host_only ? "FALSE\t" : "TRUE\t") + cookie.path + '\t';
    out += (cookie.secure ? "TRUE\t" : "FALSE\t") + std::to_string(time) + '\t';
    out += cookie.name + '\t' + cookie.value + '\n';
  }
  return out;
}

CookieJar CookieJar::parse(std::string_view text, sys_seconds now) {
  CookieJar jar;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (auto cookie = parse_line(line)) jar.add(std::move(*cookie), now);
  }
  return jar;
}

}  // namespace gnet::http
