// What server_conversation.cpp sends.

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include "gnet/base/error.h"
#include "gnet/http/date.h"
#include "gnet/http/http_error.h"
#include "gnet/http/message_writer.h"
#include "gnet/http/scanner.h"
#include "gnet/http/server_conversation.h"
#include "gnet/http/server_tunnel.h"
#include "gnet/http/status.h"
#include "gnet/os/page_cache.h"

namespace gnet::http::detail {

namespace {

constexpr std::size_t kCopied = 16 * 1024;  // a longer body is not copied to its head
constexpr std::size_t kLingerRoom = 4 * 1024;
// Read and dropped behind the last answer: more than the kernel holds for both sides, so that a
// client that looks for an answer before each write finds it.
constexpr std::size_t kLingerBytes = 16 * 1024 * 1024;
constexpr Duration kLingerTime = std::chrono::seconds(2);
constexpr const char* kShorter = "a file has become shorter while it was sent";

// Whether a handler has said itself that the connection closes.
bool says_close(const Headers& headers) {
  const std::string_view name = to_string(FieldName::connection);
  return headers.has(FieldName::connection) && is_in_list(headers.joined(name), "close");
}

// What the Date field says. The wall clock is looked at when a second of it is over.
std::string_view date_of(TimePoint now) {
  struct Known {
    TimePoint since;
    TimePoint until;
    std::array<char, 29> text;
  };
  static constinit thread_local Known known{};
  if (now >= known.until || now < known.since) {
    const auto time = std::chrono::system_clock::now();
    const auto second = std::chrono::floor<std::chrono::seconds>(time);
    format_date(second).copy(known.text.data(), known.text.size());
    known.since = now;
    known.until = now + std::chrono::ceil<Duration>(second + std::chrono::seconds(1) - time);
  }
  return {known.text.data(), known.text.size()};
}

// How much of a file is sent in one go: whole segments, so that no piece ends with a small packet,
// which costs as much as a full one.
std::size_t piece_for(Socket* socket) {
  constexpr std::size_t kMost = gnet::detail::kReadAhead;
  int segment = 0;
  socklen_t size = sizeof segment;
  if (socket == nullptr || !socket->is_open() ||
      getsockopt(socket->native_handle(), IPPROTO_TCP, TCP_MAXSEG, &segment, &size) != 0 ||
      segment <= 0 || static_cast<std::size_t>(segment) > kMost) {
    return kMost;
  }
  return kMost - kMost % static_cast<std::size_t>(segment);
}

}  // namespace

// ---- answers ----

// There is no request that a handler could see.
void ServerConversation::refuse(int status, std::string_view text) {
  last_ = false;
  Response response(*this);
  response.close();
  body_received_ = body_sent_ = 0;
  send_error(response, HTTPError(status, std::string(text)));
  tell(nullptr, true);
}

void ServerConversation::send_error(Response& response, const HTTPError& error) {
  response.fail(error).type("text/plain; charset=utf-8");
  std::string body = error.what();
  body += '\n';
  send(response, body);
}

void ServerConversation::begin(Response& response, BodyFraming framing) {
  const bool said_close = says_close(response.headers_);
  if (response.close_ || said_close || draining_ || framing.kind == BodyFraming::until_close ||
      !may_drop_body()) {
    keep_alive_ = false;
  }
  std::string_view connection;
  if (!keep_alive_) {
    if (!said_close) connection = "close";
  } else if (parser_.head().minor_version() == 0) {
    connection = "keep-alive";
  }
  append_response_with_known_values(output_,
                                    {.status = response.status_,
                                     .reason = response.reason_,
                                     .date = date_of(gnet::detail::Scheduler::current().now()),
                                     .connection = connection,
                                     .framing = framing,
                                     .headers = &response.headers_});
  answered_ = true;
  status_ = response.status_;
}

bool ServerConversation::sends_body(const Response& response) const noexcept {
  return !is_without_body(response.status_) && parser_.head().method() != "HEAD";
}

void ServerConversation::inform(int status, const Headers& fields) {
  if (parser_.head().minor_version() == 0) return;
  output_ += "HTTP/1.1 " + std::to_string(status) + " ";
  (((output_ += reason_phrase(status)) += "\r\n") += fields.text()) += "\r\n";
  flush();
}

void ServerConversation::send(Response& response, std::string_view body) {
  const bool no_body = is_without_body(response.status_);
  begin(response, no_body ? BodyFraming{} : BodyFraming{BodyFraming::length, body.size()});
  response.state_ = Response::State::done;
  if (!sends_body(response)) return;
  append(body);
}

// ---- in pieces ----

bool ServerConversation::in_chunks(const Response& response) const noexcept {
  return parser_.head().minor_version() != 0 && !response.has_length_;
}

void ServerConversation::begin_pieces(Response& response) {
  if (response.state_ != Response::State::head) return;
  BodyFraming framing;
  if (!is_without_body(response.status_)) {
    framing.kind = response.has_length_  ? BodyFraming::length
                   : in_chunks(response) ? BodyFraming::chunked
                                         : BodyFraming::until_close;
    framing.size = response.length_;
  }
  begin(response, framing);
  response.state_ = Response::State::body;
}

void ServerConversation::write(Response& response, std::string_view piece) {
  begin_pieces(response);
  if (!piece.empty() && sends_body(response)) {
    if (in_chunks(response)) append_chunk_size(output_, piece.size());
    append(piece);
    if (in_chunks(response)) output_ += kChunkEnd;
  }
  flush();
}

void ServerConversation::write_file(Response& response, int file, std::uint64_t offset,
                                    std::uint64_t size) {
  begin_pieces(response);
  if (size != 0 && sends_body(response)) {
    if (in_chunks(response)) append_chunk_size(output_, size);
    append_file(file, offset, size);
    if (in_chunks(response)) output_ += kChunkEnd;
  }
  flush();
}

// Not whole until all of the file was there.
void ServerConversation::send_file(Response& response, int file, std::uint64_t offset,
                                   std::uint64_t size) {
  begin_pieces(response);
  if (sends_body(response)) append_file(file, offset, size);
  response.state_ = Response::State::done;
}

void ServerConversation::end(Response& response, const Headers* trailers) {
  if (response.state_ == Response::State::head) write(response, {});
  if (sends_body(response)) {
    if (response.has_length_ && response.written_ != response.length_) {
      throw Misuse("less of a body than was told");
    }
    if (in_chunks(response) && trailers != nullptr) {
      append_last_chunk(output_, *trailers);
    } else if (in_chunks(response)) {
      append_last_chunk(output_);
    }
  }
  response.state_ = Response::State::done;
}

// ---- leaving HTTP ----

void ServerConversation::require_upgrade(std::string_view protocol) const {
  if (!is_in_list(parser_.head().upgrade(), protocol)) {
    throw Misuse("an upgrade that the request does not ask for");
  }
}

void ServerConversation::require_body_read() const {
  if (!body_.is_done()) throw Misuse("HTTP is left before the body of the request was read");
}

ByteStream& ServerConversation::upgrade(Response& response, std::string_view protocol) {
  require_upgrade(protocol);
  require_body_read();
  response.headers_.set("Upgrade", protocol);
  append_response(output_, {.status = 101,
                            .date = date_of(gnet::detail::Scheduler::current().now()),
                            .connection = "Upgrade",
                            .headers = &response.headers_});
  return leave_http(response, 101);
}

// Without Content-Length: what follows is the tunnel (RFC 9110 §9.3.6).
ByteStream& ServerConversation::tunnel(Response& response) {
  if (parser_.head().method() != "CONNECT") throw Misuse("a tunnel that nobody has asked for");
  require_body_read();
  append_response(output_, {.status = 200,
                            .reason = "Connection established",
                            .date = date_of(gnet::detail::Scheduler::current().now()),
                            .framing = {BodyFraming::until_close},
                            .headers = &response.headers_});
  return leave_http(response, 200);
}

ByteStream& ServerConversation::by_hand(Response& response) {
  require_body_read();
  return leave_http(response, response.status_);
}

ByteStream& ServerConversation::leave_http(Response& response, int status) {
  answered_ = true;
  status_ = status;
  keep_alive_ = false;
  response.state_ = Response::State::upgraded;
  if (scope_ != nullptr) scope_->reschedule(Deadline::never());
  const std::size_t size = parser_.head().size();
  upgraded_ = std::make_unique<ServerTunnel>(
      *this, stream_, std::string_view(buffer_->data() + behind_head_ - size, size), unread());
  parser_.parse(upgraded_->head());
  buffer_.reset();
  begin_ = end_ = 0;
  flush();
  output_ = std::string();
  headers_ = Headers();
  return *upgraded_;
}

void ServerConversation::on_drain(UniqueFunction<void()> function) {
  on_drain_ = std::move(function);
  if (draining_ && on_drain_) on_drain_();
}

// ---- sending ----

// Of a body. What is long goes from where it lies.
void ServerConversation::append(std::string_view data) {
  if (data.size() <= kCopied) {
    output_ += data;
    body_sent_ += data.size();
    return;
  }
  flush(Follows::more);
  send_now(data, Follows::nothing, &body_sent_);
}

// What is long goes from where it lies, in one packet with what is before it.
void ServerConversation::append_file(int file, std::uint64_t offset, std::uint64_t size) {
  if (size > kCopied) {
    const std::size_t before = output_.size();
    flush(Follows::more);
    return send_file_now(file, offset, size, before);
  }
  const std::size_t before = output_.size();
  output_.resize(before + size);
  for (std::size_t there = 0; there < size;) {
    const std::size_t count = gnet::detail::read_cached(
        file, output_.data() + before + there, size - there, static_cast<off_t>(offset + there));
    if (count == 0) throw std::runtime_error(kShorter);
    there += count;
  }
  body_sent_ += size;
}

void ServerConversation::flush(Follows follows) {
  if (output_.empty()) return;
  std::string output;
  output.swap(output_);  // whatever happens, it is not sent twice
  send_now(output, follows);
  output.clear();
  output_.swap(output);
}

void ServerConversation::send_now(std::string_view data, Follows follows, std::uint64_t* counter) {
  if (data.empty()) return;
  require_not_cut();
  cut_short_ = true;  // unless all of it leaves
  while (!data.empty()) {
    const std::size_t count = sending_.wait(options_.write_timeout, [&](Deadline deadline) {
      return on_stream([&] {
        return follows == Follows::more ? stream_.send_ahead(data, deadline)
                                        : stream_.send_some(data, deadline);
      });
    });
    if (counter != nullptr) *counter += count;
    data.remove_prefix(count);
  }
  cut_short_ = false;
}

// In turns with others: while they have theirs, the client takes what is there. The kernel is done
// with a piece sooner if nobody empties the socket that it fills.
void ServerConversation::send_file_now(int file, std::uint64_t offset, std::uint64_t size,
                                       std::size_t before) {
  require_not_cut();
  cut_short_ = true;
  const std::size_t piece = piece_for(stream_.lowest_socket());
  std::size_t next = piece - std::min(before, piece / 2);
  const std::uint64_t begin = offset;
  std::uint64_t ahead = offset;  // so far it is in memory
  for (const std::uint64_t end = offset + size; offset < end;) {
    if (offset >= ahead) {
      if (offset != begin) gnet::detail::Scheduler::current().yield_to_loop();
      ahead = offset + std::min<std::uint64_t>(end - offset, next);
      next = piece;
      gnet::detail::read_ahead(file, static_cast<off_t>(offset),
                               static_cast<std::size_t>(ahead - offset), offset != begin);
    }
    const std::size_t count = sending_.wait(options_.write_timeout, [&](Deadline deadline) {
      return on_stream([&] {
        return stream_.send_file_some(file, offset, static_cast<std::size_t>(ahead - offset),
                                      deadline);
      });
    });
    if (count == 0) throw std::runtime_error(kShorter);
    offset += count;
    body_sent_ += count;
  }
  cut_short_ = false;
}

void ServerConversation::require_not_cut() {
  if (!cut_short_) return;
  stream_failed_ = true;
  throw SystemError(make_error_code(std::errc::broken_pipe), "an answer was cut short");
}

// Whether the client has sent all that it has to say, and all of that was read.
bool ServerConversation::has_heard_all() {
  Socket* const socket = stream_.lowest_socket();
  return last_ && body_.is_done() && begin_ == end_ && socket != nullptr && !socket->may_read();
}

// A client that still sends, or has sent what was not read, would lose the last answer to a reset.
void ServerConversation::linger() {
  if (ended_) return;
  const Deadline patience(kLingerTime);
  try {
    stream_.shutdown_send(patience);
    if (has_heard_all()) return;
    if (!buffer_) buffer_.emplace(gnet::detail::Scheduler::current(), kLingerRoom);
    for (std::size_t dropped = 0; dropped < kLingerBytes;) {
      const std::size_t count = stream_.receive(buffer_->data(), buffer_->size(), patience);
      if (count == 0) return;
      dropped += count;
    }
  } catch (const std::system_error&) {
    // That was long enough, or the client has gone.
  }
}

}  // namespace gnet::http::detail
