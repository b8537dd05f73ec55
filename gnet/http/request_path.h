// The one path that a request asks for: decoded once, checked, and the same for everybody.
//
//   const auto path = gnet::http::RequestPath::parse("/docs//a%20b.txt");
//   path->text();         // "/docs/a b.txt": what rules and handlers compare
//   path->relative();     // "docs/a b.txt": what is opened, below an open folder
//
// An answer is safe if the path that is authorised is the path that is opened. So nobody decodes
// or shortens a path again: text() and relative() are one text, and where readers of a path could
// differ about its meaning there is none. Refused are bad escapes and NUL, an encoded slash,
// backslashes, text that is not UTF-8, and dot segments, however they are spelt; clients resolve
// those before they ask (RFC 3986 §5.2.4), so who sends one is up to something.
//
// Threads: a value; const members may be called from any thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gnet::http {

// Why there is no path.
enum class PathFault : std::uint8_t {
  none,
  not_absolute,   // it does not begin with a slash, or goes on with a query
  bad_escape,     // a % without two hexadecimal digits
  nul,            // a byte 0
  encoded_slash,  // %2F
  backslash,      // \ or %5C
  dot_segment,    // "." or "..", also as %2e
  not_utf8,       // overlong forms and surrogates among it
  overlong,       // a character in more bytes than it needs, where any bytes may be
};

// "a dot segment": the fault in words, for a log.
[[nodiscard]] std::string_view describe(PathFault fault) noexcept;

class RequestPath {
 public:
  struct Options {
    // False: segments may have any bytes, as names of files may. Overlong forms of UTF-8 stay
    // refused: who sends one wants a slash or a dot that nobody sees.
    bool utf8 = true;
  };

  // The path of a request target, without its query. Nothing for what is refused, with the reason
  // in *fault.
  [[nodiscard]] static std::optional<RequestPath> parse(std::string_view raw, Options options,
                                                        PathFault* fault = nullptr);
  [[nodiscard]] static std::optional<RequestPath> parse(std::string_view raw,
                                                        PathFault* fault = nullptr) {
    return parse(raw, Options(), fault);
  }

  // "/", or slashes with segments between them. What is a control character is one: escape it
  // (gnet::printable) before it goes to a log.
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

  // Without its first and its last slash, for openat(); "." for the root.
  [[nodiscard]] std::string_view relative() const noexcept;

  // It ends with a slash.
  [[nodiscard]] bool is_folder() const noexcept { return text_.back() == '/'; }

  // Views of text(), without the empty ones.
  [[nodiscard]] std::vector<std::string_view> segments() const;

  // A segment begins with a dot: a hidden file, or one in a hidden folder.
  [[nodiscard]] bool is_hidden() const noexcept { return text_.find("/.") != text_.npos; }

  // The path is `folder`, or below it. "/a" has "/a/b" and "/a" in it, and not "/ab".
  [[nodiscard]] bool is_below(std::string_view folder) const noexcept;

  // What is left of it below `folder`: "/b" of "/a/b" below "/a", "/" of the folder itself. Nothing
  // unless it is there.
  [[nodiscard]] std::optional<RequestPath> below(std::string_view folder) const;

  // Encoded again, for links and for a Location.
  [[nodiscard]] std::string encoded() const;

  // However they were spelt.
  friend bool operator==(const RequestPath&, const RequestPath&) = default;

 private:
  explicit RequestPath(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

}  // namespace gnet::http
