#include "gnet/http/url.h"

#include <algorithm>
#include <array>
#include <utility>

#include "gnet/base/shorten.h"
#include "gnet/base/utf8.h"
#include "gnet/http/ascii.h"
#include "gnet/http/percent.h"
#include "gnet/http/url_host.h"

namespace gnet::http {
namespace {

struct Scheme {
  std::string_view name;
  std::uint16_t port;
};

constexpr std::array<Scheme, 4> kSchemes{{{"http", 80}, {"https", 443}, {"ws", 80}, {"wss", 443}}};

const Scheme* find_scheme(std::string_view name) {
  const auto* const found = std::ranges::find(kSchemes, name, &Scheme::name);
  return found == kSchemes.end() ? nullptr : found;
}

bool is_slash(char c) {
  return c == '/' || c == '\\';
}

// Control characters and spaces go from both ends; tabs and line ends from everywhere.
std::string cleaned(std::string_view text) {
  const auto is_edge = [](char c) { return static_cast<unsigned char>(c) <= 0x20; };
  while (!text.empty() && is_edge(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_edge(text.back())) text.remove_suffix(1);
  std::string out(text);
  std::erase_if(out, [](char c) { return c == '\t' || c == '\n' || c == '\r'; });
  return out;
}

// Whether a segment is so many dots, each of which may be %2e.
bool is_dots(std::string_view segment, int count) {
  for (; count > 0; --count) {
    if (segment.starts_with('.')) {
      segment.remove_prefix(1);
    } else if (segment.starts_with("%2e") || segment.starts_with("%2E")) {
      segment.remove_prefix(3);
    } else {
      return false;
    }
  }
  return segment.empty();
}

// Takes from the front of text what is before the first of the characters.
std::string_view take_until(std::string_view& text, std::string_view characters) {
  const std::string_view taken = text.substr(0, text.find_first_of(characters));
  text.remove_prefix(taken.size());
  return taken;
}

}  // namespace

// The states of the standard's basic URL parser (§4.4) that special schemes other than file can
// come to, as functions, each of which takes its part from the front of rest_.
class URLParser {
 public:
  URLParser(std::string_view text, const URL* base) : input_(cleaned(text)), base_(base) {}

  URL parse() {
    const std::string scheme = take_scheme();
    if (scheme.empty()) {
      if (base_ == nullptr) throw std::invalid_argument("no scheme, such as http://");
      relative();
    } else {
      const Scheme* const found = find_scheme(scheme);
      if (found == nullptr)
        throw std::invalid_argument("scheme '" + scheme + "' is not of the web");
      url_.scheme_ = found->name;
      // "http:a/b" is relative in a document of that scheme, and has a host elsewhere.
      if (base_ != nullptr && base_->scheme_ == found->name && !rest_.starts_with("//")) {
        relative();
      } else {
        authority();
        path();
      }
    }
    query_and_fragment();
    return std::move(url_);
  }

 private:
  // In lower case; empty, and nothing taken, if there is none.
  std::string take_scheme() {
    std::size_t end = 0;
    while (end < rest_.size() && (detail::is_alnum(rest_[end]) || rest_[end] == '+' ||
                                  rest_[end] == '-' || rest_[end] == '.')) {
      ++end;
    }
    if (end == 0 || !detail::is_alpha(rest_[0]) || end == rest_.size() || rest_[end] != ':')
      return {};
    std::string scheme = detail::to_lower(rest_.substr(0, end));
    rest_.remove_prefix(end + 1);
    return scheme;
  }

  void relative() {
    url_.scheme_ = base_->scheme_;
    if (rest_.size() >= 2 && is_slash(rest_[0]) && is_slash(rest_[1])) {
      authority();
      path();
      return;
    }
    url_.username_ = base_->username_;
    url_.password_ = base_->password_;
    url_.host_ = base_->host_;
    url_.port_ = base_->port_;
    if (rest_.empty() || rest_[0] == '#' || rest_[0] == '?') {
      url_.path_ = base_->path_;
      if (rest_.empty() || rest_[0] == '#') url_.query_ = base_->query_;
      return;
    }
    if (!is_slash(rest_[0])) {
      url_.path_ = base_->path_;
      pop_segment();
    }
    path();
  }

  void authority() {
    while (!rest_.empty() && is_slash(rest_[0])) rest_.remove_prefix(1);
    std::string_view authority = take_until(rest_, "/\\?#");
    if (const auto at = authority.rfind('@'); at != authority.npos) {
      userinfo(authority.substr(0, at));
      authority.remove_prefix(at + 1);
    }
    // A colon within brackets is part of an address.
    const auto colon = authority.find(':', authority.starts_with('[') ? authority.find(']') : 0);
    if (authority.empty() || colon == 0) throw std::invalid_argument("no host");
    url_.host_ = detail::url_host(authority.substr(0, colon));
    if (colon != authority.npos) port(authority.substr(colon + 1));
  }

  void userinfo(std::string_view text) {
    const auto colon = text.find(':');
    append_percent_encoded(url_.username_, text.substr(0, colon), EncodeSet::userinfo);
    if (colon == text.npos) return;
    append_percent_encoded(url_.password_, text.substr(colon + 1), EncodeSet::userinfo);
  }

  void port(std::string_view text) {
    unsigned value = 0;
    for (const char c : text) {
      if (detail::is_digit(c)) value = value * 10 + static_cast<unsigned>(c - '0');
      if (!detail::is_digit(c) || value > 0xffff) {
        throw std::invalid_argument("'" + printable(text) + "' is no port");
      }
    }
    if (text.empty() || value == find_scheme(url_.scheme_)->port) return;
    url_.port_ = static_cast<std::uint16_t>(value);
  }

  void path() {
    if (!rest_.empty() && is_slash(rest_[0])) rest_.remove_prefix(1);
    for (;;) {
      const std::string_view segment = take_until(rest_, "/\\?#");
      const bool last = rest_.empty() || !is_slash(rest_[0]);
      if (is_dots(segment, 2)) {
        pop_segment();
        if (last) url_.path_ += '/';
      } else if (is_dots(segment, 1)) {
        if (last) url_.path_ += '/';
      } else {
        url_.path_ += '/';
        append_percent_encoded(url_.path_, segment, EncodeSet::path);
      }
      if (last) return;
      rest_.remove_prefix(1);
    }
  }

  void pop_segment() {
    if (!url_.path_.empty()) url_.path_.erase(url_.path_.rfind('/'));
  }

  void query_and_fragment() {
    if (rest_.starts_with('?')) {
      rest_.remove_prefix(1);
      url_.query_ = percent_encode(take_until(rest_, "#"), EncodeSet::special_query);
    }
    if (rest_.starts_with('#')) {
      url_.fragment_ = percent_encode(rest_.substr(1), EncodeSet::fragment);
    }
  }

  std::string input_;
  std::string_view rest_ = input_;
  const URL* base_;
  URL url_;
};

namespace {

constexpr std::size_t kShown = 100;  // of a URL in an error's text

URL parse_or_throw(std::string_view text, const URL* base) {
  try {
    return URLParser(text, base).parse();
  } catch (const URLError&) {
    throw;
  } catch (const std::invalid_argument& error) {
    throw URLError(text, error.what());
  }
}

}  // namespace

URLError::URLError(std::string_view url, std::string_view reason)
    : std::invalid_argument("cannot read URL '" + printable(shorten(url, kShown)) +
                            "': " + std::string(reason)) {}

URL::URL(std::string_view text) : URL(parse_or_throw(text, nullptr)) {}

std::optional<URL> URL::parse(std::string_view text) {
  try {
    return URLParser(text, nullptr).parse();
  } catch (const std::invalid_argument&) {
    return std::nullopt;
  }
}

URL URL::resolve(std::string_view reference) const {
  return parse_or_throw(reference, this);
}

URL URL::redirect(std::string_view location) const {
  URL url = resolve(location);
  if (!url.fragment_) url.fragment_ = fragment_;
  return url;
}

std::string_view URL::host_name() const noexcept {
  const std::string_view host = host_;
  return host.starts_with('[') ? host.substr(1, host.size() - 2) : host;
}

std::uint16_t URL::port() const noexcept {
  return port_ ? *port_ : find_scheme(scheme_)->port;
}

std::string URL::authority() const {
  return port_ ? host_ + ':' + std::to_string(*port_) : host_;
}

std::string URL::origin() const {
  return std::string(scheme_) + "://" + authority();
}

std::string URL::target() const {
  return query_ ? path_ + '?' + *query_ : path_;
}

std::string URL::str() const {
  std::string text(scheme_);
  text += "://";
  if (!username_.empty() || !password_.empty()) {
    text += username_;
    if (!password_.empty()) (text += ':') += password_;
    text += '@';
  }
  (text += authority()) += target();
  if (fragment_) (text += '#') += *fragment_;
  return text;
}

URL URL::stripped() const {
  URL url = *this;
  url.username_.clear();
  url.password_.clear();
  url.fragment_.reset();
  return url;
}

URL URL::with_query(std::optional<std::string_view> query) const {
  URL url = *this;
  url.query_.reset();
  if (query) url.query_ = percent_encode(*query, EncodeSet::special_query);
  return url;
}

}  // namespace gnet::http
