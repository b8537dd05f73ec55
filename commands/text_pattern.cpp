#include "commands/text_pattern.h"

#include <fmt/format.h>
#include <regex.h>

#include <array>

#include "cli/out/failure.h"

namespace commands {

struct TextPattern::Compiled {
  Compiled() = default;
  Compiled(const Compiled&) = delete;
  Compiled& operator=(const Compiled&) = delete;
  ~Compiled() {
    if (is_made) regfree(&expression);
  }
  regex_t expression{};
  bool is_made = false;
};

TextPattern::TextPattern(const std::string& text, std::string_view option) : text_(text) {
  auto compiled = std::make_shared<Compiled>();
  if (const int error = regcomp(&compiled->expression, text.c_str(), REG_EXTENDED | REG_NEWLINE)) {
    std::array<char, 200> reason{};
    regerror(error, &compiled->expression, reason.data(), reason.size());
    throw cli::UsageError(
        fmt::format("{}: bad regular expression '{}': {}", option, text, reason.data()));
  }
  compiled->is_made = true;
  compiled_ = std::move(compiled);
}

bool TextPattern::is_in(std::string_view text) const {
  regmatch_t part{0, static_cast<regoff_t>(text.size())};
  return regexec(&compiled_->expression, text.data(), 1, &part, REG_STARTEND) == 0;
}

}  // namespace commands
