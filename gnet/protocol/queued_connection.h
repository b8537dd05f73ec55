// A connection that sends through a queue: who sends does not wait for the peer.
//
//   connection.send_data("hello\n");             // waits only while too much is queued
//   if (!connection.try_send(line)) ++skipped;   // never waits
//
// What a fiber sends leaves together, when the fiber suspends or ends, or its callback returns;
// pieces of 4 KiB and more leave at once. What the peer does not take is queued, and leaves as
// soon as the peer does: a fiber of the connection's own sees to that.
//
// The base of Protocol, and of any other Connection that has a queue.
//
// Threads: as Connection. Its functions may be called by any fiber of its hub.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "gnet/fiber/fiber.h"
#include "gnet/protocol/connection.h"
#include "gnet/protocol/output_queue.h"
#include "gnet/sync/wait_queue.h"

namespace gnet {

namespace detail {
struct UnsentHook : ListHook {};
}  // namespace detail

class QueuedConnection : public Connection, detail::UnsentHook {
 public:
  ~QueuedConnection() override;

  // ---- settings; to be set before the connection is made, or by its own fiber ----

  TimeSpan write_timeout = std::chrono::seconds(60);  // without the peer taking a byte; 0: none
  std::size_t low_water = 64 * 1024;    // queued bytes below which senders go on that waited
  std::size_t high_water = 256 * 1024;  // above so many
  TimeSpan idle_timeout{};              // silence both ways that ends the connection; 0: none

  // ---- sending ----

  // Sends `data`; what does not leave at once is queued. Suspends before that while more than
  // high_water bytes are queued, and now and then to let others have their turn: an interrupt that
  // comes meanwhile leaves nothing of `data`. However many fibers send, what is queued is at most
  // high_water and one piece. Throws ConnectionLost once the connection is closing.
  void send_data(std::string_view data) {
    if (data.size() - 1 >= gathered_.room) return send_otherwise(data);  // or empty
    if (!gathered_.take_in_place(data)) gathered_.copy(data);
  }

  // Sends `data`, or leaves it: false when the connection is closing, and when high_water would be
  // passed, which what is larger than high_water always does. Never suspends, and so is safe for
  // whoever speaks to many, see gnet/protocol/broadcast.h.
  [[nodiscard]] bool try_send(std::string_view data) noexcept;

  // ---- facts ----

  // Whether send_data() takes something.
  [[nodiscard]] bool accepts_data() const noexcept {
    return connected() && !drop_output_ && (!reason_ || saying_last_words_);
  }

  [[nodiscard]] std::size_t queued_bytes() const noexcept {
    return output_.size() + (gathered_.base == nullptr ? 0 : gathered_.all().size());
  }
  [[nodiscard]] Socket& socket() noexcept { return socket_; }

  // What was agreed on; null without TLS.
  [[nodiscard]] const TLSSession* tls() const noexcept { return tls_.get(); }

 protected:
  QueuedConnection() = default;

  void offer(std::string_view data) final;

  // ---- for who serves the connection ----

  // What a callback sends up to this size is copied, and leaves together at its end.
  static constexpr std::size_t kGathered = 4 * 1024;

  // Calls `callback` and gathers what it sends: in `buffer`, which is of the hub's and has room for
  // kGathered bytes. What lies right before it, as what was received does, is sent from there.
  template <bool secured, typename F>
  void gather(char* buffer, F&& callback);
  template <typename F>
  void gather(char* buffer, F&& callback) {  // of which there is one a connection
    tls_ ? gather<true>(buffer, callback) : gather<false>(buffer, callback);
  }

  // Until `callback` returns, also a connection that is closing takes data.
  template <typename F>
  void say_last_words(F&& callback) {
    saying_last_words_ = true;
    callback();
    saying_last_words_ = false;
  }

  // Nothing more is taken; what is queued is still sent, or not.
  void refuse_data(bool drop) noexcept;

  // Ends the connection; what is queued is dropped.
  void fail(CloseReason reason) noexcept;

  // Sends all that is queued, and what TLS has to say in the end. Suspends.
  void send_the_rest();

  // Ends all that was meant to be sent, and those who wait for room. Suspends.
  void drop_the_rest();

  void note_activity(bool read) noexcept {
    if (watched_) [[unlikely]]
      note_time(read);
  }
  // Something has come, or gone. By default last_active_ is now.
  virtual void note_time(bool read) noexcept;

  // A limit on activity was set, or is gone: see watched_.
  virtual void change_watching() noexcept;
  [[nodiscard]] virtual bool watches_activity() const noexcept {
    return idle_timeout.count() != 0 || draining_;
  }

  // What a callback has sent so far: [begin, end). It lies in the buffer leased for the
  // callback, behind what was received, and leaves when the callback returns, or suspends.
  struct Gathered : detail::ParkHook {
    explicit Gathered(QueuedConnection& owner) noexcept;

    // What was received and is sent as it is lies in its place already.
    bool take_in_place(std::string_view data) noexcept {
      if (data.data() + data.size() != end || begin != end) return false;
      begin = const_cast<char*>(data.data());
      return true;
    }
    void copy(std::string_view data) noexcept;
    [[nodiscard]] std::string_view all() const noexcept {
      return {begin, static_cast<std::size_t>(end - begin)};
    }
    [[nodiscard]] std::string_view take() noexcept {
      const std::string_view taken = all();
      begin = end = base;
      return taken;
    }

    QueuedConnection& connection;
    char* base = nullptr;  // where it begins when empty; null: not in a callback
    char* begin = nullptr;
    char* end = nullptr;
    std::size_t room = 0;  // behind `end`, for what goes in without any question
  };

  // What each message touches lies together.
  Gathered gathered_{*this};
  detail::OutputQueue output_{hub_.chunks()};
  bool drop_output_ = false;  // what is queued is not worth sending any more
  bool watched_ = false;      // times are taken of what comes and goes
  TimePoint last_active_{};

 private:
  struct Unsent;
  friend class IntrusiveList<QueuedConnection, detail::UnsentHook>;

  void begin_gathering() noexcept;
  void send_otherwise(std::string_view data);
  void queue_data(std::string_view data);  // as send_data(), without suspending
  void send_together(std::string_view first, std::string_view second);
  void send_gathered(std::string_view data) noexcept {
    if (drop_output_) return;
    ssize_t sent = 0;
    if (output_.empty()) {
      sent = detail::send_bytes(socket_.native_handle(), data.data(), data.size());
    }
    if (sent != static_cast<ssize_t>(data.size())) [[unlikely]]
      return sent_in_part(data, sent);
    sent_ += data.size();
    note_activity(false);
  }
  void send_secured(std::string_view data) noexcept;
  void sent_in_part(std::string_view data, ssize_t count) noexcept;
  void send_when_it_suspends(detail::FiberControl& sender) noexcept;
  void send_unsent() noexcept;
  void send_queue();
  void start_flusher();
  void flush_in_background();
  void say_farewell();
  [[nodiscard]] Deadline write_limit() const { return Deadline::within(write_timeout); }
  void wait_for_room();

  Fiber<> flusher_;
  WaitQueue room_;  // senders above the high-water mark
  bool saying_last_words_ = false;
  bool flusher_active_ = false;
};

// From now on what the connection's fiber sends is gathered, until there is no room, the
// fiber suspends, or sending has to be thought about.
inline void QueuedConnection::begin_gathering() noexcept {
  if (output_.size() > high_water) return;
  gathered_.room = kGathered;
  gathered_.next = fiber_->park_hook;
  fiber_->park_hook = &gathered_;
}

template <bool secured, typename F>
[[gnu::always_inline]] inline void QueuedConnection::gather(char* buffer, F&& callback) {
  // What the callback sent leaves also when it throws.
  struct Scope {
    Scope(QueuedConnection& owner, char* base) noexcept : connection(owner) {
      Gathered& gathered = connection.gathered_;
      gathered.base = gathered.begin = gathered.end = base;
      connection.begin_gathering();
    }
    ~Scope() {
      Gathered& gathered = connection.gathered_;
      if (connection.fiber_->park_hook == &gathered) connection.fiber_->park_hook = gathered.next;
      gathered.room = 0;
      gathered.base = nullptr;
      const std::string_view data = gathered.all();
      if (data.empty()) return;
      if constexpr (secured) {
        connection.send_secured(data);
      } else {
        connection.send_gathered(data);
      }
    }
    QueuedConnection& connection;
  } const scope(*this, buffer);
  callback();
}

}  // namespace gnet
