#include "gnet/protocol/queued_connection.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "gnet/base/error.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/io/tls_session.h"

namespace gnet {

using detail::WaitKind;

namespace {

constexpr WaitKind kRoom{"room below the high-water mark of a connection"};

constexpr std::size_t kMaxParts = 16;

}  // namespace

// The connections to which the running fiber has sent something that is still here.
struct QueuedConnection::Unsent : detail::ParkHook {
  static Unsent& here() noexcept {
    // Never destroyed: fibers still send when their thread, and what is local to it, ends.
    union Kept {
      Kept() noexcept : unsent() {}
      ~Kept() {}
      Unsent unsent;
    };
    thread_local Kept kept;
    return kept.unsent;
  }

  Unsent() noexcept
      : ParkHook{[](ParkHook& hook) noexcept {
          auto& connections = static_cast<Unsent&>(hook).connections;
          while (QueuedConnection* next = connections.pop_front()) next->send_unsent();
        }} {}

  IntrusiveList<QueuedConnection, detail::UnsentHook> connections;
};

QueuedConnection::~QueuedConnection() = default;

QueuedConnection::Gathered::Gathered(QueuedConnection& owner) noexcept
    : ParkHook{[](ParkHook& hook) noexcept {
        auto& gathered = static_cast<Gathered&>(hook);
        gathered.room = 0;
        const std::string_view data = gathered.take();
        if (data.empty()) return;
        QueuedConnection& connection = gathered.connection;
        connection.tls_ ? connection.send_secured(data) : connection.send_gathered(data);
      }},
      connection(owner) {}

void QueuedConnection::Gathered::copy(std::string_view data) noexcept {
  std::memcpy(end, data.data(), data.size());
  end += data.size();
  room -= data.size();
}

// ---- what goes in ----

void QueuedConnection::send_otherwise(std::string_view data) {
  // A peer that takes everything at once must not keep the hub. Others may send meanwhile.
  if (accepts_data() && hub_.running_if_any() != nullptr) socket_.took_turn();
  if (output_.size() > high_water) [[unlikely]]
    wait_for_room();
  queue_data(data);
}

bool QueuedConnection::try_send(std::string_view data) noexcept {
  if (!accepts_data()) return false;
  if (data.size() > high_water) return false;
  if (queued_bytes() > high_water - data.size()) {
    if (UnsentHook::is_linked()) send_unsent();
    if (queued_bytes() > high_water - data.size()) return false;
  }
  try {
    queue_data(data);
    return true;
  } catch (...) {
    return false;  // there is no memory for it
  }
}

void QueuedConnection::offer(std::string_view data) {
  if (accepts_data() && !try_send(data)) abort();
}

void QueuedConnection::queue_data(std::string_view data) {
  if (!accepts_data()) {
    throw ConnectionLost(
        "the connection has ended: " + (reason_ ? reason_->text() : std::string(to_string(state_))),
        session_id());
  }
  if (data.empty()) return;
  std::string_view before;
  detail::FiberControl* const sender = hub_.running_if_any();
  if (gathered_.base != nullptr && sender == fiber_) {
    // Again in the callback, after it was suspended?
    if (fiber_->park_hook != &gathered_) begin_gathering();
    if (gathered_.room > 0) {
      if (gathered_.take_in_place(data)) return;
      if (data.size() <= gathered_.room) return gathered_.copy(data);
    }
    before = gathered_.take();
    if (fiber_->park_hook == &gathered_ && output_.size() <= high_water) {
      gathered_.room = kGathered;
    }
  } else if (sender != nullptr && output_.size() + data.size() < kGathered && !flusher_active_) {
    output_.append(data);
    return send_when_it_suspends(*sender);
  }
  send_together(before, data);
}

void QueuedConnection::send_when_it_suspends(detail::FiberControl& sender) noexcept {
  if (UnsentHook::is_linked()) return;
  Unsent& unsent = Unsent::here();
  unsent.connections.push_back(*this);
  detail::ParkHook** last = &sender.park_hook;
  while (*last != nullptr && *last != &unsent) last = &(*last)->next;
  *last = &unsent;
}

void QueuedConnection::refuse_data(bool drop) noexcept {
  drop_output_ = drop_output_ || drop;
  gathered_.room = 0;
  room_.notify_all();
}

void QueuedConnection::fail(CloseReason reason) noexcept {
  decide(std::move(reason));
  refuse_data(true);
  nudge();
}

// ---- what goes out ----

// Tries the socket at once, with as few calls as possible; queues the rest.
void QueuedConnection::send_together(std::string_view first, std::string_view second) {
  send_unsent();
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

void QueuedConnection::send_secured(std::string_view data) noexcept {
  if (drop_output_) return;
  try {
    while (output_.empty() && !data.empty()) {
      TLSNeed need = TLSNeed::nothing;
      // What has no room now is to come again as it was, out of the queue: in one piece.
      const std::size_t count = tls_->try_send(data.substr(0, output_.piece_size()), need);
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

void QueuedConnection::sent_in_part(std::string_view data, ssize_t count) noexcept {
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

void QueuedConnection::send_unsent() noexcept {
  UnsentHook::unlink();
  if (output_.empty() || flusher_active_ || drop_output_) return;
  try {
    send_queue();
    note_activity(false);
    if (!output_.empty()) start_flusher();
  } catch (...) {
    fail({CloseKind::io_error, std::current_exception()});
  }
}

void QueuedConnection::send_queue() {
  std::size_t count;
  if (tls_) {
    TLSNeed need = TLSNeed::nothing;
    count = tls_->try_send(output_.front(), need);
  } else if (output_.single() || socket_.keeps_messages()) {  // many would be too long for one
    count = socket_.try_send(output_.front());
  } else {
    std::array<iovec, kMaxParts> parts;
    count = socket_.try_send(parts.data(), output_.describe(parts.data(), kMaxParts));
  }
  sent_ += count;
  output_.consume(count);
}

void QueuedConnection::start_flusher() {
  if (flusher_active_) return;
  flusher_ = spawn([this] { flush_in_background(); });
  flusher_active_ = true;
}

void QueuedConnection::flush_in_background() {
  struct Active {
    ~Active() {
      connection.flusher_active_ = false;
      connection.room_.notify_all();
    }
    QueuedConnection& connection;
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

// ---- back-pressure ----

void QueuedConnection::wait_for_room() {
  const Stay until_told(*this);
  if (UnsentHook::is_linked()) send_unsent();
  if (watches_activity() != watched_) change_watching();
  // Those who waited together find it full again behind the first of them.
  while (output_.size() > high_water) {
    while (output_.size() > low_water && accepts_data() && flusher_active_) {
      const Deadline idle = idle_timeout > Duration::zero()
                                ? Deadline(Deadline::after(last_active_, idle_timeout))
                                : Deadline::never();
      if (room_.wait(kRoom, this, idle)) continue;
      if (Clock::now() >= Deadline::after(last_active_, idle_timeout)) {
        fail({CloseKind::idle_timeout, nullptr, idle_timeout});
      }
    }
    if (!accepts_data() || !flusher_active_) return;
  }
}

void QueuedConnection::note_time(bool read) noexcept {
  static_cast<void>(read);
  last_active_ = hub_.now();
}

void QueuedConnection::change_watching() noexcept {
  watched_ = !watched_;
  if (watched_ && !draining_) last_active_ = hub_.now();
}

// ---- the end ----

void QueuedConnection::send_the_rest() {
  if (drop_output_) return;
  if (!output_.empty()) {
    start_flusher();
    flusher_.join();
  }
  if (!drop_output_ && tls_) say_farewell();
}

// Without it the peer could not tell this end from one that somebody else has made.
void QueuedConnection::say_farewell() {
  while (tls_->try_farewell() == TLSNeed::room) {
    if (socket_.wait_writable(write_limit())) continue;
    return fail({CloseKind::write_timeout, nullptr, write_timeout});
  }
}

void QueuedConnection::drop_the_rest() {
  if (flusher_) {
    const Uninterruptible wait_out;
    flusher_.kill();
  }
  output_.clear();
  UnsentHook::unlink();
  room_.notify_all();
}

}  // namespace gnet
