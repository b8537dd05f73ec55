// The life of a server, of connections or of datagrams: when it listens, takes what comes, rests,
// and stops.
//
// TCPServerFactory and UDPServerFactory are BaseServers on a factory of their kind; what their
// users call is here.
//
//   server.start();                      // binds; from now on what comes is served
//   server.pause(), server.resume();     // what comes meanwhile waits in the kernel
//   server.stop(5s);                     // closes; what is being served has five seconds to end
//
//   server.serve_forever();              // all of it, until somebody stops the server
//
// Threads: a server belongs to the hub on which it was made.

#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "gnet/base/error.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/io/endpoint.h"
#include "gnet/protocol/factory.h"
#include "gnet/sync/wait_queue.h"

namespace gnet {
namespace detail {

inline constexpr WaitKind kServerClosed{"the end of a server"};

}  // namespace detail

template <std::derived_from<Factory> Base>
class BaseServer : public Base {
 public:
  // Binds, but takes nothing: it waits in the kernel. Throws std::system_error that names the
  // address.
  void listen() override {
    closed_.hub().check_thread();
    if (!is_open()) local_ = open();
  }

  // Binds, where that is not done yet, and takes what comes from now on, also when it
  // was paused. Does nothing when it does that already. After stop() it may be called again, unless
  // the server was given a socket, which is Misuse; with port 0 the kernel then chooses anew.
  void start() override {
    listen();
    if (!is_taking()) resume();
  }

  // As start(), and suspends until the server is closed and no stop() is under way; then
  // stop(grace). An interrupt stops the server before it goes further.
  void serve_forever(TimeSpan grace = std::chrono::seconds(1)) {
    start();
    try {
      while (!closed() || stopping_ > 0) closed_.wait(detail::kServerClosed, this);
    } catch (...) {
      const Uninterruptible until_it_has_stopped;
      stop(grace);
      throw;
    }
    stop(grace);
  }

  // Takes nothing more, and takes it up again. Throws Misuse when the server is closed.
  void pause() {
    closed_.hub().check_thread();
    rest();
  }
  void resume() {
    closed_.hub().check_thread();
    if (closed()) throw Misuse("the server is closed");
    if (!started_) begin_work();
    take(local_endpoint().to_string());
    started_ = true;
  }

  // Closes the socket; what is being served goes on.
  void close() {
    closed_.hub().check_thread_or_ended();
    shut();
    socket_closed();
    if (!Hub::ended()) rest();
  }
  void stop_accepting() override { close(); }

  // Takes nothing more, waits until all that is being served has ended, at most until `grace`, and
  // then cuts the rest: how many. What has not ended two seconds later is left alone. Called by
  // what is being served, it neither waits for that nor cuts it. Throws Misuse on other threads
  // than the server's own; where the hub has ended, as in the destructor of a static object, there
  // is nothing left but the socket to close.
  using Base::stop;  // of a second
  std::size_t stop(Deadline grace) override {
    if (Hub::ended()) return close(), 0;
    closed_.hub().check_thread();
    // serve_forever() leaves the grace to who stops.
    struct Stopping {
      explicit Stopping(BaseServer& stopped) noexcept : server(stopped) { ++server.stopping_; }
      ~Stopping() {
        --server.stopping_;
        server.closed_.notify_all();
      }
      BaseServer& server;
    } const stopping(*this);
    stop_accepting();
    const std::size_t cut = end_work(grace);
    close();
    return cut;
  }

  // Between start() and the end of the socket, also while it is paused.
  [[nodiscard]] bool started() const noexcept { return started_; }
  [[nodiscard]] bool accepting() const noexcept { return is_taking(); }
  [[nodiscard]] bool running() const noexcept override { return is_taking(); }
  [[nodiscard]] bool closed() const noexcept { return !is_open(); }

  // What it listens on, or did last, with the port that the kernel chose; one of TLS when it
  // secures. Throws Misuse before listen().
  [[nodiscard]] const Endpoint& local_endpoint() const {
    if (!local_) throw Misuse("the server does not listen yet");
    return *local_;
  }

  // The port of that; 0 of a unix socket.
  [[nodiscard]] std::uint16_t port() const { return local_endpoint().port(); }

 protected:
  // ---- what servers differ in ----

  // Opens the socket, and returns its address.
  virtual Endpoint open() = 0;
  virtual void shut() noexcept = 0;
  [[nodiscard]] virtual bool is_open() const noexcept = 0;

  // Has a fiber take what comes; ends it, which suspends.
  virtual void take(std::string address) = 0;
  virtual void rest() = 0;
  [[nodiscard]] virtual bool is_taking() const noexcept = 0;

  // Before anything is taken, and when nothing is any more: as stop() says.
  virtual void begin_work() {}
  virtual std::size_t end_work(Deadline grace) = 0;

  // The socket is of no more use.
  void socket_closed() noexcept {
    started_ = false;
    closed_.notify_all();
  }

 private:
  std::optional<Endpoint> local_;
  bool started_ = false;
  std::size_t stopping_ = 0;
  WaitQueue closed_;
};

}  // namespace gnet
