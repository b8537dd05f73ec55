#include "gnet/protocol/udp_server_factory.h"

#include "gnet/base/error.h"
#include "gnet/fiber/cancel_scope.h"

namespace gnet {
namespace {

[[noreturn]] void refuse_destruction() {
  throw Misuse("a server was destroyed by its own callback");
}

}  // namespace

UDPServerFactory::UDPServerFactory(ServerAddress<DatagramSocket> address, ListenOptions options,
                                   SourceLocation where)
    : source_(std::move(address)), options_(options), where_(where) {
  if (!source_.endpoint()) BaseServer::listen();
}

UDPServerFactory::~UDPServerFactory() {
  end();
}

void UDPServerFactory::end() noexcept {
  if (Hub::current_if_any() == nullptr || (!is_open() && !receiver_)) return;
  if (receiver_ && receiver_.id() == this_fiber::id()) refuse_destruction();
  const Uninterruptible wait_out;
  stop(Duration::zero());
}

// ---- life ----

Endpoint UDPServerFactory::open() {
  port_.open(source_.open(options_));
  return port_.socket().local_endpoint();
}

// One whose callback is under way goes on to receive after it.
void UDPServerFactory::take(std::string address) {
  accepting_ = true;
  if (receiver_ && !receiver_.dead()) return;
  receiver_ = spawn(
      {.name = "receive " + std::move(address)}, [this] { receive_loop(); }, where_);
}

void UDPServerFactory::rest() {
  accepting_ = false;
  if (!receiver_ || (handling_ && !callback_may_be_cut())) return;
  // While this waits others may start another one.
  auto ending = std::exchange(receiver_, {});
  if (ending.id() != this_fiber::id()) ending.kill();
}

std::size_t UDPServerFactory::end_work(Deadline grace) {
  std::size_t cut = 0;
  if (receiver_ && receiver_.id() != this_fiber::id()) {
    auto last = receiver_.share();
    if (!last.join(grace)) {
      last.kill();
      cut = 1;
    }
    receiver_ = {};
  }
  if (is_open()) cut += wind_up(grace);
  return cut;
}

void UDPServerFactory::receive_loop() {
  while (accepting_) {
    wait_for_room();
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
  } catch (const FiberExit&) {
    throw;
  } catch (const Cancelled&) {
    throw;
  } catch (...) {
    port_.count_error();
    log().error("a datagram could not be handled: {}", describe(std::current_exception()));
  }
}

// ---- facts ----

FactoryCounters UDPServerFactory::counters() const {
  const DatagramCounters& counted = port_.counters();
  FactoryCounters sum;
  sum.datagrams = counted.received;
  sum.truncated = counted.truncated;
  sum.unsent = counted.unsent;
  sum.received_bytes = counted.received_bytes;
  sum.sent_bytes = counted.sent_bytes;
  return sum;
}

const Logger& UDPServerFactory::log() {
  if (!log_) log_ = std::make_unique<Logger>(name().empty() ? "gnet" : name());
  return *log_;
}

}  // namespace gnet
