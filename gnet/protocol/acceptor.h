// The fiber of a server that accepts: it takes connections from a Listener and hands them
// to the server, as long as that has room.
//
// While the server is full, connections wait in the kernel's backlog. After an error
// (descriptors or memory have run out) the Acceptor waits until a connection ends, or for a
// moment that doubles with each error in a row; after one that will not go away, because the
// descriptor is none that listens, it closes the Listener and tells the server.
//
//   Acceptor acceptor_{*this, listener_};       // the server is its Owner
//   acceptor_.start("accept " + listener_.local_endpoint().to_string());
//
// Threads: as the Listener.

#pragma once

#include <cstddef>
#include <string>
#include <system_error>

#include "gnet/base/duration.h"
#include "gnet/base/log.h"
#include "gnet/base/source_location.h"
#include "gnet/fiber/fiber.h"
#include "gnet/io/listener.h"

namespace gnet {

struct AcceptOptions {
  std::size_t max_accept = 100;                          // in a row, before other fibers run
  TimeSpan first_delay = std::chrono::milliseconds(10);  // after an error
  TimeSpan last_delay = std::chrono::seconds(1);         // after many
};

class Acceptor {
 public:
  // What a server does for its Acceptor.
  class Owner {
   public:
    // Whether connections have to wait.
    [[nodiscard]] virtual bool is_full() const noexcept = 0;

    // Suspends until a connection has ended, at most until the deadline.
    virtual void wait_for_room(Deadline deadline) = 0;

    // Takes a connection over. Must not suspend; what it throws costs the connection.
    virtual void serve(Accepted accepted) = 0;

    // The Listener was closed because of this error; called once, from the Acceptor's fiber.
    virtual void accepting_failed(const std::system_error& error) noexcept = 0;

    [[nodiscard]] virtual const Logger& accept_log() = 0;

   protected:
    ~Owner() = default;
  };

  // Throws Misuse for a max_accept of zero. Both must outlive the Acceptor, which is stopped
  // before it is destroyed.
  Acceptor(Owner& owner, Listener& listener, AcceptOptions options = {});

  [[nodiscard]] bool running() const noexcept { return fiber_ && !fiber_.dead(); }

  // Accepts from now on, in a fiber of that name, spawned by the caller. Does nothing while it is
  // running.
  void start(std::string name, SourceLocation where = SourceLocation::current());

  // Accepts no more. Suspends until its fiber has ended. Not to be called by serve().
  void stop();

 private:
  void run();

  Owner& owner_;
  Listener& listener_;
  const AcceptOptions options_;
  Fiber<> fiber_;
  Fiber<> ending_;  // the last one that was stopped
};

}  // namespace gnet
