// A connection that is a function on a stream: straight-line code, called in the connection's own
// fiber, and done when it returns.
//
//   gnet::StreamConnection::Handler greet = [](gnet::AnyStream& stream, const gnet::Endpoint&) {
//     stream.send_all("hello\n");
//   };
//   auto connection = std::make_unique<gnet::StreamConnection>(greet);
//
// What StreamServer makes; a factory of one's own may return one from build_connection(), and so
// serve some connections by functions and others by callbacks. A class that derives from it
// overrides converse() instead of having a function.
//
// When the factory stops, a function that waits for data from a peer that is quiet reads the end,
// and so comes to its own; any other has until the grace is over, and is interrupted then. Where
// a pump() or another layer waits on the stream, nothing is known of the peer, which is the second
// case.
//
// The bytes that go through the stream are counted, also when it is moved elsewhere or laid under
// another one; not those that a pump() of the kernel carries around it.
//
// Threads: as Connection.

#pragma once

#include "gnet/base/unique_function.h"
#include "gnet/fiber/fiber.h"
#include "gnet/io/any_stream.h"
#include "gnet/protocol/connection.h"

namespace gnet {

class StreamConnection : public Connection {
 public:
  using Handler = UniqueFunction<void(AnyStream& stream, const Endpoint& peer)>;

  // The handler must outlive the connection. What it throws is reported as an error that nobody
  // handled, and hurts nobody else; that its peer has gone is no error.
  explicit StreamConnection(Handler& handler) noexcept : handler_(&handler) {}

  ~StreamConnection() override;

  void abort() override;
  [[nodiscard]] Socket* lowest_socket() noexcept override;

 protected:
  StreamConnection() noexcept = default;

  // What is done with the stream, in the connection's fiber. By default the handler is called.
  virtual void converse(AnyStream& stream, const Endpoint& peer);

  void drain(Duration quiet) override;

  // Whoever waits for the peer reads the end, since the service stops. Does not suspend.
  void end_input() noexcept;

 private:
  class Counted;

  void serve() override;
  void cut() override;
  [[nodiscard]] AnyStream take_stream();
  void end(CloseReason reason);
  [[nodiscard]] std::exception_ptr end_by_current(AnyStream& stream);
  [[noreturn]] void fail(const std::exception_ptr& failure);
  void finish(AnyStream& stream) noexcept;
  void start_draining();
  void end_input_when_quiet();

  Handler* handler_ = nullptr;
  Counted* counted_ = nullptr;  // the handler's stream, wherever it is, while it lives
  Duration drain_quiet_{};
  Fiber<> drainer_;
};

}  // namespace gnet
