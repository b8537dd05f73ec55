#include "commands/http_credentials.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

#include "cli/line/read_file.h"
#include "cli/out/failure.h"

namespace commands {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

// Without the end of its line.
std::string secret_in(const std::string& path) {
  std::string text = cli::read_file(path);
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  return text;
}

std::string basic(const std::string& text, std::string_view option) {
  const std::size_t colon = text.find(':');
  if (colon == text.npos) {
    throw cli::UsageError(fmt::format("bad value for {}: must be USER:PASSWORD", option));
  }
  return gnet::http::basic_authorization(text.substr(0, colon), text.substr(colon + 1));
}

// Takes the next word, which may stand in quotes.
std::string_view take_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
  if (text.starts_with('"')) {
    const std::size_t end = text.find('"', 1);
    const std::string_view word = text.substr(1, end == text.npos ? end : end - 1);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    return word;
  }
  const std::size_t end = std::min(text.find_first_of(kSpace), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end);
  return word;
}

// The end of a macro is an empty line.
void skip_macro(std::string_view& text) {
  const std::size_t end = text.find("\n\n");
  text.remove_prefix(end == text.npos ? text.size() : end + 2);
}

std::string netrc_path() {
  if (const char* path = std::getenv("NETRC")) return path;
  const char* home = std::getenv("HOME");
  return std::string(home != nullptr ? home : "") + "/.netrc";
}

}  // namespace

std::optional<gnet::http::BasicCredentials> netrc_entry(std::string_view text,
                                                        std::string_view host) {
  bool here = false;
  bool found = false;
  gnet::http::BasicCredentials entry;
  for (std::string_view word = take_word(text); !word.empty(); word = take_word(text)) {
    if (word == "machine" || word == "default") {
      if (found) break;
      here = word == "default" || take_word(text) == host;
    } else if (word == "login" || word == "password" || word == "account") {
      const std::string_view value = take_word(text);
      if (!here) continue;
      found = true;
      if (word == "login") entry.user = value;
      if (word == "password") entry.password = value;
    } else if (word == "macdef") {
      skip_macro(text);
    } else if (word.starts_with('#')) {
      text.remove_prefix(std::min(text.find('\n'), text.size()));
    }
  }
  if (!found) return std::nullopt;
  return entry;
}

HttpCredentials::HttpCredentials(const HttpOptions& options) {
  const int ways = static_cast<int>(!options.auth.empty()) +
                   static_cast<int>(!options.auth_file.empty()) +
                   static_cast<int>(!options.bearer_file.empty());
  if (ways > 1) {
    throw cli::UsageError("--auth, --auth-file and --bearer-file exclude each other");
  }
  try {
    if (!options.auth.empty()) {
      for_all_ = basic(options.auth, "--auth");
    } else if (!options.auth_file.empty()) {
      for_all_ = basic(secret_in(options.auth_file), "--auth-file");
    } else if (!options.bearer_file.empty()) {
      for_all_ = gnet::http::bearer_authorization(secret_in(options.bearer_file));
    } else if (options.netrc) {
      netrc_ = cli::read_file(netrc_path());
    }
  } catch (const std::invalid_argument& error) {
    throw cli::UsageError(error.what());
  }
}

std::optional<std::string> HttpCredentials::authorization_for(std::string_view host) const {
  if (!netrc_) return for_all_;
  const auto entry = netrc_entry(*netrc_, host);
  if (!entry) return std::nullopt;
  try {
    return gnet::http::basic_authorization(entry->user, entry->password);
  } catch (const std::invalid_argument& error) {
    throw cli::UsageError(error.what());
  }
}

}  // namespace commands
