#include "commands/connect_session.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "cli/client/dialler.h"
#include "cli/client/lost_connection.h"
#include "cli/out/failure.h"
#include "cli/out/output.h"
#include "gnet/base/error.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/fiber/fiber.h"
#include "gnet/link/open.h"

namespace commands {
namespace {

constexpr std::size_t kPiece = std::size_t{64} * 1024;
constexpr std::size_t kLookedAt = std::size_t{64} * 1024;  // for what is expected
constexpr gnet::Duration kDatagramSilence = std::chrono::seconds(1);
constexpr gnet::Duration kSendOnlyPatience = std::chrono::seconds(1);
constexpr gnet::Duration kGoodbye = std::chrono::seconds(1);

// LF as CR LF, where it is none yet; `after_cr`: the data before ended with CR.
std::string with_crlf(std::string_view data, bool& after_cr) {
  std::string text;
  for (const char c : data) {
    if (c == '\n' && !after_cr) text += '\r';
    text += c;
    after_cr = c == '\r';
  }
  return text;
}

gnet::AnyStream open_local_side(const ConnectOptions& options) {
  if (options.exec.empty()) return gnet::link::open_stream(gnet::Endpoint::parse("-"));
  try {
    return gnet::link::open_stream(gnet::Endpoint::parse("exec:" + options.exec));
  } catch (const gnet::BadEndpoint& error) {
    throw cli::UsageError(error.what());
  } catch (const std::system_error& error) {
    throw cli::Failure(cli::Exit::io, gnet::describe(error), {}, "exec:" + options.exec,
                       error.code());
  }
}

// The other side is to see an end, and not a reset.
void say_goodbye(gnet::AnyStream& peer) noexcept {
  try {
    if (auto* messages = peer.as<gnet::link::MessageStream>()) {
      messages->link().close();
    } else {
      peer.shutdown_send(gnet::Deadline(kGoodbye));
    }
  } catch (const std::exception&) {
    // It has gone first.
  }
  peer.close();
}

}  // namespace

// ---- LocalSide ----

LocalSide::LocalSide(const ConnectOptions& options)
    : stream_(open_local_side(options)), crlf_(options.crlf), is_program_(!options.exec.empty()) {
  if (options.send) {
    pending_ = crlf_ ? with_crlf(*options.send, after_cr_) : *options.send;
    ended_ = true;
    silent_ = !options.expect.empty();
  } else if (options.no_stdin || options.recv_only) {
    ended_ = silent_ = true;
  } else if (!is_program_) {
    terminal_ = isatty(STDIN_FILENO) == 1;
  }
}

std::string_view LocalSide::next() {
  if (!pending_.empty() || ended_) return pending_;
  buffer_.resize(kPiece);
  const std::size_t size = stream_.receive(buffer_.data(), buffer_.size());
  ended_ = size == 0;
  const std::string_view data = std::string_view(buffer_).substr(0, size);
  pending_ = crlf_ ? with_crlf(data, after_cr_) : std::string(data);
  return pending_;
}

void LocalSide::take(std::string_view data) {
  if (!program_listens_) return;
  try {
    stream_.send_all(data);
  } catch (const std::system_error& error) {
    const bool no_reader = error.code() == std::errc::broken_pipe;
    if (is_program_ && no_reader) {
      program_listens_ = false;
    } else if (no_reader) {
      cli::leave(cli::Exit::stdout_closed);
    } else {
      throw cli::Failure(cli::Exit::io,
                         "cannot write to standard output: " + gnet::describe(error.code()));
    }
  }
}

void LocalSide::peer_ended() {
  if (!is_program_ || !program_listens_) return;
  program_listens_ = false;
  stream_.shutdown_send();
}

// ---- ConnectSession ----

ConnectSession::ConnectSession(const ConnectOptions& options, LocalSide& local,
                               ConnectRecord& record, const TextPattern* expected)
    : options_(options), local_(local), record_(record), expected_(expected) {}

SessionEnd ConnectSession::run(gnet::AnyStream& peer, const gnet::Endpoint& name) {
  datagrams_ = name.is_datagram();
  record_.begin();
  touch();
  auto sender = gnet::spawn({.name = "send"}, [&] { send(peer); });
  auto receiver = gnet::spawn({.name = "receive"}, [&] { receive(peer); });
  // Whatever ends this ends them, and nothing of them is left then.
  struct Stop {
    ~Stop() {
      const gnet::Uninterruptible wait_out;
      sender.kill();
      receiver.kill();
    }
    gnet::Fiber<>& sender;
    gnet::Fiber<>& receiver;
  };
  std::optional<SessionEnd> end;
  {
    const Stop stop{sender, receiver};
    while (!(end = verdict(name))) {
      changed_.clear();
      static_cast<void>(changed_.wait(next_look()));
    }
  }
  say_goodbye(peer);
  return *end;
}

void ConnectSession::send(gnet::AnyStream& peer) {
  try {
    for (;;) {
      const std::string_view data = local_.next();
      if (data.empty()) break;
      peer.send_all(data);
      record_.sent(data);
      local_.taken();
      touch();
    }
    if (!local_.is_silent()) peer.shutdown_send();
  } catch (const std::exception&) {
    send_error_ = std::current_exception();
  }
  all_sent_ = true;
  sent_at_ = gnet::Clock::now();
  changed_.set();
}

void ConnectSession::receive(gnet::AnyStream& peer) {
  try {
    std::string buffer(kPiece, '\0');
    while (const std::size_t size = peer.receive(buffer.data(), buffer.size())) {
      const std::string_view data = std::string_view(buffer).substr(0, size);
      touch();
      record_.received(data);
      if (!options_.send_only && !options_.json) local_.take(data);
      if (expected_ != nullptr) look_for_expected(data);
    }
    local_.peer_ended();
  } catch (const std::exception&) {
    receive_error_ = std::current_exception();
  }
  all_received_ = true;
  changed_.set();
}

void ConnectSession::touch() {
  active_ = gnet::Clock::now();
}

void ConnectSession::look_for_expected(std::string_view data) {
  received_ += data;
  if (received_.size() > kLookedAt) received_.erase(0, received_.size() - kLookedAt);
  if (matched_ || !expected_->is_in(received_)) return;
  matched_ = true;
  changed_.set();
}

std::optional<SessionEnd> ConnectSession::verdict(const gnet::Endpoint& name) {
  if (matched_) return SessionEnd::matched;
  if (receive_error_) fail(receive_error_, name);
  // What the peer had to say has come, even if it took no more.
  if (send_error_ && all_received_) fail(send_error_, name);
  if (all_received_) {
    if (all_sent_)
      return local_.is_silent() && !options_.send ? SessionEnd::peer_closed : SessionEnd::done;
    if (options_.exit_on_eof) return SessionEnd::done;
    // With another connection to come this one is over.
    if (local_.is_terminal() || options_.retry.reconnects()) return SessionEnd::peer_closed;
  }
  if (all_sent_ && !local_.is_silent() && (options_.exit_on_eof || waited_enough())) {
    return SessionEnd::done;
  }
  const gnet::Duration limit = options_.idle_timeout;
  if (limit > gnet::Duration::zero() && gnet::Clock::now() >= active_ + limit) {
    throw cli::Failure(cli::Exit::timeout,
                       fmt::format("nothing came or went for {}", gnet::format_duration(limit)));
  }
  return std::nullopt;
}

// After the end of what is sent.
bool ConnectSession::waited_enough() const {
  const gnet::TimePoint now = gnet::Clock::now();
  if (options_.wait) return now >= sent_at_ + *options_.wait;
  if (options_.send_only) return now >= sent_at_ + kSendOnlyPatience;
  return datagrams_ && now >= std::max(active_, sent_at_) + kDatagramSilence;
}

gnet::Deadline ConnectSession::next_look() const {
  gnet::Deadline next = gnet::Deadline::never();
  const auto look_at = [&](gnet::TimePoint when) { next = next.earlier(gnet::Deadline(when)); };
  if (options_.idle_timeout > gnet::Duration::zero()) look_at(active_ + options_.idle_timeout);
  if (!all_sent_ || local_.is_silent()) return next;
  if (options_.wait) {
    look_at(sent_at_ + *options_.wait);
  } else if (options_.send_only) {
    look_at(sent_at_ + kSendOnlyPatience);
  } else if (datagrams_) {
    look_at(std::max(active_, sent_at_) + kDatagramSilence);
  }
  return next;
}

void ConnectSession::fail(const std::exception_ptr& error, const gnet::Endpoint& name) const {
  std::error_code cause;
  try {
    std::rethrow_exception(error);
  } catch (const cli::Failure&) {
    throw;
  } catch (const std::system_error& failure) {
    cause = failure.code();
    // What was not opened for writing says how it would be.
    if (name.is_local() && cause == std::errc::bad_file_descriptor) {
      throw cli::Failure(cli::Exit::io, failure.what(), {}, name.to_string(), cause);
    }
    if (name.is_local() && cli::is_of_files(cause)) {
      throw cli::Failure(cli::Exit::io,
                         fmt::format("{}: {}", name.to_string(), gnet::describe(cause)), {},
                         name.to_string(), cause);
    }
  } catch (const std::exception&) {
  }
  throw cli::lost_connection(name.short_name(), cli::reason_of(error), cause, name.to_string());
}

}  // namespace commands
