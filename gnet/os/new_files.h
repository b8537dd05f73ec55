// Files that appear under their names when all of them are complete, and not before.
//
//   gnet::create_files({{"web.pem", certificate}, {"web-key.pem", key, 0600}});
//
// Threads: functions without state. They do not suspend: for small files.

#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace gnet {

struct NewFile {
  std::string path;
  std::string content;
  mode_t mode = 0644;  // less the umask, and so that nobody has more of it for a moment
};

enum class IfThere { refuse, replace };

// Throws std::system_error, "cannot write web.pem: file exists", and then none of them is there
// that was not before; those that were are as they were, unless it is the last step that fails. A
// symbolic link is replaced, not followed.
void create_files(const std::vector<NewFile>& files, IfThere if_there = IfThere::refuse);

// Makes a folder, and those above it that are missing; not an error if it is there. Throws
// std::system_error.
void create_folders(const std::string& path, mode_t mode = 0755);

}  // namespace gnet
