// What a body is: "text/html; charset=utf-8" (RFC 9110 §8.3), and what a file is by its name.
//
//   const auto type = gnet::http::MediaType::parse("Text/HTML;Charset=\"utf-8\"");
//   type->essence();                                  // "text/html"
//   type->parameter("charset");                       // "utf-8"
//   gnet::http::content_type_of("index.html");        // "text/html; charset=utf-8"
//
// Threads: a value, and functions without state.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gnet::http {

class MediaType {
 public:
  // Nothing for what is none. Of a parameter that comes twice the first counts.
  [[nodiscard]] static std::optional<MediaType> parse(std::string_view text);

  // The type without its parameters, in lower case: "text/html".
  [[nodiscard]] const std::string& essence() const noexcept { return essence_; }
  [[nodiscard]] std::string_view type() const noexcept;
  [[nodiscard]] std::string_view subtype() const noexcept;

  // By its name in lower case.
  [[nodiscard]] std::optional<std::string_view> parameter(std::string_view name) const;
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& parameters()
      const noexcept {
    return parameters_;
  }

  // With its parameters, in quotes where they have to be.
  [[nodiscard]] std::string str() const;

 private:
  std::string essence_;
  std::vector<std::pair<std::string, std::string>> parameters_;
};

// The type of a file by the extension of its name, in any case: "image/png". Empty if it has none
// that is known.
[[nodiscard]] std::string_view media_type_of(std::string_view file_name);

// The same as a Content-Type field has it: types of text have the charset (none if that is empty),
// and what is unknown has the default.
[[nodiscard]] std::string content_type_of(std::string_view file_name,
                                          std::string_view charset = "utf-8",
                                          std::string_view unknown = "application/octet-stream");

// Text in a charset: text/… and what is written as such.
[[nodiscard]] bool has_charset(std::string_view essence);

// Worth compressing: text in a wide sense, and not what is compressed in itself.
[[nodiscard]] bool is_compressible(std::string_view essence);

}  // namespace gnet::http
