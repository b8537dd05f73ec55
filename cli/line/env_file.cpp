#include "cli/line/env_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "cli/line/read_file.h"
#include "cli/out/failure.h"
#include "cli/out/trim.h"

namespace cli {
namespace {

bool is_name(std::string_view name) {
  const auto is_letter = [](char c) {
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  return !name.empty() && is_letter(name.front()) &&
         std::ranges::all_of(name, [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

std::string_view without_quotes(std::string_view value) {
  const bool quoted = value.size() >= 2 && value.front() == value.back() &&
                      (value.front() == '"' || value.front() == '\'');
  return quoted ? value.substr(1, value.size() - 2) : value;
}

void read_line(std::string_view line, const std::string& place, Variables& into) {
  constexpr std::string_view kExport = "export";
  line = trim(line);
  if (line.empty() || line.front() == '#') return;
  const std::string_view behind = line.substr(std::min(kExport.size(), line.size()));
  if (line.starts_with(kExport) && trim(behind).size() < behind.size()) line = trim(behind);
  const std::size_t equals = line.find('=');
  const std::string_view name = trim(line.substr(0, equals));
  if (equals == line.npos || !is_name(name)) {
    throw UsageError(fmt::format("{}: must be NAME=VALUE", place));
  }
  const std::string_view value = without_quotes(trim(line.substr(equals + 1)));
  if (value.find('\0') != value.npos) {
    throw UsageError(fmt::format("{}: {} has a byte 0", place, name));
  }
  into.insert_or_assign(std::string(name), std::string(value));
}

}  // namespace

Variables parse_env_file(std::string_view text, const std::string& path) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  Variables variables;
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    read_line(text.substr(0, end), fmt::format("{}:{}", path, number), variables);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return variables;
}

Variables read_env_file(const std::string& path) {
  try {
    return parse_env_file(read_file(path), path);
  } catch (const UsageError&) {
    throw;
  } catch (const Failure& failure) {
    throw UsageError(failure.what());
  }
}

std::optional<std::string> variable(const Variables& variables, const std::string& name) {
  if (const char* const value = std::getenv(name.c_str())) return value;
  const auto found = variables.find(name);
  return found != variables.end() ? std::optional(found->second) : std::nullopt;
}

}  // namespace cli
