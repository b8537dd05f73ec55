// The server's side of one HTTP connection: requests in, answers out, on any stream.
//
// Straight-line code: a request is read, its handler called, what it left of the body dropped, and
// the next one read. Answers to requests that have come already leave together. Between requests
// it holds no buffer.
//
//   Handler hello = [](Request&, Response& response) { response.send("hello\n"); };
//   detail::ServerConversation(stream, peer, hello, options, log).run();
//
// Threads: of the hub of its stream.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>

#include "gnet/base/log.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/fiber/deadline.h"
#include "gnet/http/body_decoder.h"
#include "gnet/http/handler.h"
#include "gnet/http/patience.h"
#include "gnet/http/request.h"
#include "gnet/http/request_parser.h"
#include "gnet/http/response.h"
#include "gnet/http/server_options.h"
#include "gnet/io/buffer_lease.h"
#include "gnet/io/byte_stream.h"
#include "gnet/io/endpoint.h"
#include "gnet/io/peer_watch.h"

namespace gnet::http {

namespace detail {

class ServerTunnel;

// Where the logger is of a connection, which is not made before somebody has something to say.
struct LogSource {
  template <typename Owner>
  requires(!std::is_same_v<Owner, LogSource>) explicit LogSource(Owner& of) noexcept
      : owner(&of),
        get([](void* owner) -> const Logger& { return static_cast<Owner*>(owner)->log(); }) {}

  void* owner;
  const Logger& (*get)(void* owner);
};

class ServerConversation {
 public:
  // All of them must outlive it.
  ServerConversation(ByteStream& stream, const Endpoint& peer, Handler& handler,
                     const ServerOptions& options, LogSource log, std::uint64_t connection = 0);
  ServerConversation(const ServerConversation&) = delete;
  ServerConversation& operator=(const ServerConversation&) = delete;
  ~ServerConversation();

  // Until the connection is to be closed. Throws what the stream throws.
  void run();

  // No further request is taken: an answer that is not sent yet says so. Tells a handler that
  // wants to know, and the caller what is left to do.
  enum class Drained {
    later,  // nothing: it ends when the handler returns
    idle,   // no request is here: to end the waiting for one
    told,   // nothing: the handler of an upgraded stream knows, and ends it
  };
  Drained drain();

  // ---- for Request and Response ----

  [[nodiscard]] const Endpoint& peer() const noexcept { return peer_; }
  [[nodiscard]] std::string_view read_body();
  [[nodiscard]] const BodyDecoder& body() const noexcept { return body_; }
  [[nodiscard]] const Logger& log() const { return log_.get(log_.owner); }
  [[nodiscard]] Headers& begin_headers() noexcept {
    headers_.clear();
    return headers_;
  }
  [[nodiscard]] ByteStream& stream() noexcept { return stream_; }
  [[nodiscard]] std::uint64_t connection() const noexcept { return connection_; }
  [[nodiscard]] bool lost() const noexcept { return stream_failed_ || !stream_.is_open(); }
  void send(Response& response, std::string_view body);
  void inform(int status, const Headers& fields);
  void write(Response& response, std::string_view piece);
  void send_file(Response& response, int file, std::uint64_t offset, std::uint64_t size);
  void write_file(Response& response, int file, std::uint64_t offset, std::uint64_t size);
  void end(Response& response, const Headers* trailers);
  ByteStream& upgrade(Response& response, std::string_view protocol);
  ByteStream& tunnel(Response& response);
  ByteStream& by_hand(Response& response);
  void on_drain(UniqueFunction<void()> function);

  // Does something on the stream. What that throws is of this connection, and no handler's.
  template <typename F>
  auto on_stream(F&& operation) {
    stream_failed_ = false;
    try {
      return operation();
    } catch (const std::system_error&) {  // and no interrupt, which may be of a handler's scope
      stream_failed_ = true;
      throw;
    }
  }

 private:
  enum class Next { request, nothing, refused, timed_out };
  enum class Follows { nothing, more };  // more: of the same answer, at once

  [[nodiscard]] std::string_view unread() const noexcept {
    return {buffer_->data() + begin_, end_ - begin_};
  }
  void converse();
  Next next_request();
  bool wait_for_request();
  bool receive(Deadline deadline);
  void move_to_front();
  void handle_what_is_here();
  // `scope`: the one around it, if it has none of its own.
  void handle(CancelScope* scope = nullptr);
  void call_handler(Request& request, Response& response, CancelScope* scope);
  void abort_half(Response& response) noexcept;
  void answer_error(Response& response, const HTTPError& error);
  void report(Request& request, Response& response, const std::exception_ptr& error);
  void cancellable(Request& request, Response& response, CancelScope& scope);
  void bounded(Request& request, Response& response);
  [[noreturn]] void lost_client();
  void peer_changed(PeerChange change);
  void tell(const RequestHead* head, bool complete) noexcept;
  [[noreturn]] void refuse_body();
  void receive_body();
  [[nodiscard]] bool may_drop_body() const noexcept;
  bool drop_body();
  void refuse(int status, std::string_view text);
  void send_error(Response& response, const HTTPError& error);
  void begin(Response& response, BodyFraming framing);
  void require_upgrade(std::string_view protocol) const;
  void require_body_read() const;
  ByteStream& leave_http(Response& response, int status);
  void begin_pieces(Response& response);
  [[nodiscard]] bool sends_body(const Response& response) const noexcept;
  [[nodiscard]] bool in_chunks(const Response& response) const noexcept;
  void append(std::string_view data);
  void append_file(int file, std::uint64_t offset, std::uint64_t size);
  void flush(Follows follows = Follows::nothing);
  void send_now(std::string_view data, Follows follows, std::uint64_t* counter = nullptr);
  void send_file_now(int file, std::uint64_t offset, std::uint64_t size, std::size_t before);
  void require_not_cut();
  [[nodiscard]] bool has_heard_all();
  void linger();

  // Watches the client while handlers run.
  struct OnChange {
    void operator()(PeerChange change) const { conversation->peer_changed(change); }
    ServerConversation* conversation;
  };

  ByteStream& stream_;
  const Endpoint& peer_;
  Handler& handler_;
  const ServerOptions& options_;
  const LogSource log_;
  const std::uint64_t connection_;
  std::optional<PeerWatch<OnChange>> watch_;
  CancelScope* scope_ = nullptr;  // of the handler that runs

  std::optional<BufferLease> buffer_;  // none while no request is here
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t behind_head_ = 0;  // of the request that is handled: where its body may lie

  RequestParser parser_;
  BodyDecoder body_;
  Patience receiving_;  // the body
  Patience sending_;    // the answer
  std::string output_;
  Headers headers_;  // of the answer that is made; their memory is used again
  std::unique_ptr<ServerTunnel> upgraded_;  // once there is no more HTTP on the connection
  UniqueFunction<void()> on_drain_;         // of the request that is handled
  std::size_t requests_ = 0;
  TimePoint begun_{};                // the request, where somebody wants to know
  std::uint64_t body_received_ = 0;  // of it
  std::uint64_t body_sent_ = 0;
  int status_ = 0;
  bool expects_continue_ = false;
  bool keep_alive_ = true;
  bool draining_ = false;
  bool idle_ = false;
  bool late_ = false;           // a body did not come in time
  bool ended_ = false;          // the client has ended its side
  bool last_ = false;           // the client has said that no request follows the one it has sent
  bool gone_ = false;           // there is nobody for whom a handler could run
  bool answered_ = false;       // the request that is handled, at least in part
  bool cut_short_ = false;      // what was to be sent has left in part, and the rest is lost
  bool stream_failed_ = false;  // an operation of the stream has thrown
};

}  // namespace detail

}  // namespace gnet::http
