// The client's side of one HTTP connection: requests out, answers in, on any stream.
//
// Straight-line code: a request is sent, the head of its answer read, then the body as it is asked
// for. A body that takes more than one write is sent by a fiber of its own, while the answer is
// waited for and read. It stops at the end of an answer, and at the head of one that is no 2xx: a
// server that has answered so wants no more. Between requests a conversation holds no buffer.
//
//   detail::ClientConversation conversation(std::move(stream), options);
//   conversation.ask({.start = {.target = "/", .host = "a.test"}}, Deadline::never());
//   conversation.head().status();
//   while (auto piece = conversation.read_some(); !piece.empty()) use(piece);
//   if (conversation.may_stay()) conversation.rest();
//
// What goes wrong is ClientTrouble; after that the connection is of no more use.
//
// Threads: of the hub of its stream.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "gnet/base/unique_function.h"
#include "gnet/fiber/deadline.h"
#include "gnet/http/body_decoder.h"
#include "gnet/http/client_error.h"
#include "gnet/http/client_options.h"
#include "gnet/http/client_response.h"
#include "gnet/http/message_writer.h"
#include "gnet/http/response_parser.h"
#include "gnet/io/any_stream.h"
#include "gnet/io/buffer_lease.h"
#include "gnet/sync/event.h"

namespace gnet::http::detail {

// A request on its way. How long its body is says start.framing.
struct OutgoingRequest {
  RequestStart start;
  std::string_view body = {};
  UniqueFunction<std::string_view()>* source = nullptr;  // instead of that
  bool ask_first = false;                                // its headers have Expect: 100-continue
};

class ClientConversation {
 public:
  // The options must outlive it.
  ClientConversation(AnyStream stream, const ClientOptions& options);
  ClientConversation(const ClientConversation&) = delete;
  ClientConversation& operator=(const ClientConversation&) = delete;

  ~ClientConversation();  // suspends if a body is being sent

  // Sends the request and waits for the head of the answer. All of it, and of the body of the
  // answer, has to be done by `limit`. Throws what the source of the body throws, too, and so does
  // read_some(). The body, or its source, has to live until the end of the answer.
  void ask(const OutgoingRequest& request, Deadline limit);

  // Until something is read.
  [[nodiscard]] const ResponseHead& head() const noexcept { return parser_.head(); }
  [[nodiscard]] BodyFraming framing() const noexcept { return framing_; }

  // The next piece of the body, valid until the next call; empty at its end.
  [[nodiscard]] std::string_view read_some();
  [[nodiscard]] const BodyDecoder& body() const noexcept { return body_; }

  // Reads the body to its end and drops it, if that is quick and at most so many bytes, and the
  // connection may stay then. False: not so.
  bool drop_body(std::size_t most);

  // ---- of the request that was made last ----

  // No byte has come: with a connection that had been used before, it was closed meanwhile.
  [[nodiscard]] bool heard_nothing() const noexcept { return !heard_at_; }
  // Nothing of the request, or nothing of its body, has left.
  [[nodiscard]] bool sent_nothing() const noexcept { return sent_ == 0; }
  [[nodiscard]] bool sent_no_body() const noexcept { return !began_body_; }
  // When the first byte came.
  [[nodiscard]] std::optional<TimePoint> heard_at() const noexcept { return heard_at_; }

  // ---- the connection ----

  // Whether it is good for another request: all of the answer was read, nothing is behind it, and
  // both sides want it.
  [[nodiscard]] bool may_stay() const noexcept;
  // Gives its buffer back.
  void rest() noexcept;
  // Whether it is still there, as far as is known here, without suspending.
  [[nodiscard]] bool is_alive() noexcept;

  [[nodiscard]] AnyStream& stream() noexcept { return stream_; }
  // What the connection has become after 101, or after 2xx to CONNECT.
  [[nodiscard]] bool is_tunnel() const noexcept { return tunnel_; }
  [[nodiscard]] UpgradedStream take_stream();

 private:
  struct Sender;

  [[nodiscard]] std::string_view unread() const noexcept {
    return {buffer_->data() + begin_, end_ - begin_};
  }
  void begin(const OutgoingRequest& request, Deadline limit);
  void ask_at_once(std::string_view bytes);
  void ask_and_stream(std::string bytes, const OutgoingRequest& request);
  void run_sender(Sender& sender);
  void send_body(const Sender& sender);
  void stop_sender() noexcept;
  void send_chunk(std::string_view piece);
  void send(std::string_view data);
  void read_head(Deadline deadline, Event* permission);
  void skip_interim_head(Event* permission);
  void accept_head();
  bool receive(Deadline deadline, const char* awaited, TimeSpan patience);
  void wait_while_sending();
  void receive_body();
  [[noreturn]] void refuse_body();
  [[nodiscard]] Deadline within(TimeSpan patience) const {
    return Deadline::within(patience).earlier(limit_);
  }
  [[noreturn]] void give_up(const char* awaited, TimeSpan patience) const;
  [[noreturn]] static void lose(const std::system_error& error, const std::string& what);

  AnyStream stream_;
  const ClientOptions& options_;

  std::unique_ptr<Sender> sender_;     // while a body is sent
  std::optional<BufferLease> buffer_;  // none while there is no request
  std::size_t begin_ = 0;
  std::size_t end_ = 0;

  ResponseParser parser_;
  BodyDecoder body_;
  BodyFraming framing_;
  std::string method_;
  Deadline limit_;
  std::optional<TimePoint> heard_at_;
  std::uint64_t sent_ = 0;  // bytes of the request
  unsigned interim_ = 0;    // heads of 1xx
  bool wants_upgrade_ = false;
  bool wants_close_ = false;
  bool began_body_ = false;
  bool sent_all_ = false;
  bool keep_alive_ = false;  // after this answer, as far as its head says
  bool tunnel_ = false;
};

}  // namespace gnet::http::detail
