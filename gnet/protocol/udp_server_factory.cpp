#include "gnet/protocol/udp_server_factory.h"

#include "gnet/base/error.h"
#include "gnet/fiber/cancel_scope.h"

namespace gnet {

UDPServerFactory::UDPServerFactory(Endpoint endpoint, ListenOptions options)
    : endpoint_(std::move(endpoint)), options_(options) {}

UDPServerFactory::UDPServerFactory(DatagramSocket socket) {
  port_.open(std::move(socket));
}

UDPServerFactory::~UDPServerFactory() {
  if (detail::Scheduler::current_if_any() == nullptr) return;
  const Uninterruptible wait_out;
  stop(Deadline(Duration::zero()));
}

void UDPServerFactory::set_protocol(std::unique_ptr<DatagramProtocol> protocol) {
  protocol->factory_ = this;
  protocol_ = std::move(protocol);
}

void UDPServerFactory::datagram_received(std::string_view data, const SocketAddress& peer) {
  if (!protocol_) throw Misuse("a datagram server needs a protocol, or its own callback");
  protocol_->datagram_received(data, peer);
}

// ---- sending ----

bool UDPServerFactory::send(std::string_view data, const SocketAddress& peer) {
  return port_.send(data, peer);
}

// ---- life ----

void UDPServerFactory::listen() {
  if (!port_.is_open()) port_.open(DatagramSocket::bind(endpoint_.value(), options_));
}

void UDPServerFactory::start() {
  if (running()) return;
  listen();
  accepting_ = true;
  receiver_ =
      spawn({.name = "receive " + local_endpoint().to_string()}, [this] { receive_loop(); });
}

void UDPServerFactory::stop_accepting() {
  accepting_ = false;
  if (receiver_ && !handling_) receiver_.kill();
}

std::size_t UDPServerFactory::stop(Deadline grace) {
  stop_accepting();
  std::size_t cut = 0;
  if (receiver_) {
    if (!receiver_.join(grace)) {
      receiver_.kill();
      cut = 1;
    }
    receiver_ = {};
  }
  if (port_.is_open()) cut += wind_up(grace);
  port_.close();
  return cut;
}

Endpoint UDPServerFactory::local_endpoint() const {
  if (!port_.is_open()) throw Misuse("the server does not listen yet");
  return port_.socket().local_endpoint();
}

const Logger& UDPServerFactory::log() {
  if (!log_) log_ = std::make_unique<Logger>(name().empty() ? "gnet" : name());
  return *log_;
}

void UDPServerFactory::receive_loop() {
  while (accepting_) {
    SocketAddress peer;
    const auto data = port_.receive(max_datagram, peer);
    if (!data) return;  // closed
    handle(*data, peer);
  }
}

void UDPServerFactory::handle(std::string_view data, const SocketAddress& peer) {
  struct Handling {
    explicit Handling(bool& flag) noexcept : flag(flag) { flag = true; }
    ~Handling() { flag = false; }
    bool& flag;
  } const handling(handling_);
  try {
    datagram_received(data, peer);
  } catch (const std::exception& error) {
    port_.count_error();
    log().error("a datagram could not be handled: {}", describe(error));
  }
}

}  // namespace gnet
