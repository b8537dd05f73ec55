// What a server command tells of its connections, of whatever kind: debug lines, events of --json,
// and the access log.
//
//   ConnectionLog log(settings, json);
//   log.began(connection), log.closing(connection), log.ended(connection, reason);
//
// Threads: for all hubs; each call is about a connection of the calling one.

#pragma once

#include "cli/server/session_settings.h"
#include "gnet/protocol/connection.h"

namespace cli {

class ConnectionLog {
 public:
  ConnectionLog(const CurrentSettings& settings, bool json) : settings_(settings), json_(json) {}

  // From now on the access log is left to somebody else.
  void leave_access_log() noexcept { writes_access_log_ = false; }

  // The events of connections that have ended are told by somebody else, who knows more.
  void leave_close_events() noexcept { tells_close_ = false; }

  void began(gnet::Connection& connection) const;
  // Its socket is about to be closed.
  void closing(gnet::Connection& connection) const;
  // `with_access`: in the access log, too, unless that is left to somebody else.
  void ended(gnet::Connection& connection, const gnet::CloseReason& reason,
             bool with_access = true) const;

 private:
  const CurrentSettings& settings_;
  const bool json_;
  bool writes_access_log_ = true;
  bool tells_close_ = true;

  // Null: there is none for connections.
  [[nodiscard]] const AccessLog* access_log() const noexcept {
    return writes_access_log_ ? settings_->access_log() : nullptr;
  }
};

}  // namespace cli
