// Says what was not caught when an interrupt ends the process: a Timeout that leaves main(),
// for example. Being no std::exception, it would end it without a word.

#pragma once

namespace gnet::detail {

// In front of the handler that is there, which still ends the process. Does nothing after the
// first time.
void install_terminate_handler();

}  // namespace gnet::detail
