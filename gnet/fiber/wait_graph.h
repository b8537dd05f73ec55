// Fibers in the words of the wait graph and of the fiber dump.
//
//   reader (spawned at main.cpp:12) waits for the end of writer
//
// Threads: of the fiber's hub.

#pragma once

#include <string>

#include "gnet/base/source_location.h"

namespace gnet::detail {

struct Enders;
struct FiberControl;

// "spawned at main.cpp:12", or "the thread's own".
[[nodiscard]] std::string origin_text(const SourceLocation& where);

// What a waiting fiber waits for: "Event 0x7ffd2b1f, held by writer".
[[nodiscard]] std::string wait_text(const FiberControl& fiber);

// "  reader (spawned at main.cpp:12) waits for Event 0x7ffd2b1f".
[[nodiscard]] std::string wait_line(const FiberControl& fiber);

// Who could end the wait of a waiting fiber.
[[nodiscard]] Enders enders_of(const FiberControl& fiber);

}  // namespace gnet::detail
