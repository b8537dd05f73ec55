#include "commands/text_pattern.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include "cli/out/failure.h"

namespace commands {

TextPattern::TextPattern(const std::string& text, std::string_view option) : text_(text) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  auto compiled = std::make_shared<re2::RE2>("(?m)" + text, options);
  if (!compiled->ok()) {
    throw cli::UsageError(
        fmt::format("{}: bad regular expression '{}': {}", option, text, compiled->error()));
  }
  compiled_ = std::move(compiled);
}

bool TextPattern::is_in(std::string_view text) const {
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *compiled_);
}

}  // namespace commands
