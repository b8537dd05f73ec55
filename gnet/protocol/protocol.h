// One connection and what happens on it.
//
// A Protocol is a state machine with callbacks, as in Twisted and asyncio, whose
// callbacks may block: they run in the connection's own fiber, one at a time. A
// factory makes one Protocol for each connection.
//
//   struct Echo : gnet::Protocol {
//     void data_received(std::string_view data) override { send_data(data); }
//   };
//   auto server = gnet::TCPServerFactory::of<Echo>("127.0.0.1:6011");
//
// Guarantees: connection_made() comes before any data; connection_lost() comes
// exactly once, last; an exception out of a callback closes this connection, with
// that exception as the reason, and no other; inner fibers end with the connection.
//
// Threads: a Protocol belongs to its hub. Its functions may be called by any fiber
// of that hub.

#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gnet/fiber/fiber.h"
#include "gnet/protocol/connection.h"
#include "gnet/protocol/output_queue.h"
#include "gnet/sync/wait_queue.h"

namespace gnet {

class Protocol : public Connection {
 public:
  Protocol() = default;
  ~Protocol() override;

  // ---- settings; to be set before the connection is made, or in callbacks ----

  std::size_t recv_buf_size = 64 * 1024;  // the largest single receive, in bytes
  Duration read_deadline{};               // silence of the peer that ends the connection; 0: none
  Duration idle_timeout{};                // silence both ways that does; 0: none
  Duration write_timeout = std::chrono::seconds(60);  // without the peer taking a byte; 0: none
  std::size_t high_water = 256 * 1024;                // queued bytes above which senders wait
  std::size_t low_water = 64 * 1024;                  // and below which they go on

  // ---- callbacks ----

  // The connection is there. May send, block, and start inner fibers.
  virtual void connection_made() {}

  // The peer sent something; `data` is valid until the callback returns. Boundaries
  // mean nothing: TCP has none.
  virtual void data_received(std::string_view data);

  // The peer has ended its side. True keeps the other side open until
  // close_protocol(); otherwise what is queued is sent, and the connection ends.
  virtual bool eof_received() { return false; }

  // The connection is about to end; sending is still possible when the peer is there.
  virtual void pre_connection_lost(const CloseReason& reason);

  // The connection has ended.
  virtual void connection_lost(const CloseReason& reason);

  // ---- sending ----

  // Queues `data` and returns; what the socket takes at once is sent at once, and
  // what one callback sends leaves together. Suspends while more than high_water
  // bytes are queued, and now and then to let others have their turn. Throws
  // ConnectionLost once the connection is closing.
  void send_data(std::string_view data) {
    if (data.size() - 1 >= gathered_.room) return send_otherwise(data);  // or empty
    if (!gathered_.take_in_place(data)) gathered_.copy(data);
  }

  // Queues `data`, and closes when everything is sent.
  void send_lose(std::string_view data);

  // Closes when everything queued is sent; without effect the second time.
  void close_protocol();

  // Closes now: what is queued is dropped, and the peer sees a reset.
  void abort() override;

  // ---- helpers ----

  // Starts a fiber that dies with the connection.
  template <typename F>
  void add_inner_fiber(F&& function, SourceLocation where = SourceLocation::current()) {
    adopt_inner(Fiber<std::invoke_result_t<std::decay_t<F>&>>::create(std::forward<F>(function), {},
                                                                      where));
  }

  // ---- facts ----

  // Whether send_data() takes something.
  [[nodiscard]] bool accepts_data() const noexcept {
    return connected() && (!reason_ || saying_last_words_);
  }

  [[nodiscard]] std::size_t queued_bytes() const noexcept {
    return output_.size() + gathered_.all().size();
  }
  [[nodiscard]] Socket& socket() noexcept { return socket_; }

  // What was agreed on; null without TLS.
  [[nodiscard]] const TLSSession* tls() const noexcept { return tls_.get(); }

 protected:
  // A message has begun and is not whole: until it is, read_deadline is not
  // prolonged by further data. For framers.
  void message_pending(bool pending) noexcept;

 private:
  // ---- as a Connection ----

  // From connection_made() to connection_lost(). Without an agreement on TLS there is no callback
  // at all.
  void serve() final;

  // Ends as soon as nothing has gone either way for `quiet`.
  void drain(Duration quiet) final;
  void cut() final;
  void offer(std::string_view data) final;

  // Asks for the end: gracefully, or at once.
  void end(CloseReason reason, bool drop_output);

  template <bool secured>
  CloseReason receive_loop();
  template <bool secured>
  std::optional<std::size_t> receive(char* buffer, std::size_t size);
  std::optional<std::size_t> receive_secured(char* buffer, std::size_t size);
  template <bool secured>
  bool wait_for_data();
  void change_watching() noexcept;
  void nothing_came();
  void stay_half_closed();
  [[nodiscard]] Deadline data_deadline() const noexcept;
  [[nodiscard]] Deadline write_limit() const;
  void data_deadline_passed();
  [[nodiscard]] bool watches_activity() const noexcept {
    return (read_deadline.count() | idle_timeout.count()) != 0 || draining_;
  }
  void note_activity(bool read) noexcept {
    if (watched_) [[unlikely]]
      note_time(read);
  }
  void note_time(bool read) noexcept;
  void finish() noexcept;
  void send_last_words();
  void say_farewell();

  template <bool secured, typename F>
  void in_callback(char* gather, F&& callback);
  template <typename F>
  void in_callback(char* gather, F&& callback);
  void begin_gathering() noexcept;
  void send_otherwise(std::string_view data);
  void queue_data(std::string_view data);  // as send_data(), without suspending
  void send_together(std::string_view first, std::string_view second);
  void send_gathered(std::string_view data) noexcept;
  void send_secured(std::string_view data) noexcept;
  void sent_in_part(std::string_view data, ssize_t count) noexcept;
  void send_queue();
  void start_flusher();
  void flush_in_background();
  void fail(CloseReason reason) noexcept;
  void wait_for_room();
  void let_senders_go();
  void adopt_inner(AnyFiber fiber);
  void kill_inner_fibers();

  // What a callback has sent so far: [begin, end). It lies in the buffer leased for the
  // callback, behind what was received, and leaves when the callback returns, or suspends.
  struct Gathered : detail::ParkHook {
    explicit Gathered(Protocol& owner) noexcept;

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

    Protocol& protocol;
    char* base = nullptr;  // where it begins when empty; null: not in a callback
    char* begin = nullptr;
    char* end = nullptr;
    std::size_t room = 0;  // behind `end`, for what goes in without any question
  };

  bool drop_output_ = false;  // what is queued is not worth sending any more
  bool watched_ = false;      // times are taken of what comes and goes
  bool saying_last_words_ = false;
  bool message_pending_ = false;
  bool flusher_active_ = false;
  detail::OutputQueue output_{hub_.chunks()};
  TimePoint last_read_{};  // when the current silence, or message, began
  TimePoint last_active_{};
  Duration drain_quiet_{};
  Gathered gathered_{*this};
  Fiber<> flusher_;
  WaitQueue room_;  // senders above the high-water mark
  std::size_t waiting_senders_ = 0;
  std::vector<AnyFiber> inner_;
};

}  // namespace gnet
