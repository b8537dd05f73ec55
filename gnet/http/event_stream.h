// Events from a server, in an answer that does not end: text/event-stream (HTML §9.2, "SSE").
//
//   std::string out;
//   gnet::http::append_event(out, {.data = "1 user", .event = "count", .id = "17"});
//   response.write(out);
//
//   gnet::http::EventStreamReader reader;
//   for (std::string_view input = read_some(); !input.empty();) {
//     if (const auto event = reader.next(input)) use(event->data);
//   }
//   request.set("Last-Event-ID", reader.last_id());       // when connecting again
//
// Threads: values, and functions without state.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "gnet/base/chrono.h"

namespace gnet::http {

struct ServerEvent {
  std::string data{};
  std::string event{};              // its type; empty: "message"
  std::optional<std::string> id{};  // nothing: that of the one before stays
};

// Adds the event to out. Each line of its data, however it ends, is one; a reader has them with LF
// between them. Throws std::invalid_argument for a type or an id with a line end or a byte 0 in it.
void append_event(std::string& out, const ServerEvent& event);

// Adds what a reader ignores, to show that the connection lives: each line of text a comment.
void append_comment(std::string& out, std::string_view text);

// Adds after how long a client that lost its connection should connect again.
void append_retry(std::string& out, std::chrono::milliseconds delay);

// An event is longer than its reader allows.
class EventTooLong : public std::length_error {
 public:
  explicit EventTooLong(std::size_t limit);
};

// Reads such a stream as it comes, in whatever pieces. Bytes that are not UTF-8 stay as they are.
class EventStreamReader {
 public:
  // What is held of an event that is not whole has at most so many bytes.
  explicit EventStreamReader(std::size_t limit = 1024 * 1024) noexcept : limit_(limit) {}

  // Takes from the front of input as far as the first event that is whole, or all of it. The
  // event's type is "message" where the stream has none, and its id that of last_id(). Throws
  // EventTooLong; after that the reader is of no more use.
  std::optional<ServerEvent> next(std::string_view& input);

  // The connection is over: what is not whole is dropped, and next() begins a new stream.
  void reset() noexcept;

  // The id of the last event that was whole, and what the server wants a client to wait; both
  // outlive a connection.
  [[nodiscard]] const std::string& last_id() const noexcept { return last_id_; }
  [[nodiscard]] std::optional<std::chrono::milliseconds> retry() const noexcept { return retry_; }

 private:
  bool take_line(std::string_view& input);
  void skip_mark() noexcept;
  std::optional<ServerEvent> end_of_event();
  void field(std::string_view name, std::string_view value);

  std::size_t limit_;
  std::string line_;
  bool after_cr_ = false;
  bool first_ = true;  // a byte order mark may come
  bool has_data_ = false;
  std::string data_;
  std::string event_;
  std::string id_;
  std::string last_id_;
  std::optional<std::chrono::milliseconds> retry_;
};

}  // namespace gnet::http
