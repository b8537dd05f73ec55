// The functions behind addresses of code, by name.
//
//   for (const auto& line : gnet::detail::symbolise(frames)) …   // "run(Job&) (server+0x12f40)"
//
// Names come from the symbol tables of the program and its libraries, those of local functions
// too, where they have not been stripped; what stands in brackets is for addr2line(1).
//
// Threads: any, but neither in a signal handler nor on a small stack: it reads files.

#pragma once

#include <span>
#include <string>
#include <vector>

namespace gnet::detail {

// A line for each address of a stack, which are return addresses but for the first.
[[nodiscard]] std::vector<std::string> symbolise(std::span<void* const> stack);

}  // namespace gnet::detail
