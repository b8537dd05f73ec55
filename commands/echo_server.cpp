// gnet echo-server: answers what was sent, or does one of the other classic services.

#include <fmt/format.h>

#include "cli/line/command.h"
#include "cli/out/failure.h"
#include "cli/out/plural.h"
#include "cli/server/reflection.h"
#include "cli/server/serve.h"
#include "commands/commands.h"
#include "commands/delayed_answers.h"
#include "commands/echo_modes.h"
#include "commands/shown_data.h"
#include "gnet/base/error.h"
#include "gnet/base/random.h"
#include "gnet/base/size.h"
#include "gnet/base/utf8.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/fiber/fiber.h"
#include "gnet/fiber/hub.h"

namespace commands {
namespace {

// How often it is said that answers are dropped.
constexpr gnet::Duration kWarningInterval = std::chrono::seconds(1);

struct Options : cli::GlobalOptions {
  Options() { listen.ports.fallback = 6011; }

  cli::ServerOptions listen;
  EchoMode mode = EchoMode::echo;
  std::string banner;
  cli::Delay delay;
  cli::Size chunk;
  cli::Percent loss;
  cli::Percent dup;
  cli::CloseAfter close_after;
  cli::Size buffer_size{64 * 1024};
  gnet::Duration read_deadline{};
  cli::Size max_datagram{64 * 1024};
  LogData log_data = LogData::off;
};

gnet::Duration random_delay(const cli::Delay& delay) {
  const auto spread = static_cast<double>(delay.jitter.count()) * (2 * gnet::random_share() - 1);
  return std::max(gnet::Duration::zero(),
                  delay.base + gnet::Duration(static_cast<std::int64_t>(spread)));
}

bool is_delayed(const Options& options) {
  return options.delay.base > gnet::Duration::zero() ||
         options.delay.jitter > gnet::Duration::zero();
}

// One Session a connection. A peer that resets it ends the connection, not the server.
class Echo : public cli::Session {
 public:
  Echo(cli::SessionRules& rules, const Options& options)
      : Session(rules),
        options_(options),
        plain_(options.mode == EchoMode::echo && options.log_data == LogData::off &&
               options.chunk.bytes == 0 && !options.close_after.is_set() && !is_delayed(options) &&
               !limited()) {
    recv_buf_size = options.buffer_size.bytes;
    read_deadline = options.read_deadline;
  }

  void connection_made() override {
    if (!options_.banner.empty()) send_data(options_.banner + "\r\n");
    if (options_.close_after.time > gnet::Duration::zero()) {
      add_inner_fiber([this] {
        gnet::sleep(options_.close_after.time);
        close_protocol();
      });
    }
    if (options_.mode == EchoMode::daytime) send_lose(daytime(std::time(nullptr)));
    if (options_.mode == EchoMode::time) send_lose(time_bytes(std::time(nullptr)));
    if (options_.mode == EchoMode::chargen) add_inner_fiber([this] { generate(); });
  }

  void data_received(std::string_view data) override {
    if (!plain_) return answer(data);
    send_data(data);
  }

  void message_truncated() override {
    if (rules().told_of_truncation.exchange(true)) return;
    log().warn("a message longer than --buffer-size is dropped, and so are others from now on");
  }

  // A generator goes on until the other side is gone altogether.
  bool eof_received() override {
    if (options_.mode == EchoMode::line) reply(lines_.rest());
    return options_.mode == EchoMode::chargen;
  }

 private:
  // Not inline: the plain case needs no frame.
  [[gnu::noinline]] void answer(std::string_view data) {
    if (options_.log_data != LogData::off) log_data(log(), options_.log_data, data);
    paced(data, [this](std::string_view piece) { answer_piece(piece); });
  }

  void answer_piece(std::string_view data) {
    switch (options_.mode) {
      case EchoMode::echo:
        return reply(data);
      case EchoMode::upper:
        return reply(upper(data));
      case EchoMode::line:
        return reply(lines_.add(data));
      default:
        return;  // the others do not listen
    }
  }

  void generate() {
    try {
      for (std::size_t line = 0; !finished_; ++line) {
        const std::string text = chargen_line(line);
        pace(text.size());
        reply(text);
        gnet::yield();  // a peer that reads fast never makes it wait
      }
    } catch (const gnet::ConnectionLost&) {
      // The peer has had enough: the usual end of this service.
    }
  }

  // In pieces, late, or cut off, as the options want it.
  void reply(std::string_view data) {
    if (options_.close_after.bytes > 0) {
      data = data.substr(0, options_.close_after.bytes - replied_);
    }
    replied_ += data.size();
    const std::size_t piece = options_.chunk.bytes > 0 ? options_.chunk.bytes : data.size();
    while (!data.empty()) {
      if (is_delayed(options_)) gnet::sleep(random_delay(options_.delay));
      send_data(data.substr(0, piece));
      data.remove_prefix(std::min(piece, data.size()));
      // What one callback sends leaves together, unless it suspends.
      if (!data.empty()) gnet::yield();
    }
    if (options_.close_after.bytes > 0 && replied_ >= options_.close_after.bytes) {
      finished_ = true;
      close_protocol();
    }
  }

  const Options& options_;
  bool plain_;  // nothing stands between what comes and what goes
  std::uint64_t replied_ = 0;
  bool finished_ = false;  // as many bytes as --close-after allows
  LineBuffer lines_;
};

// The same for who comes by a WebSocket, as a function on a stream.
class EchoPeer {
 public:
  EchoPeer(cli::SessionRules& rules, const Options& options, gnet::link::Peer& peer)
      : options_(options), peer_(peer), pacer_(rules.pacer()) {
    if (options.close_after.time > gnet::Duration::zero()) {
      end_ = gnet::Deadline(options.close_after.time);
    }
  }

  // Until the peer, or an option, says that it is enough.
  void run() {
    try {
      if (!options_.banner.empty()) send(options_.banner + "\r\n");
      if (options_.mode == EchoMode::daytime) return send(daytime(std::time(nullptr)));
      if (options_.mode == EchoMode::time) return send(time_bytes(std::time(nullptr)));
      if (options_.mode == EchoMode::chargen) return generate();
      answer_all();
    } catch (const std::system_error& error) {
      if (error.code() != std::errc::timed_out) return;  // the peer has gone
    }
  }

 private:
  void answer_all() {
    std::string buffer(options_.buffer_size.bytes, '\0');
    while (!finished_) {
      const auto limit = gnet::Deadline::within(options_.read_deadline).earlier(end_);
      const std::size_t size = peer_.stream().receive(buffer.data(), buffer.size(), limit);
      if (size == 0) break;
      std::string_view data = std::string_view(buffer).substr(0, size);
      if (options_.log_data != LogData::off) log_data(peer_.log(), options_.log_data, data);
      while (!data.empty() && !finished_) {
        const std::string_view piece = pacer_.limited() ? data.substr(0, pacer_.piece()) : data;
        data.remove_prefix(piece.size());
        pacer_.take(piece.size());
        answer(piece);
      }
    }
    if (options_.mode == EchoMode::line && !finished_) reply(lines_.rest());
  }

  void answer(std::string_view data) {
    switch (options_.mode) {
      case EchoMode::echo:
        return reply(data);
      case EchoMode::upper:
        return reply(upper(data));
      case EchoMode::line:
        return reply(lines_.add(data));
      default:
        return;
    }
  }

  void generate() {
    for (std::size_t line = 0; !finished_; ++line) {
      const std::string text = chargen_line(line);
      pacer_.take(text.size());
      reply(text);
      gnet::yield();
    }
  }

  void reply(std::string_view data) {
    if (options_.close_after.bytes > 0) {
      data = data.substr(0, options_.close_after.bytes - replied_);
    }
    replied_ += data.size();
    const std::size_t piece = options_.chunk.bytes > 0 ? options_.chunk.bytes : data.size();
    while (!data.empty()) {
      if (is_delayed(options_)) gnet::sleep(random_delay(options_.delay));
      send(data.substr(0, piece));
      data.remove_prefix(std::min(piece, data.size()));
    }
    finished_ = options_.close_after.bytes > 0 && replied_ >= options_.close_after.bytes;
  }

  void send(std::string_view data) { peer_.stream().send_all(data, end_); }

  const Options& options_;
  gnet::link::Peer& peer_;
  cli::Pacer pacer_;
  gnet::Deadline end_;
  std::uint64_t replied_ = 0;
  bool finished_ = false;
  LineBuffer lines_;
};

// The same for datagrams: each is a question, and gets at most one answer, or by --dup two.
class EchoDatagrams : public gnet::UDPServerFactory {
 public:
  EchoDatagrams(cli::SessionRules& rules, const Options& options,
                gnet::ServerAddress<gnet::DatagramSocket> where, gnet::ListenOptions listen)
      : UDPServerFactory(std::move(where), listen), rules_(rules), options_(options) {
    max_datagram = options.max_datagram.bytes;
  }

  ~EchoDatagrams() override { end(); }

  void datagram_received(std::string_view data, const gnet::SocketAddress& peer) override {
    if (!rules_.admission.admit_datagram(peer)) return;
    if (cli::answers_back(peer, rules_.datagram_ports)) return refuse(peer);
    rules_.pace.take(data.size());
    if (options_.log_data != LogData::off) log_data(log(), options_.log_data, data);
    if (options_.mode == EchoMode::discard || gnet::random_share() < options_.loss.share) return;
    const std::string text = answer(data);
    send_once(text, peer);
    if (gnet::random_share() < options_.dup.share) send_once(text, peer);
  }

  std::size_t wind_up(gnet::Deadline grace) override {
    if (const std::size_t left = delayed_.size(); left > 0) {
      log().info("{} still to be sent, again to stop now", cli::plural(left, "answer"));
    }
    const std::size_t cut = delayed_.finish(grace);
    rules_.lost_answers += cut;
    return cut;
  }

 private:
  // What waits at a unix socket that is not read is in our own buffer, which is for all peers.
  void send(std::string_view text, const gnet::SocketAddress& peer) {
    if (send_to(text, peer) || !peer.is_unix() || peer.path().empty()) return;
    if (unsent_++ > 0) return;
    log().warn("answers to {} are dropped: it does not read, and others may get none meanwhile",
               peer.short_name());
  }

  void refuse(const gnet::SocketAddress& peer) {
    const auto level = refused_++ == 0 ? gnet::LogLevel::warn : gnet::LogLevel::debug;
    if (gnet::log_level() > level) return;
    const std::string text = fmt::format(
        "a datagram from {} gets no answer: what is there would answer that, and so for ever",
        peer.short_name());
    if (level == gnet::LogLevel::warn) return log().warn("{}", text);
    log().debug("{}", text);
  }

  // Now, or after --delay.
  void send_once(const std::string& text, const gnet::SocketAddress& peer) {
    if (!is_delayed(options_)) return static_cast<void>(send(text, peer));
    if (delayed_.add(text, peer, random_delay(options_.delay))) return;
    ++dropped_;
    if (!next_warning_.passed()) return;
    next_warning_ = kWarningInterval;
    log().warn("too many answers wait for --delay; dropped so far: {}", dropped_);
  }

  void send_delayed(std::string_view text, const gnet::SocketAddress& peer) {
    try {
      send(text, peer);
    } catch (const std::system_error& error) {
      log().warn("an answer could not be sent: {}", gnet::describe(error));
    }
  }

  [[nodiscard]] std::string answer(std::string_view data) const {
    switch (options_.mode) {
      case EchoMode::chargen:
        return chargen_datagram(512);  // RFC 864: up to 512 characters
      case EchoMode::daytime:
        return daytime(std::time(nullptr));
      case EchoMode::time:
        return time_bytes(std::time(nullptr));
      case EchoMode::upper:
        return upper(data);
      default:
        return std::string(data);
    }
  }

  cli::SessionRules& rules_;
  const Options& options_;
  DelayedAnswers delayed_{[this](auto text, const auto& peer) { send_delayed(text, peer); }};
  std::uint64_t dropped_ = 0;  // because too many were delayed
  std::uint64_t refused_ = 0;  // because of their sender
  std::uint64_t unsent_ = 0;   // because it does not read
  gnet::Deadline next_warning_ = gnet::Duration::zero();
};

// Memory for both is taken before anything comes.
void check_size(std::string_view flag, const cli::Size& size, std::string_view most) {
  if (size.bytes >= 1 && size.bytes <= gnet::parse_size(most)) return;
  throw cli::UsageError(fmt::format("{} must be from 1 to {}", flag, most));
}

cli::Exit run(const Options& given) {
  Options options = given;
  check_size("--buffer-size", options.buffer_size, "64M");
  check_size("--max-datagram", options.max_datagram, "1M");
  if (options.verbose.times > 2 && options.log_data == LogData::off) {
    options.log_data = LogData::text;
  }
  return cli::serve(
      options, options.listen,
      {.name = "echo",
       .connection = [&](auto& rules) { return std::make_unique<Echo>(rules, options); },
       .datagrams =
           [&](auto& rules, auto where, auto listen) {
             return std::make_unique<EchoDatagrams>(rules, options, std::move(where), listen);
           },
       .answers_datagrams = options.mode != EchoMode::discard,
       .peer = [&](auto& rules, gnet::link::Peer& peer) { EchoPeer(rules, options, peer).run(); }});
}

}  // namespace

const cli::Command& echo_server() {
  static const cli::Command made = cli::command<Options>({
      .name = "echo-server",
      .group = "Servers",
      .arguments = "[ENDPOINT]...",
      .summary = "answer what was sent: echo, discard, chargen, daytime, time",
      .about =
          "Answer every byte with the same byte, on TCP, TLS, UDP, unix sockets and WebSockets.",
      .examples = {"gnet echo-server --port 6011",
                   "gnet echo-server -p 0 --print-port -D --pid-file echo.pid",
                   "gnet echo-server tcp-l://:7 udp-l://:7 -U /tmp/echo.sock --mode upper"},
      .service = cli::ServiceKind::server,
      .flags =
          {
              {"--mode",
               "MODE",
               &Options::mode,
               "echo, discard, chargen, daytime, time, upper or line",
               {.choices = echo_mode_names(),
                .more =
                    "*chargen* sends characters without end, *daytime* and *time* tell the time "
                    "once, *upper* answers in capitals, *line* answers line by line. See RFC "
                    "862, 863, 864, 867 and 868."}},
              {"--banner", "TEXT", &Options::banner, "a line sent first on every connection"},
              {"--delay", "D[~JITTER]", &Options::delay, "answer so much later"},
              {"--chunk",
               "SIZE",
               &Options::chunk,
               "cut answers into pieces of this size",
               {.fallback = "off"}},
              {"--loss", "P%", &Options::loss, "share of datagrams that get no answer"},
              {"--dup", "P%", &Options::dup, "share of datagrams that get two answers"},
              {"--close-after",
               "SIZE|D",
               &Options::close_after,
               "close after so many bytes, or after so long",
               {.fallback = "never"}},
              {"--buffer-size", "SIZE", &Options::buffer_size,
               "the most that is received at once; a message of unixpacket that is longer is "
               "dropped"},
              {"--read-deadline", "D", &Options::read_deadline,
               "close when the peer sends nothing for D"},
              {"--max-datagram", "SIZE", &Options::max_datagram,
               "the largest datagram; what is longer is dropped"},
              {"--log-data",
               "HOW",
               &Options::log_data,
               "show what comes, shortened: off, text or hex",
               {.choices = {"off", "text", "hex"}}},
          },
      .shared = {cli::server(&Options::listen)},
      .run = run,
  });
  return made;
}

}  // namespace commands
