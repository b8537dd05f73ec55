#include "commands/bridge_run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "cli/client/run_client.h"
#include "cli/out/failure.h"
#include "cli/out/json.h"
#include "cli/out/output.h"
#include "cli/out/plural.h"
#include "cli/out/server_output.h"
#include "cli/server/serve.h"
#include "gnet/base/error.h"
#include "gnet/base/size.h"
#include "gnet/fiber/retry.h"
#include "gnet/link/peer_server.h"

namespace commands {
namespace {

using gnet::Endpoint;
using gnet::link::Peer;

constexpr gnet::Duration kSessionIdle = std::chrono::seconds(60);  // of datagrams

// The peers of a left side that has datagrams, admitted as connections are.
class BridgeDatagrams final : public gnet::link::DatagramPeers {
 public:
  BridgeDatagrams(gnet::ServerAddress<gnet::DatagramSocket> address,
                  gnet::link::PeerHandler handler, gnet::Duration idle, gnet::ListenOptions listen,
                  cli::SessionRules& rules)
      : DatagramPeers(std::move(address), std::move(handler), idle, std::move(listen)),
        rules_(rules) {}
  ~BridgeDatagrams() override { end(); }

 private:
  bool admit(const gnet::SocketAddress& peer) override {
    return rules_.admission.admit(peer, local_endpoint());
  }
  void session_gone(const gnet::SocketAddress& peer) noexcept override {
    rules_.admission.left(peer);
  }

  cli::SessionRules& rules_;
};

// What one thread has for all must not be asked for on another.
BridgeOptions resolved(BridgeOptions options) {
  if (options.left().is_listen()) options.listen.endpoints = {options.left()};
  options.listen.alpn = options.to.alpn;
  options.listen.tls_min = options.to.tls_min;
  if (options.broadcast != Share::off || options.pool.number > 0) {
    options.listen.threads.number = 1;
  }
  return options;
}

}  // namespace

Bridge::Bridge(const BridgeOptions& options)
    : options_(resolved(options)), taps_(options_), right_(options_, options_.right()) {
  if (!options_.left().is_listen()) left_.emplace(options_, options_.left());
  if (options_.broadcast != Share::off) hub_.emplace(options_, right_, taps_);
}

cli::Exit Bridge::run() {
  const cli::Exit status =
      left_ ? cli::run_client(options_.to, {.work = [this] { return join(); }, .summary = [] {}})
            : serve();
  // It was said when it happened, and did not keep the bytes from going on.
  return status == cli::Exit::ok && taps_.are_incomplete() ? cli::Exit::io : status;
}

// ---- clients that come ----

cli::Exit Bridge::serve() {
  gnet::link::PeerHandler handler = [this](Peer& peer) { serve_peer(peer); };
  const gnet::link::PeerOptions peers;
  const Endpoint& here = options_.left();
  cli::Handlers handlers;
  handlers.name = "bridge";
  handlers.connection = [&](cli::SessionRules&) {
    return gnet::link::peer_connection(here, handler, peers);
  };
  handlers.datagrams = [&](cli::SessionRules& rules, auto where, auto listen) {
    return std::make_unique<BridgeDatagrams>(std::move(where), handler,
                                             here.idle().value_or(kSessionIdle), listen, rules);
  };
  handlers.peer = [this](cli::SessionRules&, Peer& peer) { serve_peer(peer); };
  handlers.answers_datagrams = false;
  handlers.begin = [&](cli::SessionRules& rules) {
    rules_ = &rules;
    rules.log.leave_close_events();
  };
  handlers.ready = [&](const std::vector<cli::Listening>&) { right_.fill_pool(); };
  const cli::Exit status = cli::serve(options_, options_.listen, handlers);
  if (hub_ && hub_->dropped() > 0) {
    gnet::Logger("bridge").warn("{} did not reach clients that were too slow",
                                cli::plural(hub_->dropped(), "message"));
  }
  const bool lone = options_.listen.once;
  return lone && status == cli::Exit::ok ? last_.load() : status;
}

void Bridge::serve_peer(Peer& peer) {
  const std::uint64_t number = ++pairs_;
  const gnet::TimePoint since = gnet::Clock::now();
  cli::Pacer pacer = rules_->pacer();
  cli::Pacer* const pace = pacer.limited() ? &pacer : nullptr;
  BridgeEnd left(peer, options_.left());
  BridgePair pair(options_, taps_, pace, number);
  std::uint64_t received = 0;
  Ending ending;
  try {
    ending = serve_end(left, pace, number, pair, received);
  } catch (const cli::Failure& failure) {
    ending = {failure.code(), failure.what(), std::current_exception(), false};
    peer.log().warn("{}", failure.what());
    if (left.has_messages()) {
      left.close(gnet::ws::kBadGateway, "the other side cannot be reached", false);
    } else {
      left.abort();
    }
  }
  last_ = ending.status;
  tell(number, left.name(), received + pair.received(), pair.sent(), since, ending);
}

Ending Bridge::serve_end(BridgeEnd& left, cli::Pacer* pacer, std::uint64_t number, BridgePair& pair,
                         std::uint64_t& received) {
  if (hub_) {
    const auto served = hub_->serve(left, pacer, number);
    received = served.received;
    return served.ending;
  }
  BridgeEnd right = right_.open(&left.client());
  run_on_connect(options_, left, right);
  greet(right);
  return pair.carry(left, right);
}

void Bridge::greet(BridgeEnd& right) const {
  const std::string& greeting = right_.dialler().greeting();
  if (greeting.empty()) return;
  right.messages(framing_of(options_, false)).send({greeting, gnet::link::MessageKind::text});
}

// ---- one pair ----

// What has been read of standard input, or of a file, does not come again. Before anything has been
// read the other side is worth another try.
bool Bridge::may_come_again(const Ending& ending) const {
  const auto is_gone = [](const Endpoint& end) {
    return end.is_local() && end.transport() != gnet::Transport::exec &&
           end.transport() != gnet::Transport::shell;
  };
  if (!right_.dialler().reconnects()) return false;
  if (!is_gone(options_.left()) && !is_gone(options_.right())) return true;
  return !has_carried_ && ending.status != cli::Exit::io;
}

cli::Exit Bridge::join() {
  const gnet::RetryPolicy policy = right_.dialler().retry_policy();
  for (unsigned failed = 0;;) {
    const gnet::TimePoint since = gnet::Clock::now();
    const Ending ending = join_once();
    if (!may_come_again(ending) || ending.status == cli::Exit::usage) {
      if (ending.error || ending.status == cli::Exit::timeout) {
        throw cli::Failure(ending.status, ending.reason);
      }
      return ending.status;
    }
    if (policy.reset_after.after(since) <= gnet::Clock::now()) failed = 0;
    const auto next = policy.delay_after(++failed);
    if (!next) {
      throw cli::Failure(
          ending.status == cli::Exit::ok ? cli::Exit::lost : ending.status,
          fmt::format("{}; gave up after {}", ending.reason, cli::plural(failed, "attempt")));
    }
    right_.dialler().announce_retry(failed, *next, ending.reason);
    gnet::sleep(*next);
  }
}

// Both sides are opened, and closed, together.
Ending Bridge::join_once() {
  const std::uint64_t number = ++pairs_;
  const gnet::TimePoint since = gnet::Clock::now();
  cli::Pace all;
  all.set_rate(options_.listen.rate_limit_total.bytes_per_second);
  cli::Pacer pacer(all, options_.listen.rate_limit.bytes_per_second,
                   options_.listen.rate_limit_total.bytes_per_second > 0);
  BridgePair pair(options_, taps_, pacer.limited() ? &pacer : nullptr, number);
  Ending ending;
  try {
    BridgeEnd left = left_->open_once();
    BridgeEnd right = right_.open_once();
    run_on_connect(options_, left, right);
    greet(right);
    has_carried_ = true;
    ending = pair.carry(left, right);
  } catch (const cli::Failure& failure) {
    ending = {failure.code(), failure.what(), std::current_exception(), false};
  }
  tell(number, left_->dialler().endpoint().to_string(), pair.received(), pair.sent(), since,
       ending);
  return ending;
}

// Where a side is standard output, events would be payload.
void Bridge::tell(std::uint64_t number, const std::string& left, std::uint64_t received,
                  std::uint64_t sent, gnet::TimePoint since, const Ending& ending) const {
  const gnet::Duration took = gnet::Clock::now() - since;
  const std::string right = right_.dialler().endpoint().to_string();
  gnet::Logger("bridge").debug("#{} {} - {}: {}, {} there, {} back, after {}", number, left, right,
                               ending.reason, gnet::format_size(received), gnet::format_size(sent),
                               gnet::format_duration(took, 2));
  if (!options_.json) return;
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
  const cli::JsonObject event = cli::event("close")
                                    .add("id", number)
                                    .add("left", left)
                                    .add("right", right)
                                    .add("rx_bytes", received)
                                    .add("tx_bytes", sent)
                                    .add("ms", ms)
                                    .add("reason", ending.reason);
  const bool is_payload = options_.left().transport() == gnet::Transport::stdio ||
                          options_.right().transport() == gnet::Transport::stdio;
  if (is_payload) {
    cli::write_all(STDERR_FILENO, event.text() + '\n');
  } else if (left_) {
    cli::print_line(event.text());
  } else {
    cli::post_event(event);
  }
}

}  // namespace commands
