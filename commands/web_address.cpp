#include "commands/web_address.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/out/failure.h"

namespace commands {
namespace {

constexpr std::string_view kUnix = "unix:";

gnet::http::URL url_of(const std::string& text) {
  try {
    return gnet::http::URL(text);
  } catch (const gnet::http::URLError& error) {
    throw cli::UsageError(error.what());
  }
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool is_port(std::string_view word) {
  const std::string_view digits = word.substr(0, word.find_first_of("/?#"));
  return !digits.empty() && digits.find_first_not_of("0123456789") == digits.npos;
}

WebAddress with_scheme(std::string_view word, std::string_view scheme) {
  WebAddress address{url_of(std::string(word)), {}};
  const std::string_view given = address.url.scheme();
  const bool is_http = given.starts_with("http");
  const bool is_ws = scheme.starts_with("ws");
  if (!is_http && !(is_ws && given.starts_with("ws"))) {
    throw cli::UsageError(
        fmt::format("bad URL '{}': must be of {}", word, is_ws ? "ws or wss" : "http or https"));
  }
  return address;
}

WebAddress through_unix_socket(std::string_view word, std::string_view scheme) {
  const std::string_view rest = word.substr(kUnix.size());
  const std::size_t colon = rest.find(':');
  if (rest.empty() || colon == 0) {
    throw cli::UsageError(fmt::format("bad URL '{}': must be unix:PATH:/PATH", word));
  }
  const std::string_view path = colon == rest.npos ? "" : rest.substr(colon + 1);
  return {url_of(fmt::format("{}://localhost{}{}", scheme, path.starts_with('/') ? "" : "/", path)),
          std::string(rest.substr(0, colon))};
}

}  // namespace

WebAddress parse_address(std::string_view word, std::string_view scheme) {
  if (word.find("://") != word.npos) return with_scheme(word, scheme);
  if (word.starts_with(kUnix)) return through_unix_socket(word, scheme);
  // "8000/p", ":8000/p", ":/p", "/p" and "host:8000/p".
  if (word.starts_with(":/")) word.remove_prefix(1);
  const bool only_port = is_port(word);
  const bool is_local = only_port || word.starts_with(':') || word.starts_with('/');
  return {url_of(fmt::format("{}://{}{}{}", scheme, is_local ? "localhost" : "",
                             only_port ? ":" : "", word)),
          {}};
}

Field parse_field(std::string_view text, std::string_view option) {
  const std::size_t colon = text.find(':');
  if (colon == text.npos || colon == 0) {
    throw cli::UsageError(fmt::format("bad value '{}' for {}: must be NAME: VALUE", text, option));
  }
  return {std::string(trimmed(text.substr(0, colon))),
          std::string(trimmed(text.substr(colon + 1)))};
}

}  // namespace commands
