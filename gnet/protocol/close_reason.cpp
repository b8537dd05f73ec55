#include "gnet/protocol/close_reason.h"

#include "gnet/base/error.h"

namespace gnet {

std::string_view to_string(CloseKind kind) noexcept {
  switch (kind) {
    case CloseKind::eof:
      return "eof";
    case CloseKind::read_deadline:
      return "read deadline";
    case CloseKind::idle_timeout:
      return "idle timeout";
    case CloseKind::write_timeout:
      return "write timeout";
    case CloseKind::local_close:
      return "closed here";
    case CloseKind::local_abort:
      return "aborted here";
    case CloseKind::io_error:
      return "i/o error";
    case CloseKind::handler_error:
      return "handler error";
    case CloseKind::service_stop:
      return "service stop";
  }
  return "unknown";
}

std::string CloseReason::text() const {
  std::string result(to_string(kind));
  if (error) result += ": " + describe(error);
  if (after > Duration::zero()) result += " of " + format_duration(after) + " passed";
  if (unsent > 0) result += ", " + std::to_string(unsent) + " bytes were not sent";
  if (unread > 0) result += ", and the peer went on sending";
  return result;
}

}  // namespace gnet
