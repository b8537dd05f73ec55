#include "gnet/web/listing_query.h"

#include <algorithm>

#include "gnet/http/ascii.h"
#include "gnet/http/form.h"

namespace gnet::web {

namespace {

constexpr std::size_t kMaxFilter = 255;  // no name is longer

using http::detail::is_digit;

// Takes a number off the front of text, without the zeros that it begins with.
std::string_view take_number(std::string_view& text) noexcept {
  std::size_t size = 0;
  while (size < text.size() && is_digit(text[size])) ++size;
  std::string_view number = text.substr(0, size);
  text.remove_prefix(size);
  while (number.size() > 1 && number.front() == '0') number.remove_prefix(1);
  return number;
}

// Negative, 0 or positive.
int compare_naturally(std::string_view a, std::string_view b) noexcept {
  while (!a.empty() && !b.empty()) {
    if (is_digit(a.front()) && is_digit(b.front())) {
      const std::string_view x = take_number(a);
      const std::string_view y = take_number(b);
      if (x.size() != y.size()) return x.size() < y.size() ? -1 : 1;
      if (const int order = x.compare(y); order != 0) return order;
    } else {
      const auto x = static_cast<unsigned char>(http::detail::lower(a.front()));
      const auto y = static_cast<unsigned char>(http::detail::lower(b.front()));
      if (x != y) return x < y ? -1 : 1;
      a.remove_prefix(1);
      b.remove_prefix(1);
    }
  }
  return static_cast<int>(!a.empty()) - static_cast<int>(!b.empty());
}

bool contains(std::string_view name, std::string_view lower_part) noexcept {
  const auto same = [](char a, char b) { return http::detail::lower(a) == b; };
  return std::search(name.begin(), name.end(), lower_part.begin(), lower_part.end(), same) !=
         name.end();
}

// Of two of a kind. Those that do not differ in what is asked for are in the order of their names,
// which is never turned round by another key.
bool comes_before(const FolderEntry& a, const FolderEntry& b, const ListingQuery& query) noexcept {
  if (query.sort == SortKey::size && a.size != b.size && !a.is_folder) {
    return (a.size < b.size) != query.descending;
  }
  if (query.sort == SortKey::mtime && a.modified != b.modified) {
    return (a.modified < b.modified) != query.descending;
  }
  const bool turned = query.descending && query.sort == SortKey::name;
  return turned ? natural_less(b.name, a.name) : natural_less(a.name, b.name);
}

}  // namespace

std::string_view to_string(SortKey key) noexcept {
  constexpr std::string_view kNames[] = {"name", "size", "mtime"};
  return kNames[static_cast<std::size_t>(key)];
}

bool natural_less(std::string_view a, std::string_view b) noexcept {
  const int order = compare_naturally(a, b);
  return order != 0 ? order < 0 : a < b;
}

ListingQuery ListingQuery::parse(std::string_view query) {
  ListingQuery result;
  for (http::FormReader form(query); form.next();) {
    if (form.name() == "sort") {
      for (const SortKey key : {SortKey::name, SortKey::size, SortKey::mtime}) {
        if (form.value() == to_string(key)) result.sort = key;
      }
    } else if (form.name() == "order") {
      result.descending = form.value() == "desc";
    } else if (form.name() == "q") {
      result.filter = form.value().substr(0, kMaxFilter);
    }
  }
  return result;
}

ListingQuery ListingQuery::with_sort(SortKey key) const {
  ListingQuery result = *this;
  result.descending = key == sort && !descending;
  result.sort = key;
  return result;
}

std::string ListingQuery::str() const {
  std::string text;
  if (!filter.empty()) http::append_form_field(text, "q", filter);
  http::append_form_field(text, "sort", to_string(sort));
  http::append_form_field(text, "order", descending ? "desc" : "asc");
  return "?" + text;
}

void arrange(std::vector<FolderEntry>& entries, const ListingQuery& query) {
  if (!query.filter.empty()) {
    const std::string part = http::detail::to_lower(query.filter);
    std::erase_if(entries, [&](const FolderEntry& entry) { return !contains(entry.name, part); });
  }
  std::sort(entries.begin(), entries.end(), [&](const FolderEntry& a, const FolderEntry& b) {
    if (a.is_folder != b.is_folder) return a.is_folder;
    return comes_before(a, b, query);
  });
}

}  // namespace gnet::web
