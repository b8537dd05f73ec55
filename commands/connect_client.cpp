#include "commands/connect_client.h"

#include <fmt/format.h>
#include <unistd.h>

#include <utility>

#include "cli/client/lost_connection.h"
#include "cli/client/run_client.h"
#include "cli/out/failure.h"
#include "cli/out/json.h"
#include "cli/out/output.h"
#include "gnet/base/error.h"
#include "gnet/fiber/cancel_scope.h"

namespace commands {
namespace {

constexpr gnet::Duration kPatience = std::chrono::seconds(1);

bool is_final(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const cli::Failure& failure) {
    // Nothing of that is mended by another try.
    return failure.code() == cli::Exit::io || failure.code() == cli::Exit::usage ||
           failure.code() == cli::Exit::timeout;
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace

void print_expectation(const ConnectOptions& options, const gnet::Endpoint& peer, bool matched,
                       const ConnectSession& session, const ConnectRecord& record,
                       gnet::TimePoint began) {
  const auto time =
      std::chrono::duration_cast<std::chrono::milliseconds>(gnet::Clock::now() - began);
  cli::print_line(cli::JsonObject()
                      .add("endpoint", peer.to_string())
                      .add("expect", options.expect)
                      .add("matched", matched)
                      .add("received", session.received())
                      .add("received_bytes", record.received_bytes())
                      .add("sent_bytes", record.sent_bytes())
                      .add("ms", time.count())
                      .text());
}

ConnectClient::ConnectClient(const ConnectOptions& options)
    : options_(options),
      dialler_(options, options.to, options.retry, connect_target(options)),
      policy_(dialler_.retry_policy()),
      record_(options) {
  if (!options.expect.empty()) expected_.emplace(options.expect, "--expect");
}

cli::Exit ConnectClient::run() {
  return cli::run_client(options_.to, {.work = [this] { return work(); }, .summary = [] {}});
}

cli::Exit ConnectClient::work() {
  struct Stop {
    ~Stop() {
      const gnet::Uninterruptible wait_out;
      if (client.patience_) client.patience_.kill();
      if (client.offline_) client.offline_.kill();
    }
    ConnectClient& client;
  } const stop{*this};
  announce_patience();
  for (;;) {
    std::exception_ptr failed;
    try {
      gnet::AnyStream peer = open();
      if (!local_) local_.emplace(options_);
      const gnet::TimePoint since = gnet::Clock::now();
      const SessionEnd end = talk(std::move(peer));
      if (end != SessionEnd::peer_closed || !dialler_.reconnects()) return report(end);
      if (policy_.reset_after.after(since) <= gnet::Clock::now()) failures_ = 0;
      failed = std::make_exception_ptr(cli::Failure(
          cli::Exit::lost,
          fmt::format("{} has closed the connection", dialler_.endpoint().short_name())));
    } catch (const std::exception&) {
      failed = std::current_exception();
    }
    if (!dialler_.reconnects() || is_final(failed)) std::rethrow_exception(failed);
    wait_for_retry(failed);
  }
}

gnet::AnyStream ConnectClient::open() {
  try {
    gnet::AnyStream peer = dialler_.open_stream();
    connected_ = true;
    return peer;
  } catch (const std::exception&) {
    std::rethrow_exception(dialler_.as_failure(std::current_exception()));
  }
}

SessionEnd ConnectClient::talk(gnet::AnyStream peer) {
  {
    const gnet::Uninterruptible wait_out;
    if (offline_) offline_.kill();
  }
  if (offline_failed_.is_set()) {
    throw cli::Failure(cli::Exit::io, "there is input, and no connection to take it");
  }
  if (options_.verbose.times > 0) {
    gnet::Logger("connect").info("connected to {}", dialler_.endpoint().to_string());
  }
  greet(peer);
  session_.emplace(options_, *local_, record_, expected_ ? &*expected_ : nullptr);
  return session_->run(peer, dialler_.endpoint());
}

void ConnectClient::greet(gnet::AnyStream& peer) const {
  try {
    if (!dialler_.greeting().empty()) peer.send_all(dialler_.greeting());
  } catch (const std::system_error& error) {
    throw cli::lost_connection(dialler_.endpoint().short_name(), gnet::describe(error.code()),
                               error.code(), dialler_.endpoint().to_string());
  }
}

cli::Exit ConnectClient::report(SessionEnd end) {
  const bool matched = end == SessionEnd::matched;
  if (expected_ && options_.json) {
    print_expectation(options_, dialler_.target(), matched, *session_, record_, began_);
  }
  return expected_ && !matched ? cli::Exit::negative : cli::Exit::ok;
}

// Whoever looks on should not take it for dead.
void ConnectClient::announce_patience() {
  if (options_.json || options_.quiet.times > 0 || dialler_.reconnects()) return;
  patience_ = gnet::spawn([this] {
    gnet::sleep(kPatience);
    if (connected_) return;
    cli::write_all(STDERR_FILENO, fmt::format("connecting to {}\n", dialler_.target().to_string()));
  });
}

// Throws the error when there is to be no other try.
void ConnectClient::wait_for_retry(const std::exception_ptr& error) {
  ++failures_;
  if (policy_.max_retries && failures_ >= *policy_.max_retries) std::rethrow_exception(error);
  const gnet::Duration delay = policy_.delay(failures_);
  std::string reason;
  try {
    std::rethrow_exception(error);
  } catch (const cli::Failure& failure) {
    reason = failure.cause() ? gnet::describe(failure.cause()) : failure.what();
  } catch (const std::exception&) {
    reason = gnet::describe(error);
  }
  dialler_.announce_retry(failures_, delay, reason);
  watch_offline_input();
  if (offline_failed_.wait(gnet::Deadline(delay))) {
    throw cli::Failure(cli::Exit::lost, "there is input, and no connection to take it");
  }
}

// With --offline buffer it stays where it is until there is a connection.
void ConnectClient::watch_offline_input() {
  if (options_.retry.offline == cli::Offline::buffer || !local_) return;
  if (offline_ && offline_.active()) return;
  offline_ = gnet::spawn([this] {
    while (!local_->has_ended()) {
      if (local_->next().empty()) return;
      if (options_.retry.offline == cli::Offline::fail) return offline_failed_.set();
      local_->taken();
    }
  });
}

}  // namespace commands
