// gnet echo-client: sends messages and verifies that they come back.

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <mutex>

#include "cli/client/dialler.h"
#include "cli/client/input.h"
#include "cli/client/run_client.h"
#include "cli/line/command.h"
#include "cli/out/failure.h"
#include "cli/out/output.h"
#include "commands/commands.h"
#include "commands/connection_limit.h"
#include "commands/conversation.h"
#include "commands/echo_links.h"
#include "gnet/base/random.h"
#include "gnet/fiber/wait.h"
#include "gnet/sync/semaphore.h"

namespace commands {
namespace {

struct Options : cli::GlobalOptions {
  cli::ClientOptions to;
  cli::ReconnectOptions retry;
  cli::Target target{.endpoint = gnet::Endpoint::parse(":6011")};
  std::optional<std::string> message;
  std::optional<cli::Size> size;
  std::optional<cli::Count> count;
  std::optional<gnet::Duration> interval;
  cli::Count connections{1};
  bool verify = true;
  bool use_stdin = false;
  bool stop_on_error = false;
};

constexpr const char* kMessage = "ooxx";
constexpr auto kInterval = std::chrono::seconds(2);
constexpr gnet::Duration kPatience = std::chrono::seconds(1);
constexpr gnet::Duration kDatagramLimit = std::chrono::seconds(1);
constexpr std::uint64_t kMostBytes = 256 << 20;  // of a message, of which there are three copies
constexpr std::uint64_t kAtOnce = 64;            // connections that begin in one go

std::string random_bytes(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t at = 0; at < size; at += sizeof(std::uint64_t)) {
    const std::uint64_t bits = gnet::random_bits();
    std::memcpy(bytes.data() + at, &bits, std::min(sizeof bits, size - at));
  }
  return bytes;
}

// Messages by number: the same text, or fresh random bytes each time.
Conversation::Source counted_messages(const Options& options, std::uint64_t count) {
  return [&options, count, sent = std::uint64_t{0}]() mutable -> std::optional<std::string> {
    if (count > 0 && sent == count) return std::nullopt;
    ++sent;
    return options.size ? random_bytes(options.size->bytes) : options.message.value_or(kMessage);
  };
}

// One run of the command: all its connections, and what they find.
class EchoClient {
 public:
  explicit EchoClient(const Options& options)
      : options_(options),
        dialler_(options, options.to, options.retry, options.target),
        report_(options.json, options.quiet.times) {}

  cli::Exit run() {
    return cli::run_client(options_.to, {.work = [this] { return exchange(); },
                                         .summary = [this] { report_.summary(); }});
  }

 private:
  // All messages of all connections.
  cli::Exit exchange() {
    try {
      if (options_.use_stdin) input_.emplace();
      // All of them count from the start: the first may end before the last begins.
      running_ = options_.connections.number;
      for (std::uint64_t i = 0; i < options_.connections.number && !ended_.is_set(); ++i) {
        start_conversation();
        // Signals want their turn when there are many.
        if (i % kAtOnce == kAtOnce - 1) gnet::yield();
      }
      announce_patience();
      ended_.wait();
    } catch (...) {
      close();
      throw;
    }
    close();
    return report_.found_fault() ? cli::Exit::negative : cli::Exit::ok;
  }

  // Throws the failure of a conversation, if one has failed.
  void close() {
    gnet::killall(fibers_);
    for (auto& link : links_) link->close();
    report_.give_up();
    if (failure_) std::rethrow_exception(failure_);
  }

  // Whoever looks on should not take it for dead.
  void announce_patience() {
    if (options_.json || options_.quiet.times > 0 || dialler_.reconnects()) return;
    fibers_.push_back(gnet::spawn([this] {
      gnet::sleep(kPatience);
      if (!report_.empty()) return;
      cli::write_all(STDERR_FILENO,
                     fmt::format("connecting to {}\n", dialler_.target().to_string()));
    }));
  }

  void start_conversation() {
    const gnet::Duration interval = interval_or_default();
    const bool datagrams = dialler_.endpoint().is_datagram();
    ConversationOptions rules{.interval = interval,
                              .reply_limit = {},
                              .datagrams = datagrams,
                              .verify = options_.verify,
                              .resend = dialler_.reconnects(),
                              .stop_on_error = options_.stop_on_error};
    if (datagrams) rules.reply_limit = std::max(kDatagramLimit, interval);
    const std::size_t index = links_.size();
    auto& conversation = *conversations_.emplace_back(std::make_unique<Conversation>(
        rules, options_.use_stdin ? input_lines(index) : counted_messages(options_, count()),
        report_));
    links_.push_back(make_echo_link(dialler_, conversation));
    fibers_.push_back(gnet::spawn([this, index] { converse(index); }));
  }

  void converse(std::size_t index) {
    try {
      conversations_[index]->run();
    } catch (const std::exception&) {
      if (!failure_) failure_ = std::current_exception();
    }
    // Others may wait for the place at the server.
    links_[index]->finish();
    if (--running_ == 0 || (options_.stop_on_error && (failure_ || report_.found_fault()))) {
      ended_.set();
    }
  }

  // Lines of standard input, each to whichever connection is free for it.
  Conversation::Source input_lines(std::size_t index) {
    return [this, index]() -> std::optional<std::string> {
      const std::lock_guard turn(reading_);
      while (auto line = input_->line()) {
        if (options_.retry.offline == cli::Offline::buffer || conversations_[index]->linked()) {
          return line;
        }
        if (options_.retry.offline == cli::Offline::fail) {
          throw cli::Failure(cli::Exit::lost, "there is input, and no connection to take it");
        }
        report_.dropped();
      }
      return std::nullopt;
    };
  }

  [[nodiscard]] gnet::Duration interval_or_default() const {
    return options_.interval.value_or(options_.use_stdin ? gnet::Duration::zero() : kInterval);
  }

  // Without an end and without a pause it would be a flood: then it is one message.
  [[nodiscard]] std::uint64_t count() const {
    if (options_.count) return options_.count->number;
    return interval_or_default() == gnet::Duration::zero() ? 1 : 0;
  }

  const Options& options_;
  cli::Dialler dialler_;
  EchoReport report_;
  std::optional<cli::Input> input_;
  gnet::Semaphore reading_{1};
  std::vector<std::unique_ptr<Conversation>> conversations_;
  std::vector<std::unique_ptr<EchoLink>> links_;
  std::vector<gnet::Fiber<>> fibers_;
  std::uint64_t running_ = 0;
  gnet::Event ended_;
  std::exception_ptr failure_;
};

void check_messages(const Options& options) {
  if (options.message && options.size) {
    throw cli::UsageError("--message and --size exclude each other");
  }
  if (options.use_stdin && (options.message || options.size)) {
    throw cli::UsageError(
        fmt::format("--stdin and {} exclude each other", options.message ? "--message" : "--size"));
  }
  // Nothing would travel, and that would be a success.
  if (options.message && options.message->empty()) {
    throw cli::UsageError("--message must not be empty");
  }
  if (options.size && (options.size->bytes == 0 || options.size->bytes > kMostBytes)) {
    throw cli::UsageError("--size must be from 1 to 256M");
  }
}

cli::Exit run(const Options& options) {
  check_messages(options);
  check_connections(options.connections.number);
  return EchoClient(options).run();
}

}  // namespace

const cli::Command& echo_client() {
  static const cli::Command made = cli::command<Options>({
      .name = "echo-client",
      .group = "Clients",
      .arguments = "[ENDPOINT]",
      .summary = "send messages and verify that they come back",
      .about = "Send messages to a TCP, TLS, UDP or unix socket and verify that they come back.",
      .examples =
          {"gnet echo-client --reconnect :6011",
           "gnet echo-client -n 1000 -i 0 -s 4K --connections 50 :6011 --json",
           "gnet echo-client --reconnect=100ms --max-retries 20 -t 5s -n 1 :6011 && echo up"},
      .service = cli::ServiceKind::client,
      .flags =
          {
              {"--to",
               "ENDPOINT",
               &Options::target,
               "where to connect",
               {.fallback = ":6011",
                .positional = "ENDPOINT",
                .completes = cli::Completes::endpoint,
                .more = "See *gnet-endpoints*(7)."}},
              {"--message", "TEXT", &Options::message, "what to send", {.fallback = kMessage}},
              {"-s,--size", "SIZE", &Options::size, "send so many random bytes instead"},
              {"-n,--count",
               "N",
               &Options::count,
               "messages to send on each connection, 0 = no end",
               {.fallback = "0; 1 with -i 0"}},
              {"-i,--interval",
               "D",
               &Options::interval,
               "pause between an echo and the next message",
               {.fallback = "2s; 0 with --stdin"}},
              {"--connections", "N", &Options::connections, "connections at a time"},
              {"--verify", "on|off", &Options::verify, "compare what comes with what was sent"},
              {"--stdin", &Options::use_stdin, "send the lines of standard input"},
              {"--stop-on-error", &Options::stop_on_error,
               "end at the first wrong or missing echo"},
          },
      .shared = {cli::client(&Options::to), cli::reconnect(&Options::retry)},
      .run = run,
  });
  return made;
}

}  // namespace commands
