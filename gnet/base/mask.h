// Keeps secrets out of logs and error messages.
//
//   gnet::mask_secrets("GET http://joe:pw@host/?token=abc");
//                                                   // "GET http://joe:***@host/?token=***"
//
// Threads: a function without state.

#pragma once

#include <string>
#include <string_view>

namespace gnet {

// The text with "***" in the place of what looks like a secret: the rest of the line after
// `Authorization:`, `Proxy-Authorization:`, `Cookie:` and `Set-Cookie:`; the value after token,
// password, passwd, secret, api_key and api-key (also as the end of a longer word, such as
// access_token) with '=' or ':' or as an option (--password x); and the password in a URL.
// Headers and JSON, in any case of letters.
[[nodiscard]] std::string mask_secrets(std::string_view text);

}  // namespace gnet
