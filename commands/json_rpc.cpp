#include "commands/json_rpc.h"

#include <algorithm>
#include <stdexcept>

#include "cli/out/json.h"
#include "commands/json_text.h"

namespace commands {
namespace {

constexpr std::string_view kBlank = " \t\r";

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlank), text.size()));
  return text.substr(0, text.find_last_not_of(kBlank) + 1);
}

// "2 3" and "[1] \"a b\"": blanks outside of strings and brackets become commas.
std::string with_commas(std::string_view values) {
  std::string text;
  bool in_string = false;
  int depth = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const char c = values[i];
    if (in_string && c == '\\' && i + 1 < values.size()) {
      text += {c, values[++i]};
      continue;
    }
    if (c == '"') in_string = !in_string;
    if (!in_string && (c == '[' || c == '{')) ++depth;
    if (!in_string && (c == ']' || c == '}')) --depth;
    const bool separates = !in_string && depth == 0 && kBlank.find(c) != kBlank.npos;
    if (!separates) {
      text += c;
    } else if (!text.ends_with(',')) {
      text += ',';
    }
  }
  return text;
}

std::string params_of(std::string_view text) {
  const bool is_whole = (text.starts_with('[') || text.starts_with('{')) && is_json(text);
  if (is_whole) return std::string(text);
  for (const std::string& list : {"[" + std::string(text) + "]", "[" + with_commas(text) + "]"}) {
    if (is_json(list)) return list;
  }
  throw std::invalid_argument("these parameters are no JSON");
}

}  // namespace

std::string json_rpc_call(std::string_view line, std::uint64_t id) {
  line = trimmed(line);
  if (line.starts_with('{') || line.starts_with('[')) {
    if (!is_json(line)) throw std::invalid_argument("this is no JSON");
    return std::string(line);
  }
  const std::size_t end = std::min(line.find_first_of(kBlank), line.size());
  if (end == 0) throw std::invalid_argument("a method is missing");
  const std::string_view params = trimmed(line.substr(end));
  cli::JsonObject call;
  call.add("jsonrpc", "2.0").add("id", id).add("method", line.substr(0, end));
  if (!params.empty()) call.raw("params", params_of(params));
  return call.text();
}

}  // namespace commands
