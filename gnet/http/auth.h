// Who asks: Authorization and WWW-Authenticate (RFC 9110 §11, RFC 7617, RFC 6750).
//
//   const auto basic = gnet::http::parse_basic(request.authorization);
//   if (!basic || !gnet::http::equal_in_constant_time(basic->password, secret)) {
//     response.set("WWW-Authenticate", gnet::http::basic_challenge("files"));
//   }
//
//   request.set("Authorization", gnet::http::basic_authorization("Ada", "x"));
//
// Threads: values, and functions without state.

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gnet::http {

struct BasicCredentials {
  std::string user{};
  std::string password{};
};

// Of an Authorization or Proxy-Authorization field. Nothing for another scheme, and for what is
// malformed: not Base64 to its last bit, without a colon, or with control characters.
[[nodiscard]] std::optional<BasicCredentials> parse_basic(std::string_view field);

// The value of such a field. Throws std::invalid_argument for a user with a colon, which would be
// the end of the name, and for control characters.
[[nodiscard]] std::string basic_authorization(std::string_view user, std::string_view password);

// The token of "Bearer TOKEN": letters, digits, -._~+/ and = at its end. Nothing for anything else.
[[nodiscard]] std::optional<std::string_view> parse_bearer(std::string_view field);

// Throws std::invalid_argument for what is no token.
[[nodiscard]] std::string bearer_authorization(std::string_view token);

// Takes as long for a guess that is wrong in its first byte as for one that is wrong in its last.
[[nodiscard]] bool equal_in_constant_time(std::string_view guess, std::string_view secret);

// What goes with a 401: "Basic realm=\"files\", charset=\"UTF-8\"", and the like for tokens, whose
// error, such as "invalid_token", may be empty. Throws std::invalid_argument for control
// characters.
[[nodiscard]] std::string basic_challenge(std::string_view realm);
[[nodiscard]] std::string bearer_challenge(std::string_view realm, std::string_view error = {});

}  // namespace gnet::http
