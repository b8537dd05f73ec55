#include "gnet/http/client_conversation.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <system_error>

#include "gnet/base/error.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/fiber/fiber.h"
#include "gnet/fiber/interrupt.h"
#include "gnet/http/scanner.h"
#include "gnet/io/socket.h"

namespace gnet::http::detail {

namespace {

constexpr std::size_t kRoom = 4 * 1024;         // at least so much is asked for at a time
constexpr std::size_t kLeast = 64 * 1024;       // of the buffer, for large bodies
constexpr std::size_t kCopiedBody = 16 * 1024;  // a longer body is not copied to its head
constexpr Duration kDropTime = std::chrono::seconds(1);
constexpr unsigned kMostInterim = 100;  // heads of 1xx before an answer

}  // namespace

ClientConversation::ClientConversation(AnyStream stream, const ClientOptions& options)
    : stream_(std::move(stream)), options_(options), parser_(options.head), body_(options.body) {}

ClientConversation::~ClientConversation() {
  stop_sender();
}

// ---- a request ----

void ClientConversation::ask(const OutgoingRequest& request, Deadline limit) {
  std::string bytes;
  append_request(bytes, request.start);
  begin(request, limit);
  const bool streamed = request.source != nullptr || request.ask_first;
  if (streamed || request.body.size() > kCopiedBody) {
    ask_and_stream(std::move(bytes), request);
  } else {
    if (request.start.framing.has_body()) {
      bytes += request.body;
      began_body_ = true;
    }
    ask_at_once(bytes);
  }
  accept_head();
}

void ClientConversation::begin(const OutgoingRequest& request, Deadline limit) {
  limit_ = limit;
  method_ = request.start.method;
  wants_upgrade_ = request.start.connection == "upgrade";
  wants_close_ = is_in_list(request.start.connection, "close") ||
                 (request.start.headers != nullptr &&
                  is_in_list(request.start.headers->joined("Connection"), "close"));
  stop_sender();
  parser_.reset();
  heard_at_.reset();
  interim_ = 0;
  sent_ = 0;
  began_body_ = sent_all_ = keep_alive_ = tunnel_ = false;
  begin_ = end_ = 0;
  const std::size_t size = std::max(options_.head.head, kLeast) + kRoom;
  if (!buffer_) buffer_.emplace(gnet::detail::Scheduler::current(), size);
}

// A server that does not want the request may have answered and gone before it was sent.
void ClientConversation::ask_at_once(std::string_view bytes) {
  std::exception_ptr trouble;
  try {
    send(bytes);
    sent_all_ = true;
  } catch (const ClientTrouble& error) {
    if (error.failure != ClientFailure::lost || sent_ == 0) throw;
    trouble = std::current_exception();
  }
  try {
    read_head(within(options_.head_timeout), nullptr);
  } catch (const ClientTrouble&) {
    if (trouble) std::rethrow_exception(trouble);
    throw;
  }
}

// What goes out beside the answer.
struct ClientConversation::Sender {
  std::string head;
  BodyFraming framing;
  std::string_view body;
  UniqueFunction<std::string_view()>* source = nullptr;
  bool ask_first = false;

  Event permission;
  CancelScope* waiting = nullptr;  // for the head of the answer
  std::exception_ptr trouble;      // of the connection
  std::exception_ptr fault;        // of the source
  Fiber<> fiber;
};

void ClientConversation::ask_and_stream(std::string bytes, const OutgoingRequest& request) {
  CancelScope waiting;
  sender_ = std::make_unique<Sender>();
  Sender& sender = *sender_;
  sender.head = std::move(bytes);
  sender.framing = request.start.framing;
  sender.body = request.body;
  sender.source = request.source;
  sender.ask_first = request.ask_first;
  sender.waiting = &waiting;
  struct Forget {
    ~Forget() { sender.waiting = nullptr; }
    Sender& sender;
  };
  bool came = false;
  try {
    const Forget forget{sender};
    sender.fiber = spawn({.name = "http-request"}, [this, &sender] { run_sender(sender); });
    came = waiting.run([&] { read_head(limit_, &sender.permission); });
  } catch (...) {
    const std::exception_ptr trouble = sender.trouble;
    stop_sender();
    if (trouble) std::rethrow_exception(trouble);
    throw;
  }
  if (sender.fault) std::rethrow_exception(sender.fault);
  if (!came) {
    stop_sender();
    give_up("no answer came", options_.head_timeout);
  }
  // A server that takes no more has said so; one that takes a body without having been sent it
  // does not need it.
  if (sent_all_ || !began_body_ || head().status() >= 300) stop_sender();
}

void ClientConversation::run_sender(Sender& sender) {
  try {
    send(sender.head);
    if (sender.ask_first) {
      static_cast<void>(sender.permission.wait(within(options_.continue_timeout)));
    }
    send_body(sender);
    sent_all_ = true;
  } catch (const ClientTrouble& error) {
    sender.trouble = std::current_exception();  // there may be an answer that says why
    if (error.failure != ClientFailure::lost) stream_.close();
  } catch (const Interrupt&) {
    throw;
  } catch (...) {
    sender.fault = std::current_exception();
    stream_.close();
    if (sender.waiting != nullptr) sender.waiting->cancel();
  }
  if (sender.waiting != nullptr) sender.waiting->reschedule(within(options_.head_timeout));
}

void ClientConversation::stop_sender() noexcept {
  if (!sender_) return;
  const Uninterruptible wait_out;
  sender_->fiber.kill();
  sender_.reset();
}

void ClientConversation::send_body(const Sender& sender) {
  const BodyFraming framing = sender.framing;
  began_body_ = true;
  if (sender.source == nullptr) return send(sender.body);
  std::uint64_t left = framing.size;
  while (framing.kind == BodyFraming::chunked || left != 0) {
    const std::string_view piece = (*sender.source)();
    if (piece.empty()) break;
    if (framing.kind == BodyFraming::chunked) {
      send_chunk(piece);
      continue;
    }
    if (piece.size() > left) throw std::runtime_error("the body is longer than was announced");
    send(piece);
    left -= piece.size();
  }
  if (framing.kind == BodyFraming::chunked) {
    std::string end;
    append_last_chunk(end);
    send(end);
  } else if (left != 0) {
    throw std::runtime_error("the body is shorter than was announced");
  }
}

void ClientConversation::send_chunk(std::string_view piece) {
  std::string framed;
  append_chunk_size(framed, piece.size());
  if (piece.size() <= kCopiedBody) {
    framed += piece;
    framed += kChunkEnd;
    return send(framed);
  }
  send(framed);
  send(piece);
  send(kChunkEnd);
}

void ClientConversation::send(std::string_view data) {
  while (!data.empty()) {
    try {
      const std::size_t count = stream_.send_some(data, within(options_.write_timeout));
      sent_ += count;
      data.remove_prefix(count);
    } catch (const std::system_error& error) {
      if (error.code() == std::errc::timed_out) {
        give_up("the server takes nothing of the request", options_.write_timeout);
      }
      lose(error, "the connection was lost while the request was sent");
    }
  }
}

// ---- the head of an answer ----

void ClientConversation::read_head(Deadline deadline, Event* permission) {
  for (;;) {
    if (begin_ != end_) {
      const Parsed parsed = parser_.parse(unread());
      if (parsed == Parsed::refused) {
        throw ClientTrouble(ClientFailure::protocol,
                            fmt::format("malformed answer: {}", parser_.refusal().reason));
      }
      if (parsed == Parsed::complete) {
        if (!head().is_interim()) return;
        skip_interim_head(permission);
        continue;
      }
    }
    if (end_ == buffer_->size()) {
      std::memmove(buffer_->data(), buffer_->data() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    if (receive(deadline, "no answer came", options_.head_timeout)) continue;
    throw ClientTrouble(ClientFailure::lost,
                        heard_nothing() ? "the server closed the connection without an answer"
                                        : "the connection ended in the head of the answer");
  }
}

void ClientConversation::skip_interim_head(Event* permission) {
  if (++interim_ > kMostInterim) {
    throw ClientTrouble(ClientFailure::protocol, "interim answers without an end");
  }
  if (head().status() == 100 && permission != nullptr) permission->set();
  begin_ += head().size();
  parser_.reset();
}

void ClientConversation::accept_head() {
  begin_ += head().size();
  framing_ = head().framing(method_);
  const bool switches = head().status() == 101;
  if (switches && !wants_upgrade_) {
    throw ClientTrouble(ClientFailure::protocol, "the server changes the protocol unasked");
  }
  tunnel_ = switches || (method_ == "CONNECT" && head().status() / 100 == 2);
  keep_alive_ =
      head().keep_alive() && !wants_close_ && !tunnel_ && framing_.kind != BodyFraming::until_close;
  body_.start(framing_);
  if (body_.refusal()) refuse_body();
}

// False at the end of the stream.
bool ClientConversation::receive(Deadline deadline, const char* awaited, TimeSpan patience) {
  try {
    const std::size_t count =
        stream_.receive(buffer_->data() + end_, buffer_->size() - end_, deadline);
    if (count == 0) return false;
    end_ += count;
    if (!heard_at_) heard_at_ = Clock::now();
    return true;
  } catch (const std::system_error& error) {
    if (error.code() == std::errc::timed_out) give_up(awaited, patience);
    if (sender_ && sender_->fault) std::rethrow_exception(sender_->fault);
    if (sender_ && sender_->trouble) std::rethrow_exception(sender_->trouble);
    lose(error, "the connection was lost");
  }
}

// ---- its body ----

std::string_view ClientConversation::read_some() {
  while (!body_.is_done()) {
    if (body_.refusal()) refuse_body();
    if (begin_ != end_) {
      const auto [consumed, data] = body_.feed(unread());
      begin_ += consumed;
      if (!data.empty()) return data;
    } else {
      receive_body();
    }
  }
  // It may have sent all, and has not had the time to know.
  if (sender_ && !sent_all_) yield();
  stop_sender();
  return {};
}

// The time of a server that still gets the request has not begun.
void ClientConversation::wait_while_sending() {
  try {
    for (std::uint64_t before = sent_; sender_ && !sent_all_; before = sent_) {
      if (stream_.wait_readable(within(options_.body_timeout))) return;
      if (sent_ == before || limit_.passed()) return;
    }
  } catch (const std::system_error&) {
    // receive() has it, too.
  }
}

void ClientConversation::receive_body() {
  begin_ = end_ = 0;
  wait_while_sending();
  if (receive(within(options_.body_timeout), "no byte of the answer came", options_.body_timeout)) {
    return;
  }
  body_.finish();
  if (!body_.refusal()) return;
  throw ClientTrouble(
      ClientFailure::lost,
      framing_.kind == BodyFraming::length
          ? fmt::format("the answer ended after {} of {} bytes", body_.received(), framing_.size)
          : fmt::format("the answer ended after {} bytes, and not as it should", body_.received()));
}

void ClientConversation::refuse_body() {
  const bool too_large = body_.refusal().status != 400;
  throw ClientTrouble(too_large ? ClientFailure::limit : ClientFailure::protocol,
                      fmt::format("malformed answer: {}", body_.refusal().reason));
}

bool ClientConversation::drop_body(std::size_t most) {
  limit_ = limit_.earlier(kDropTime);
  for (std::size_t dropped = 0; keep_alive_ && body_.pending() <= most && dropped <= most;) {
    const std::size_t size = read_some().size();
    if (size == 0) return may_stay();
    dropped += size;
  }
  return false;
}

// ---- the connection ----

bool ClientConversation::may_stay() const noexcept {
  return keep_alive_ && sent_all_ && body_.is_done() && begin_ == end_ && stream_.is_open();
}

void ClientConversation::rest() noexcept {
  buffer_.reset();
  begin_ = end_ = 0;
}

// What a server sends unasked is its farewell, as a rule: with a byte to read it is of no use.
bool ClientConversation::is_alive() noexcept {
  if (!stream_.is_open()) return false;
  if (Socket* socket = stream_.lowest_socket()) {
    char byte = 0;
    const ssize_t count = ::recv(socket->native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return count < 0 && (errno == EAGAIN || errno == EINTR);
  }
  return true;
}

UpgradedStream ClientConversation::take_stream() {
  if (!tunnel_) throw Misuse("this answer has not changed the protocol");
  tunnel_ = false;
  UpgradedStream result{std::move(stream_), std::string(unread())};
  rest();
  return result;
}

// ---- errors ----

void ClientConversation::give_up(const char* awaited, TimeSpan patience) const {
  if (limit_.passed()) throw ClientTrouble(ClientFailure::timeout, "the time for it was up");
  throw ClientTrouble(ClientFailure::timeout,
                      fmt::format("{} within {}", awaited, format_duration(patience)));
}

void ClientConversation::lose(const std::system_error& error, const std::string& what) {
  throw ClientTrouble(ClientFailure::lost, error.code(),
                      fmt::format("{}: {}", what, describe(error.code())));
}

}  // namespace gnet::http::detail
