// What is left of uploads whose process was killed.
//
//   detail::remove_stale_parts(folder, {.age = 24h, .hidden = false}, stop);
//
// Of folder_writer.cpp, which gives them their names.
//
// Threads: any; blocks for as long as the file system takes.

#pragma once

#include <atomic>
#include <cstddef>
#include <string_view>

#include "gnet/base/duration.h"

namespace gnet::web::detail {

struct StaleParts {
  Duration age;         // since something was written to it
  bool hidden = false;  // look into hidden folders as well
};

// Below the open folder, without following links: as far as a million entries and 32 folders deep.
// One that somebody has locked is in use. Returns how many were removed. Ends early when `stop`
// becomes true.
std::size_t remove_stale_parts(int folder, StaleParts which, const std::atomic<bool>& stop);

// ".gnet-0123456789abcdef.part", ".upload-" and 32 digits: what only gnet makes, and nobody can go
// on with once its process has ended.
[[nodiscard]] bool is_part_name(std::string_view name) noexcept;

}  // namespace gnet::web::detail
