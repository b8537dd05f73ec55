// What a control socket is asked for, done: the operations of *gnet-ctl-protocol*(7).
//
//   Operations operations(instance);
//   ControlServer control(path, [&](const auto& request, auto& client) {
//     operations.perform(request, client);
//   });
//
// Threads: belongs to the hub of the instance.

#pragma once

#include "cli/control/control_server.h"
#include "cli/server/instance.h"
#include "gnet/sync/group.h"

namespace cli {

class Operations {
 public:
  explicit Operations(Instance& instance) : instance_(instance) {}

  // Throws Failure, which is the answer then.
  void perform(const ControlRequest& request, ControlClient& client);

 private:
  // The service that a request names, or all of them when it names none. Throws Failure
  // (no_instance).
  [[nodiscard]] Unit& unit(const ControlRequest& request) const;
  [[nodiscard]] UnitsInUse chosen(const ControlRequest& request) const;

  ControlReply list() const;
  ControlReply notify(const ControlRequest& request) const;
  ControlReply change(const ControlRequest& request);
  ControlReply add(const ControlRequest& request);
  ControlReply remove(const ControlRequest& request);
  ControlReply reload();
  ControlReply log_level(const ControlRequest& request) const;
  ControlReply shutdown(const ControlRequest& request);
  ControlReply connections(const ControlRequest& request) const;
  ControlReply kick(const ControlRequest& request) const;
  ControlReply fibers() const;
  ControlReply config(const ControlRequest& request) const;
  ControlReply endpoints(const ControlRequest& request) const;
  void stats(const ControlRequest& request, ControlClient& client) const;
  static void events(const ControlRequest& request, ControlClient& client);
  static ControlReply help();

  Instance& instance_;
  gnet::Group changes_;  // that nobody waits for
};

}  // namespace cli
