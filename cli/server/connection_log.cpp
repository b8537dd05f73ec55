#include "cli/server/connection_log.h"

#include "cli/control/event_feed.h"
#include "cli/out/json.h"
#include "gnet/base/size.h"

namespace cli {
namespace {

// A logger of its own costs a connection memory: only when it has something to say.
bool debugs() noexcept {
  return gnet::log_level() <= gnet::LogLevel::debug;
}

JsonObject about(const char* name, gnet::Connection& connection) {
  return event(name).add("id", connection.session_id()).add("peer", connection.peer().to_string());
}

}  // namespace

void ConnectionLog::began(gnet::Connection& connection) const {
  if (debugs()) connection.log().debug("connected to {}", connection.local().to_string());
  if (event_is_wanted(json_)) tell_event(about("accept", connection), json_);
}

void ConnectionLog::closing(gnet::Connection& connection) const {
  const AccessLog* log = access_log();
  if (log == nullptr || !log->format().wants_local()) return;
  // A handler may have closed it itself.
  if (connection.lowest_socket() != nullptr) connection.keep_local();
}

void ConnectionLog::ended(gnet::Connection& connection, const gnet::CloseReason& reason,
                          bool with_access) const {
  const gnet::Duration age = gnet::Clock::now() - connection.connected_since();
  if (debugs()) {
    connection.log().debug("closed: {}, {} in, {} out, after {}", reason.text(),
                           gnet::format_size(connection.received_bytes()),
                           gnet::format_size(connection.sent_bytes()),
                           gnet::format_duration(age, 2));
  }
  if (tells_close_ && event_is_wanted(json_)) {
    tell_event(about("close", connection)
                   .add("rx_bytes", connection.received_bytes())
                   .add("tx_bytes", connection.sent_bytes())
                   .add("ms", std::chrono::duration_cast<std::chrono::milliseconds>(age).count())
                   .add("reason", reason.text()),
               json_);
  }
  const AccessLog* log = with_access ? access_log() : nullptr;
  if (log == nullptr) return;
  AccessEntry entry{.connection = connection.session_id(),
                    .peer = connection.peer(),
                    .received_bytes = connection.received_bytes(),
                    .sent_bytes = connection.sent_bytes(),
                    .lasted = age,
                    .reason = reason};
  if (connection.has_local()) entry.local = connection.local();
  log->write(entry);
}

}  // namespace cli
