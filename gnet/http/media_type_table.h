// Which type has a file of which extension.
//
//   for (const auto& [extension, type] : gnet::http::detail::media_types()) …
//
// Threads: a constant.

#pragma once

#include <span>
#include <string_view>

namespace gnet::http::detail {

struct FileType {
  std::string_view extension;  // in lower case, without its dot
  std::string_view type;
};

// Sorted by extension.
[[nodiscard]] std::span<const FileType> media_types();

}  // namespace gnet::http::detail
