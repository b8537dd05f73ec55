#include "commands/bridge_right.h"

#include <fmt/format.h>
#include <unistd.h>

#include <system_error>
#include <utility>

#include "cli/out/failure.h"
#include "gnet/base/error.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/os/subprocess.h"

namespace commands {
namespace {

// How long a pool waits after somebody could not be reached.
constexpr gnet::Duration kPoolPause = std::chrono::seconds(1);

bool may_have_proxy(const gnet::Endpoint& endpoint) {
  return endpoint.is_ip() && !endpoint.is_datagram() && !endpoint.is_listen();
}

// Options of TLS are for the side that has it, and a proxy for the one that may have it, where only
// one does.
cli::ClientOptions options_for(const BridgeOptions& options, const gnet::Endpoint& endpoint) {
  cli::ClientOptions own = options.to;
  if (!may_have_proxy(endpoint) &&
      (may_have_proxy(options.left()) || may_have_proxy(options.right()))) {
    own.proxy.clear();
  }
  if (endpoint.is_tls() || !(options.left().is_tls() || options.right().is_tls())) return own;
  static_cast<cli::ClientTLSOptions&>(own) = cli::ClientTLSOptions();
  return own;
}

}  // namespace

BridgeRight::BridgeRight(const BridgeOptions& options, const gnet::Endpoint& endpoint)
    : options_(options),
      to_(options_for(options, endpoint)),
      dialler_(options, to_, options.retry, {.endpoint = endpoint, .given = true}) {}

BridgeRight::~BridgeRight() {
  const gnet::Uninterruptible until_it_has_ended;
  if (filler_) filler_.kill();
}

BridgeEnd BridgeRight::open_once(const cli::OnBehalfOf* whom) const {
  try {
    return BridgeEnd::open(dialler_, whom);
  } catch (const std::exception&) {
    std::rethrow_exception(dialler_.as_failure(std::current_exception()));
  }
}

BridgeEnd BridgeRight::open(const cli::OnBehalfOf* whom) {
  if (auto ready = take_ready()) return std::move(*ready);
  const auto policy = dialler_.retry_policy();
  for (unsigned failed = 1;; ++failed) {
    gnet::Duration pause{};
    try {
      return open_once(whom);
    } catch (const cli::Failure& failure) {
      const auto next = policy.delay_after(failed);
      const bool is_hopeless = failure.code() == cli::Exit::usage;
      if (!dialler_.reconnects() || !next || is_hopeless) throw;
      pause = *next;
      dialler_.announce_retry(failed, pause, failure.what());
    }
    gnet::sleep(pause);
  }
}

// ---- the pool ----

void BridgeRight::fill_pool() {
  if (options_.pool.number == 0 || filler_) return;
  filler_ = gnet::spawn({.name = "pool"}, [this] { keep_ready(); });
}

std::optional<BridgeEnd> BridgeRight::take_ready() {
  while (!ready_.empty()) {
    BridgeEnd end = std::move(ready_.front());
    ready_.pop_front();
    taken_.set();
    if (!end.has_gone()) return end;
  }
  return std::nullopt;
}

void BridgeRight::keep_ready() {
  for (;;) {
    taken_.clear();
    while (ready_.size() < options_.pool.number) {
      try {
        ready_.push_back(open_once());
      } catch (const cli::Failure&) {
        // Who comes meanwhile finds out himself.
        gnet::sleep(kPoolPause);
      }
    }
    taken_.wait();
  }
}

// Its standard output is not that of the bridge, which may be one of its sides.
void run_on_connect(const BridgeOptions& options, const BridgeEnd& left, const BridgeEnd& right) {
  if (options.on_connect.empty()) return;
  gnet::Environment environment = gnet::environment();
  environment["GNET_LEFT"] = left.name();
  environment["GNET_RIGHT"] = right.name();
  int status = 0;
  try {
    status = gnet::run({"/bin/sh", "-c", options.on_connect},
                       {.process = {.in = gnet::Stdio::devnull(),
                                    .out = gnet::Stdio::fd(STDERR_FILENO),
                                    .environment = std::move(environment)}})
                 .status;
  } catch (const std::system_error& error) {
    throw cli::Failure(cli::Exit::io, gnet::describe(error));
  }
  if (status == 0) return;
  throw cli::Failure(cli::Exit::io,
                     status > 0 ? fmt::format("--on-connect ended with status {}", status)
                                : fmt::format("--on-connect was ended by signal {}", -status));
}

}  // namespace commands
