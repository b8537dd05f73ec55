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
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "gnet/fiber/fiber.h"
#include "gnet/protocol/queued_connection.h"

namespace gnet {

class Protocol : public QueuedConnection {
 public:
  Protocol() = default;
  ~Protocol() override;

  // ---- settings; to be set before the connection is made, or in callbacks ----

  // The most that a callback gets at once, in bytes, and at least 1. Of a peer that sends without
  // pause up to 64 of them are handled before other fibers have their turn: less is fairer, more is
  // faster.
  std::size_t recv_buf_size = 64 * 1024;

  // Silence of the peer that ends the connection; 0: none. Of a message that has begun, see
  // FramedProtocol, the whole has to come in this time. Neither this nor idle_timeout, which is
  // silence both ways, counts the time that callbacks take.
  TimeSpan read_deadline{};

  // ---- callbacks ----
  //
  // In this order: connection_made(), data_received() and eof_received() as things come,
  // pre_connection_lost(), the end of the inner fibers, connection_lost(). Those of this class do
  // nothing, and need not be called.
  //
  // What a callback throws ends this connection, with that as the reason, and is logged as an error
  // of this connection. Not so a ConnectionLost: that of the connection itself, whose end is
  // decided already, is no news, and that of another one is a warning, after which this one goes
  // on.

  // The connection is there. May send, block, and start inner fibers.
  virtual void connection_made() {}

  // The peer sent something; `data` is valid until the callback returns. Boundaries
  // mean nothing: TCP has none.
  virtual void data_received(std::string_view data);

  // A message of a unixpacket was larger than recv_buf_size, and is lost; see truncated(). By
  // default the first one of a connection is logged as a warning.
  virtual void message_truncated();

  // The peer has ended its side. True keeps the other side open until close_protocol(), or the
  // peer resets it, or idle_timeout or the end of the service strike; read_deadline does not any
  // more. Otherwise what is queued is sent, and the connection ends.
  virtual bool eof_received() { return false; }

  // The connection is about to end; sending is still possible when the peer is there. The inner
  // fibers are killed after it.
  virtual void pre_connection_lost(const CloseReason& reason);

  // The connection has ended, for the same reason: what failed since then is added to it.
  virtual void connection_lost(const CloseReason& reason);

  // ---- ending ----

  // Queues `data`, and closes when everything is sent.
  void send_lose(std::string_view data);

  // Closes when everything queued is sent; without effect the second time.
  void close_protocol();

  // Closes now: what is queued is dropped, and the peer sees a reset.
  void abort() override;

  // ---- helpers ----

  // Starts a fiber that dies with the connection. What it throws ends the connection, as what a
  // callback throws does.
  template <typename F>
  void add_inner_fiber(F&& function, SourceLocation where = SourceLocation::current()) {
    adopt_inner(Fiber<>::create(
        [this, inner = std::forward<F>(function)]() mutable {
          try {
            static_cast<void>(inner());
          } catch (...) {
            inner_fiber_failed();
          }
        },
        {}, where));
  }

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
  [[nodiscard]] bool is_served_by(const detail::FiberControl& fiber) const noexcept final;
  void drain(Duration quiet) final;
  void cut() final;

  // ---- as a QueuedConnection ----

  void note_time(bool read) noexcept final;
  void change_watching() noexcept final;
  [[nodiscard]] bool watches_activity() const noexcept final {
    return (read_deadline.count() | idle_timeout.count()) != 0 || draining_;
  }

  // Asks for the end: gracefully, or at once.
  void end(CloseReason reason, bool drop_output);

  template <bool secured>
  CloseReason receive_loop();
  template <bool secured>
  std::optional<std::size_t> receive(char* buffer, std::size_t size);
  std::optional<std::size_t> receive_secured(char* buffer, std::size_t size);
  std::size_t receive_behind_spare(char* buffer, std::size_t size);
  std::size_t put_spare_by(const char* buffer, std::size_t count) noexcept;
  void drop_message();
  template <bool secured>
  bool wait_for_data();
  bool wait_in_time();
  bool wait_for_peer();
  void nothing_came();
  void stay_half_closed();
  void peer_has_gone();
  [[nodiscard]] Deadline data_deadline() const noexcept;
  void data_deadline_passed();
  void finish() noexcept;

  template <typename F>
  void call(const char* callback, F&& function);
  enum class Thrown : std::uint8_t;
  Thrown judge_exception(const char* by);
  void callback_failed(const char* callback);
  void inner_fiber_failed();
  void adopt_inner(AnyFiber fiber);
  void kill_inner_fibers();
  void linger_and_notice();

  bool message_pending_ = false;
  bool has_spare_ = false;
  char spare_ = 0;          // received, and for the next callback
  TimePoint last_read_{};   // when the current silence, or message, began
  TimePoint busy_since_{};  // when the last wait for data was over
  Duration drain_quiet_{};
  std::vector<AnyFiber> inner_;
};

}  // namespace gnet
