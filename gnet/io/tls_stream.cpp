#include "gnet/io/tls_stream.h"

#include <cerrno>

#include "gnet/base/error.h"
#include "gnet/io/start_of_wait.h"
#include "gnet/sync/wait_queue.h"

namespace gnet {
namespace {

constexpr detail::WaitKind kHandshake{"the TLS handshake that another fiber does"};
constexpr detail::WaitKind kSend{"the end of what another fiber sends"};
constexpr detail::WaitKind kRoom{"room on socket, after another fiber"};

}  // namespace

class TLSStream::Connection {
 public:
  Connection(Stream stream, const TLSContext& context, std::string server_name)
      : socket(std::move(stream.socket())), session(socket, context, std::move(server_name)) {}
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
    while (handshaking_) {
      if (progress_.wait(kHandshake, this, deadline)) continue;
      throw_timed_out(session.what("TLS handshake"), since);
    }
    if (session.established()) return;
    const Turn turn(handshaking_, progress_);
    session.handshake(deadline);
  }

  std::size_t receive(void* buffer, std::size_t size, Deadline deadline) {
    const TimePoint since = detail::start_of_wait(deadline);
    handshake(deadline);
    if (size == 0) return 0;
    check_open("receive");
    if (receiving_) throw Misuse("a second fiber wants to receive on one TLS stream");
    const Turn turn(receiving_, progress_);
    socket.took_turn();
    for (;;) {
      TLSNeed need = TLSNeed::nothing;
      if (const auto count = session.try_receive(buffer, size, need)) return *count;
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
    socket.took_turn();
    for (;;) {
      TLSNeed need = TLSNeed::nothing;
      if (const std::size_t count = session.try_send(data, need)) return count;
      wait_for(need, deadline, "send", since);
    }
  }

  void shutdown_send(Deadline deadline) {
    const TimePoint since = detail::start_of_wait(deadline);
    handshake(deadline);
    while (sending_) {  // there is no farewell in the middle of a record
      if (progress_.wait(kSend, this, deadline)) continue;
      throw_timed_out(session.what("send"), since);
    }
    check_open("send");
    check_complete();
    const Turn turn(sending_, progress_);
    for (;;) {
      const TLSNeed need = session.try_farewell();
      if (need == TLSNeed::nothing) return;
      wait_for(need, deadline, "send", since);
    }
  }

  void close() noexcept {
    try {
      static_cast<void>(session.try_farewell());
    } catch (...) {
      // It is a courtesy.
    }
    socket.close();
  }

  Socket socket;
  TLSSession session;

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

  void wait_for(TLSNeed need, Deadline deadline, const char* operation, TimePoint since) {
    const bool in_time =
        need == TLSNeed::data ? socket.wait_readable(deadline) : wait_for_room(deadline);
    if (!in_time) throw_timed_out(session.what(operation), since);
  }

  // The reader and the writer may both need room: the one that came second waits for the other.
  bool wait_for_room(Deadline deadline) {
    if (waiting_for_room_) return progress_.wait(kRoom, this, deadline);
    const Turn turn(waiting_for_room_, progress_);
    return socket.wait_writable(deadline);
  }

  void check_open(const char* operation) const {
    if (!socket.is_open()) throw_errno(EBADF, operation);
  }

  void check_complete() const {
    if (!session.sending()) return;
    throw TLSError(TLSErrc::protocol, "send", "what was sent before is not complete");
  }

  int owners_ = 1;  // the stream, and every call
  bool handshaking_ = false;
  bool receiving_ = false;
  bool sending_ = false;
  bool waiting_for_room_ = false;
  WaitQueue progress_;
};

TLSStream::TLSStream(Stream stream, const TLSContext& context, std::string server_name)
    : connection_(new Connection(std::move(stream), context, std::move(server_name))) {}

void TLSStream::End::operator()(Connection* connection) const noexcept {
  connection->close();
  connection->let_go();
}

void TLSStream::allow_truncation(bool allow) noexcept {
  if (connection_) connection_->session.truncation_allowed = allow;
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
  if (connection_) connection_->socket.abort();
}

bool TLSStream::is_open() const noexcept {
  return connection_ && connection_->socket.is_open();
}

Socket& TLSStream::socket() noexcept {
  return connection_->socket;
}

const TLSSession& TLSStream::session() const noexcept {
  return connection_->session;
}

}  // namespace gnet
