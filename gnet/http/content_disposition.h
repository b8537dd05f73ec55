// The name of a file that is sent or received: Content-Disposition (RFC 6266, RFC 7578 §4.2).
//
//   gnet::http::attachment("Gr\u00fc\u00dfe.txt");
//   // attachment; filename="Gr__e.txt"; filename*=UTF-8''Gr%C3%BC%C3%9Fe.txt
//
//   const auto disposition = gnet::http::ContentDisposition::parse(field);
//   const auto name = gnet::http::safe_file_name(disposition->file_name.value_or(""));
//   if (!name) refuse();
//
// A name that came over the network is not the name of a file until safe_file_name() says so.
//
// Threads: values, and functions without state.

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gnet::http {

struct ContentDisposition {
  std::string type{};                      // "attachment", "inline", "form-data"; in lower case
  std::optional<std::string> name{};       // of the field of a form
  std::optional<std::string> file_name{};  // as it was sent: with folders, if the client likes

  // Nothing for what is malformed. filename* outweighs filename, unless it is the part of a form,
  // where it must not be (RFC 7578 §4.2). In a quoted name \" and \\ are unescaped, and other
  // backslashes stay, which some clients leave in paths; bytes beyond ASCII are UTF-8, or whatever
  // they are.
  [[nodiscard]] static std::optional<ContentDisposition> parse(std::string_view text);
};

// What makes a browser save a body under this name. Any name will do: what a field cannot have is
// encoded, and for old clients replaced by "_".
[[nodiscard]] std::string attachment(std::string_view file_name);

// The value of a part of a form. Quotes and line ends are escaped as browsers do (%22, %0D, %0A).
[[nodiscard]] std::string form_data(std::string_view name,
                                    std::optional<std::string_view> file_name = std::nullopt);

// What of it may be the name of a file in a folder of ours: its last segment, after slashes and
// backslashes. Nothing for "", "." and "..", what is not UTF-8, has control characters or is longer
// than 255 bytes. A dot at its beginning, which hides it, stays.
[[nodiscard]] std::optional<std::string> safe_file_name(std::string_view text);

}  // namespace gnet::http
