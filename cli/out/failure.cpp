#include "cli/out/failure.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <system_error>

#include "cli/out/json.h"
#include "cli/out/output.h"
#include "gnet/base/shorten.h"
#include "gnet/base/utf8.h"

namespace cli {
namespace {

// Longer than any name that people give to something.
constexpr std::size_t kLongestWord = 256;

// As it may stand on a terminal: words of the command line, of files and of peers may be anything.
std::string one_line(std::string_view text) {
  const std::string safe = gnet::printable(text);
  std::string line;
  for (std::string_view left = safe;;) {
    const std::size_t blank = std::min(left.find(' '), left.size());
    line += gnet::shorten(left.substr(0, blank), kLongestWord);
    if (blank == left.size()) return line;
    line += ' ';
    left.remove_prefix(blank + 1);
  }
}

void (*failure_listener)(Exit) noexcept = nullptr;

void show(const Failure& failure, std::string_view command, bool json, bool with_cause) {
  if (json) {
    JsonObject error = event("error");
    error.add("code", static_cast<int>(failure.code())).add("name", exit_name(failure.code()));
    error.add("message", failure.what());
    if (!failure.endpoint().empty()) error.add("endpoint", failure.endpoint());
    if (!failure.hint().empty()) error.add("hint", failure.hint());
    try {
      return print_line(error.text());
    } catch (const Failure&) {
      // Standard output cannot be written: people may still see it.
    }
  }
  const bool general = command.empty() || dynamic_cast<const UsageError*>(&failure) != nullptr;
  const std::string message = one_line(failure.what());
  std::string text =
      general ? fmt::format("gnet: {}", message) : fmt::format("gnet {}: {}", command, message);
  if (const std::error_code& cause = failure.cause(); cause && with_cause) {
    text += fmt::format(" [{}:{}]", cause.category().name(), cause.value());
  }
  text += '\n';
  if (!failure.hint().empty()) text += fmt::format("hint: {}\n", one_line(failure.hint()));
  write_all(STDERR_FILENO, text);
}

}  // namespace

void report(const Failure& failure, std::string_view command, bool json, bool with_cause) {
  show(failure, command, json, with_cause);
  if (failure_listener != nullptr) failure_listener(failure.code());
}

void on_failure(void (*listener)(Exit status) noexcept) noexcept {
  failure_listener = listener;
}

std::string error_text(int number) {
  std::string text = std::generic_category().message(number);
  // "Address already in use" becomes lower case; "I/O error" and other acronyms stay.
  if (text.size() > 1 && std::islower(static_cast<unsigned char>(text[1])) != 0) {
    text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  }
  return text;
}

}  // namespace cli
