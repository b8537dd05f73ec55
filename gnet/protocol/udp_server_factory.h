// A server of datagrams: UDP, or a unix datagram socket.
//
//   struct Echo : gnet::UDPServerFactory {
//     using UDPServerFactory::UDPServerFactory;
//     ~Echo() override { end(); }
//     void datagram_received(std::string_view data, const gnet::SocketAddress& peer) override {
//       send_to(data, peer);
//     }
//   };
//   Echo server("*:6011");
//   server.start();
//
// One fiber receives and calls back, so datagrams are handled in the order in which
// they came; while a callback suspends they wait in the kernel, as far as it has
// room. What a callback throws is logged and costs no more than its datagram, and so
// does an error that a peer causes. DatagramServer calls a function for each datagram, several at
// a time.
//
// Threads: as its hub.

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "gnet/base/log.h"
#include "gnet/fiber/fiber.h"
#include "gnet/protocol/base_server.h"
#include "gnet/protocol/datagram_port.h"
#include "gnet/protocol/factory.h"
#include "gnet/protocol/server_address.h"

namespace gnet {

class UDPServerFactory : public BaseServer<Factory> {
 public:
  // Throws BadEndpoint for what is no address of datagrams; short forms are UDP's. A socket that
  // is given serves until it is closed, and no longer.
  explicit UDPServerFactory(ServerAddress<DatagramSocket> address, ListenOptions options = {},
                            SourceLocation where = SourceLocation::current());

  // As end().
  ~UDPServerFactory() override;

  // The largest datagram that is received, in bytes; what is larger is dropped.
  std::size_t max_datagram = 65535;

  // ---- to override ----

  // A datagram has come; `data` is valid until the callback returns. A class calls end() in its
  // own destructor.
  virtual void datagram_received(std::string_view data, const SocketAddress& peer) = 0;

  // No more datagrams come, and stop() is about to close the socket: what was put off may be sent,
  // until `grace`. Returns how many answers were cut.
  virtual std::size_t wind_up(Deadline grace) {
    static_cast<void>(grace);
    return 0;
  }

  // Suspends until another datagram may be received: what was received is nowhere else any more.
  virtual void wait_for_room() {}

  // ---- sending ----

  // Sends one datagram; suspends while the kernel has no room, or others send. False: it cannot be
  // sent to this peer now (refused, unreachable, gone), or the server is closed. Throws
  // std::system_error, message_size for one that is too large.
  bool send_to(std::string_view data, const SocketAddress& peer) { return port_.send(data, peer); }

  // ---- life ----

  // Receives no more; what a callback is at may go on. The socket stays open for its answers.
  void stop_accepting() override { pause(); }

  // ---- facts ----

  [[nodiscard]] bool is_caller() noexcept override {
    return receiver_ && receiver_.id() == this_fiber::id();
  }
  [[nodiscard]] FactoryCounters counters() const override;
  [[nodiscard]] const DatagramCounters& datagram_counters() const noexcept {
    return port_.counters();
  }
  [[nodiscard]] const Logger& log();
  [[nodiscard]] DatagramSocket& socket() noexcept { return port_.socket(); }

 protected:
  // For destructors: stops without grace, and suspends until the callback has ended. In that
  // callback it is misuse, which ends the program.
  void end() noexcept;

  // Whether a callback that has suspended may be ended by pause() and stop(), with its datagram.
  [[nodiscard]] virtual bool callback_may_be_cut() const noexcept { return false; }

  // As stop() says: for the callback that is under way.
  std::size_t end_work(Deadline grace) override;

  // A datagram could not be handled.
  void count_error() noexcept { port_.count_error(); }

 private:
  Endpoint open() override;
  void shut() noexcept override { port_.close(); }
  [[nodiscard]] bool is_open() const noexcept override { return port_.is_open(); }
  void take(std::string address) override;
  void rest() override;
  [[nodiscard]] bool is_taking() const noexcept override {
    return accepting_ && receiver_ && !receiver_.dead();
  }

  void receive_loop();
  void handle(std::string_view data, const SocketAddress& peer);

  ServerAddress<DatagramSocket> source_;
  const ListenOptions options_;
  const SourceLocation where_;
  DatagramPort port_{[this](std::string_view problem) { log().warn("{}", problem); }};
  Fiber<> receiver_;
  bool accepting_ = false;
  bool handling_ = false;
  std::unique_ptr<Logger> log_;
};

}  // namespace gnet
