// Opening a path beneath an open folder, whatever the path and its links say.
//
//   UniqueFd fd = detail::open_beneath(root, "docs/a.txt", O_RDONLY, Links::inside);
//   if (!fd) …                                           // errno says why, as open(2) does
//
// Of directory.cpp. All of it blocks for as long as the file system takes.
//
// Threads: any.

#pragma once

#include <cstdint>
#include <string>

#include "gnet/base/unique_fd.h"
#include "gnet/web/directory.h"

namespace gnet::web::detail {

// Close-on-exec always. errno is EXDEV for what lies outside, ELOOP for a link that is not
// followed, and EAGAIN, with `cached`, if the file system has to be asked. The path is relative,
// without NUL and without a segment "..".
UniqueFd open_beneath(int root, const std::string& path, int flags, Links links,
                      bool cached = false);

// The same without openat2(), for kernels that have none and for tests.
UniqueFd open_by_components(int root, const std::string& path, int flags, Links links);

}  // namespace gnet::web::detail
