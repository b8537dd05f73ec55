// The answer to a request, as its handler makes it.
//
//   response.set("Cache-Control", "no-store");
//   response.send("hello\n", "text/plain");            // whole: its length is told
//
//   response.status(202).type("text/event-stream");
//   while (auto event = next()) response.write(*event); // as it comes: each piece leaves at once
//
// What says how long the body is, and whether the connection stays, is written for the handler.
// To HEAD, and with statuses that have no body, the head is sent alone. A handler that returns
// without an answer has given an empty one.
//
// Threads: a Response belongs to the fiber of its handler.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gnet/base/unique_function.h"
#include "gnet/http/headers.h"

namespace gnet {
class ByteStream;
}

namespace gnet::http {

namespace detail {
class ServerConversation;
}

class HTTPError;

class Response {
 public:
  Response(const Response&) = delete;
  Response& operator=(const Response&) = delete;

  // ---- the head; Misuse once it is sent ----

  // 200 to 599, which is 200 if nothing else is said. Throws std::invalid_argument.
  Response& status(int code, std::string_view reason = {});
  Response& type(std::string_view media_type);

  // Throw std::invalid_argument, which names the field, for what cannot be in one.
  Response& set(std::string_view name, std::string_view value);
  Response& add(std::string_view name, std::string_view value);

  [[nodiscard]] Headers& headers() noexcept { return headers_; }
  [[nodiscard]] int status() const noexcept { return status_; }

  // Becomes the head of an error: its status and fields instead of those that describe content
  // (its type, coding, tags, dates, how long it may be kept). Others stay.
  Response& fail(const HTTPError& error);

  // After this answer the connection closes.
  Response& close() noexcept;

  // Says something before the answer (RFC 9110 §15.2), such as 103 or 104, with these fields; it
  // leaves at once. HTTP/1.0 has no such thing, and its clients are told nothing. Throws as
  // write(), std::invalid_argument for a status that is not 102 to 199, and Misuse once the head is
  // sent.
  void inform(int code, const Headers& fields);

  // ---- the body ----

  // The whole of it, once. Leaves together with other answers that are ready at that time, and may
  // suspend if it is long. Throws std::system_error when the client has gone or takes nothing, and
  // Misuse if something was sent before.
  void send(std::string_view body);
  void send(std::string_view body, std::string_view media_type) {
    type(media_type);
    send(body);
  }

  // A piece of it, which leaves at once; suspends until the kernel has taken it. The first one
  // sends the head. An empty piece sends the head alone. Throws as send().
  void write(std::string_view piece);

  // Tells beforehand how long the body is that comes in pieces, as downloads like it: it goes
  // without chunks then. A piece that is too much, and an end that comes too early, are Misuse.
  Response& length(std::uint64_t bytes);

  // As send() and write(), of a part of a file that is open: its beginning goes with the head, the
  // rest by sendfile(2) where nothing lies over the socket. The disk is waited for by threads. If
  // the file turns out to be shorter the connection is reset; what is added to it meanwhile is not
  // sent. The descriptor stays the caller's.
  void send_file(int file, std::uint64_t offset, std::uint64_t size);
  void write_file(int file, std::uint64_t offset, std::uint64_t size);

  // The end of pieces, with trailers if that is wanted; returning from the handler does it too.
  void end();
  void end(const Headers& trailers);

  // ---- leaving HTTP ----

  // Accepts the upgrade to this protocol, which the request offers (RFC 9110 §7.8): answers 101
  // with the headers of this response, and gives the stream of the connection, with what has come
  // behind the request already. It is the handler's until it returns; then the connection closes.
  // The buffer of the request is given back: views of its head are to be taken anew. Suspends until
  // the kernel has taken the answer. Throws as write(), and Misuse where the client did not ask for
  // it: for a protocol that the request does not offer, in HTTP/1.0, or before its body was read.
  [[nodiscard]] ByteStream& upgrade(std::string_view protocol);

  // The same for CONNECT (RFC 9110 §9.3.6): answers 200, and the stream is a tunnel from then on.
  // Throws as upgrade().
  [[nodiscard]] ByteStream& tunnel();

  // Gives the stream of the connection, on which the handler writes the answer itself, from its
  // first byte to its last; what was set here counts for nothing but the access log. For servers
  // that test clients. As upgrade() in all else; Misuse before the body of the request was read.
  [[nodiscard]] ByteStream& by_hand();

  // Has this called when the server stops before the handler returns; at once if it stops already.
  // It must neither suspend nor throw; an empty one takes it back. An upgraded connection that has
  // one comes to its end by itself, or is interrupted when the grace is over; one without is ended
  // as soon as the client is quiet.
  void on_drain(UniqueFunction<void()> function);

  // Whether anything was sent, so that it is too late for another status.
  [[nodiscard]] bool started() const noexcept { return state_ != State::head; }

  // Whether the client has gone, or has taken no byte for too long: an operation on its connection
  // has failed.
  [[nodiscard]] bool lost() const noexcept;

 private:
  friend class detail::ServerConversation;
  enum class State { head, body, done, upgraded };

  explicit Response(detail::ServerConversation& conversation) noexcept;
  void require_head() const;
  void require_not_ended() const;
  void count(std::uint64_t bytes);

  detail::ServerConversation& conversation_;
  Headers& headers_;  // of the conversation
  std::string reason_;
  std::uint64_t length_ = 0;   // of the whole body, if it is told
  std::uint64_t written_ = 0;  // of it
  bool has_length_ = false;
  int status_ = 200;
  State state_ = State::head;
  bool close_ = false;
};

}  // namespace gnet::http
