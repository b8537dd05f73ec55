#include "gnet/protocol/stream_connection.h"

#include <poll.h>
#include <sys/socket.h>

#include <exception>
#include <memory>
#include <system_error>
#include <utility>

#include "gnet/fiber/cancel_scope.h"
#include "gnet/io/endpoint.h"
#include "gnet/io/stream.h"
#include "gnet/io/stream_layer.h"
#include "gnet/io/tls_stream.h"
#include "gnet/protocol/connection_factory.h"

namespace gnet {
namespace {

// What a peer that goes away causes, which is its right.
bool is_end(const std::error_code& code) noexcept {
  return code == std::errc::broken_pipe || code == std::errc::connection_reset ||
         code == make_error_code(TLSErrc::truncated);
}

// That was this peer, and not another one that a handler talks to.
bool has_gone(AnyStream& stream) noexcept {
  if (!stream.is_open()) return true;
  Socket* const socket = stream.lowest_socket();
  if (socket == nullptr) return false;
  pollfd seen{socket->native_handle(), POLLRDHUP, 0};
  return ::poll(&seen, 1, 0) == 1 && seen.revents != 0;
}

}  // namespace

// The stream of the handler, which counts, also what was sent before the rest failed. It may
// outlive the connection, where the handler gave it away.
class StreamConnection::Counted final : public StreamLayer {
 public:
  Counted(StreamConnection& owner, AnyStream stream)
      : StreamLayer(stream_), stream_(std::move(stream)), owner_(&owner) {
    owner.counted_ = this;
  }
  ~Counted() override {
    if (owner_ != nullptr) owner_->counted_ = nullptr;
    if (receiving_ != nullptr) receiving_->stream = nullptr;
  }
  void let_go() noexcept { owner_ = nullptr; }

  // Whether a fiber waits for the peer.
  [[nodiscard]] bool receives() const noexcept { return receiving_ != nullptr; }

  // Whoever receives comes to the end.
  void end_input() noexcept {
    if (auto* const secured = dynamic_cast<TLSStream*>(&stream_.concrete())) {
      secured->allow_truncation();
    }
    if (Socket* const socket = stream_.lowest_socket()) {
      ::shutdown(socket->native_handle(), SHUT_RD);
    }
  }

  std::size_t receive(void* buffer, std::size_t size, Deadline deadline) override {
    const Receiving receiving(*this);
    try {
      const std::size_t count = stream_.receive(buffer, size, deadline);
      if (receiving.stream != nullptr && owner_ != nullptr) owner_->received_ += count;
      return count;
    } catch (const std::system_error& error) {
      const bool is_cut = error.code() == std::errc::message_size;
      if (is_cut && receiving.stream != nullptr && owner_ != nullptr) ++owner_->truncated_;
      throw;
    }
  }
  std::size_t send_some(std::string_view data, Deadline deadline) override {
    const std::size_t count = stream_.send_some(data, deadline);
    if (owner_ != nullptr) owner_->sent_ += count;
    return count;
  }
  std::size_t send_ahead(std::string_view data, Deadline deadline) override {
    const std::size_t count = stream_.send_ahead(data, deadline);
    if (owner_ != nullptr) owner_->sent_ += count;
    return count;
  }
  std::size_t send_file_some(int file, std::uint64_t offset, std::size_t size,
                             Deadline deadline) override {
    const std::size_t count = stream_.send_file_some(file, offset, size, deadline);
    if (owner_ != nullptr) owner_->sent_ += count;
    return count;
  }
  bool wait_readable(Deadline deadline) override {
    const Receiving receiving(*this);
    return stream_.wait_readable(deadline);
  }
  [[nodiscard]] ByteStream& concrete() noexcept override { return stream_.concrete(); }

 private:
  // On the stack of a fiber, which may find the stream gone.
  struct Receiving {
    explicit Receiving(Counted& of) noexcept : stream(of.receiving_ == nullptr ? &of : nullptr) {
      if (stream != nullptr) stream->receiving_ = this;
    }
    Receiving(const Receiving&) = delete;
    Receiving& operator=(const Receiving&) = delete;
    ~Receiving() {
      if (stream != nullptr) stream->receiving_ = nullptr;
    }
    Counted* stream;
  };

  AnyStream stream_;
  StreamConnection* owner_;
  Receiving* receiving_ = nullptr;  // a second one is refused by the stream
};

StreamConnection::~StreamConnection() {
  if (counted_ != nullptr) counted_->let_go();
}

AnyStream StreamConnection::take_stream() {
  Stream plain(std::move(socket_));
  AnyStream stream =
      tls_ ? AnyStream(TLSStream(std::move(plain), std::move(tls_))) : AnyStream(std::move(plain));
  return AnyStream(std::make_unique<Counted>(*this, std::move(stream)));
}

Socket* StreamConnection::lowest_socket() noexcept {
  Socket* const socket = counted_ != nullptr ? counted_->lowest_socket() : &socket_;
  return socket != nullptr && socket->is_open() ? socket : nullptr;
}

void StreamConnection::serve() {
  state_ = ConnectionState::open;
  AnyStream stream = take_stream();
  if (draining_) start_draining();
  tell_started();
  std::exception_ptr failure;
  try {
    converse(stream, peer());
    end({CloseKind::local_close, nullptr});
  } catch (...) {
    failure = end_by_current(stream);
  }
  finish(stream);
  if (failure) fail(failure);
}

// Why the connection ends is what was thrown; returned where the fiber fails of it. As fail() in a
// frame of its own, of which nothing is on the stack while a handler waits.
[[gnu::noinline]] std::exception_ptr StreamConnection::end_by_current(AnyStream& stream) {
  std::exception_ptr failure = std::current_exception();
  try {
    throw;
  } catch (const Interrupt&) {
    end({CloseKind::service_stop, nullptr});
  } catch (const std::system_error& error) {
    const bool aborted = reason_ && reason_->kind == CloseKind::local_abort;
    const bool by_peer = (aborted || is_end(error.code())) && has_gone(stream);
    end({by_peer ? CloseKind::io_error : CloseKind::handler_error, failure});
    if (by_peer) return nullptr;
  } catch (...) {
    end({CloseKind::handler_error, failure});
  }
  return failure;
}

[[gnu::noinline]] void StreamConnection::fail(const std::exception_ptr& failure) {
  this_fiber::set_name("connection from " + peer().to_string());
  std::rethrow_exception(failure);
}

void StreamConnection::converse(AnyStream& stream, const Endpoint& peer) {
  (*handler_)(stream, peer);
}

void StreamConnection::end(CloseReason reason) {
  if (!reason_) reason_ = std::move(reason);
}

void StreamConnection::finish(AnyStream& stream) noexcept {
  state_ = ConnectionState::closing;
  if (drainer_) {
    const Uninterruptible wait_out;
    drainer_.kill();
  }
  tell_closing();
  stream.close();
  state_ = ConnectionState::closed;
  tell_ended(*reason_);
}

// ---- when the factory stops ----

void StreamConnection::drain(Duration quiet) {
  drain_quiet_ = quiet;
  Connection::drain(quiet);
  if (state_ == ConnectionState::open) start_draining();
}

void StreamConnection::start_draining() {
  if (!drainer_) drainer_ = spawn({.name = "drain"}, [this] { end_input_when_quiet(); });
}

void StreamConnection::end_input_when_quiet() {
  std::uint64_t moved = 0;
  do {
    moved = received_ + sent_;
    sleep(drain_quiet_);
  } while (received_ + sent_ != moved || counted_ == nullptr || !counted_->receives());
  end_input();
}

void StreamConnection::end_input() noexcept {
  end({CloseKind::service_stop, nullptr});
  if (counted_ != nullptr) counted_->end_input();
}

void StreamConnection::abort() {
  end({CloseKind::local_abort, nullptr});
  if (counted_ != nullptr) {
    state_ = ConnectionState::closing;
    tell_closing();
    if (counted_ != nullptr) counted_->abort();
  } else if (fiber_ != nullptr && state_ == ConnectionState::connecting) {
    hub_.kill(*fiber_, nullptr);  // the two sides still agree on TLS
  }
}

void StreamConnection::cut() {
  end({CloseKind::service_stop, nullptr});
  if (fiber_ != nullptr) hub_.kill(*fiber_, nullptr);
}

}  // namespace gnet
