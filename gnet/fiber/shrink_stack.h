// Gives back what the running fiber has touched of its stack and does not use now.
//
//   if (!stream.wait_readable(500ms)) detail::shrink_stack();   // a long wait is likely
//
// The kernel takes the pages below this call, and gives empty ones when the fiber calls deeper
// again. That costs a system call now and a fault for each page then: it is for fibers that are
// about to wait for long, of which there may be many.
//
// Threads: of the hub of the running fiber; on the stack of a thread it does nothing.

#pragma once

namespace gnet::detail {

void shrink_stack() noexcept;

}  // namespace gnet::detail
