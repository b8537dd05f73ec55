// What a query asks of a listing: "?sort=size&order=desc&q=report".
//
//   const auto query = gnet::web::ListingQuery::parse(request.query());
//   gnet::web::arrange(entries, query);
//   href = query.with_sort(gnet::web::SortKey::size).str();     // "?q=report&sort=size&order=asc"
//
// Threads: values, and functions without state.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gnet/web/folder_reader.h"

namespace gnet::web {

enum class SortKey : std::uint8_t { name, size, mtime };

struct ListingQuery {
  SortKey sort = SortKey::name;
  bool descending = false;
  std::string filter{};  // a part of the name; in any case, as far as ASCII goes

  // What is not understood is as if it were not there.
  [[nodiscard]] static ListingQuery parse(std::string_view query);

  // As a click on the head of that column means it: the other way round if it is sorted so already.
  [[nodiscard]] ListingQuery with_sort(SortKey key) const;

  // Encoded, with its question mark.
  [[nodiscard]] std::string str() const;
};

[[nodiscard]] std::string_view to_string(SortKey key) noexcept;

// Whether a comes before b in the order that people expect: "a2" before "a10", "b" beside "B".
// Total: only what is equal comes in no order.
[[nodiscard]] bool natural_less(std::string_view a, std::string_view b) noexcept;

// Drops the entries that are not wanted and sorts the others, folders first.
void arrange(std::vector<FolderEntry>& entries, const ListingQuery& query);

}  // namespace gnet::web
