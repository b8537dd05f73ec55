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
// Functions that suspend may overtake each other. For datagrams in their order see
// UDPServerFactory, which this is.
//
// Threads: a DatagramServer belongs to the hub on which it was made.

#pragma once

#include <cstddef>
#include <string_view>

#include "gnet/base/unique_function.h"
#include "gnet/protocol/handlers.h"
#include "gnet/protocol/udp_server_factory.h"

namespace gnet {

struct DatagramServerOptions {
  ListenOptions listen = {};
  std::size_t max_datagram = 65535;  // in bytes; what is larger is dropped
  std::size_t max_handlers = 1000;   // at work at once; 0: no limit but the pool's
  Pool* pool = nullptr;              // where they run, shared with others
};

class DatagramServer : public UDPServerFactory {
 public:
  // `data` is valid until the handler returns.
  using Handler = UniqueFunction<void(std::string_view data, const SocketAddress& peer)>;

  // Throws as UDPServerFactory, and Misuse for an empty handler.
  DatagramServer(ServerAddress<DatagramSocket> address, Handler handler,
                 DatagramServerOptions options = {},
                 SourceLocation where = SourceLocation::current());

  // Stops without grace, and suspends until the handlers have ended, however long that takes. By
  // one of them that is misuse, which ends the program.
  ~DatagramServer() override;

  // Handlers at work, and whether what comes has to wait for one.
  [[nodiscard]] std::size_t active() const noexcept { return handlers_.active(); }
  [[nodiscard]] bool is_caller() noexcept override {
    return handlers_.is_caller() || UDPServerFactory::is_caller();
  }
  [[nodiscard]] bool full() const noexcept { return handlers_.full(); }

 private:
  void datagram_received(std::string_view data, const SocketAddress& peer) override;
  void wait_for_room() override;
  // It suspends only while others fill the pool.
  [[nodiscard]] bool callback_may_be_cut() const noexcept override { return true; }
  std::size_t end_work(Deadline grace) override;

  void run(std::string_view data, const SocketAddress& peer);

  Handler handler_;
  detail::Handlers handlers_;
};

}  // namespace gnet
