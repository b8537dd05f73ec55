// A connection: what every one has, whatever is done with it.
//
// Who it is, whom it is with, since when, how many bytes have gone, and how it ends. A Protocol
// is a connection that is served by callbacks, a StreamConnection one that is served by a
// function; a class of one's own derives from this and overrides serve(). The factory that made
// it accepts, counts, drains and cuts all of them alike.
//
//   void connection_ended(gnet::Connection& connection, const gnet::CloseReason& reason) override {
//     log().info("{}: {} bytes, {}", connection.peer(), connection.sent_bytes(), reason.text());
//   }
//
// A connection has a fiber of its own, in which it is secured, if it has to be, and served; when
// that is done it has ended.
//
// Threads: a Connection belongs to the hub on which it was made.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "gnet/base/function.h"
#include "gnet/base/intrusive_list.h"
#include "gnet/base/log.h"
#include "gnet/io/address.h"
#include "gnet/io/socket.h"
#include "gnet/io/tls_session.h"
#include "gnet/protocol/close_reason.h"

namespace gnet {

class CancelScope;
class ConnectionFactory;
class ByteStream;
class Endpoint;
template <typename C>
class ConnectionRef;

enum class ConnectionState : std::uint8_t {
  connecting,   // made, and not served yet; with TLS both sides still agree
  open,         // both ways
  half_closed,  // the peer has ended its side; sending still works
  closing,      // ends; what is queued is still sent
  closed,
};

[[nodiscard]] std::string_view to_string(ConnectionState state) noexcept;

// Whom a connection is with, as its first bytes say, and what lives as long as it does.
struct Introduction {
  SocketAddress peer;
  std::shared_ptr<void> kept = nullptr;
};

// Reads them, given whom the socket is connected with. Suspends, and is cancelled where the
// connection is to end. Nothing closes the connection, and so does what it throws, which is logged
// for those who debug.
using Introduce =
    std::function<std::optional<Introduction>(ByteStream& stream, const SocketAddress& peer)>;

class Connection : ListHook {
 public:
  Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  virtual ~Connection();

  // Ends it now: what is queued is dropped, and the peer sees a reset. Does not suspend.
  virtual void abort() = 0;

  // ---- facts ----

  [[nodiscard]] ConnectionState state() const noexcept { return state_; }
  [[nodiscard]] bool connected() const noexcept {
    return state_ == ConnectionState::open || state_ == ConnectionState::half_closed;
  }

  // Unique in the process; never used again.
  [[nodiscard]] std::uint64_t session_id() const noexcept { return session_id_; }

  [[nodiscard]] const SocketAddress& peer_address() const noexcept { return peer_; }
  [[nodiscard]] Endpoint peer() const;
  // Throws std::system_error once the connection is closed, unless keep_local() was called before.
  [[nodiscard]] Endpoint local();
  void keep_local();                                                           // throws as local()
  [[nodiscard]] bool has_local() const noexcept { return local_ != nullptr; }  // kept

  // The socket that carries it, for its options; null when it is given away or closed.
  [[nodiscard]] virtual Socket* lowest_socket() noexcept {
    return socket_.is_open() ? &socket_ : nullptr;
  }

  [[nodiscard]] std::uint64_t received_bytes() const noexcept { return received_; }
  [[nodiscard]] std::uint64_t sent_bytes() const noexcept { return sent_; }
  // Messages of a unixpacket that were too large for the one who serves, and are lost.
  [[nodiscard]] std::uint64_t truncated() const noexcept { return truncated_; }
  [[nodiscard]] TimePoint connected_since() const noexcept { return since_; }

  // The logger of this connection: its lines name the session and the peer.
  [[nodiscard]] const Logger& log();

  // The factory that made this connection; null for one that was run by hand.
  [[nodiscard]] ConnectionFactory* factory() const noexcept { return factory_; }

  // As above, as what it is: factory<ChatServer>()->rooms; null as well when it is none.
  template <typename F>
  [[nodiscard]] F* factory() const noexcept {
    return dynamic_cast<F*>(factory_);
  }

  // While there is one the connection may end, but is not destroyed: for who suspends and needs it
  // afterwards, and has no part in it. Such a fiber must not wait for the connection's end, nor
  // stop its factory.
  class Stay {
   public:
    explicit Stay(Connection& connection) noexcept : connection_(connection) {
      ++connection_.stays_;
    }
    Stay(const Stay&) = delete;
    Stay& operator=(const Stay&) = delete;
    ~Stay() {
      if (--connection_.stays_ == 0) connection_.last_has_left();
    }

   private:
    Connection& connection_;
  };

 protected:
  // ---- to override; called by the factory ----

  // Does what the connection is for, from its begin to its end, on the fiber of the connection:
  // socket_ is connected, and tls_ established if there is one. Sets the state, and reason_ in the
  // end. Throws nothing but what interrupts the fiber, and errors that nobody has handled.
  // Tells the factory when it begins, when it closes, and when it has ended.
  virtual void serve() = 0;

  // The factory stops: a connection that can tell ends when nothing has gone either way for
  // `quiet`; by default only a handshake is ended. Does not suspend.
  virtual void drain(Duration quiet);

  // The factory does not wait any longer. Does not suspend.
  virtual void cut() = 0;

  // Whether it is this fiber that serves it: its own, or one that ends with it.
  [[nodiscard]] virtual bool is_served_by(const detail::FiberControl& fiber) const noexcept {
    return fiber_ == &fiber;
  }

  // A message for all connections: queues it without waiting, or ends the connection when it has
  // no room. By default nobody hears it.
  virtual void offer(std::string_view data);

  // ---- for those who serve ----

  // Wakes the fiber if it waits for data, or for room in the handshake: something has changed.
  void nudge() noexcept;

  // Why it ends. Once that has been told, only a failure is added: `state_` is closing then.
  void decide(CloseReason reason) noexcept;

  // Tell the factory, if there is one: that it begins, that it closes (once, while the socket is
  // open), that it has ended. What the factory throws is reported.
  void tell_started() noexcept;
  void tell_closing() noexcept;
  void tell_ended(const CloseReason& reason) noexcept;

  // Waits until the peer has taken what the kernel still has, at most two seconds: closing at once
  // would reset the connection when the peer still sends. Ends the sending side. With `patience`
  // it waits so much longer for the peer to end its side too, or to send something. Returns how
  // many bytes have come. Suspends; throws std::system_error when the peer has gone.
  std::size_t linger(Duration patience = Duration::zero());

 public:
  // How long the two sides may take to agree on TLS; 0: for ever. To be set before the connection
  // is made.
  TimeSpan handshake_timeout = std::chrono::seconds(10);

 private:
  friend class ConnectionFactory;
  friend class IntrusiveList<Connection>;
  template <typename>
  friend class ConnectionRef;

  // Runs the connection to its end on the calling fiber. With TLS the two sides agree first; if
  // they do not, it is not served at all, and the log says why.
  // Who it is with is told first, if there is `introduce`.
  void run(Socket socket, const SocketAddress& peer, std::unique_ptr<TLSSession> tls,
           const Introduce* introduce);
  bool meet(const Introduce& introduce);
  bool secure();
  void agree(Deadline deadline);
  template <typename F>
  void tell(const char* what, F&& hook) noexcept;
  void last_has_left() noexcept;
  void wait_for_stays() noexcept;

  std::uint32_t stays_ = 0;
  std::uint64_t session_id_ = 0;
  TimePoint since_{};
  SocketAddress peer_;
  ConnectionFactory* factory_ = nullptr;
  std::unique_ptr<Endpoint> local_;  // kept
  std::unique_ptr<Logger> log_;
  std::shared_ptr<void> kept_;      // of its introduction
  CancelScope* meeting_ = nullptr;  // while that is read
  std::shared_ptr<bool> life_;      // what a ConnectionRef looks at, if there is one

 protected:
  std::optional<CloseReason> reason_;  // why it ends, once that is decided

  // What each message touches lies together.
  detail::Scheduler& hub_ = detail::Scheduler::current();
  Socket socket_;
  detail::FiberControl* fiber_ = nullptr;  // while it runs
  std::unique_ptr<TLSSession> tls_;
  std::uint64_t received_ = 0;
  std::uint64_t sent_ = 0;
  ConnectionState state_ = ConnectionState::connecting;
  bool nudged_ = false;    // something has changed for whoever waits for data
  bool draining_ = false;  // see drain()
  bool told_closing_ = false;
  std::uint32_t truncated_ = 0;
};

}  // namespace gnet
