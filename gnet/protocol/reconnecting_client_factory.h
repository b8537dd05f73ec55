// A client that connects, and connects again whenever the connection is lost.
//
//   struct Chat : gnet::Protocol {
//     void connection_made() override { send_data("hello\n"); }
//   };
//   auto client = gnet::ReconnectingClientFactory::of<Chat>("127.0.0.1:6011", {.initial = 1s});
//   client->start();
//   client->send("are you there?\n");          // also while the server is away
//
// The first connect is retried as any other. The name is resolved anew each time.
// A connection that was closed on this side is not made again.
//
// Threads: as its hub.

#pragma once

#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "gnet/base/function.h"
#include "gnet/fiber/retry.h"
#include "gnet/io/connect.h"
#include "gnet/protocol/connection_factory.h"
#include "gnet/protocol/connection_ref.h"
#include "gnet/protocol/protocol.h"
#include "gnet/protocol/protocol_builder.h"

namespace gnet {

// What send() does while there is no connection.
enum class Offline : std::uint8_t {
  buffer,  // keeps the message for the next connection; suspends when too many are kept
  drop,    // forgets it
  fail,    // throws ConnectionLost
};

class ReconnectingClientFactory : public ConnectionFactory {
 public:
  using Builder = std::function<std::unique_ptr<Protocol>(const SocketAddress& peer)>;

  explicit ReconnectingClientFactory(Endpoint endpoint, const RetryPolicy& policy = {});

  // Stops without grace, and suspends until the connection has ended.
  ~ReconnectingClientFactory() override;

  // A client whose connections are P(args...).
  template <typename P, typename... Args>
  static std::unique_ptr<ReconnectingClientFactory> of(Endpoint endpoint,
                                                       const RetryPolicy& policy = {},
                                                       Args... args) {
    auto factory = std::make_unique<ReconnectingClientFactory>(std::move(endpoint), policy);
    factory->set_builder([args...] { return std::make_unique<P>(args...); });
    return factory;
  }

  // What makes the Protocol of a new connection: called with its peer, or with nothing.
  template <typename F>
  requires detail::ProtocolBuilder<F>
  void set_builder(F builder) { builder_ = detail::protocol_builder(std::move(builder)); }

  // ---- settings ----

  RetryPolicy retry;

  // The one delay before each try, instead of those of `retry`; 0: never again.
  std::optional<TimeSpan> reconnect_delay = std::nullopt;

  ConnectOptions connect_options;                    // its timeout is RetryPolicy::connect_timeout
  bool no_delay = true;                              // TCP_NODELAY
  std::optional<TLSContext> tls;                     // a client's; tls://… has one without that
  std::string server_name;                           // for it; empty: ?sni=…, or the host
  Offline offline = Offline::buffer;                 // what send() does without a connection
  std::size_t offline_limit = std::size_t{1} << 20;  // bytes kept by Offline::buffer

  // ---- to override ----

  // The Protocol of a new connection: the first of them by default asks the builder, or else the
  // second. Null refuses the connection, and counts as a try that has failed.
  virtual std::unique_ptr<Protocol> build_protocol(const SocketAddress& peer);
  virtual std::unique_ptr<Protocol> build_protocol();

  // A try begins; the first since the last that did not fail is number 1.
  virtual void connecting(unsigned attempt) { static_cast<void>(attempt); }

  // A try has failed; the next one is after `next_delay`, or there is none. Logged by
  // default.
  virtual void connect_failed(unsigned attempt, const std::exception_ptr& error,
                              std::optional<Duration> next_delay);

  // A connection has ended, which counts among attempts() if it was of no use; the next one is
  // after `next_delay`, or there is none.
  virtual void disconnected(const CloseReason& reason, std::optional<Duration> next_delay);

  // Of a client outside of a Service: the endpoint.
  [[nodiscard]] std::string log_name() const override { return endpoint_.to_string(); }

  // Whether to connect again after this. By default not after close_protocol(),
  // send_lose(), abort() and stop().
  virtual bool should_reconnect(const CloseReason& reason);

  // ---- life ----

  void start() override;

  // Ends tries and delays at once, and the connection as Factory::stop() says. Called by the
  // connection itself, it does not wait for that.
  using Factory::stop;
  std::size_t stop(Deadline grace) override;

  // The connection there is, or is being made, is the last. Does not suspend.
  void stop_trying();

  // How many tries in a row have failed, with the one at work.
  [[nodiscard]] unsigned attempts() const noexcept { return attempt_; }

  // Until it is stopped, or has given up.
  [[nodiscard]] bool running() const noexcept override { return runner_ && !runner_.dead(); }

  // The connection, once its connection_made() has returned; to none without one. It knows when
  // that has ended, and is never the next one:
  //
  //   if (auto connection = client.connection()) connection->close_protocol();
  [[nodiscard]] ConnectionRef<Protocol> connection() const noexcept { return connection_; }

  // Suspends until there is a connection. False: the deadline passed. Throws
  // ConnectionLost when it is not running, or ends meanwhile.
  [[nodiscard]] bool wait_connected(Deadline deadline = Deadline::never());

  // Suspends until it is not running any more. False: the deadline passed.
  bool wait_ended(Deadline deadline = Deadline::never());

  // Why the last try failed; null once there was a connection.
  [[nodiscard]] const std::exception_ptr& last_error() const noexcept { return last_error_; }

  // ---- messages ----

  // Sends a message over the connection, as Protocol::send_data(), or does what
  // `offline` says. False: it was dropped. Throws ConnectionLost when nothing is
  // running.
  //
  // With Offline::buffer a message stays here until the kernel has taken all of it.
  // One that a connection ends with in the middle is sent again, whole, on the next;
  // so the peer sees each whole message once, in order. What the kernel has taken may
  // still be lost with the connection: TCP does not tell what the peer has read.
  bool send(std::string_view message);

  // How many messages wait for a connection.
  [[nodiscard]] std::size_t waiting_messages() const noexcept { return waiting_.size(); }

 protected:
  void protocol_made(Protocol& protocol) override;
  void connection_ended(Connection& connection, const CloseReason& reason) override;

 private:
  // One that was handed to the connection: gone when the connection has sent up to
  // `end`.
  struct Handed {
    std::string message;
    std::uint64_t end;
  };

  struct Connected {
    Socket socket;
    SocketAddress peer;
    std::unique_ptr<Protocol> protocol;
    std::unique_ptr<TLSSession> tls;
  };

  void run();
  std::optional<Duration> try_once();
  Connected connect_once();
  std::optional<Duration> next_delay();
  void hand_over(Protocol& protocol, std::string message);
  void forget_sent(std::uint64_t sent);
  void send_waiting(Protocol& protocol);
  [[nodiscard]] bool can_send() const noexcept;
  void changed() { changed_.notify_all(); }

  Endpoint endpoint_;
  Builder builder_;
  Fiber<> runner_;
  bool trying_ = false;
  unsigned attempt_ = 0;     // tries that have failed, and the one at work
  unsigned retry_ = 0;       // delays since the last stable connection
  bool was_useful_ = false;  // something came over the last connection
  std::exception_ptr last_error_;
  CloseReason last_reason_;
  ConnectionRef<Protocol> connection_;
  std::deque<std::string> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::deque<Handed> handed_;  // and not sent, as far as is known
  WaitQueue changed_;          // woken when anything here has
};

}  // namespace gnet
