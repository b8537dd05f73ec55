// A server of datagrams: UDP, or a unix datagram socket.
//
//   struct Echo : gnet::DatagramProtocol {
//     void datagram_received(std::string_view data, const gnet::SocketAddress& peer) override {
//       send(data, peer);
//     }
//   };
//   auto server = gnet::UDPServerFactory::of<Echo>("udp-l://127.0.0.1:6011");
//   server->start();
//
// One fiber receives and calls back, so datagrams are handled in the order in which
// they came; while a callback suspends they wait in the kernel, as far as it has
// room. What a callback throws is logged and costs no more than its datagram, and so
// does an error that a peer causes.
//
// Threads: as its hub.

#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "gnet/base/log.h"
#include "gnet/fiber/fiber.h"
#include "gnet/io/datagram_port.h"
#include "gnet/protocol/factory.h"

namespace gnet {

class UDPServerFactory;

// What happens to datagrams. One object serves all peers.
class DatagramProtocol {
 public:
  DatagramProtocol() = default;
  DatagramProtocol(const DatagramProtocol&) = delete;
  DatagramProtocol& operator=(const DatagramProtocol&) = delete;
  virtual ~DatagramProtocol() = default;

  // `data` is valid until the callback returns.
  virtual void datagram_received(std::string_view data, const SocketAddress& peer) = 0;

  // As UDPServerFactory::send().
  bool send(std::string_view data, const SocketAddress& peer);

  [[nodiscard]] UDPServerFactory& factory() const noexcept { return *factory_; }

 private:
  friend class UDPServerFactory;

  UDPServerFactory* factory_ = nullptr;
};

class UDPServerFactory : public Factory {
 public:
  explicit UDPServerFactory(Endpoint endpoint, ListenOptions options = {});

  // Serves a socket that exists, of systemd for example.
  explicit UDPServerFactory(DatagramSocket socket);

  // Stops without grace, and suspends until the callback has ended.
  ~UDPServerFactory() override;

  // A server whose datagrams go to one P(args...).
  template <typename P, typename... Args>
  static std::unique_ptr<UDPServerFactory> of(Endpoint endpoint, Args&&... args) {
    auto factory = std::make_unique<UDPServerFactory>(std::move(endpoint));
    factory->set_protocol(std::make_unique<P>(std::forward<Args>(args)...));
    return factory;
  }

  void set_protocol(std::unique_ptr<DatagramProtocol> protocol);

  // The largest datagram that is received, in bytes; what is larger is dropped.
  std::size_t max_datagram = 65535;

  // ---- to override ----

  // A datagram has come; the protocol's by default.
  virtual void datagram_received(std::string_view data, const SocketAddress& peer);

  // No more datagrams come, and stop() is about to close the socket: what was put off may be sent,
  // until `grace`. Returns how many answers were cut. A class that overrides it calls stop() in its
  // own destructor.
  virtual std::size_t wind_up(Deadline grace) {
    static_cast<void>(grace);
    return 0;
  }

  // ---- sending ----

  // Sends one datagram; suspends while the kernel has no room. False: it cannot be
  // sent to this peer now (refused, unreachable, gone). Throws std::system_error,
  // message_size for one that is too large.
  bool send(std::string_view data, const SocketAddress& peer);

  // ---- life ----

  void listen() override;
  void start() override;

  // Receives no more; what a callback is at may go on.
  void stop_accepting() override;

  // Returns 1 when a callback was cut, 0 otherwise, and what wind_up() says.
  std::size_t stop(Deadline grace) override;
  [[nodiscard]] bool running() const noexcept override { return receiver_ && !receiver_.dead(); }

  [[nodiscard]] const DatagramCounters& counters() const noexcept { return port_.counters(); }
  [[nodiscard]] const Logger& log();

  // What it listens on, with the port that the kernel chose. Throws Misuse before
  // listen().
  [[nodiscard]] Endpoint local_endpoint() const;
  [[nodiscard]] DatagramSocket& socket() noexcept { return port_.socket(); }

 private:
  void receive_loop();
  void handle(std::string_view data, const SocketAddress& peer);

  std::optional<Endpoint> endpoint_;
  ListenOptions options_;
  std::unique_ptr<DatagramProtocol> protocol_;
  DatagramPort port_{[this](std::string_view problem) { log().warn("{}", problem); }};
  Fiber<> receiver_;
  bool accepting_ = false;
  bool handling_ = false;
  std::unique_ptr<Logger> log_;
};

inline bool DatagramProtocol::send(std::string_view data, const SocketAddress& peer) {
  return factory_->send(data, peer);
}

}  // namespace gnet
