#include "gnet/protocol/protocol.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "gnet/base/error.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/io/address.h"
#include "gnet/io/buffer_lease.h"
#include "gnet/io/socket_wait.h"
#include "gnet/io/start_of_wait.h"
#include "gnet/io/tls_session.h"
#include "gnet/protocol/connection_factory.h"

namespace gnet {

using detail::WaitKind;

namespace {

constexpr WaitKind kHalfClosed{"the end of a half-closed connection"};
constexpr WaitKind kRoom{"room below the high-water mark of a connection"};

// What a callback sends up to this size is copied, and leaves together at its end.
// With the default recv_buf_size both fit one buffer of the hub.
constexpr std::size_t kGathered = 4 * 1024;

constexpr std::size_t kMaxParts = 16;

// How long to wait for room in the rare case that receiving needs some.
constexpr Duration kRoomInterval = std::chrono::milliseconds(1);

}  // namespace

Protocol::~Protocol() = default;

void Protocol::data_received(std::string_view data) {
  static_cast<void>(data);
}
void Protocol::pre_connection_lost(const CloseReason& reason) {
  static_cast<void>(reason);
}
void Protocol::connection_lost(const CloseReason& reason) {
  static_cast<void>(reason);
}

// ---- the connection's life ----

inline void Protocol::send_gathered(std::string_view data) noexcept {
  if (drop_output_) return;
  ssize_t sent = 0;
  if (output_.empty()) sent = detail::send_bytes(socket_.native_handle(), data.data(), data.size());
  if (sent != static_cast<ssize_t>(data.size())) [[unlikely]]
    return sent_in_part(data, sent);
  sent_ += data.size();
  note_activity(false);
}

template <typename F>
void Protocol::in_callback(char* gather, F&& callback) {  // of which there is one a connection
  tls_ ? in_callback<true>(gather, callback) : in_callback<false>(gather, callback);
}

template <bool secured, typename F>
[[gnu::always_inline]] inline void Protocol::in_callback(char* gather, F&& callback) {
  // What the callback sent leaves also when it throws.
  struct Gather {
    Gather(Protocol& owner, char* base) noexcept : protocol(owner) {
      Gathered& gathered = protocol.gathered_;
      gathered.base = gathered.begin = gathered.end = base;
      protocol.begin_gathering();
    }
    ~Gather() {
      Gathered& gathered = protocol.gathered_;
      protocol.fiber_->park_hook = nullptr;
      gathered.room = 0;
      gathered.base = nullptr;
      const std::string_view data = gathered.all();
      gathered.begin = gathered.end;
      if (data.empty()) return;
      if constexpr (secured) {
        protocol.send_secured(data);
      } else {
        protocol.send_gathered(data);
      }
    }
    Protocol& protocol;
  } const scope(*this, gather);
  callback();
}

// From now on what the connection's fiber sends is gathered, until there is no room, the
// fiber suspends, or sending has to be thought about.
inline void Protocol::begin_gathering() noexcept {
  if (output_.size() > high_water) return;
  gathered_.room = kGathered;
  fiber_->park_hook = &gathered_;
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
      in_callback(buffer.data(), [this] {
        connection_made();
        if (factory() != nullptr) factory()->protocol_made(*this);
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

template <bool secured>
CloseReason Protocol::receive_loop() {
  while (!reason_) {
    if (!wait_for_data<secured>()) continue;
    // Received bytes in front, what the callback sends behind.
    const std::size_t size = recv_buf_size;
    const BufferLease buffer(hub_, size + kGathered);
    std::optional<std::size_t> count;
    try {
      count = receive<secured>(buffer.data(), size);
    } catch (const std::system_error&) {
      return {CloseKind::io_error, std::current_exception()};
    }
    if (!count) continue;
    if (*count == 0) {
      state_ = ConnectionState::half_closed;
      bool keep_open = false;
      in_callback(buffer.data(), [&] { keep_open = eof_received(); });
      if (!keep_open) return {CloseKind::eof, nullptr};
      stay_half_closed();
      break;
    }
    received_ += *count;
    note_activity(true);
    in_callback<secured>(buffer.data() + *count, [&] { data_received({buffer.data(), *count}); });
  }
  return *reason_;
}

void Protocol::stay_half_closed() {
  while (!reason_) hub_.park(kHalfClosed, this);
}

// False: something else has changed.
template <bool secured>
[[gnu::always_inline]] inline bool Protocol::wait_for_data() {
  if (watches_activity() != watched_) [[unlikely]]
    change_watching();
  if (socket_.may_read()) {
    socket_.took_turn();
    return true;
  }
  // Inline in one place only: the compiler would give up on what that calls.
  const bool there = watched_ || secured
                         ? socket_.wait_readable(data_deadline(), nudged_)
                         : socket_.wait_inline<Socket::kReading>(Deadline::never(), &nudged_);
  if (!there) nothing_came();
  return there;
}

// A limit that a callback has just set counts from now.
void Protocol::change_watching() noexcept {
  watched_ = !watched_;
  if (!watched_) return;
  last_read_ = hub_.now();
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
  if (read_deadline > Duration::zero()) {
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

Deadline Protocol::write_limit() const {
  return Deadline::within(write_timeout);
}

void Protocol::data_deadline_passed() {
  const TimePoint now = Clock::now();
  if (read_deadline > Duration::zero() && now >= Deadline::after(last_read_, read_deadline)) {
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
  if (!reason_ || drop_output) reason_ = std::move(reason);
  drop_output_ = drop_output_ || drop_output;
  gathered_.room = 0;
  room_.notify_all();
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

void Protocol::offer(std::string_view data) {
  if (!accepts_data()) return;
  if (queued_bytes() + data.size() > high_water) return abort();
  queue_data(data);
}

void Protocol::close_protocol() {
  if (!reason_) end({CloseKind::local_close, nullptr}, false);
}

void Protocol::abort() {
  end({CloseKind::local_abort, nullptr}, true);
}

void Protocol::fail(CloseReason reason) noexcept {
  // A failure while the rest is being sent says more than the wish to close.
  if (!reason_ || state_ == ConnectionState::closing) reason_ = std::move(reason);
  drop_output_ = true;
  gathered_.room = 0;
  room_.notify_all();
  nudge();
}

void Protocol::finish() noexcept {
  const auto guarded = [&](const char* what, auto&& step) {
    try {
      step();
    } catch (...) {
      hub_.report_error(what, std::current_exception());
    }
  };
  saying_last_words_ = true;
  guarded("pre_connection_lost", [this] {
    const CloseReason reason = *reason_;
    const BufferLease buffer(hub_, kGathered);
    in_callback(buffer.data(), [&] { pre_connection_lost(reason); });
  });
  saying_last_words_ = false;
  const bool peer_ended = state_ == ConnectionState::half_closed;
  state_ = ConnectionState::closing;
  kill_inner_fibers();
  try {
    if (!drop_output_) send_last_words();
    if (!drop_output_ && tls_) say_farewell();
    if (!drop_output_ && !peer_ended) linger();
  } catch (...) {
    // Interrupted, or the peer is gone: what was not sent is lost, and the reason
    // says so.
    drop_output_ = true;
  }
  if (flusher_) {
    const Uninterruptible wait_out;
    flusher_.kill();
  }
  output_.clear();
  tell_closing();
  if (drop_output_ && reason_->kind != CloseKind::io_error) {
    socket_.abort();
  } else {
    socket_.close();
  }
  state_ = ConnectionState::closed;
  let_senders_go();
  const CloseReason reason = *reason_;
  guarded("connection_lost", [&] { connection_lost(reason); });
  tell_ended(reason);
}

void Protocol::send_last_words() {
  if (output_.empty()) return;
  start_flusher();
  flusher_.join();
}

// Without it the peer could not tell this end from one that somebody else has made.
void Protocol::say_farewell() {
  while (tls_->try_farewell() == TLSNeed::room) {
    if (socket_.wait_writable(write_limit())) continue;
    return fail({CloseKind::write_timeout, nullptr, write_timeout});
  }
}

// ---- sending ----

Protocol::Gathered::Gathered(Protocol& owner) noexcept
    : ParkHook{[](ParkHook& hook) noexcept {
        auto& gathered = static_cast<Gathered&>(hook);
        gathered.room = 0;
        const std::string_view data = gathered.take();
        if (data.empty()) return;
        Protocol& protocol = gathered.protocol;
        protocol.tls_ ? protocol.send_secured(data) : protocol.send_gathered(data);
      }},
      protocol(owner) {}

void Protocol::Gathered::copy(std::string_view data) noexcept {
  std::memcpy(end, data.data(), data.size());
  end += data.size();
  room -= data.size();
}

void Protocol::send_otherwise(std::string_view data) {
  queue_data(data);
  if (output_.size() > high_water) {
    wait_for_room();
  } else if (hub_.running_if_any() != nullptr) {
    socket_.took_turn();  // a peer that takes everything at once must not keep the hub
  }
}

void Protocol::queue_data(std::string_view data) {
  if (!accepts_data()) {
    throw ConnectionLost("the connection is " +
                         std::string(reason_ ? to_string(reason_->kind) : to_string(state_)));
  }
  if (data.empty()) return;
  std::string_view before;
  if (gathered_.base != nullptr && hub_.running_if_any() == fiber_) {
    // Again in the callback, after it was suspended?
    if (fiber_->park_hook == nullptr) begin_gathering();
    if (gathered_.room > 0) {
      if (gathered_.take_in_place(data)) return;
      if (data.size() <= gathered_.room) return gathered_.copy(data);
    }
    before = gathered_.take();
    begin_gathering();
  }
  send_together(before, data);
}

void Protocol::send_lose(std::string_view data) {
  send_data(data);
  close_protocol();
}

// Tries the socket at once, with as few calls as possible; queues the rest.
void Protocol::send_together(std::string_view first, std::string_view second) {
  if (tls_) {
    if (!first.empty()) send_secured(first);
    return send_secured(second);
  }
  try {
    if (output_.empty()) {
      std::size_t sent;
      if (first.empty()) {
        sent = socket_.try_send(second);
      } else {
        const std::array<iovec, 2> parts{iovec{const_cast<char*>(first.data()), first.size()},
                                         iovec{const_cast<char*>(second.data()), second.size()}};
        sent = socket_.try_send(parts.data(), parts.size());
      }
      sent_ += sent;
      const std::size_t of_first = std::min(sent, first.size());
      first.remove_prefix(of_first);
      second.remove_prefix(sent - of_first);
    }
    note_activity(false);
    output_.append(first);
    output_.append(second);
    if (!output_.empty()) start_flusher();
  } catch (const std::system_error&) {
    fail({CloseKind::io_error, std::current_exception()});
  }
}

void Protocol::send_secured(std::string_view data) noexcept {
  if (drop_output_) return;
  try {
    while (output_.empty() && !data.empty()) {
      TLSNeed need = TLSNeed::nothing;
      const std::size_t count = tls_->try_send(data, need);
      if (count == 0) break;
      sent_ += count;
      data.remove_prefix(count);
    }
    note_activity(false);
    if (data.empty()) return;
    output_.append(data);
    start_flusher();
  } catch (...) {
    fail({CloseKind::io_error, std::current_exception()});
  }
}

void Protocol::sent_in_part(std::string_view data, ssize_t count) noexcept {
  try {
    std::size_t sent = 0;
    if (output_.empty()) sent = socket_.after_send(count, data);
    sent_ += sent;
    note_activity(false);
    if (sent == data.size()) return;
    output_.append(data.substr(sent));
    start_flusher();
  } catch (...) {
    fail({CloseKind::io_error, std::current_exception()});
  }
}

void Protocol::send_queue() {
  std::size_t count;
  if (tls_) {
    TLSNeed need = TLSNeed::nothing;
    count = tls_->try_send(output_.front(), need);
  } else if (output_.single()) {
    count = socket_.try_send(output_.front());
  } else {
    std::array<iovec, kMaxParts> parts;
    count = socket_.try_send(parts.data(), output_.describe(parts.data(), kMaxParts));
  }
  sent_ += count;
  output_.consume(count);
}

void Protocol::start_flusher() {
  if (flusher_active_) return;
  flusher_ = spawn([this] { flush_in_background(); });
  flusher_active_ = true;
}

void Protocol::flush_in_background() {
  struct Active {
    ~Active() {
      protocol.flusher_active_ = false;
      protocol.room_.notify_all();
    }
    Protocol& protocol;
  } const active{*this};
  try {
    while (!output_.empty() && !drop_output_) {
      if (!socket_.wait_writable(write_limit()))
        return fail({CloseKind::write_timeout, nullptr, write_timeout});
      send_queue();
      note_activity(false);
      if (output_.size() <= low_water) room_.notify_all();
    }
    if (draining_) nudge();  // the quiet time begins now
  } catch (const std::system_error&) {
    fail({CloseKind::io_error, std::current_exception()});
  }
}

void Protocol::let_senders_go() {
  // The Protocol may be destroyed as soon as this fiber goes on: those that wait for
  // room leave first.
  const Uninterruptible wait_out;
  room_.notify_all();
  while (waiting_senders_ > 0) detail::Scheduler::current().yield();
}

void Protocol::wait_for_room() {
  struct Waiting {
    explicit Waiting(std::size_t& count) noexcept : count(++count) {}
    ~Waiting() { --count; }
    std::size_t& count;
  } const waiting(waiting_senders_);
  if (watches_activity() != watched_) change_watching();
  while (output_.size() > low_water && !drop_output_ && flusher_active_) {
    const Deadline idle = idle_timeout > Duration::zero()
                              ? Deadline(Deadline::after(last_active_, idle_timeout))
                              : Deadline::never();
    if (room_.wait(kRoom, this, idle)) continue;
    if (Clock::now() >= Deadline::after(last_active_, idle_timeout)) {
      fail({CloseKind::idle_timeout, nullptr, idle_timeout});
    }
  }
  if (drop_output_) throw ConnectionLost("the connection is " + reason_->text());
}

// ---- inner fibers ----

void Protocol::adopt_inner(AnyFiber fiber) {
  if (state_ >= ConnectionState::closing) throw ConnectionLost("the connection has ended");
  std::erase_if(inner_, [](const AnyFiber& one) { return one.dead(); });
  fiber.start();
  inner_.push_back(std::move(fiber));
}

void Protocol::kill_inner_fibers() {
  const Uninterruptible wait_out;
  auto fibers = std::exchange(inner_, {});
  for (AnyFiber& fiber : fibers) fiber.kill_async();
  for (AnyFiber& fiber : fibers) fiber.join();
}

}  // namespace gnet
