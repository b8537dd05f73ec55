#include "gnet/io/datagram_server.h"

#include "gnet/base/error.h"

namespace gnet {

DatagramServer::DatagramServer(ServerAddress<DatagramSocket> address, Handler handler,
                               DatagramServerOptions options, SourceLocation where)
    : BaseServer(options.max_handlers, options.pool, where),
      handler_(std::move(handler)),
      options_(options),
      source_(std::move(address)),
      port_([this](std::string_view problem) { log().warn("{}", problem); }) {
  if (!handler_) throw Misuse("a server needs a handler");
  if (!source_.endpoint()) listen();
}

Endpoint DatagramServer::open() {
  port_.open(source_.open(options_.listen));
  return port_.socket().local_endpoint();
}

void DatagramServer::take(std::string address) {
  if (is_taking()) return;
  receiver_ = spawn(
      {.name = "receive " + address}, [this] { receive_loop(); }, made_at());
}

void DatagramServer::rest() {
  // While this waits others may start another one, or stop too, and wait for this one as well.
  if (is_taking()) ending_ = std::exchange(receiver_, {});
  if (ending_) ending_.share().kill();
}

void DatagramServer::receive_loop() {
  for (;;) {
    // What was received is nowhere else any more: there must be room for it first.
    while (full()) wait_for_end(Deadline::never());
    SocketAddress peer;
    const auto data = port_.receive(options_.max_datagram, peer);
    if (!data) return;  // closed
    try {
      run_task([this, copy = std::string(*data), peer] { run(copy, peer); });
    } catch (const std::exception& error) {
      port_.count_error();
      log().error("cannot handle a datagram: {}", error.what());
    }
  }
}

void DatagramServer::run(std::string_view data, const SocketAddress& peer) {
  struct Handling final : Task {
    using Task::Task;
  } const handling(*this);
  try {
    handler_(data, peer);
  } catch (const std::exception&) {
    port_.count_error();
    throw;
  }
}

}  // namespace gnet
