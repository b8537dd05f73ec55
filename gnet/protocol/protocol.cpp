#include "gnet/protocol/protocol.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "gnet/base/error.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/io/buffer_lease.h"
#include "gnet/io/socket_wait.h"
#include "gnet/io/tls_session.h"
#include "gnet/protocol/connection_factory.h"

namespace gnet {

namespace {

// How long to wait for room in the rare case that receiving needs some.
constexpr Duration kRoomInterval = std::chrono::milliseconds(1);

// Neither side can reach the other any more.
bool has_hung_up(int fd) noexcept {
  pollfd seen{fd, 0, 0};
  return ::poll(&seen, 1, 0) == 1 && (seen.revents & POLLHUP) != 0;
}

}  // namespace

Protocol::~Protocol() = default;

void Protocol::data_received(std::string_view data) {
  static_cast<void>(data);
}
void Protocol::message_truncated() {
  if (truncated() > 1) return;
  log().warn("a message of more than {} bytes is lost, and so are others from now on",
             recv_buf_size);
}
void Protocol::pre_connection_lost(const CloseReason& reason) {
  static_cast<void>(reason);
}
void Protocol::connection_lost(const CloseReason& reason) {
  static_cast<void>(reason);
}

// ---- the connection's life ----

// Calls a callback; what it throws is logged.
template <typename F>
[[gnu::always_inline]] inline void Protocol::call(const char* callback, F&& function) {
  try {
    function();
  } catch (...) {
    callback_failed(callback);
  }
}

// What code of the program has thrown.
enum class Protocol::Thrown : std::uint8_t {
  interrupt,
  own_end,         // of this connection, which is decided already
  end_of_another,  // no reason for this one to end
  error,
};

// Of the exception that is being handled; what is news is logged.
Protocol::Thrown Protocol::judge_exception(const char* by) {
  try {
    throw;
  } catch (const FiberExit&) {
    return Thrown::interrupt;
  } catch (const Cancelled&) {
    return Thrown::interrupt;
  } catch (const ConnectionLost& lost) {
    if (lost.session() == session_id()) return Thrown::own_end;
    if (lost.session() == 0) {
      log().error("{}: {}", by, lost.what());
      return Thrown::error;
    }
    log().warn("{}: another connection, {}: {}", by, lost.session(), lost.what());
    return Thrown::end_of_another;
  } catch (...) {
    const auto error = std::current_exception();
    log().error("{} threw {}: {}", by, type_name(error), describe(error));
    return Thrown::error;
  }
}

// Lets pass what ends the connection.
void Protocol::callback_failed(const char* callback) {
  if (judge_exception(callback) != Thrown::end_of_another) throw;
}

void Protocol::serve() {
  last_read_ = last_active_ = hub_.now();
  state_ = ConnectionState::open;
  tell_started();
  std::exception_ptr interrupt;
  CloseReason reason;
  try {
    {
      const BufferLease buffer(hub_, kGathered);
      gather(buffer.data(), [this] {
        call("connection_made", [this] {
          connection_made();
          if (factory() != nullptr) factory()->protocol_made(*this);
        });
      });
    }
    reason = tls_ ? receive_loop<true>() : receive_loop<false>();
  } catch (const FiberExit&) {
    interrupt = std::current_exception();
  } catch (const Cancelled&) {
    interrupt = std::current_exception();
  } catch (...) {
    reason = {CloseKind::handler_error, std::current_exception()};
  }
  if (interrupt) {
    // abort() interrupts the callback; any other interrupt goes on when the
    // connection has ended.
    if (reason_ && drop_output_) interrupt = nullptr;
    reason = {CloseKind::service_stop, nullptr};
    drop_output_ = true;
  }
  if (!reason_) reason_ = std::move(reason);
  finish();
  if (interrupt) std::rethrow_exception(interrupt);
}

template <bool secured>
[[gnu::always_inline]] inline std::optional<std::size_t> Protocol::receive(char* buffer,
                                                                           std::size_t size) {
  if constexpr (secured) {
    return receive_secured(buffer, size);
  } else {
    return socket_.try_receive(buffer, size);
  }
}

std::optional<std::size_t> Protocol::receive_secured(char* buffer, std::size_t size) {
  TLSNeed need = TLSNeed::nothing;
  const auto count = tls_->try_receive(buffer, size, need);
  // Keys are renewed, which the peer must be told. The flusher may be waiting for room already.
  if (need == TLSNeed::room) sleep(kRoomInterval);
  return count;
}

// A byte more is asked for than a callback gets, which then is the first of the next one. In
// return a message as long as the buffer has emptied the socket, and nobody need ask.
template <bool secured>
CloseReason Protocol::receive_loop() {
  constexpr std::size_t kSpare = secured ? 0 : 1;
  while (!reason_) {
    if (!wait_for_data<secured>()) continue;
    // Received bytes in front, what the callback sends behind.
    const std::size_t size = recv_buf_size;
    const BufferLease buffer(hub_, size + kGathered);
    std::optional<std::size_t> count;
    try {
      if (!secured && has_spare_) [[unlikely]] {
        count = receive_behind_spare(buffer.data(), size);
      } else {
        count = receive<secured>(buffer.data(), size + kSpare);
      }
    } catch (const std::system_error& error) {
      if (secured || error.code() != std::errc::message_size) {
        return {CloseKind::io_error, std::current_exception()};
      }
      count = size + 2;  // a message that is longer, and is lost
    }
    if (!count) continue;
    if (*count == 0) {
      state_ = ConnectionState::half_closed;
      bool keep_open = false;
      gather(buffer.data(), [&] { call("eof_received", [&] { keep_open = eof_received(); }); });
      if (!keep_open) return {CloseKind::eof, nullptr};
      stay_half_closed();
      break;
    }
    if (!secured && *count > size) [[unlikely]] {
      if (socket_.keeps_messages() && *count > 1) {
        drop_message();
        continue;
      }
      count = put_spare_by(buffer.data(), *count);
    }
    const std::string_view data(buffer.data(), *count);
    received_ += data.size();
    note_activity(true);
    gather<secured>(buffer.data() + data.size(),
                    [this, data] { call("data_received", [&] { data_received(data); }); });
  }
  return *reason_;
}

std::size_t Protocol::receive_behind_spare(char* buffer, std::size_t size) {
  *buffer = spare_;
  has_spare_ = false;
  return 1 + socket_.try_receive(buffer + 1, size).value_or(0);
}

std::size_t Protocol::put_spare_by(const char* buffer, std::size_t count) noexcept {
  if (count == 1) return count;  // a callback gets that at least
  spare_ = buffer[count - 1];
  has_spare_ = true;
  return count - 1;
}

void Protocol::drop_message() {
  ++truncated_;
  call("message_truncated", [this] { message_truncated(); });
}

// Nothing comes any more, but the peer may go, or be reset; the limits hold as before.
void Protocol::stay_half_closed() {
  while (!reason_) {
    if (watches_activity() != watched_) change_watching();
    socket_.exhausted();  // there is the end, always: only what happens from now on wakes
    if (has_hung_up(socket_.native_handle())) return peer_has_gone();
    wait_for_peer();
  }
}

void Protocol::peer_has_gone() {
  const std::error_code error = socket_.take_reset();
  if (!error) return decide({CloseKind::eof, nullptr});
  fail({CloseKind::io_error, std::make_exception_ptr(SystemError(error, "receive"))});
}

// False: something else has changed.
template <bool secured>
[[gnu::always_inline]] inline bool Protocol::wait_for_data() {
  if (secured || watched_ || watches_activity()) return wait_in_time();
  if (socket_.may_read()) {
    socket_.took_turn();
    return true;
  }
  // Inline in one place only: the compiler would give up on what that calls.
  const bool there = socket_.wait_inline<Socket::kReading>(Deadline::never(), &nudged_);
  if (!there) nothing_came();
  return there;
}

bool Protocol::wait_in_time() {
  if (watches_activity() != watched_) change_watching();
  if (socket_.may_read()) {
    socket_.took_turn();
    return true;
  }
  return wait_for_peer();
}

// Only this counts as the peer's silence, not what callbacks did since the last time.
bool Protocol::wait_for_peer() {
  const TimePoint now = hub_.now();
  for (TimePoint* since : {&last_read_, &last_active_}) {
    *since += now - std::min(now, std::max(*since, busy_since_));
  }
  const bool there = socket_.wait_readable(data_deadline(), nudged_);
  busy_since_ = hub_.now();
  if (!there) nothing_came();
  return there;
}

// A limit that a callback has just set counts from now.
void Protocol::change_watching() noexcept {
  watched_ = !watched_;
  if (!watched_) return;
  last_read_ = busy_since_ = hub_.now();
  if (!draining_) last_active_ = last_read_;  // drain() has set it
}

void Protocol::nothing_came() {
  if (nudged_) {
    nudged_ = false;
  } else {
    data_deadline_passed();
  }
}

Deadline Protocol::data_deadline() const noexcept {
  Deadline deadline;
  if (read_deadline > Duration::zero() && state_ == ConnectionState::open) {
    deadline = Deadline(Deadline::after(last_read_, read_deadline));
  }
  if (idle_timeout > Duration::zero()) {
    deadline = deadline.earlier(Deadline(Deadline::after(last_active_, idle_timeout)));
  }
  if (draining_ && output_.empty()) {
    deadline = deadline.earlier(Deadline(Deadline::after(last_active_, drain_quiet_)));
  }
  return deadline;
}

void Protocol::data_deadline_passed() {
  const TimePoint now = Clock::now();
  if (read_deadline > Duration::zero() && state_ == ConnectionState::open &&
      now >= Deadline::after(last_read_, read_deadline)) {
    reason_ = {CloseKind::read_deadline, nullptr, read_deadline};
  } else if (idle_timeout > Duration::zero() &&
             now >= Deadline::after(last_active_, idle_timeout)) {
    reason_ = {CloseKind::idle_timeout, nullptr, idle_timeout};
    drop_output_ = !output_.empty();  // the peer has not taken a byte of it
  } else if (draining_ && output_.empty() && now >= Deadline::after(last_active_, drain_quiet_)) {
    reason_ = {CloseKind::service_stop, nullptr};
  }
}

void Protocol::note_time(bool read) noexcept {
  last_active_ = hub_.now();
  if (read && !message_pending_) last_read_ = last_active_;
}

void Protocol::message_pending(bool pending) noexcept {
  // What follows a whole message is a new one, with a time of its own.
  if (message_pending_ && !pending) last_read_ = detail::Scheduler::current().now();
  message_pending_ = pending;
}

void Protocol::end(CloseReason reason, bool drop_output) {
  if (state_ == ConnectionState::closed) return;
  if (!reason_ || drop_output) decide(std::move(reason));
  refuse_data(drop_output);
  if (fiber_ == nullptr) return;
  if (fiber_ == hub_.running_if_any()) return;
  if (drop_output) {
    hub_.kill(*fiber_, nullptr);
  } else {
    nudge();
  }
}

void Protocol::drain(Duration quiet) {
  drain_quiet_ = quiet;
  last_active_ = hub_.now();
  Connection::drain(quiet);
}

void Protocol::cut() {
  end({CloseKind::service_stop, nullptr}, true);
}

void Protocol::close_protocol() {
  if (!reason_) end({CloseKind::local_close, nullptr}, false);
}

void Protocol::abort() {
  end({CloseKind::local_abort, nullptr}, true);
}

void Protocol::send_lose(std::string_view data) {
  send_data(data);
  close_protocol();
}

void Protocol::finish() noexcept {
  const auto guarded = [&](const char* callback, auto&& function) {
    try {
      call(callback, function);
    } catch (...) {
      // It was logged, and the connection ends anyway.
    }
  };
  const bool peer_ended = state_ == ConnectionState::half_closed;
  CloseReason told = *reason_;
  say_last_words([&] {
    guarded("pre_connection_lost", [&] {
      const BufferLease buffer(hub_, kGathered);
      gather(buffer.data(), [&] { pre_connection_lost(told); });
    });
  });
  state_ = ConnectionState::closing;
  if (!told.error) told.error = reason_->error;
  reason_ = told;
  kill_inner_fibers();
  const bool dropped = drop_output_;
  try {
    send_the_rest();
    if (!drop_output_ && !peer_ended) linger_and_notice();
  } catch (...) {
    // Interrupted, or the peer is gone: what was not sent is lost, and the reason says so.
    drop_output_ = true;
  }
  if (!dropped && drop_output_) reason_->unsent = queued_bytes();
  drop_the_rest();
  tell_closing();
  if (drop_output_ && reason_->kind != CloseKind::io_error) {
    socket_.abort();
  } else {
    socket_.close();
  }
  state_ = ConnectionState::closed;
  const CloseReason reason = *reason_;
  guarded("connection_lost", [&] { connection_lost(reason); });
  tell_ended(reason);
}

// A peer that was only pausing, and goes on sending to a server that stops, is told from one that
// was done. (With TLS its farewell would look the same.)
void Protocol::linger_and_notice() {
  const bool stops = reason_->kind == CloseKind::service_stop && tls_ == nullptr;
  const std::size_t count = linger(stops ? drain_quiet_ / 2 : Duration::zero());
  if (stops) reason_->unread = count;
}

// ---- inner fibers ----

bool Protocol::is_served_by(const detail::FiberControl& fiber) const noexcept {
  return Connection::is_served_by(fiber) ||
         std::ranges::any_of(inner_, [&](const AnyFiber& one) { return one.id() == fiber.id; });
}

void Protocol::adopt_inner(AnyFiber fiber) {
  if (state_ >= ConnectionState::closing) throw ConnectionLost("the connection has ended");
  std::erase_if(inner_, [](const AnyFiber& one) { return one.dead(); });
  fiber.start();
  inner_.push_back(std::move(fiber));
}

void Protocol::inner_fiber_failed() {
  const Thrown thrown = judge_exception("an inner fiber");
  if (thrown == Thrown::interrupt) throw;
  if (thrown == Thrown::error) end({CloseKind::handler_error, std::current_exception()}, false);
}

void Protocol::kill_inner_fibers() {
  const Uninterruptible wait_out;
  auto fibers = std::exchange(inner_, {});
  for (AnyFiber& fiber : fibers) fiber.kill_async();
  for (AnyFiber& fiber : fibers) fiber.join();
}

}  // namespace gnet
