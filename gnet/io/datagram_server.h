// A server whose datagrams are calls of a function, each in a fiber of its own.
//
//   gnet::DatagramServer server("*:5353", [&](std::string_view data, const auto& peer) {
//     server.send_to(data, peer);
//   });
//   server.serve_forever();
//
// What the function throws is reported as an error that nobody handled, and costs no more than
// its datagram; so does an error that a peer causes. When as many functions are at work as may
// be, datagrams wait in the kernel, as far as that has room; it drops the others.
//
// Functions that suspend may overtake each other. For datagrams in their order, and callbacks,
// see UDPServerFactory.
//
// Threads: a DatagramServer belongs to the hub on which it was made.

#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "gnet/base/unique_function.h"
#include "gnet/io/base_server.h"
#include "gnet/io/datagram_port.h"
#include "gnet/io/server_address.h"

namespace gnet {

struct DatagramServerOptions {
  ListenOptions listen = {};
  std::size_t max_datagram = 65535;  // in bytes; what is larger is dropped
  std::size_t max_handlers = 1000;   // at work at once; 0: no limit but the pool's
  Pool* pool = nullptr;              // where they run, shared with others
};

class DatagramServer : public BaseServer {
 public:
  // `data` is valid until the handler returns.
  using Handler = UniqueFunction<void(std::string_view data, const SocketAddress& peer)>;

  // Throws BadEndpoint for what is no address of datagrams, Misuse for an empty handler. Short
  // forms of addresses are UDP's.
  DatagramServer(ServerAddress<DatagramSocket> address, Handler handler,
                 DatagramServerOptions options = {},
                 SourceLocation where = SourceLocation::current());

  // Stops without grace, and suspends until the handlers have ended.
  ~DatagramServer() override { end(); }

  // Sends one datagram; suspends while the kernel has no room, or others send. False: it cannot
  // be sent to this peer now (refused, unreachable, gone), or the server is closed. Throws
  // std::system_error, message_size for one that is too large.
  bool send_to(std::string_view data, const SocketAddress& peer) { return port_.send(data, peer); }

  [[nodiscard]] const DatagramCounters& counters() const noexcept { return port_.counters(); }

 private:
  // ---- as a BaseServer ----
  Endpoint open() override;
  void shut() noexcept override { port_.close(); }
  [[nodiscard]] bool is_open() const noexcept override { return port_.is_open(); }
  void take(std::string address) override;
  void rest() override;
  [[nodiscard]] bool is_taking() const noexcept override { return receiver_ && !receiver_.dead(); }

  void receive_loop();
  void run(std::string_view data, const SocketAddress& peer);

  Handler handler_;
  const DatagramServerOptions options_;
  ServerAddress<DatagramSocket> source_;
  DatagramPort port_;
  Fiber<> receiver_;
  Fiber<> ending_;  // the last one that was stopped
};

}  // namespace gnet
