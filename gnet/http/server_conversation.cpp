#include "gnet/http/server_conversation.h"

#include <cstring>
#include <exception>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "gnet/base/error.h"
#include "gnet/fiber/interrupt.h"
#include "gnet/fiber/timeout.h"
#include "gnet/http/exchange_observer.h"
#include "gnet/http/http_error.h"
#include "gnet/http/server_tunnel.h"
#include "gnet/http/status.h"
#include "gnet/io/long_wait.h"

namespace gnet::http::detail {

namespace {

constexpr std::size_t kBodyRoom = 4 * 1024;   // at least so much is asked for of a body
constexpr std::size_t kTogether = 64 * 1024;  // answers that wait for each other, at most
constexpr std::size_t kIdleOutput = 512;      // what an idle connection keeps of it
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

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

}  // namespace

ServerConversation::ServerConversation(ByteStream& stream, const Endpoint& peer, Handler& handler,
                                       const ServerOptions& options, LogSource log,
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
        handle_what_is_here();
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
    if (headers_.text().size() > kIdleOutput) headers_ = Headers();
    if (draining_) return Next::nothing;
    if (!wait_for_request()) return Next::nothing;
    buffer_.emplace(gnet::detail::Scheduler::current(), options_.head.head + kBodyRoom);
  }
  // From here on the client is in the middle of a request: at most it has sent an empty line.
  const Deadline deadline =
      gnet::detail::Scheduler::current().deadline_within(options_.head_timeout);
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
  const auto rest = [&] {
    output_ = std::string();
    headers_ = Headers();
  };
  const auto there = on_stream([&] {
    auto& hub = gnet::detail::Scheduler::current();
    return gnet::detail::wait_long(stream_, hub.deadline_within(options_.idle_timeout), rest);
  });
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

// Requests that have come already are handled in one scope, unless each has a time of its own.
void ServerConversation::handle_what_is_here() {
  if (options_.request_timeout > Duration::zero()) return handle();
  CancelScope scope;
  const auto all = [&] {
    do {
      handle(&scope);
      if (!keep_alive_ || begin_ == end_ || scope.cancelled() || !stream_.is_open()) return;
      parser_.reset();
      if (options_.observer != nullptr) begun_ = Clock::now();
    } while (parser_.parse(unread()) == Parsed::complete);
  };
  if (!scope.run(all)) lost_client();
}

void ServerConversation::handle(CancelScope* scope) {
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
  last_ = !head.keep_alive();
  keep_alive_ = !last_ && !draining_ && requests_ != options_.requests;
  Request request(*this, head);
  Response response(*this);
  struct Telling {
    ~Telling() { conversation.tell(&head, complete); }
    ServerConversation& conversation;
    const RequestHead& head;
    bool complete = false;
  } telling{*this, head};
  call_handler(request, response, scope);
  telling.complete = stream_.is_open();
  if (!telling.complete) return;
  if (keep_alive_ && !drop_body()) keep_alive_ = false;
  if (output_.size() >= kTogether) flush();
}

// Half an answer must not look like a whole one, nor what is behind it like its rest.
void ServerConversation::abort_half(Response& response) noexcept {
  if (response.state_ == Response::State::body || upgraded_ || cut_short_) stream_.abort();
}

void ServerConversation::answer_error(Response& response, const HTTPError& error) {
  if (response.started() || cut_short_) return abort_half(response);
  if (error.status() >= 500) response.close();
  send_error(response, error);
}

// In a frame of its own: of what it needs nothing is on the stack while a handler waits.
[[gnu::noinline]] void ServerConversation::report(Request& request, Response& response,
                                                  const std::exception_ptr& error) {
  log().error("{} {}: {}", request.method(), request.target(), gnet::describe(error));
  answer_error(response, HTTPError(500, std::string(reason_phrase(500))));
}

void ServerConversation::call_handler(Request& request, Response& response, CancelScope* scope) {
  try {
    if (body_.refusal()) refuse_body();
    {
      const Forget forget{on_drain_};
      scope != nullptr ? cancellable(request, response, *scope) : bounded(request, response);
    }
    if (!stream_.is_open()) return;  // there is nobody to answer any more
    if (response.state_ == Response::State::head && !response.has_length_) response.send({});
    response.end();
    if (cut_short_) stream_.abort();  // the handler did not mind
  } catch (const HTTPError& error) {
    answer_error(response, error);
  } catch (const Timeout&) {  // of the handler: there is none around it
    report(request, response, std::current_exception());
  } catch (const Interrupt&) {
    abort_half(response);
    throw;
  } catch (const std::system_error&) {
    if (!stream_failed_) return report(request, response, std::current_exception());
    abort_half(response);
    throw;
  } catch (...) {
    report(request, response, std::current_exception());
  }
}

// Calls the handler for as long as there is somebody to answer.
void ServerConversation::cancellable(Request& request, Response& response, CancelScope& scope) {
  struct Running {
    Running(ServerConversation& of, CancelScope& scope) noexcept : conversation(of) {
      of.scope_ = &scope;
      if (of.gone_) scope.cancel();
    }
    ~Running() { conversation.scope_ = nullptr; }
    ServerConversation& conversation;
  } const running(*this, scope);
  handler_(request, response);
}

// And for as long as there is time. In a frame of its own, which others do not need.
[[gnu::noinline]] void ServerConversation::bounded(Request& request, Response& response) {
  CancelScope scope(Deadline::within(options_.request_timeout));
  if (scope.run([&] { cancellable(request, response, scope); })) return;
  if (!gone_) throw HTTPError(503, "the answer took too long");
  lost_client();
}

void ServerConversation::lost_client() {
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

}  // namespace gnet::http::detail
