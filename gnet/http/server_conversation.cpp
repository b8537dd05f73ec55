#include "gnet/http/server_conversation.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "gnet/base/error.h"
#include "gnet/fiber/interrupt.h"
#include "gnet/fiber/timeout.h"
#include "gnet/http/date.h"
#include "gnet/http/exchange_observer.h"
#include "gnet/http/http_error.h"
#include "gnet/http/message_writer.h"
#include "gnet/http/scanner.h"
#include "gnet/http/server_tunnel.h"
#include "gnet/http/status.h"
#include "gnet/os/page_cache.h"

namespace gnet::http::detail {

namespace {

constexpr std::size_t kBodyRoom = 4 * 1024;        // at least so much is asked for of a body
constexpr std::size_t kTogether = 64 * 1024;       // answers that wait for each other, at most
constexpr std::size_t kCopied = 16 * 1024;         // a longer body is not copied to its head
constexpr std::size_t kIdleOutput = 512;           // what an idle connection keeps of it
constexpr std::size_t kLingerBytes = 1024 * 1024;  // read and dropped behind the last answer
constexpr Duration kLingerTime = std::chrono::seconds(2);
constexpr const char* kShorter = "a file has become shorter while it was sent";
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

// Whether a handler has said itself that the connection closes.
bool says_close(const Headers& headers) {
  const std::string_view name = to_string(FieldName::connection);
  return headers.has(FieldName::connection) && is_in_list(headers.joined(name), "close");
}

// What a handler has registered ends with it.
struct Forget {
  ~Forget() { function = {}; }
  UniqueFunction<void()>& function;
};

// A fiber is about to see for itself how the stream is.
bool is_waited_for(ByteStream& stream) {
  Socket* const socket = stream.lowest_socket();
  return socket != nullptr && socket->is_open() &&
         (socket->poll_slot().reader != nullptr || socket->poll_slot().writer != nullptr);
}

sys_seconds this_second() {
  return std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace

ServerConversation::ServerConversation(ByteStream& stream, const Endpoint& peer, Handler& handler,
                                       const ServerOptions& options, const Logger& log,
                                       std::uint64_t connection)
    : stream_(stream),
      peer_(peer),
      handler_(handler),
      options_(options),
      log_(log),
      connection_(connection),
      parser_(options.head),
      body_(options.body),
      receiving_(options.min_rate),
      sending_(options.min_rate) {}

ServerConversation::~ServerConversation() = default;

void ServerConversation::run() {
  try {
    if (Socket* const socket = stream_.lowest_socket()) watch_.emplace(*socket, OnChange{this});
    converse();
  } catch (const std::system_error& error) {
    // The client's silence is no failure of anybody here.
    if (!stream_failed_ || error.code() != std::errc::timed_out) throw;
    stream_.abort();
  }
}

ServerConversation::Drained ServerConversation::drain() {
  draining_ = true;
  if (idle_) return Drained::idle;
  if (!on_drain_) return Drained::later;
  on_drain_();
  return upgraded_ ? Drained::told : Drained::later;
}

void ServerConversation::converse() {
  while (keep_alive_) {
    switch (next_request()) {
      case Next::request:
        handle();
        break;
      case Next::nothing:
        flush();
        if (draining_) linger();  // a request may be under way, of a client that was told to stay
        return;
      case Next::refused:
        refuse(parser_.refusal().status, parser_.refusal().reason);
        break;
      case Next::timed_out:
        refuse(408, "the request did not come in time");
        break;
    }
    if (!stream_.is_open()) return;
  }
  flush();
  linger();
}

// Waits for a whole head.
ServerConversation::Next ServerConversation::next_request() {
  parser_.reset();
  if (begin_ == end_) {
    flush();
    buffer_.reset();
    begin_ = end_ = 0;
    if (output_.capacity() > kIdleOutput) output_ = std::string();
    if (draining_) return Next::nothing;
    if (!wait_for_request()) return Next::nothing;
    buffer_.emplace(gnet::detail::Scheduler::current(), options_.head.head + kBodyRoom);
  }
  // From here on the client is in the middle of a request: at most it has sent an empty line.
  const Deadline deadline = Deadline::within(options_.head_timeout);
  if (options_.observer != nullptr) begun_ = Clock::now();
  for (;;) {
    if (begin_ != end_) {
      const Parsed parsed = parser_.parse(unread());
      if (parsed == Parsed::complete) return Next::request;
      if (parsed == Parsed::refused) return Next::refused;
      flush();
    }
    if (end_ == buffer_->size()) move_to_front();
    try {
      if (!receive(deadline)) return Next::nothing;
    } catch (const std::system_error& error) {
      if (error.code() != std::errc::timed_out) throw;
      return parser_.has_begun() ? Next::timed_out : Next::nothing;
    }
  }
}

// Without a buffer. False: none comes.
bool ServerConversation::wait_for_request() {
  idle_ = true;
  const auto there =
      on_stream([&] { return stream_.wait_readable(Deadline::within(options_.idle_timeout)); });
  idle_ = false;
  return there;
}

// False at the end of the stream.
bool ServerConversation::receive(Deadline deadline) {
  end_ += on_stream([&] {
    const std::size_t count =
        stream_.receive(buffer_->data() + end_, buffer_->size() - end_, deadline);
    ended_ = count == 0;
    return count;
  });
  return !ended_;
}

void ServerConversation::move_to_front() {
  std::memmove(buffer_->data(), buffer_->data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
}

void ServerConversation::handle() {
  const RequestHead& head = parser_.head();
  const bool has_body = head.framing().has_body();
  if (has_body && buffer_->size() - begin_ - head.size() < kBodyRoom) {
    move_to_front();  // from now on the head stays where it is
    parser_.parse(unread());
  }
  begin_ += head.size();
  behind_head_ = begin_;
  answered_ = false;
  body_.start(head.framing());
  expects_continue_ = head.expects_continue() && has_body;
  ++requests_;
  body_received_ = body_sent_ = 0;
  status_ = 0;
  receiving_.begin();
  sending_.begin();
  keep_alive_ = head.keep_alive() && !draining_ && requests_ != options_.requests;
  Request request(*this, head);
  Response response(*this);
  struct Telling {
    ~Telling() { conversation.tell(&head, complete); }
    ServerConversation& conversation;
    const RequestHead& head;
    bool complete = false;
  } telling{*this, head};
  call_handler(request, response);
  telling.complete = stream_.is_open();
  if (!stream_.is_open()) return;
  if (keep_alive_ && !drop_body()) keep_alive_ = false;
  if (output_.size() >= kTogether) flush();
}

void ServerConversation::call_handler(Request& request, Response& response) {
  // Half an answer must not look like a whole one, nor what is behind it like its rest.
  const auto abort_half = [&] {
    if (response.state_ == Response::State::body || upgraded_ || cut_short_) stream_.abort();
  };
  const auto fail = [&](const HTTPError& error) {
    if (response.started() || cut_short_) return abort_half();
    if (error.status() >= 500) response.close();
    send_error(response, error);
  };
  const auto report = [&](const std::exception_ptr& error) {
    log_.error("{} {}: {}", request.method(), request.target(), gnet::describe(error));
    fail(HTTPError(500, std::string(reason_phrase(500))));
  };
  try {
    if (body_.refusal()) refuse_body();
    {
      const Forget forget{on_drain_};
      cancellable(request, response);
    }
    if (!stream_.is_open()) return;  // there is nobody to answer any more
    if (response.state_ == Response::State::head && !response.has_length_) response.send({});
    response.end();
    if (cut_short_) stream_.abort();  // the handler did not mind
  } catch (const HTTPError& error) {
    fail(error);
  } catch (const Timeout&) {  // of the handler: there is none around it
    report(std::current_exception());
  } catch (const Interrupt&) {
    abort_half();
    throw;
  } catch (const std::system_error&) {
    if (!stream_failed_) return report(std::current_exception());
    abort_half();
    throw;
  } catch (...) {
    report(std::current_exception());
  }
}

// Calls the handler for as long as there is somebody to answer, and time.
void ServerConversation::cancellable(Request& request, Response& response) {
  CancelScope scope(Deadline::within(options_.request_timeout));
  struct Running {
    ~Running() { pointer = nullptr; }
    CancelScope*& pointer;
  } const running{scope_ = &scope};
  if (gone_) scope.cancel();
  if (!scope.run([&] { handler_(request, response); })) cancelled();
}

void ServerConversation::cancelled() {
  if (!gone_) throw HTTPError(503, "the answer took too long");
  stream_failed_ = true;
  throw SystemError(make_error_code(std::errc::connection_reset),
                    "the client has left before it was answered");
}

// Called by the hub. An upgraded stream tells whoever waits on it.
void ServerConversation::peer_changed(PeerChange change) {
  if (change != PeerChange::gone && !options_.cancel_at_eof) return;
  gone_ = true;
  if (scope_ == nullptr || (upgraded_ != nullptr && is_waited_for(stream_))) return;
  scope_->cancel();
}

void ServerConversation::tell(const RequestHead* head, bool complete) noexcept {
  if (options_.observer == nullptr) return;
  options_.observer->exchange_ended({.peer = peer_,
                                     .stream = stream_,
                                     .connection = connection_,
                                     .request = head,
                                     .status = status_,
                                     .body_received = body_received_,
                                     .body_sent = body_sent_,
                                     .lasted = Clock::now() - begun_,
                                     .complete = complete});
}

// ---- the body of a request ----

void ServerConversation::refuse_body() {
  throw HTTPError(body_.refusal().status, std::string(body_.refusal().reason));
}

std::string_view ServerConversation::read_body() {
  while (!body_.is_done()) {
    if (body_.refusal()) refuse_body();
    if (begin_ != end_) {
      expects_continue_ = false;  // it did not wait
      const auto [consumed, data] = body_.feed(unread());
      begin_ += consumed;
      body_received_ += data.size();
      if (!data.empty()) return data;
    } else {
      receive_body();
    }
  }
  return {};
}

void ServerConversation::receive_body() {
  if (expects_continue_ && !answered_) output_ += kContinue;
  expects_continue_ = false;
  flush();
  begin_ = end_ = behind_head_;
  bool there = false;
  try {
    const auto more = [&](Deadline deadline) { return receive(deadline) ? end_ - begin_ : 0; };
    there = receiving_.wait(options_.body_timeout, more) > 0;
  } catch (const std::system_error& error) {
    if (error.code() != std::errc::timed_out) throw;
    stream_failed_ = false;
    late_ = true;
    throw HTTPError(408, "the body of the request does not come");
  }
  if (there) return;
  stream_failed_ = true;
  throw SystemError(make_error_code(std::errc::connection_reset),
                    "the client has left in the middle of a request");
}

// Whether what the handler has left of the body may be waited for, to be dropped.
bool ServerConversation::may_drop_body() const noexcept {
  return body_.is_done() || (!body_.refusal() && !expects_continue_ && !late_ && !ended_ &&
                             body_.pending() <= options_.unread_body);
}

// False: there is too much of it after all.
bool ServerConversation::drop_body() {
  std::size_t dropped = 0;
  try {
    while (may_drop_body() && dropped <= options_.unread_body) {
      const std::size_t size = read_body().size();
      if (size == 0) return true;
      dropped += size;
    }
  } catch (const HTTPError&) {
    // It is malformed, or does not come. The answer was given.
  }
  return false;
}

// ---- answers ----

// There is no request that a handler could see.
void ServerConversation::refuse(int status, std::string_view text) {
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
  append_response(output_, {.status = response.status_,
                            .reason = response.reason_,
                            .date = date_field(this_second()),
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
  if (!body_.is_done()) throw Misuse("an upgrade before the body of the request was read");
}

ByteStream& ServerConversation::upgrade(Response& response, std::string_view protocol) {
  require_upgrade(protocol);
  response.headers_.set("Upgrade", protocol);
  append_response(output_, {.status = 101,
                            .date = date_field(this_second()),
                            .connection = "Upgrade",
                            .headers = &response.headers_});
  answered_ = true;
  status_ = 101;
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
  flush();
  send_now(data, &body_sent_);
}

// The beginning goes with what is before it, the rest from where it lies.
void ServerConversation::append_file(int file, std::uint64_t offset, std::uint64_t size) {
  const auto first = static_cast<std::size_t>(std::min<std::uint64_t>(size, kCopied));
  const std::size_t before = output_.size();
  output_.resize(before + first);
  for (std::size_t there = 0; there < first;) {
    const std::size_t count = gnet::detail::read_cached(
        file, output_.data() + before + there, first - there, static_cast<off_t>(offset + there));
    if (count == 0) throw std::runtime_error(kShorter);
    there += count;
  }
  body_sent_ += first;
  if (first == size) return;
  flush();
  send_file_now(file, offset + first, size - first);
}

void ServerConversation::flush() {
  if (output_.empty()) return;
  std::string output;
  output.swap(output_);  // whatever happens, it is not sent twice
  send_now(output);
  output.clear();
  output_.swap(output);
}

void ServerConversation::send_now(std::string_view data, std::uint64_t* counter) {
  if (data.empty()) return;
  require_not_cut();
  cut_short_ = true;  // unless all of it leaves
  while (!data.empty()) {
    const std::size_t count = sending_.wait(options_.write_timeout, [&](Deadline deadline) {
      return on_stream([&] { return stream_.send_some(data, deadline); });
    });
    if (counter != nullptr) *counter += count;
    data.remove_prefix(count);
  }
  cut_short_ = false;
}

void ServerConversation::send_file_now(int file, std::uint64_t offset, std::uint64_t size) {
  require_not_cut();
  cut_short_ = true;
  std::uint64_t ahead = offset;  // so far it is in memory
  for (const std::uint64_t end = offset + size; offset < end;) {
    if (offset >= ahead) {
      ahead = offset + std::min<std::uint64_t>(end - offset, gnet::detail::kReadAhead);
      gnet::detail::read_ahead(file, static_cast<off_t>(offset),
                               static_cast<std::size_t>(ahead - offset));
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

// A client that still sends, or has sent what was not read, would lose the last answer to a reset.
void ServerConversation::linger() {
  if (ended_) return;
  const Deadline patience(kLingerTime);
  if (!buffer_) buffer_.emplace(gnet::detail::Scheduler::current(), kBodyRoom);
  try {
    stream_.shutdown_send(patience);
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
