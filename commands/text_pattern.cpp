#include "commands/text_pattern.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include "cli/out/failure.h"
#include "gnet/base/utf8.h"

namespace commands {

TextPattern::TextPattern(const std::string& text, std::string_view option) : text_(text) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  characters_ = std::make_shared<re2::RE2>("(?m)" + text, options);
  options.set_encoding(re2::RE2::Options::EncodingLatin1);
  bytes_ = std::make_shared<re2::RE2>("(?m)" + text, options);
  for (const auto* one : {&characters_, &bytes_}) {
    if ((*one)->ok()) continue;
    throw cli::UsageError(
        fmt::format("{}: bad regular expression '{}': {}", option, text, (*one)->error()));
  }
}

bool TextPattern::is_in(std::string_view text) const {
  const auto& fitting = gnet::is_utf8(text) ? *characters_ : *bytes_;
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), fitting);
}

}  // namespace commands
