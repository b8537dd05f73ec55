#include "gnet/io/tls_stream.h"

#include <cerrno>
#include <exception>
#include <string>
#include <type_traits>
#include <utility>

#include "gnet/base/error.h"
#include "gnet/fiber/fiber.h"
#include "gnet/io/buffer_lease.h"
#include "gnet/io/start_of_wait.h"
#include "gnet/sync/wait_queue.h"

namespace gnet {
namespace {

constexpr detail::WaitKind kHandshake{"the TLS handshake that another fiber does"};
constexpr detail::WaitKind kSend{"the end of what another fiber sends"};
constexpr detail::WaitKind kRoom{"room below TLS, after another fiber"};
constexpr detail::WaitKind kData{"data below TLS, after another fiber"};

// For an alert to leave, where the peer takes nothing.
constexpr Duration kAlertGrace = std::chrono::seconds(1);

}  // namespace

// The two ways in which bytes get below: on a socket OpenSSL does it, and what is left is to wait
// for the socket. On another stream what OpenSSL makes is sent in order by a fiber of its own,
// which no interrupt of a caller reaches, so that no byte is lost or sent twice; what it wants is
// received by one fiber at a time. A sender waits until its bytes have gone; a receiver never
// waits for sending, or two peers that both send would wait for each other.
class TLSStream::Connection {
 public:
  Connection(Socket plain, std::unique_ptr<TLSSession> session)
      : socket_(std::move(plain)), session_(std::move(session)) {
    session_->attach(socket_);
  }
  Connection(std::unique_ptr<ByteStream> below, std::unique_ptr<TLSSession> session)
      : below_(std::move(below)), session_(std::move(session)) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Keeps the connection during a call: the stream may go while the fiber waits.
  class Call {
   public:
    Call(Connection* connection, const char* operation) : connection_(connection) {
      if (connection == nullptr) throw_errno(EBADF, operation);
      ++connection->owners_;
    }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;
    ~Call() { connection_->let_go(); }
    Connection* operator->() const noexcept { return connection_; }

   private:
    Connection* const connection_;
  };

  void let_go() noexcept {
    if (--owners_ == 0) delete this;
  }

  void handshake(Deadline deadline) {
    const TimePoint since = detail::start_of_wait(deadline);
    if (!shake_hands(deadline)) throw_timed_out(session_->what("TLS handshake"), since);
  }

  std::size_t receive(void* buffer, std::size_t size, Deadline deadline) {
    const TimePoint since = detail::start_of_wait(deadline);
    handshake(deadline);
    if (size == 0) return 0;
    check_open("receive");
    if (receiving_) throw Misuse("a second fiber wants to receive on one TLS stream");
    const Turn turn(receiving_, progress_);
    if (!below_) {
      socket_.took_turn();
      if (!socket_.may_read()) wait_for(TLSNeed::data, deadline, "receive", since);
    }
    for (;;) {
      TLSNeed need = TLSNeed::nothing;
      const Carry carry(*this);
      const auto count =
          said_why(carry, deadline, [&] { return session_->try_receive(buffer, size, need); });
      if (count) return *count;
      carry.now();
      wait_for(need, deadline, "receive", since);
    }
  }

  std::size_t send_some(std::string_view data, Deadline deadline) {
    return send_some(data, deadline, detail::start_of_wait(deadline));
  }

  std::size_t send_some(std::string_view data, Deadline deadline, TimePoint since) {
    handshake(deadline);
    if (data.empty()) return 0;
    check_open("send");
    if (sending_) throw Misuse("a second fiber wants to send on one TLS stream");
    check_complete();
    const Turn turn(sending_, progress_);
    if (!below_) socket_.took_turn();
    wait_until_sent(deadline, "send", since);  // what was left by an interrupt
    for (;;) {
      TLSNeed need = TLSNeed::nothing;
      const Carry carry(*this);
      const std::size_t count = session_->try_send(data, need);
      carry.now();
      wait_until_sent(deadline, "send", since);
      if (count > 0) return count;
      wait_for(need, deadline, "send", since);
    }
  }

  void shutdown_send(Deadline deadline) {
    const TimePoint since = detail::start_of_wait(deadline);
    handshake(deadline);
    while (sending_) {  // there is no farewell in the middle of a record
      if (progress_.wait(kSend, this, deadline)) continue;
      throw_timed_out(session_->what("send"), since);
    }
    check_open("send");
    check_complete();
    const Turn turn(sending_, progress_);
    for (;;) {
      const Carry carry(*this);
      const TLSNeed need = session_->try_farewell();
      carry.now();
      wait_until_sent(deadline, "send", since);
      if (need == TLSNeed::nothing) return;
      wait_for(need, deadline, "send", since);
    }
  }

  bool wait_readable(Deadline deadline) {
    if (!shake_hands(deadline)) return false;
    check_open("receive");
    if (!below_) return socket_.wait_readable(deadline);
    return session_->has_input() || below_->wait_readable(deadline);
  }

  void close() noexcept {
    if (below_) return below_->close();
    try {
      if (!session_->is_of_parent()) static_cast<void>(session_->try_farewell());
    } catch (...) {
      // It is a courtesy.
    }
    socket_.close();
  }

  void abort() noexcept { below_ ? below_->abort() : socket_.abort(); }

  [[nodiscard]] bool is_open() const noexcept {
    return below_ ? below_->is_open() : socket_.is_open();
  }
  [[nodiscard]] Endpoint local_endpoint() const {
    return below_ ? below_->local_endpoint() : socket_.local_endpoint();
  }
  [[nodiscard]] Endpoint remote_endpoint() const {
    return below_ ? below_->remote_endpoint() : socket_.remote_endpoint();
  }
  [[nodiscard]] TLSSession& session() noexcept { return *session_; }
  [[nodiscard]] Socket* lowest_socket() noexcept {
    return below_ ? below_->lowest_socket() : &socket_;
  }

 private:
  // A flag that is set for a while; when it ends others look again.
  struct Turn {
    Turn(bool& flag, WaitQueue& others) : flag(flag), others(others) { flag = true; }
    ~Turn() {
      flag = false;
      others.notify_all();
    }
    bool& flag;
    WaitQueue& others;
  };

  // False: the deadline passed. The next call goes on from there.
  bool shake_hands(Deadline deadline) {
    while (handshaking_) {
      if (!progress_.wait(kHandshake, this, deadline)) return false;
    }
    if (session_->established()) return true;
    const Turn turn(handshaking_, progress_);
    check_open("TLS handshake");
    try {
      for (;;) {
        const Carry carry(*this);
        const TLSNeed need = said_why(carry, deadline, [&] { return session_->try_handshake(); });
        carry.now();
        if (need == TLSNeed::nothing) return all_sent(deadline);
        if (!has(need, deadline)) return false;
      }
    } catch (const std::system_error& error) {
      session_->check_reset_in_handshake(error.code());  // what is below said so
      throw;
    }
  }

  void wait_for(TLSNeed need, Deadline deadline, const char* operation, TimePoint since) {
    if (!has(need, deadline)) throw_timed_out(session_->what(operation), since);
  }

  // Waits for what is needed; false: the deadline passed.
  bool has(TLSNeed need, Deadline deadline) {
    if (need == TLSNeed::nothing) return true;
    return need == TLSNeed::data ? wait_for_data(deadline) : wait_for_room(deadline);
  }

  bool wait_for_data(Deadline deadline) {
    if (!below_) return socket_.wait_readable(deadline);
    if (filling_) return progress_.wait(kData, this, deadline);
    const Turn turn(filling_, progress_);
    if (!below_->wait_readable(deadline)) return false;
    detail::Scheduler& hub = detail::Scheduler::current();
    const BufferLease buffer(hub, hub.buffers().block_size());
    try {
      const std::size_t count = below_->receive(buffer.data(), buffer.size(), deadline);
      session_->feed({buffer.data(), count});
      return true;
    } catch (const std::system_error& error) {
      // What has woken this fiber was no data.
      if (error.code() == std::errc::timed_out && deadline.passed()) return false;
      throw;
    }
  }

  // The reader and the writer may both need room: the one that came second waits for the other.
  bool wait_for_room(Deadline deadline) {
    if (waiting_for_room_) return progress_.wait(kRoom, this, deadline);
    const Turn turn(waiting_for_room_, progress_);
    return socket_.wait_writable(deadline);
  }

  // What the session has made goes on its way at the end of an operation, also of one that has
  // failed: the alert says why.
  class Carry {
   public:
    explicit Carry(Connection& connection) noexcept : connection_(connection) {}
    Carry(const Carry&) = delete;
    Carry& operator=(const Carry&) = delete;
    ~Carry() {
      try {
        now();
      } catch (const std::exception&) {
        // Out of memory: the operation's own error is the one that counts.
      }
    }
    void now() const { connection_.carry_output(); }

   private:
    Connection& connection_;
  };

  // An error of TLS is told to the peer by an alert, which gets the time to leave before the caller
  // closes the stream: what lies below may take a few turns.
  template <typename F>
  std::invoke_result_t<F&> said_why(const Carry& carry, Deadline deadline, F&& operation) {
    try {
      return operation();
    } catch (const TLSError&) {
      carry.now();
      const Deadline limit = deadline.earlier(kAlertGrace);
      while (carrying_ && progress_.wait(kRoom, this, limit)) {
      }
      throw;
    }
  }

  void carry_output() {
    if (!below_ || !session_->take_output(unsent_) || carrying_) return;
    carrying_ = true;
    ++owners_;
    spawn({.name = "TLS output"}, [this] { carry_all(); });
  }

  // In a fiber of its own.
  void carry_all() {
    struct Done {
      ~Done() {
        connection.carrying_ = false;
        connection.progress_.notify_all();
        connection.let_go();
      }
      Connection& connection;
    } const done{*this};
    try {
      std::string on_the_way;  // others may append to what is unsent meanwhile
      while (!unsent_.empty()) {
        on_the_way.clear();
        on_the_way.swap(unsent_);
        below_->send_all(on_the_way);
        session_->take_output(unsent_);
      }
    } catch (const std::exception&) {
      carry_error_ = std::current_exception();
    }
  }

  void wait_until_sent(Deadline deadline, const char* operation, TimePoint since) {
    if (!all_sent(deadline)) throw_timed_out(session_->what(operation), since);
  }

  // Waits until what was made has gone below; false: the deadline passed.
  bool all_sent(Deadline deadline) {
    while (carrying_) {
      if (!progress_.wait(kRoom, this, deadline)) return false;
    }
    if (carry_error_) std::rethrow_exception(carry_error_);
    return true;
  }

  void check_open(const char* operation) const {
    if (!is_open()) throw_errno(EBADF, operation);
  }

  void check_complete() const {
    if (!session_->sending()) return;
    throw TLSError(TLSErrc::protocol, "send", "what was sent before is not complete");
  }

  Socket socket_;
  std::unique_ptr<ByteStream> below_;  // null: it is the socket
  std::unique_ptr<TLSSession> session_;
  int owners_ = 1;  // the stream, and every call
  bool handshaking_ = false;
  bool receiving_ = false;
  bool sending_ = false;
  bool waiting_for_room_ = false;
  bool filling_ = false;
  bool carrying_ = false;
  std::string unsent_;
  std::exception_ptr carry_error_;  // nothing can be sent any more
  WaitQueue progress_;
};

TLSStream::TLSStream(AnyStream below, const TLSContext& context, std::string server_name) {
  if (!below) throw_errno(EBADF, "TLS handshake");
  if (auto* const plain = dynamic_cast<Stream*>(&below.concrete())) {
    Socket& socket = plain->socket();
    auto session = std::make_unique<TLSSession>(socket, context, std::move(server_name));
    connection_.reset(new Connection(std::move(socket), std::move(session)));
  } else {
    auto session = std::make_unique<TLSSession>(context, std::move(server_name));
    connection_.reset(new Connection(below.release(), std::move(session)));
  }
}

TLSStream::TLSStream(Stream stream, std::unique_ptr<TLSSession> session)
    : connection_(new Connection(std::move(stream.socket()), std::move(session))) {}

void TLSStream::End::operator()(Connection* connection) const noexcept {
  connection->close();
  connection->let_go();
}

void TLSStream::allow_truncation(bool allow) noexcept {
  if (connection_) connection_->session().allow_truncation(allow);
}

void TLSStream::handshake(Deadline deadline) {
  Connection::Call(connection_.get(), "TLS handshake")->handshake(deadline);
}

std::size_t TLSStream::receive(void* buffer, std::size_t size, Deadline deadline) {
  return Connection::Call(connection_.get(), "receive")->receive(buffer, size, deadline);
}

std::size_t TLSStream::send_some(std::string_view data, Deadline deadline) {
  return Connection::Call(connection_.get(), "send")->send_some(data, deadline);
}

void TLSStream::send_all(std::string_view data, Deadline deadline) {
  const TimePoint since = detail::start_of_wait(deadline);
  const Connection::Call call(connection_.get(), "send");
  while (!data.empty()) data.remove_prefix(call->send_some(data, deadline, since));
}

void TLSStream::shutdown_send(Deadline deadline) {
  Connection::Call(connection_.get(), "send")->shutdown_send(deadline);
}

void TLSStream::close() noexcept {
  if (connection_) connection_->close();
}

void TLSStream::abort() noexcept {
  if (connection_) connection_->abort();
}

bool TLSStream::is_open() const noexcept {
  return connection_ && connection_->is_open();
}

bool TLSStream::wait_readable(Deadline deadline) {
  return Connection::Call(connection_.get(), "receive")->wait_readable(deadline);
}

Endpoint TLSStream::local_endpoint() const {
  return Connection::Call(connection_.get(), "getsockname")->local_endpoint();
}

Endpoint TLSStream::remote_endpoint() const {
  return Connection::Call(connection_.get(), "getpeername")->remote_endpoint();
}

Socket* TLSStream::lowest_socket() noexcept {
  return connection_ ? connection_->lowest_socket() : nullptr;
}

const TLSSession& TLSStream::session() const {
  if (!connection_) throw Misuse("a TLSStream that was moved from has no session");
  return connection_->session();
}

}  // namespace gnet
