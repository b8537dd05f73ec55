#include "gnet/http/auth.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "gnet/http/base64.h"
#include "gnet/http/scanner.h"

namespace gnet::http {
namespace {

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, detail::is_control);
}

// The credentials behind a scheme, whose name has no case.
std::optional<std::string_view> credentials(std::string_view field, std::string_view scheme) {
  detail::Scanner scan(detail::trim(field));
  if (detail::to_lower(scan.token()) != scheme || !scan.eat(' ')) return std::nullopt;
  scan.skip_space();
  return scan.rest();
}

bool is_token68(std::string_view text) {
  const std::size_t end = text.find_last_not_of('=') + 1;  // 0 where there is nothing else
  return end != 0 && std::ranges::all_of(text.substr(0, end), [](char c) {
           constexpr std::string_view kOthers = "-._~+/";
           return detail::is_alnum(c) || kOthers.find(c) != kOthers.npos;
         });
}

using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

Digest digest(std::string_view text) {
  Digest out{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), out.data());
  return out;
}

std::string challenge(std::string_view scheme, std::string_view realm) {
  if (has_control(realm)) throw std::invalid_argument("a realm with a control character in it");
  std::string out(scheme);
  detail::append_quoted(out += " realm=", realm);
  return out;
}

}  // namespace

std::optional<BasicCredentials> parse_basic(std::string_view field) {
  const auto text = credentials(field, "basic");
  if (!text) return std::nullopt;
  const auto pair = base64_decode(*text);
  if (!pair || has_control(*pair)) return std::nullopt;
  const auto colon = pair->find(':');
  if (colon == pair->npos) return std::nullopt;
  return BasicCredentials{.user = pair->substr(0, colon), .password = pair->substr(colon + 1)};
}

std::string basic_authorization(std::string_view user, std::string_view password) {
  if (user.find(':') != user.npos) throw std::invalid_argument("a user with a colon in its name");
  if (has_control(user) || has_control(password)) {
    throw std::invalid_argument("credentials with a control character in them");
  }
  return "Basic " + base64_encode(std::string(user) + ':' + std::string(password));
}

std::optional<std::string_view> parse_bearer(std::string_view field) {
  const auto token = credentials(field, "bearer");
  return token && is_token68(*token) ? token : std::nullopt;
}

std::string bearer_authorization(std::string_view token) {
  if (!is_token68(token)) throw std::invalid_argument("a token with a character that none has");
  return "Bearer " + std::string(token);
}

bool equal_in_constant_time(std::string_view guess, std::string_view secret) {
  // Of equal length and of bytes that nobody can choose, digests can be compared.
  const Digest a = digest(guess);
  const Digest b = digest(secret);
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string basic_challenge(std::string_view realm) {
  return challenge("Basic", realm) + ", charset=\"UTF-8\"";
}

std::string bearer_challenge(std::string_view realm, std::string_view error) {
  std::string out = challenge("Bearer", realm);
  if (has_control(error)) throw std::invalid_argument("an error with a control character in it");
  if (!error.empty()) detail::append_quoted(out += ", error=", error);
  return out;
}

}  // namespace gnet::http
