#include "gnet/http/client_error.h"

namespace gnet::http {

namespace {

std::error_code usual_code(ClientFailure failure) noexcept {
  switch (failure) {
    case ClientFailure::resolve:
    case ClientFailure::connect:
      return make_error_code(std::errc::host_unreachable);
    case ClientFailure::tls:
    case ClientFailure::protocol:
      return make_error_code(std::errc::protocol_error);
    case ClientFailure::lost:
      return make_error_code(std::errc::connection_reset);
    case ClientFailure::timeout:
      return make_error_code(std::errc::timed_out);
    case ClientFailure::limit:
      return make_error_code(std::errc::message_size);
  }
  return make_error_code(std::errc::protocol_error);
}

}  // namespace

ClientError::ClientError(ClientFailure failure, std::error_code code, std::string_view subject,
                         std::string_view reason)
    : SystemError(code, subject, reason), reason_(std::string(reason)), failure_(failure) {}

detail::ClientTrouble::ClientTrouble(ClientFailure failure, const std::string& reason)
    : ClientTrouble(failure, usual_code(failure), reason) {}

}  // namespace gnet::http
