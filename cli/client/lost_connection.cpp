#include "cli/client/lost_connection.h"

#include <fmt/format.h>

#include <exception>
#include <utility>

#include "gnet/io/tls_error.h"

namespace cli {

Failure lost_connection(std::string_view peer, std::string_view reason, std::error_code cause,
                        std::string endpoint) {
  const Exit status = cause == gnet::TLSErrc::refused ? Exit::tls : Exit::lost;
  return {status,
          fmt::format("lost the connection to {}: {}", peer, reason),
          {},
          std::move(endpoint),
          cause};
}

std::error_code cause_of(const gnet::CloseReason& reason) {
  try {
    if (reason.error) std::rethrow_exception(reason.error);
  } catch (const std::system_error& error) {
    return error.code();
  } catch (...) {
  }
  return {};
}

}  // namespace cli
