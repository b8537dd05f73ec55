// The errors of libzmq.
//
// Threads: functions without state.

#pragma once

#include <string_view>
#include <system_error>

namespace gnet::zmq {

// The codes that libzmq adds to those of errno: EFSM, ETERM, ENOCOMPATPROTO, EMTHREAD.
[[nodiscard]] const std::error_category& zmq_category() noexcept;

namespace detail {

// Throws SystemError with what zmq_errno() says.
[[noreturn]] void throw_zmq_error(std::string_view context);

}  // namespace detail
}  // namespace gnet::zmq
