#include "commands/http_gate.h"

#include <algorithm>
#include <stdexcept>

#include "cli/out/failure.h"
#include "commands/or_fail.h"
#include "gnet/base/error.h"
#include "gnet/fiber/fiber.h"
#include "gnet/http/auth.h"
#include "gnet/http/http_error.h"
#include "gnet/http/request.h"
#include "gnet/http/request_path.h"
#include "gnet/os/file.h"

namespace commands {
namespace {

using gnet::http::Access;
using gnet::http::HTTPError;

constexpr const char* kRealm = "files";
// Whoever guesses waits for as long before the next one.
constexpr gnet::Duration kWrongDelay = std::chrono::milliseconds(500);

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find_first_of(" \t\r\n", at), text.size());
    if (end > at) words.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

}  // namespace

HTTPGate::HTTPGate(const HTTPServeOptions& options)
    : options_(options),
      open_(options.auth.empty() && options.auth_file.empty() && options.token_file.empty()) {
  or_fail([&] {
    for (const std::string& text : options.auth) {
      auto rule = gnet::http::UserRule::parse(text);
      if (!rule.user.empty()) users_.add(rule.user, rule.password);
      rules_.add(std::move(rule));
    }
    if (!options.auth_file.empty()) users_.add_file(options.auth_file);
  });
  tokens_ = read_tokens();
}

HTTPGate::Tokens HTTPGate::read_tokens() const {
  if (options_.token_file.empty()) return std::make_shared<std::vector<std::string>>();
  const auto words = or_fail([&] { return words_of(gnet::read_file(options_.token_file)); });
  if (words.empty()) throw cli::UsageError("there is no token in '" + options_.token_file + "'");
  return std::make_shared<const std::vector<std::string>>(words);
}

HTTPGate::Tokens HTTPGate::tokens() {
  const std::lock_guard lock(mutex_);
  return tokens_;
}

std::function<void()> HTTPGate::reload() {
  Tokens tokens = read_tokens();
  if (!options_.auth_file.empty()) or_fail([&] { users_.reload(); });
  return [this, tokens = std::move(tokens)] {
    const std::lock_guard lock(mutex_);
    tokens_ = tokens;
  };
}

void HTTPGate::admit(const gnet::http::Request& request, const gnet::http::RequestPath& path,
                     Access wanted) {
  if (open_) return;
  const Caller caller = identify(request);
  if (access_of(caller, path) >= wanted) return;
  if (caller.known) throw HTTPError(403, "this is not for you");
  if (caller.wrong) gnet::sleep(kWrongDelay);
  HTTPError error(401, "who are you?");
  const bool only_tokens = options_.auth.empty() && options_.auth_file.empty();
  error.set("WWW-Authenticate", only_tokens ? gnet::http::bearer_challenge(kRealm)
                                            : gnet::http::basic_challenge(kRealm));
  throw error;
}

Access HTTPGate::access_of(const Caller& caller, const gnet::http::RequestPath& path) const {
  if (caller.has_token) return Access::write;
  const Access ruled = rules_.access(caller.user, path.text());
  const Access free = options_.auth_for == AuthFor::write ? Access::read : Access::none;
  return std::max(ruled, free);
}

HTTPGate::Caller HTTPGate::identify(const gnet::http::Request& request) {
  const auto field = request.header(gnet::http::FieldName::authorization);
  if (!field) return {};
  if (const auto token = gnet::http::parse_bearer(*field)) {
    const bool right = is_token(*token);
    return {.user = {}, .known = right, .wrong = !right, .has_token = right};
  }
  const auto basic = gnet::http::parse_basic(*field);
  if (!basic || basic->user.empty() || !users_.verify(*basic)) {
    return {.user = {}, .known = false, .wrong = true};
  }
  return {.user = basic->user, .known = true};
}

// All of them are compared, so that the time does not tell which.
bool HTTPGate::is_token(std::string_view guess) {
  bool found = false;
  for (const std::string& token : *tokens()) {
    if (gnet::http::equal_in_constant_time(guess, token)) found = true;
  }
  return found;
}

}  // namespace commands
