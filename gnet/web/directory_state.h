// What the handles of one Directory share.
//
//   state->root.get();                     // for openat(2) and its kin
//
// Of gnet/web.
//
// Threads: constant.

#pragma once

#include "gnet/base/unique_fd.h"
#include "gnet/web/directory.h"

namespace gnet::web {

struct Directory::State {
  UniqueFd root;  // of O_PATH: it need not be readable
  DirectoryOptions options;
};

}  // namespace gnet::web
