#include "gnet/protocol/connection.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>

#include <atomic>
#include <cerrno>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "gnet/base/error.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/io/buffer_lease.h"
#include "gnet/io/endpoint.h"
#include "gnet/io/start_of_wait.h"
#include "gnet/io/stream.h"
#include "gnet/io/tls_error.h"
#include "gnet/protocol/connection_factory.h"

namespace gnet {
namespace {

// How long to wait for the peer to take what the kernel still has of a connection
// that was closed here.
constexpr Duration kLinger = std::chrono::seconds(2);

constexpr detail::WaitKind kStays{"others who still use a connection"};

std::atomic<std::uint64_t> last_session{0};

std::exception_ptr as_error(const CloseReason& reason) noexcept {
  try {
    throw std::runtime_error(reason.text());
  } catch (...) {
    return std::current_exception();  // that there is no memory for it, if so
  }
}

}  // namespace

std::string_view to_string(ConnectionState state) noexcept {
  switch (state) {
    case ConnectionState::connecting:
      return "connecting";
    case ConnectionState::open:
      return "open";
    case ConnectionState::half_closed:
      return "half-closed";
    case ConnectionState::closing:
      return "closing";
    case ConnectionState::closed:
      return "closed";
  }
  return "unknown";
}

Connection::~Connection() {
  if (life_) *life_ = false;
}

Endpoint Connection::peer() const {
  return peer_.endpoint(Transport::tcp);
}

Endpoint Connection::local() {
  if (local_) return *local_;
  const Socket* const socket = lowest_socket();
  if (socket == nullptr) throw_errno(ENOTCONN, "getsockname");
  return socket->local_endpoint();
}

void Connection::keep_local() {
  if (!local_) local_ = std::make_unique<Endpoint>(local());
}

const Logger& Connection::log() {
  if (!log_) {
    const Logger base(factory_ != nullptr ? factory_->log().name() : "connection");
    log_ = std::make_unique<Logger>(base.for_connection(session_id_, peer_.short_name()));
  }
  return *log_;
}

void Connection::drain(Duration) {
  draining_ = true;
  nudge();
}

void Connection::offer(std::string_view) {}

void Connection::nudge() noexcept {
  nudged_ = true;
  if (meeting_ != nullptr) meeting_->cancel();
  if (fiber_ != nullptr) hub_.make_ready(*fiber_);
}

void Connection::decide(CloseReason reason) noexcept {
  if (state_ < ConnectionState::closing) {
    reason_ = std::move(reason);
  } else if (reason_ && !reason_->error) {
    reason_->error = reason.error ? std::move(reason.error) : as_error(reason);
  }
}

void Connection::last_has_left() noexcept {
  if (fiber_ != nullptr) hub_.make_ready(*fiber_);
}

void Connection::wait_for_stays() noexcept {
  const Uninterruptible wait_out;
  while (stays_ > 0) hub_.park(kStays, this);
}

template <typename F>
void Connection::tell(const char* what, F&& hook) noexcept {
  if (factory_ == nullptr) return;
  try {
    hook();
  } catch (...) {
    hub_.report_error(what, std::current_exception());
  }
}

void Connection::tell_started() noexcept {
  tell("connection_started", [this] { factory_->connection_started(*this); });
}

void Connection::tell_closing() noexcept {
  if (std::exchange(told_closing_, true)) return;
  tell("connection_closing", [this] { factory_->connection_closing(*this); });
}

void Connection::tell_ended(const CloseReason& reason) noexcept {
  tell("connection_ended", [&] { factory_->connection_ended(*this, reason); });
}

// ---- its life ----

void Connection::run(Socket socket, const SocketAddress& peer, std::unique_ptr<TLSSession> tls,
                     const Introduce* introduce) {
  socket_ = std::move(socket);
  peer_ = peer;
  fiber_ = &hub_.running();
  session_id_ = ++last_session;
  since_ = hub_.now();
  struct Ended {
    ~Ended() {
      if (connection.life_) *connection.life_ = false;
      connection.wait_for_stays();
      connection.fiber_ = nullptr;
    }
    Connection& connection;
  } const ended{*this};
  if (introduce != nullptr && !meet(*introduce)) return;
  if (tls) {
    tls->attach(socket_);
    tls_ = std::move(tls);
    if (!secure()) return;
  }
  serve();
}

// False: the connection is closed. In a frame of its own, of which nothing is left on the stack
// while the connection is served; secure() likewise.
[[gnu::noinline]] bool Connection::meet(const Introduce& introduce) {
  Stream stream(std::move(socket_));
  std::optional<Introduction> met;
  CancelScope scope;
  struct Forget {
    ~Forget() { meeting = nullptr; }
    CancelScope*& meeting;
  };
  try {
    meeting_ = &scope;
    const Forget forget{meeting_};
    if (draining_ || reason_) scope.cancel();
    scope.run([&] { met = introduce(stream, peer_); });
  } catch (const std::exception& error) {
    log().debug("{}", describe(error));
  }
  if (!met) {
    state_ = ConnectionState::closed;
    return false;
  }
  peer_ = std::move(met->peer);
  kept_ = std::move(met->kept);
  socket_ = std::move(stream.socket());
  return true;
}

// False: the two sides did not agree, and the connection is closed.
[[gnu::noinline]] bool Connection::secure() {
  struct Close {
    ~Close() {
      if (connection.tls_->established() && !connection.reason_) return;
      connection.socket_.close();
      connection.state_ = ConnectionState::closed;
    }
    Connection& connection;
  } const close{*this};
  try {
    agree(Deadline::within(handshake_timeout));
  } catch (const std::system_error& error) {
    // Anybody can connect and say anything: nothing that somebody must look at.
    log().info("{}", error.what());
    try {
      // With TLS 1.3 a client may be sending already: closing at once would be a reset, and the
      // alert that says why would be lost.
      if (error.code().category() == tls_category()) linger();
    } catch (const std::system_error&) {
      // It has gone.
    }
    return false;
  }
  return !reason_ && tls_->established();
}

void Connection::agree(Deadline deadline) {
  const TimePoint since = detail::start_of_wait(deadline);
  while (!reason_ && !draining_) {
    const TLSNeed need = tls_->try_handshake();
    if (need == TLSNeed::nothing) return;
    const bool in_time = need == TLSNeed::data ? socket_.wait_readable(deadline, nudged_)
                                               : socket_.wait_writable(deadline, nudged_);
    if (!in_time && deadline.passed()) throw_timed_out(tls_->what("TLS handshake"), since);
  }
}

namespace {

// What comes and is wanted by nobody; 0: the end. Nothing: nothing is there.
std::optional<std::size_t> discard(Socket& socket, const BufferLease& buffer) {
  try {
    return socket.try_receive(buffer.data(), buffer.size());
  } catch (const std::system_error& error) {
    if (error.code() != std::errc::message_size) throw;
    return buffer.size();
  }
}

}  // namespace

std::size_t Connection::linger(Duration patience) {
  socket_.shutdown_send();
  const Deadline limit(kLinger);
  const Deadline quiet(patience);
  std::size_t unread = 0;
  const BufferLease buffer(hub_, hub_.buffers().block_size());
  while (!limit.passed()) {
    if (const auto count = discard(socket_, buffer)) {
      unread += *count;
      if (*count == 0 || patience > Duration::zero()) return unread;
      socket_.took_turn();
      continue;
    }
    int unsent = 0;
    const bool arrived = ioctl(socket_.native_handle(), SIOCOUTQ, &unsent) != 0 || unsent == 0;
    if (arrived && quiet.passed()) return unread;
    // The kernel does not tell when the queue has emptied: look again now and then.
    const Deadline next = arrived ? quiet : Deadline(std::chrono::milliseconds(20));
    socket_.wait_readable(limit.earlier(next));
  }
  return unread;
}

}  // namespace gnet
