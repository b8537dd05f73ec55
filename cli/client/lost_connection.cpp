#include "cli/client/lost_connection.h"

#include <fmt/format.h>

#include <cerrno>
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

bool is_of_files(const std::error_code& code) {
  const std::error_condition condition = code.default_error_condition();
  if (condition.category() != std::generic_category()) return false;
  for (const int number : {EIO, ENOSPC, EFBIG, EISDIR, EROFS, EDQUOT}) {
    if (condition.value() == number) return true;
  }
  return false;
}

}  // namespace cli
