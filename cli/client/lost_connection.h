// A connection that ended before its time.
//
//   throw cli::lost_connection("127.0.0.1:6011", reason.text(), cli::cause_of(reason));
//
// Threads: functions without state.

#pragma once

#include <string>
#include <string_view>
#include <system_error>

#include "cli/out/failure.h"
#include "gnet/protocol/close_reason.h"

namespace cli {

// "lost the connection to PEER: REASON", of Exit::lost. With TLS 1.3 a server refuses a client's
// certificate when the client believes that all is well: then it is of Exit::tls.
[[nodiscard]] Failure lost_connection(std::string_view peer, std::string_view reason,
                                      std::error_code cause = {}, std::string endpoint = {});

// The error that a connection ended with; none: it had no code.
[[nodiscard]] std::error_code cause_of(const gnet::CloseReason& reason);

// Whether it is an error of a disk, and not of a peer.
[[nodiscard]] bool is_of_files(const std::error_code& code);

}  // namespace cli
