#include "commands/echo_links.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/client/lost_connection.h"
#include "cli/out/failure.h"
#include "gnet/base/error.h"

namespace commands {
namespace {

// How long a server may take to take what is left.
constexpr gnet::Duration kLinksFarewell = std::chrono::seconds(1);

// One connection of a StreamLink.
class EchoProtocol : public gnet::Protocol, public Link {
 public:
  EchoProtocol(const cli::Dialler& dialler, Conversation& conversation)
      : dialler_(dialler), conversation_(conversation) {}

  void connection_made() override {
    dialler_.set_up(socket());
    conversation_.up(*this, dialler_.greeting());
  }
  void data_received(std::string_view data) override { conversation_.received(data); }
  void connection_lost(const gnet::CloseReason& reason) override {
    conversation_.down(reason.text(), cli::cause_of(reason));
  }

  void send(std::string_view message) override {
    recv_buf_size = std::max(recv_buf_size, message.size());  // a unixpacket gives all, or nothing
    send_data(message);
  }
  // The other side of a unix socket may have no name of its own.
  [[nodiscard]] std::string name() const override {
    const gnet::Endpoint& endpoint = dialler_.endpoint();
    return endpoint.is_unix() ? endpoint.short_name() : peer().short_name();
  }

 private:
  const cli::Dialler& dialler_;
  Conversation& conversation_;
};

class StreamLink : public EchoLink, private cli::Connector {
 public:
  StreamLink(const cli::Dialler& dialler, Conversation& conversation)
      : Connector(dialler), conversation_(conversation) {
    start();
  }

  ~StreamLink() override { close(); }

  // The server is to see an end, and not a reset.
  void finish() override {
    if (const auto connected = connection()) connected->close_protocol();
    stop(gnet::Deadline(kLinksFarewell));
  }

  void close() override { stop(gnet::Duration::zero()); }

 private:
  std::unique_ptr<gnet::Protocol> build_protocol() override {
    return std::make_unique<EchoProtocol>(dialler(), conversation_);
  }

  void gave_up(std::exception_ptr failure) override { conversation_.gave_up(failure); }

  Conversation& conversation_;
};

// What is no mere socket: a WebSocket, a program, the way through a proxy. One stream after the
// other, with delays between them.
class OpenedLink : public EchoLink, private Link {
 public:
  OpenedLink(const cli::Dialler& dialler, Conversation& conversation)
      : dialler_(dialler),
        conversation_(conversation),
        policy_(dialler.retry_policy()),
        fiber_(gnet::spawn([this] { run(); })) {}

  ~OpenedLink() override { close(); }

  // The other side is to see an end, and may say its own.
  void finish() override {
    finishing_ = true;
    try {
      if (stream_.is_open()) stream_.shutdown_send(gnet::Deadline(kLinksFarewell));
    } catch (const std::system_error&) {
      // It has gone first.
    }
    static_cast<void>(fiber_.join(gnet::Deadline(kLinksFarewell)));
    close();
  }

  void close() override {
    fiber_.kill();
    stream_ = {};
  }

 private:
  void run() {
    for (;;) {
      std::exception_ptr failed;
      try {
        stream_ = dialler_.open_stream();
        const gnet::TimePoint since = gnet::Clock::now();
        conversation_.up(*this, dialler_.greeting());
        receive();
        if (finishing_) return;
        if (policy_.reset_after.after(since) <= gnet::Clock::now()) failures_ = 0;
        conversation_.down("the other side has closed it");
        failed = std::make_exception_ptr(
            cli::Failure(cli::Exit::lost, fmt::format("{} has ended", name())));
      } catch (const std::exception& error) {
        failed = dialler_.as_failure(std::current_exception());
        if (finishing_) return;
        conversation_.down(error.what());
      }
      stream_ = {};
      ++failures_;
      const bool again =
          dialler_.reconnects() && !(policy_.max_retries && failures_ >= *policy_.max_retries);
      if (!again) return conversation_.gave_up(failed);
      const gnet::Duration delay = policy_.delay(failures_);
      dialler_.announce_retry(failures_, delay, cli::reason_of(failed));
      gnet::sleep(delay);
    }
  }

  void receive() {
    std::string buffer(65536, '\0');
    while (const std::size_t count = stream_.receive(buffer.data(), buffer.size())) {
      conversation_.received(std::string_view(buffer).substr(0, count));
    }
  }

  void send(std::string_view message) override { stream_.send_all(message); }
  [[nodiscard]] std::string name() const override { return dialler_.endpoint().short_name(); }

  const cli::Dialler& dialler_;
  Conversation& conversation_;
  gnet::RetryPolicy policy_;
  gnet::AnyStream stream_;
  unsigned failures_ = 0;
  bool finishing_ = false;
  gnet::Fiber<> fiber_;
};

// Datagrams have no connection, but a socket of their own, which may fail and is made anew then.
class DatagramLink : public EchoLink, private Link {
 public:
  DatagramLink(const cli::Dialler& dialler, Conversation& conversation)
      : dialler_(dialler), conversation_(conversation), policy_(dialler.retry_policy()) {
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
  void begin(const std::exception_ptr& failed = nullptr) {
    close();
    receiver_ = gnet::spawn([this, failed] { run(failed); });
  }

  // One socket after the other, with delays between them.
  void run(std::exception_ptr failed) {
    for (;;) {
      if (failed && !wait_for_retry(failed)) return conversation_.gave_up(failed);
      try {
        socket_ = dialler_.open_datagrams();
        greets_ = true;
        conversation_.up(*this, dialler_.greeting());
        greets_ = false;
        receive();
      } catch (const std::exception& error) {
        greets_ = false;
        failed = dialler_.as_failure(std::current_exception());
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
    if (!dialler_.reconnects()) return false;
    if (policy_.max_retries && failures_ >= *policy_.max_retries) return false;
    const auto delay = policy_.delay(failures_);
    try {
      std::rethrow_exception(failed);
    } catch (const cli::Failure& failure) {
      if (!failure.cause()) return false;  // it would be the same again
      dialler_.announce_retry(failures_, delay, gnet::describe(failure.cause()));
    }
    gnet::sleep(delay);
    return true;
  }

  void send(std::string_view message) override {
    try {
      send_once(message);
    } catch (const std::system_error& error) {
      if (error.code() == std::errc::message_size) {
        throw cli::Failure(cli::Exit::io,
                           fmt::format("a message of {} bytes is too long for a datagram to {}",
                                       message.size(), dialler_.endpoint().short_name()),
                           {}, dialler_.endpoint().to_string());
      }
      // Who opens the socket deals with it itself.
      if (!greets_ && dialler_.reconnects()) {
        begin(dialler_.as_failure(std::current_exception()));
      }
      throw;
    }
  }

  void send_once(std::string_view message) {
    try {
      socket_.send(message);
    } catch (const std::system_error& error) {
      // That was an earlier datagram, unless it is a unix socket.
      if (error.code() != std::errc::connection_refused || dialler_.endpoint().is_unix()) throw;
      socket_.send(message);
    }
  }

  void renew() override { begin(); }

  [[nodiscard]] std::string name() const override { return dialler_.endpoint().short_name(); }

  const cli::Dialler& dialler_;
  Conversation& conversation_;
  gnet::RetryPolicy policy_;
  gnet::DatagramSocket socket_;
  unsigned failures_ = 0;  // since something was received
  bool greets_ = false;    // run() is sending
  gnet::Fiber<> receiver_;
};

}  // namespace

std::unique_ptr<EchoLink> make_echo_link(const cli::Dialler& dialler, Conversation& conversation) {
  if (dialler.only_opens()) return std::make_unique<OpenedLink>(dialler, conversation);
  if (dialler.endpoint().has_connections())
    return std::make_unique<StreamLink>(dialler, conversation);
  return std::make_unique<DatagramLink>(dialler, conversation);
}

}  // namespace commands
