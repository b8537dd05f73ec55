#include "gnet/protocol/datagram_server.h"

#include <string>

#include "gnet/base/error.h"
#include "gnet/fiber/cancel_scope.h"

namespace gnet {
namespace {

[[noreturn]] void refuse_to_be_destroyed_by_handler() {
  throw Misuse("a server was destroyed by its own handler");
}

}  // namespace

DatagramServer::DatagramServer(ServerAddress<DatagramSocket> address, Handler handler,
                               DatagramServerOptions options, SourceLocation where)
    : UDPServerFactory(std::move(address), options.listen, where),
      handler_(std::move(handler)),
      handlers_(options.max_handlers, options.pool, where) {
  max_datagram = options.max_datagram;
  if (!handler_) throw Misuse("a server needs a handler");
}

DatagramServer::~DatagramServer() {
  end();
  if (Hub::current_if_any() == nullptr || active() == 0) return;
  if (handlers_.is_caller()) refuse_to_be_destroyed_by_handler();
  // What they use is about to go: there is no way but to wait.
  const Uninterruptible wait_out;
  handlers_.wait_for_all();
}

void DatagramServer::wait_for_room() {
  while (full()) handlers_.wait_for_end(Deadline::never());
}

void DatagramServer::datagram_received(std::string_view data, const SocketAddress& peer) {
  handlers_.run([this, copy = std::string(data), peer] { run(copy, peer); });
}

void DatagramServer::run(std::string_view data, const SocketAddress& peer) {
  try {
    handler_(data, peer);
  } catch (const FiberExit&) {
    throw;
  } catch (const Cancelled&) {
    throw;
  } catch (...) {
    count_error();
    throw;
  }
}

std::size_t DatagramServer::end_work(Deadline grace) {
  const std::size_t cut = handlers_.end(grace);
  if (const std::size_t left = handlers_.stubborn(); left > 0) {
    log().error("{} handlers of {} do not end: they swallow their interrupt", left,
                local_endpoint().to_string());
  }
  return cut + UDPServerFactory::end_work(grace);
}

}  // namespace gnet
