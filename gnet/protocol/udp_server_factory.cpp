#include "gnet/protocol/udp_server_factory.h"

#include <cerrno>
#include <mutex>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/fiber/cancel_scope.h"

namespace gnet {
namespace {

constexpr Duration kBackOff = std::chrono::milliseconds(10);

// Whether the error says something of one peer, and nothing of the socket: what ICMP
// reports of an earlier datagram comes with any later call.
bool is_of_peer(const std::error_code& error) noexcept {
  switch (error.value()) {
    case ECONNREFUSED:
    case ECONNRESET:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EHOSTDOWN:
    case ENETDOWN:
    case EPROTO:
    case ENOPROTOOPT:
    case EAGAIN:    // a unix socket whose queue is full
    case EPERM:     // a firewall
    case EACCES:    // a broadcast address, or a unix socket of others
    case ENOENT:    // a unix socket that is gone
    case ENOTCONN:  // a unix socket without a name
    case EDESTADDRREQ:
    case EINVAL:
      return true;
    default:
      return false;
  }
}

}  // namespace

UDPServerFactory::UDPServerFactory(Endpoint endpoint, ListenOptions options)
    : endpoint_(std::move(endpoint)), options_(options) {}

UDPServerFactory::UDPServerFactory(DatagramSocket socket) : socket_(std::move(socket)) {}

UDPServerFactory::~UDPServerFactory() {
  if (Hub::current_if_any() == nullptr) return;
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
  const std::lock_guard turn(sending_);
  if (!socket_.is_open()) return false;
  // The first error may be another peer's, from before.
  for (int attempt = 0; attempt < 2; ++attempt) {
    try {
      socket_.send(data, peer);
      ++counters_.sent;
      counters_.sent_bytes += data.size();
      return true;
    } catch (const std::system_error& error) {
      if (!is_of_peer(error.code())) throw;
      ++counters_.errors;
    }
  }
  return false;
}

// ---- life ----

void UDPServerFactory::listen() {
  if (!socket_.is_open()) socket_ = DatagramSocket::bind(endpoint_.value(), options_);
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
  if (socket_.is_open()) cut += wind_up(grace);
  socket_.close();
  return cut;
}

Endpoint UDPServerFactory::local_endpoint() const {
  if (!socket_.is_open()) throw Misuse("the server does not listen yet");
  return socket_.local_endpoint();
}

const Logger& UDPServerFactory::log() {
  if (!log_) log_ = std::make_unique<Logger>(name().empty() ? "gnet" : name());
  return *log_;
}

void UDPServerFactory::receive_loop() {
  // One more byte shows that a datagram is too large.
  std::vector<char> buffer(max_datagram + 1);
  bool failed = false;
  while (accepting_) {
    SocketAddress peer;
    std::optional<std::size_t> size;
    try {
      size = socket_.receive(buffer.data(), buffer.size(), peer);
    } catch (const std::system_error& error) {
      if (error.code() == std::errc::bad_file_descriptor) return;  // closed
      ++counters_.errors;
      if (!is_of_peer(error.code())) log().warn("{}", describe(error));
      // An error that is reported goes away; one that stays must not spin.
      if (std::exchange(failed, true)) sleep(kBackOff);
      continue;
    }
    failed = false;
    if (*size > max_datagram) {
      ++counters_.truncated;
      continue;
    }
    ++counters_.received;
    counters_.received_bytes += *size;
    handle({buffer.data(), *size}, peer);
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
    ++counters_.errors;
    log().error("a datagram could not be handled: {}", describe(error));
  }
}

}  // namespace gnet
