#include "cli/control/control_server.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <stdexcept>

#include "cli/out/failure.h"
#include "gnet/base/error.h"
#include "gnet/base/log.h"
#include "gnet/io/buffered.h"
#include "gnet/io/peer_watch.h"

namespace cli {
namespace {

constexpr std::size_t kMostClients = 32;
constexpr gnet::Duration kLineTime = std::chrono::seconds(10);
constexpr gnet::Duration kIdleTime = std::chrono::minutes(5);
constexpr gnet::Duration kWriteTime = std::chrono::seconds(5);
constexpr gnet::Duration kFarewellTime = std::chrono::seconds(1);

constexpr unsigned kOwnerOnly = 0600;

const gnet::Logger& log() {
  static const gnet::Logger logger("control");
  return logger;
}

std::string with_hint(const Failure& failure) {
  const std::string where = failure.endpoint().empty() ? "" : failure.endpoint() + ": ";
  return where + failure.what() + (failure.hint().empty() ? "" : " (" + failure.hint() + ")");
}

// A last word. What the client still sends is read: closing with that unread would be a reset, and
// the word lost.
void take_leave(gnet::AnyStream& stream, std::string_view word) {
  const gnet::Deadline deadline(kFarewellTime);
  stream.send_all(word, deadline);
  stream.shutdown_send(deadline);
  std::array<char, 1024> rest{};
  while (stream.receive(rest.data(), rest.size(), deadline) > 0) continue;
}

}  // namespace

// ---- one client ----

void ControlClient::reply(const ControlReply& reply) {
  send(render(request_, reply));
}

void ControlClient::line(std::string_view text) {
  send(std::string(text) + "\n");
}

void ControlClient::send(const std::string& text) {
  stream_.send_all(text, gnet::Deadline(kWriteTime));
}

bool ControlClient::while_there(const std::function<void()>& function) {
  gnet::Socket* const socket = stream_.lowest_socket();
  if (socket == nullptr) return false;
  gnet::CancelScope scope;
  const gnet::PeerWatch watch(*socket, [&scope](gnet::PeerChange change) {
    if (change == gnet::PeerChange::gone) scope.cancel();
  });
  return scope.run(function);
}

// ---- all of them ----

ControlServer::ControlServer(std::string path, Handler handler)
    : path_(std::move(path)), owner_(geteuid()), handler_(std::move(handler)) {
  const gnet::Endpoint endpoint = gnet::Endpoint::unix_path(path_).with_listen();
  gnet::TCPServerOptions options;
  options.listen.unix_mode = kOwnerOnly;
  options.max_connections = kMostClients;
  try {
    server_ = std::make_unique<gnet::StreamServer>(
        endpoint, [this](gnet::AnyStream& stream) { converse(stream); }, options);
    server_->set_name("control");
    server_->listen();
  } catch (const std::system_error& error) {
    const bool taken = error.code() == std::errc::address_in_use;
    throw Failure(Exit::listen,
                  taken ? "another process is controlled there" : gnet::describe(error),
                  taken ? "gnet ctl list shows it; take another --name" : "",
                  gnet::Endpoint::unix_path(path_).to_string(), error.code());
  }
}

ControlServer::~ControlServer() = default;

void ControlServer::start() {
  server_->start();
}

bool ControlServer::may_ask(gnet::AnyStream& stream) const {
  ucred peer{};
  socklen_t size = sizeof peer;
  gnet::Socket* const socket = stream.lowest_socket();
  const bool known = socket != nullptr && getsockopt(socket->native_handle(), SOL_SOCKET,
                                                     SO_PEERCRED, &peer, &size) == 0;
  if (known && (peer.uid == owner_ || peer.uid == 0)) return true;
  log().warn("process {} of user {} may not control this one", known ? peer.pid : 0,
             known ? peer.uid : 0);
  return false;
}

void ControlServer::converse(gnet::AnyStream& stream) {
  try {
    if (!may_ask(stream)) {
      return take_leave(stream, "error: this process is another user's\n");
    }
    gnet::BufferedReader reader(stream, 4096);
    while (reader.wait(gnet::Deadline(kIdleTime))) {
      std::optional<std::string> line;
      try {
        line = reader.read_line(gnet::Deadline(kLineTime), ControlRequest::kLongest);
      } catch (const std::length_error&) {
        return take_leave(stream, "error: a line is too long\n");
      }
      if (!line) return;
      if (line->find_first_not_of(" \t\r") == std::string::npos) continue;
      ControlRequest request;
      request.json = line->find_first_not_of(" \t") == line->find('{');
      try {
        request = parse_request(*line);
      } catch (const BadRequest& bad) {
        ControlClient(stream, request).reply(ControlReply::failure(Exit::usage, bad.what()));
        continue;
      }
      answer(request, stream);
    }
  } catch (const gnet::TimedOut& late) {
    log().info("a client is cut: {}", late.what());
    stream.abort();
  } catch (const std::system_error&) {
    // It has gone.
  }
}

void ControlServer::answer(const ControlRequest& request, gnet::AnyStream& stream) {
  ControlClient client(stream, request);
  try {
    return handler_(request, client);
  } catch (const std::system_error&) {
    throw;
  } catch (const Failure& failure) {
    return client.reply(ControlReply::failure(failure.code(), with_hint(failure)));
  } catch (const std::exception& error) {
    log().error("'{}': {}", request.op, gnet::describe(error));
    client.reply(ControlReply::failure(Exit::internal, gnet::describe(error)));
  }
}

}  // namespace cli
