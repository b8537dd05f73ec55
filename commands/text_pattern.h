// A regular expression that an option has, in the syntax of RE2: that of Perl, without what would
// need to look back. It takes time in proportion to what it looks at, whatever a peer sends. ^ and
// $ are the ends of a line.
//
//   const TextPattern expected("^ok", "--expect");
//   if (expected.is_in(message)) return done();
//
// Threads: const members may be called from any thread.

#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace commands {

class TextPattern {
 public:
  // Throws cli::UsageError that names the option.
  TextPattern(const std::string& text, std::string_view option);

  // Whether some part of this is what it says.
  [[nodiscard]] bool is_in(std::string_view text) const;

  // As it was given.
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  std::string text_;
  std::shared_ptr<const re2::RE2> characters_;
  std::shared_ptr<const re2::RE2> bytes_;  // for what is no text
};

}  // namespace commands
