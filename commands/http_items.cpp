#include "commands/http_items.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "cli/out/failure.h"
#include "cli/out/json.h"
#include "commands/json_text.h"
#include "gnet/base/utf8.h"

namespace commands {
namespace {

struct Separator {
  std::string_view text;
  HttpItem::Kind kind;
};
// A longer one before the one that it begins with.
constexpr std::array<Separator, 5> kSeparators = {{{":=", HttpItem::json},
                                                   {"==", HttpItem::query},
                                                   {"=", HttpItem::text},
                                                   {":", HttpItem::header},
                                                   {"@", HttpItem::file}}};

cli::UsageError bad_item(std::string_view word) {
  return cli::UsageError(
      fmt::format("bad item '{}': must be H:v, k=v, k:=json, k==q or f@file", word));
}

}  // namespace

HttpItem parse_item(std::string_view word) {
  HttpItem item;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (word[i] == '\\' && i + 1 < word.size()) {
      item.name += word[++i];
      continue;
    }
    const std::string_view rest = word.substr(i);
    const auto found = std::ranges::find_if(kSeparators, [rest](const Separator& separator) {
      return rest.starts_with(separator.text);
    });
    if (found == kSeparators.end()) {
      item.name += word[i];
      continue;
    }
    if (item.name.empty()) break;
    item.kind = found->kind;
    item.value = rest.substr(found->text.size());
    return item;
  }
  throw bad_item(word);
}

std::string json_of(const std::vector<HttpItem>& items) {
  std::vector<std::pair<std::string, std::string>> members;
  for (const HttpItem& item : items) {
    if (item.kind != HttpItem::text && item.kind != HttpItem::json) continue;
    if (item.kind == HttpItem::json && !is_json(item.value)) {
      throw cli::UsageError(fmt::format("bad item '{}:={}': no JSON", item.name, item.value));
    }
    const std::string value =
        item.kind == HttpItem::json ? item.value : gnet::json_string(item.value);
    const auto same = std::ranges::find_if(
        members, [&](const auto& member) { return member.first == item.name; });
    if (same != members.end()) {
      same->second = value;
    } else {
      members.emplace_back(item.name, value);
    }
  }
  cli::JsonObject object;
  for (const auto& [name, value] : members) object.raw(name, value);
  return object.text();
}

bool is_target(std::string_view word) {
  return word.starts_with("http://") || word.starts_with("https://") || word.starts_with("unix:") ||
         word.starts_with(':');
}

bool is_method(std::string_view word) {
  return !word.empty() && std::ranges::all_of(word, [](char c) {
    return (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
  });
}

}  // namespace commands
