#include "commands/echo_links.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <random>

#include "cli/client/route.h"
#include "cli/line/read_file.h"
#include "cli/out/failure.h"
#include "cli/out/json.h"
#include "cli/out/output.h"
#include "gnet/base/error.h"
#include "gnet/io/datagram.h"
#include "gnet/io/resolver.h"
#include "gnet/protocol/reconnecting_client_factory.h"

namespace commands {
namespace {

// How long a server may take to take what is left.
constexpr gnet::Duration kGoodbye = std::chrono::seconds(1);

// What the exit status is to say about a connection that could not be made.
std::exception_ptr as_failure(const std::exception_ptr& error, const gnet::Endpoint& target) {
  cli::Exit code = cli::Exit::connect;
  std::error_code cause;
  try {
    std::rethrow_exception(error);
  } catch (const cli::Failure&) {
    return error;
  } catch (const gnet::ResolveError& failure) {
    code = cli::Exit::resolve;
    cause = failure.code();
  } catch (const gnet::TLSError& failure) {
    code = cli::Exit::tls;
    cause = failure.code();
  } catch (const std::system_error& failure) {
    cause = failure.code();
  } catch (...) {
  }
  return std::make_exception_ptr(
      cli::Failure(code, gnet::describe(error), {}, target.to_string(), cause));
}

// The reason alone: who reads it has seen the endpoint before.
std::string reason_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const gnet::TLSError& failure) {
    return failure.what();
  } catch (const std::system_error& failure) {
    return gnet::describe(failure.code());
  } catch (...) {
    return gnet::describe(error);
  }
}

// With TLS 1.3 a server refuses a client's certificate when the client believes that all is well.
cli::Exit exit_for(const gnet::CloseReason& reason) {
  try {
    if (reason.error) std::rethrow_exception(reason.error);
  } catch (const std::system_error& error) {
    if (error.code() == gnet::TLSErrc::certificate) return cli::Exit::tls;
  } catch (...) {
  }
  return cli::Exit::lost;
}

// "@FILE" is what the file holds.
std::string greeting(const std::string& text) {
  if (!text.starts_with('@')) return text;
  return cli::read_file(text.substr(1));
}

gnet::RetryPolicy retry_policy(const LinkOptions& options) {
  gnet::RetryPolicy policy;
  policy.initial = options.retry.reconnect.value_or(gnet::Duration::zero());
  policy.max = options.retry.reconnect_max;
  policy.factor = options.retry.reconnect_factor;
  policy.jitter = options.retry.reconnect_jitter;
  if (const std::uint64_t most = options.retry.max_retries.number; most > 0) {
    constexpr std::uint64_t kMost = std::numeric_limits<unsigned>::max();
    policy.max_retries = static_cast<unsigned>(std::min(most, kMost));
  }
  policy.reset_after = options.retry.reset_after;
  policy.connect_timeout = options.to.connect_timeout;
  return policy;
}

// One line on stderr for each attempt, or an event.
void announce_retry(const LinkOptions& options, unsigned attempt, gnet::Duration delay,
                    const std::string& reason) {
  if (options.global.quiet.times > (options.global.json ? 1U : 0U)) return;
  if (options.global.json) {
    cli::print_line(cli::event("reconnect")
                        .add("attempt", attempt)
                        .add("delay_ms", std::chrono::duration<double, std::milli>(delay).count())
                        .add("reason", reason)
                        .text());
  } else {
    cli::write_all(STDERR_FILENO, fmt::format("reconnecting in {} (attempt {}): {}\n",
                                              gnet::format_duration(delay, 2), attempt, reason));
  }
}

// One connection of a StreamLink.
class EchoProtocol : public gnet::Protocol, public Link {
 public:
  EchoProtocol(const gnet::Endpoint& target, Conversation& conversation,
               const std::string& greeting, gnet::Duration keepalive)
      : target_(target), conversation_(conversation), greeting_(greeting), keepalive_(keepalive) {}

  void connection_made() override {
    if (keepalive_ > gnet::Duration::zero()) socket().set_keep_alive(keepalive_);
    conversation_.up(*this, greeting_);
  }
  void data_received(std::string_view data) override { conversation_.received(data); }
  void connection_lost(const gnet::CloseReason& reason) override {
    conversation_.down(reason.text(), exit_for(reason));
  }

  void send(std::string_view message) override { send_data(message); }
  // The other side of a unix socket may have no name of its own.
  [[nodiscard]] std::string name() const override {
    return target_.is_unix() ? target_.short_name() : peer().short_name();
  }

 private:
  const gnet::Endpoint& target_;
  Conversation& conversation_;
  const std::string& greeting_;
  gnet::Duration keepalive_;
};

class StreamLink : public EchoLink, private gnet::ReconnectingClientFactory {
 public:
  StreamLink(const cli::Route& route, Conversation& conversation, const LinkOptions& options,
             std::optional<gnet::TLSContext> context, std::string name)
      : ReconnectingClientFactory(route.endpoint, retry_policy(options)),
        target_(route.endpoint),
        conversation_(conversation),
        options_(options),
        greeting_(greeting(options.retry.on_reconnect)) {
    connect_options = route.options;
    no_delay = options.to.no_delay;
    tls = std::move(context);
    server_name = std::move(name);
    start();
  }

  ~StreamLink() override { close(); }

  // The server is to see an end, and not a reset.
  void finish() override {
    if (gnet::Protocol* protocol = connection()) protocol->close_protocol();
    stop(gnet::Deadline(kGoodbye));
  }

  void close() override { stop(gnet::Duration::zero()); }

 private:
  std::unique_ptr<gnet::Protocol> build_protocol() override {
    return std::make_unique<EchoProtocol>(target_, conversation_, greeting_, options_.to.keepalive);
  }

  void connect_failed(unsigned attempt, const std::exception_ptr& error,
                      std::optional<gnet::Duration> next_delay) override {
    static_cast<void>(attempt);
    if (next_delay) return announce(*next_delay, reason_of(error));
    conversation_.gave_up(as_failure(error, target_));
  }

  void disconnected(const gnet::CloseReason& reason,
                    std::optional<gnet::Duration> next_delay) override {
    if (attempts() == 0) attempt_ = 0;
    if (next_delay) return announce(*next_delay, reason.text());
    if (!options_.retry.reconnects()) return;
    conversation_.gave_up(std::make_exception_ptr(
        cli::Failure(cli::Exit::lost,
                     fmt::format("lost the connection to {}: {}; gave up after {} attempts",
                                 target_.short_name(), reason.text(), attempts()),
                     {}, target_.to_string())));
  }

  void announce(gnet::Duration delay, const std::string& reason) {
    announce_retry(options_, ++attempt_, delay, reason);
  }

  gnet::Endpoint target_;
  Conversation& conversation_;
  LinkOptions options_;
  std::string greeting_;
  unsigned attempt_ = 0;  // since the last connection that was of use
};

// Datagrams have no connection, but a socket of their own, which may fail and is made anew then.
class DatagramLink : public EchoLink, private Link {
 public:
  DatagramLink(const cli::Route& route, Conversation& conversation, const LinkOptions& options)
      : target_(address_of(route)),
        connect_(route.options),
        conversation_(conversation),
        options_(options),
        policy_(retry_policy(options)),
        greeting_(greeting(options.retry.on_reconnect)) {
    begin();
  }

  ~DatagramLink() override { close(); }

  void finish() override { close(); }

  void close() override {
    if (receiver_) receiver_.kill();
    receiver_ = {};
    socket_.close();
  }

 private:
  // A datagram goes to one address: there is no telling whether somebody is there.
  static gnet::Endpoint address_of(const cli::Route& route) {
    if (route.options.addresses.empty()) return route.endpoint;
    return route.options.addresses.front().endpoint(route.endpoint.transport());
  }

  void begin(const std::exception_ptr& failed = nullptr) {
    close();
    receiver_ = gnet::spawn([this, failed] { run(failed); });
  }

  // One socket after the other, with delays between them.
  void run(std::exception_ptr failed) {
    for (;;) {
      if (failed && !wait_for_retry(failed)) return conversation_.gave_up(failed);
      try {
        socket_ = gnet::DatagramSocket::connect(target_, deadline(), connect_.source);
        greets_ = true;
        conversation_.up(*this, greeting_);
        greets_ = false;
        receive();
      } catch (const std::exception& error) {
        greets_ = false;
        failed = as_failure(std::current_exception(), target_);
        conversation_.down(error.what());
      }
    }
  }

  void receive() {
    std::string buffer(65536, '\0');
    for (;;) {
      try {
        const auto count = socket_.receive(buffer.data(), buffer.size());
        failures_ = 0;
        if (count) conversation_.received({buffer.data(), std::min(*count, buffer.size())});
      } catch (const std::system_error& error) {
        // An earlier datagram was refused: the next may be taken.
        if (error.code() != std::errc::connection_refused) throw;
      }
    }
  }

  // False: there is to be no other try.
  bool wait_for_retry(const std::exception_ptr& failed) {
    ++failures_;
    if (!options_.retry.reconnects()) return false;
    if (policy_.max_retries && failures_ >= *policy_.max_retries) return false;
    thread_local std::minstd_rand random{std::random_device{}()};
    const auto delay = policy_.delay(failures_, std::uniform_real_distribution<>(0, 1)(random));
    try {
      std::rethrow_exception(failed);
    } catch (const cli::Failure& failure) {
      if (!failure.cause()) return false;  // it would be the same again
      announce_retry(options_, failures_, delay, gnet::describe(failure.cause()));
    }
    gnet::sleep(delay);
    return true;
  }

  [[nodiscard]] gnet::Deadline deadline() const { return gnet::Deadline::within(connect_.timeout); }

  void send(std::string_view message) override {
    try {
      send_once(message);
    } catch (const std::system_error& error) {
      if (error.code() == std::errc::message_size) {
        throw cli::Failure(cli::Exit::io,
                           fmt::format("a message of {} bytes is too long for a datagram to {}",
                                       message.size(), target_.short_name()),
                           {}, target_.to_string());
      }
      // Who opens the socket deals with it itself.
      if (!greets_ && options_.retry.reconnects()) {
        begin(as_failure(std::current_exception(), target_));
      }
      throw;
    }
  }

  void send_once(std::string_view message) {
    try {
      socket_.send(message);
    } catch (const std::system_error& error) {
      // That was an earlier datagram, unless it is a unix socket.
      if (error.code() != std::errc::connection_refused || target_.is_unix()) throw;
      socket_.send(message);
    }
  }

  void renew() override { begin(); }

  [[nodiscard]] std::string name() const override { return target_.short_name(); }

  gnet::Endpoint target_;
  gnet::ConnectOptions connect_;
  Conversation& conversation_;
  LinkOptions options_;
  gnet::RetryPolicy policy_;
  std::string greeting_;
  gnet::DatagramSocket socket_;
  unsigned failures_ = 0;  // since something was received
  bool greets_ = false;    // run() is sending
  gnet::Fiber<> receiver_;
};

}  // namespace

std::unique_ptr<EchoLink> make_echo_link(const gnet::Endpoint& target, Conversation& conversation,
                                         const LinkOptions& options,
                                         std::optional<gnet::TLSContext> tls) {
  const cli::Route route = cli::route_to(target, options.to);
  if (route.endpoint.has_connections()) {
    // --connect-to leads elsewhere; whoever is there shall have the name asked for.
    return std::make_unique<StreamLink>(route, conversation, options, std::move(tls),
                                        cli::server_name(options.to, target));
  }
  if (!options.to.interface.empty()) {
    throw cli::UsageError(options.to.named("--interface is for connections, not for datagrams"));
  }
  return std::make_unique<DatagramLink>(route, conversation, options);
}

}  // namespace commands
