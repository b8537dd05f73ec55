// How a client command gets to its other side: where it is, by which way, secured how,
// what is tried again when that fails, and what is said about it.
//
//   const cli::Dialler dialler(options, options.to, options.retry, options.target);
//   auto socket = dialler.open_datagrams();
//
// A connection, that comes again where --reconnect wants it, is a Connector's.
//
// Threads: may be used from any once it is made.

#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <string>

#include "cli/client/client_options.h"
#include "cli/client/reconnect_options.h"
#include "cli/client/route.h"
#include "cli/client/target.h"
#include "cli/line/global_options.h"
#include "cli/out/exit_status.h"
#include "gnet/io/datagram.h"
#include "gnet/link/open.h"
#include "gnet/protocol/reconnecting_client_factory.h"

namespace cli {

struct OnBehalfOf;

class Dialler {
 public:
  // Reads the files of TLS and of --on-reconnect, and connects to nobody. The options must outlive
  // it. Throws UsageError for options that do not go together or not with the target, and Failure
  // for files that cannot be read.
  Dialler(const GlobalOptions& global, const ClientOptions& options, const ReconnectOptions& retry,
          const Target& target);

  // Where the command was told to go.
  [[nodiscard]] const gnet::Endpoint& target() const noexcept { return target_; }

  // Where that leads to. It may be somewhere else, by --connect-to.
  [[nodiscard]] const gnet::Endpoint& endpoint() const noexcept { return route_.endpoint; }

  // What to send first on every connection; empty for nothing.
  [[nodiscard]] const std::string& greeting() const noexcept { return greeting_; }

  [[nodiscard]] bool reconnects() const noexcept { return retry_.reconnects(); }
  [[nodiscard]] gnet::RetryPolicy retry_policy() const;

  // Tells a factory to connect like this; what happens meanwhile is its own affair.
  void set_up(gnet::ReconnectingClientFactory& factory) const;

  // Gives a connection that was made what else the options want of it.
  void set_up(gnet::Socket& socket) const;

  // Whether a connection is made by open_stream() alone: it is more than a socket with TLS.
  [[nodiscard]] bool only_opens() const noexcept;

  // Opens the endpoint, whatever it is; who it is for is for --send-proxy. Suspend, and throw as
  // gnet::link::open_stream().
  [[nodiscard]] gnet::AnyStream open_stream(
      gnet::link::MessageKind kind = gnet::link::MessageKind::binary,
      const OnBehalfOf* whom = nullptr) const;
  [[nodiscard]] std::unique_ptr<gnet::link::MessageLink> open_messages(
      const OnBehalfOf* whom = nullptr) const;

  // The same for those who want to know how long each step has taken, in what is filled in as far
  // as it goes, and who await answers: they are told that a datagram was refused.
  [[nodiscard]] gnet::AnyStream open_timed(gnet::link::OpenTimings& timings) const;
  [[nodiscard]] std::unique_ptr<gnet::link::MessageLink> open_messages_timed(
      gnet::link::OpenTimings& timings) const;
  [[nodiscard]] gnet::ws::WebSocket open_web_socket(const gnet::ws::WebSocketOptions& options,
                                                    gnet::link::OpenTimings& timings) const;

  // A socket for datagrams to the endpoint. Suspends.
  [[nodiscard]] gnet::DatagramSocket open_datagrams() const;

  // An error of connecting, as a Failure with the status that scripts go by.
  [[nodiscard]] std::exception_ptr as_failure(const std::exception_ptr& error) const;

  // A line on stderr before each new attempt, or an event.
  void announce_retry(unsigned attempt, gnet::Duration delay, const std::string& reason) const;

 private:
  [[nodiscard]] gnet::link::OpenOptions open_options(const OnBehalfOf* whom) const;

  const GlobalOptions& global_;
  const ClientOptions& options_;
  const ReconnectOptions& retry_;
  gnet::Endpoint target_;
  Route route_;
  std::optional<gnet::TLSContext> tls_;
  std::string greeting_;
};

// Connects as a Dialler says, and again as its options want it; announces that, and
// says when there is no hope left.
//
//   class Link : public cli::Connector {
//     using Connector::Connector;
//     std::unique_ptr<gnet::Protocol> build_protocol() override;
//     void gave_up(std::exception_ptr failure) override;
//   };
//
// Threads: as gnet::ReconnectingClientFactory.
class Connector : public gnet::ReconnectingClientFactory {
 public:
  // The dialler must outlive it.
  explicit Connector(const Dialler& dialler);

 protected:
  // There will be no connection any more. Not called for the end of the only one that there
  // was to be.
  virtual void gave_up(std::exception_ptr failure) = 0;

  [[nodiscard]] const Dialler& dialler() const noexcept { return dialler_; }

 private:
  void connect_failed(unsigned attempt, const std::exception_ptr& error,
                      std::optional<gnet::Duration> next_delay) override;
  void disconnected(const gnet::CloseReason& reason,
                    std::optional<gnet::Duration> next_delay) override;

  const Dialler& dialler_;
  unsigned announced_ = 0;  // attempts since the last connection that was of use
};

// An error's reason alone, for those who have read before what it is about.
[[nodiscard]] std::string reason_of(const std::exception_ptr& error);

}  // namespace cli
