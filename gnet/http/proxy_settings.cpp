#include "gnet/http/proxy_settings.h"

#include <cstdlib>

#include "gnet/http/ascii.h"
#include "gnet/http/field_name.h"
#include "gnet/http/scanner.h"

namespace gnet::http {

namespace {

// Of the first that is set and not empty.
std::string variable(const char* name, const char* other) {
  for (const char* candidate : {name, other}) {
    const char* value = candidate != nullptr ? std::getenv(candidate) : nullptr;
    if (value != nullptr && *value != '\0') return value;
  }
  return {};
}

std::optional<ProxyURL> proxy_of(const std::string& text, const std::string& otherwise) {
  const std::string& chosen = text.empty() ? otherwise : text;
  if (chosen.empty()) return std::nullopt;
  return parse_proxy(chosen);
}

// ".a.test", "a.test", "a.test:80", "[::1]:80", "::1", "*".
bool is_excepted(std::string_view entry, const URL& url) {
  if (entry == "*") return true;
  const std::size_t colon = entry.rfind(':');
  const bool has_port =
      colon != entry.npos && (entry.find(':') == colon || entry[colon - 1] == ']');
  if (has_port) {
    if (entry.substr(colon + 1) != std::to_string(url.port())) return false;
    entry = entry.substr(0, colon);
  }
  if (entry.starts_with('[') && entry.ends_with(']')) entry = entry.substr(1, entry.size() - 2);
  if (entry.starts_with('.')) entry.remove_prefix(1);
  const std::string_view host = url.host_name();
  if (entry.empty() || entry.size() > host.size()) return false;
  const std::size_t above = host.size() - entry.size();
  return equal_ignoring_case(host.substr(above), entry) && (above == 0 || host[above - 1] == '.');
}

}  // namespace

ProxySettings ProxySettings::from_environment() {
  const std::string all = variable("all_proxy", "ALL_PROXY");
  return {.http = proxy_of(variable("http_proxy", nullptr), all),
          .https = proxy_of(variable("https_proxy", "HTTPS_PROXY"), all),
          .except = variable("no_proxy", "NO_PROXY")};
}

const ProxyURL* ProxySettings::find(const URL& url) const {
  const std::optional<ProxyURL>& proxy = url.is_secure() ? https : http;
  if (!proxy) return nullptr;
  for (std::string_view rest = except; !rest.empty();) {
    const std::size_t comma = rest.find(',');
    if (is_excepted(detail::trim(rest.substr(0, comma)), url)) return nullptr;
    rest = comma == rest.npos ? std::string_view() : rest.substr(comma + 1);
  }
  return &*proxy;
}

}  // namespace gnet::http
