// The control socket of a process: answers what is asked there, one request after the other on
// each connection.
//
//   cli::ControlServer control(cli::socket_of("demo"), [&](const auto& request, auto& client) {
//     client.reply(perform(request));
//   });
//   control.start();
//
// It is for the user who started the process, and for root: the socket has mode 0600, and the
// kernel tells who has connected. A line has ten seconds to come whole and 64 KiB at most; a
// client that does not read what it has asked for is cut after five seconds, and there are at most
// 32 clients. None of them holds up another.
//
// Threads: a ControlServer belongs to the hub on which it was made.

#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "cli/control/reply.h"
#include "cli/control/request.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/io/any_stream.h"
#include "gnet/protocol/stream_server.h"

namespace cli {

// The client that has asked, for the answer: one reply, or any number of them.
class ControlClient {
 public:
  ControlClient(gnet::AnyStream& stream, const ControlRequest& request)
      : stream_(stream), request_(request) {}

  // Suspends until it is sent. Throws std::system_error when the client has gone, or does not read.
  void reply(const ControlReply& reply);

  // A line of an answer that has several, as it is.
  void line(std::string_view text);

  // Runs a function that waits for something, and ends it when the client goes away; false then.
  bool while_there(const std::function<void()>& function);

 private:
  void send(const std::string& text);

  gnet::AnyStream& stream_;
  const ControlRequest& request_;
};

class ControlServer {
 public:
  // What it throws is answered: a Failure with its status, anything else as a defect.
  using Handler = std::function<void(const ControlRequest& request, ControlClient& client)>;

  // Listens, and answers nothing yet. The socket of a dead process is taken over. Throws Failure
  // (listen): another process answers there, or it cannot be made.
  ControlServer(std::string path, Handler handler);

  // Ends all conversations and removes the socket.
  ~ControlServer();
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;

  void start();

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  void converse(gnet::AnyStream& stream);
  void answer(const ControlRequest& request, gnet::AnyStream& stream);
  [[nodiscard]] bool may_ask(gnet::AnyStream& stream) const;

  const std::string path_;
  const uid_t owner_;
  Handler handler_;
  std::unique_ptr<gnet::StreamServer> server_;
};

}  // namespace cli
