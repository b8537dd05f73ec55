// The text of a small file that an option names.
//
//   const std::string text = cli::read_file("gnet.toml");
//
// Threads: a function without state.

#pragma once

#include <string>

namespace cli {

// All of it, at most 16 MiB: /dev/urandom has no end. Pipes are read to theirs; a file that changes
// meanwhile is read again. Throws Failure (io): "cannot read x: is a directory".
[[nodiscard]] std::string read_file(const std::string& path);

}  // namespace cli
