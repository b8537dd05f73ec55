// Tells a stack overflow of a fiber from any other crash, by name.

#pragma once

namespace gnet::detail {

// Gives the calling thread a signal stack, and the process a handler that, when a
// fiber touches the guard page of its stack, says which fiber it was before the
// process ends. Other faults go to the handler that was there before.
void install_overflow_handler();

}  // namespace gnet::detail
