#include "commands/ws_client.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>

#include "cli/client/http_route.h"
#include "cli/client/run_client.h"
#include "cli/out/failure.h"
#include "cli/out/json.h"
#include "cli/out/output.h"
#include "cli/out/terminal.h"
#include "commands/framed_input.h"
#include "commands/records.h"
#include "commands/ws_slash.h"
#include "gnet/base/utf8.h"
#include "gnet/http/client_error.h"

namespace commands {
namespace {

using gnet::ws::CloseCode;
using gnet::ws::Message;
using gnet::ws::Opcode;
using gnet::ws::WebSocket;
using gnet::ws::WebSocketClosed;

cli::Failure as_failure(const gnet::http::ClientError& error) {
  return {cli::exit_for(error.failure()), error.reason(), {}, {}, error.code()};
}

// Status and body of a refusal, of which people see the text.
cli::Failure as_failure(const gnet::ws::HandshakeError& error) {
  std::string body = error.body();
  while (body.ends_with('\n') || body.ends_with('\r')) body.pop_back();
  std::string text = error.what();
  if (!body.empty()) text += ": " + body;
  return {cli::Exit::protocol, text};
}

gnet::ws::Closed ending_of(const WebSocket& socket) {
  return socket.closed().value_or(gnet::ws::Closed{});
}

bool ends_well(CloseCode code) noexcept {
  return code == gnet::ws::kNormal || code == gnet::ws::kGoingAway || code == gnet::ws::kNoCode;
}

}  // namespace

WsClient::WsClient(const WsOptions& options)
    : options_(options),
      target_(ws_address(options)),
      connect_(ws_connect_options(options, target_)),
      first_message_(cli::first_message(options.retry)),
      expected_(options.expect.empty() ? std::nullopt
                                       : std::optional(TextPattern(options.expect, "--expect"))),
      wait_(ws_wait(options)),
      interactive_(!options.json && isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1),
      color_(interactive_ && cli::wants_color(STDOUT_FILENO, options.color)),
      format_(options, interactive_, color_) {}

cli::Exit WsClient::run() {
  return cli::run_client(options_.to, {.work = [this] { return work(); }, .summary = [] {}});
}

// ---- connections ----

cli::Exit WsClient::work() {
  struct Ending {
    ~Ending() {
      if (client.input_) client.input_.kill();
      client.editor_.reset();
    }
    WsClient& client;
  } const ending{*this};
  while (!done_) {
    try {
      WebSocket socket = open();
      const gnet::TimePoint since = gnet::Clock::now();
      talk(socket);
      tell_closed(socket);
      if (done_) break;
      if (!options_.retry.reconnects()) {
        const gnet::ws::Closed closed = ending_of(socket);
        if (!ends_well(closed.code) || closed.failure) fail(socket);
        break;
      }
      if (gnet::Clock::now() - since >= options_.retry.reset_after) failed_ = 0;
      try_later(nullptr, why_ended(socket));
    } catch (const gnet::ws::HandshakeError& error) {
      const bool final = error.status() < 500 && error.status() != 408 && error.status() != 429;
      if (final || !options_.retry.reconnects()) throw as_failure(error);
      try_later(std::make_exception_ptr(as_failure(error)), error.what());
    } catch (const gnet::http::ClientError& error) {
      if (!options_.retry.reconnects()) throw as_failure(error);
      try_later(std::make_exception_ptr(as_failure(error)), error.reason());
    }
  }
  if (input_failure_) std::rethrow_exception(input_failure_);
  return verdict();
}

WebSocket WsClient::open() const {
  try {
    return gnet::ws::connect(target_.url, connect_);
  } catch (const std::invalid_argument& error) {  // of a field or a name
    throw cli::UsageError(error.what());
  }
}

// Sleeps until the next attempt; throws the error when there is none.
void WsClient::try_later(const std::exception_ptr& error, const std::string& reason) {
  const auto policy = cli::retry_policy(options_.retry, options_.to.connect_timeout);
  const auto delay = policy.delay_after(++failed_);
  if (!delay) {
    if (error) std::rethrow_exception(error);
    throw cli::Failure(cli::Exit::lost, reason);
  }
  const cli::LineEditor::Aside aside(editor_.get());
  cli::announce_retry(options_, failed_, *delay, reason);
  static_cast<void>(over_.wait(*delay));
}

// From its begin to its end, whoever ends it.
void WsClient::talk(WebSocket& socket) {
  tell_opened(socket);
  socket.on_pong([this](std::string_view data) { tell_pong(data); });
  heard_ = gnet::Clock::now();
  try {
    if (!first_message_.empty()) socket.send(first_message_);
    if (!std::exchange(greeted_, true)) {
      for (const std::string& text : options_.send) say(socket, text);
      input_ = gnet::spawn({.name = "input"}, [this] { take_input(); });
    }
    socket_ = &socket;
    connected_.set();
    while (!done_) {
      const auto message = socket.receive();
      if (!message) break;
      heard_ = gnet::Clock::now();
      take(*message);
    }
  } catch (const WebSocketClosed&) {
    // close() tells how.
  }
  socket.close(static_cast<CloseCode>(options_.close_code), options_.close_reason);
  socket_ = nullptr;
  connected_.clear();
  const std::lock_guard other_has_left(use_);
}

std::string WsClient::why_ended(const WebSocket& socket) const {
  const gnet::ws::Closed closed = ending_of(socket);
  if (closed.code == gnet::ws::kAbnormal) {
    return closed.reason.empty() ? "the connection was lost" : closed.reason;
  }
  return fmt::format("closed {}{}{}", closed.code, closed.reason.empty() ? "" : " ", closed.reason);
}

void WsClient::fail(const WebSocket& socket) const {
  const gnet::ws::Closed closed = ending_of(socket);
  if (closed.failure) {
    throw cli::Failure(cli::Exit::protocol, "the server broke the protocol: " + closed.reason);
  }
  const bool lost = closed.code == gnet::ws::kAbnormal;
  throw cli::Failure(lost ? cli::Exit::lost : cli::Exit::negative, why_ended(socket));
}

cli::Exit WsClient::verdict() const {
  if (!expected_ || matched_) return all_was_sent_ ? cli::Exit::ok : cli::Exit::io;
  throw cli::Failure(cli::Exit::negative,
                     fmt::format("no message has '{}' in it", options_.expect));
}

// ---- what comes ----

void WsClient::take(const Message& message) {
  print(format_.incoming(message));
  ++received_;
  if (expected_ && expected_->is_in(message.data)) matched_ = done_ = true;
  if (options_.count.number > 0 && received_ >= options_.count.number) done_ = true;
}

// ---- what is sent ----

void WsClient::take_input() {
  try {
    if (options_.send.empty()) read_input();
    if (!wait_) return;
    wait_for_silence();
  } catch (const std::exception&) {
    input_failure_ = std::current_exception();
  }
  end();
}

void WsClient::read_input() {
  if (options_.binary) {
    FramedInput input(options_.frame);
    while (const auto message = input.next()) deliver(*message);
  } else if (interactive_ && !options_.null && cli::LineEditor::is_possible()) {
    editor_ = std::make_unique<cli::LineEditor>(cli::LineEditor::Options{
        .color = color_,
        .history = options_.history ? cli::LineEditor::history_file("ws") : std::string()});
    while (const auto line = editor_->line()) deliver(*line);
  } else {
    Records records(options_.null ? '\0' : '\n');
    while (const auto record = records.next()) deliver(*record);
  }
}

// Until it is sent, be it on a later connection.
void WsClient::deliver(const std::string& record) {
  for (;;) {
    if (!connected_.is_set()) {
      if (options_.retry.offline == cli::Offline::drop) return gnet::yield();
      if (options_.retry.offline == cli::Offline::fail) {
        throw cli::Failure(cli::Exit::lost, "input came while there was no connection");
      }
      connected_.wait();
    }
    const std::lock_guard using_it(use_);
    if (socket_ == nullptr) continue;
    try {
      if (interactive_ && obey(*socket_, record)) return;
      return say(*socket_, record);
    } catch (const WebSocketClosed&) {
      gnet::yield();  // input without an end never waits
      if (!options_.retry.reconnects()) return;
    }
    if (connected_.is_set()) gnet::sleep(std::chrono::milliseconds(1));  // its end is on its way
  }
}

void WsClient::say(WebSocket& socket, const std::string& record) {
  std::optional<WsFormat::Outgoing> message;
  try {
    message = format_.outgoing(record);
  } catch (const std::invalid_argument& error) {
    all_was_sent_ = all_was_sent_ && interactive_;  // there a person sees it
    return note(fmt::format("gnet ws: not sent, {}: {}", error.what(), gnet::printable(record)));
  }
  socket.send(message->opcode, message->data);
}

// Whether the line is a command, which is done then.
bool WsClient::obey(WebSocket& socket, std::string_view line) {
  try {
    const auto command = slash_command(line);
    if (!command) return false;
    switch (command->kind) {
      case SlashCommand::ping:
        socket.ping(command->data);
        pinged_ = gnet::Clock::now();
        break;
      case SlashCommand::pong:
        socket.pong(command->data);
        break;
      case SlashCommand::text:
      case SlashCommand::binary:
        socket.send(command->kind == SlashCommand::text ? Opcode::text : Opcode::binary,
                    command->data);
        break;
      case SlashCommand::close:
        done_ = true;
        socket.close(command->code, command->data);
        break;
      case SlashCommand::help:
        note(kSlashHelp);
        break;
    }
  } catch (const std::logic_error& error) {
    done_ = false;
    note(fmt::format("gnet ws: {}", error.what()));
  } catch (const cli::Failure& error) {
    note(fmt::format("gnet ws: {}", error.what()));
  }
  return true;
}

void WsClient::wait_for_silence() {
  const gnet::TimePoint since = gnet::Clock::now();
  for (;;) {
    const gnet::Duration silent = gnet::Clock::now() - std::max(since, heard_);
    if (silent >= *wait_) break;
    gnet::sleep(*wait_ - silent);
  }
}

void WsClient::end() {
  done_ = true;
  over_.set();
  const std::lock_guard using_it(use_);
  if (socket_ == nullptr) return;
  try {
    socket_->close(static_cast<CloseCode>(options_.close_code), options_.close_reason);
  } catch (const WebSocketClosed&) {
    // It has ended already.
  }
}

// ---- what is told ----

// Standard output, and standard error, around the line that is being typed.

void WsClient::print(std::string_view text) const {
  const cli::LineEditor::Aside aside(editor_.get());
  cli::print(text);
}

void WsClient::note(std::string_view text) const {
  const cli::LineEditor::Aside aside(editor_.get());
  cli::write_all(STDERR_FILENO, std::string(text) + "\n");
}

void WsClient::tell_opened(const WebSocket& socket) const {
  if (options_.json) {
    cli::print_line(cli::event("open")
                        .add("url", target_.url.stripped().str())
                        .add("subprotocol", socket.subprotocol())
                        .add("deflate", socket.deflate().has_value())
                        .text());
  } else if (interactive_ || options_.verbose.times > 0) {
    if (options_.quiet.times > 0) return;
    const std::string& spoken = socket.subprotocol();
    note(fmt::format("connected to {}{}{}", target_.url.stripped().str(),
                     spoken.empty() ? "" : ", subprotocol ", spoken));
  }
}

void WsClient::tell_closed(const WebSocket& socket) const {
  const gnet::ws::Closed closed = ending_of(socket);
  if (options_.json) {
    cli::print_line(cli::event("close")
                        .add("code", closed.code)
                        .add("reason", closed.reason)
                        .add("clean", closed.clean)
                        .text());
  } else if (options_.verbose.times > 0 && options_.quiet.times == 0) {
    note(why_ended(socket));
  }
}

void WsClient::tell_pong(std::string_view data) {
  const bool asked = pinged_ != gnet::TimePoint();
  if (!asked && !options_.print_rtt) return;
  gnet::Duration time{};
  if (asked) {
    time = gnet::Clock::now() - std::exchange(pinged_, {});
  } else {
    const auto measured = socket_ != nullptr ? socket_->round_trip() : std::nullopt;
    if (!measured) return;
    time = *measured;
  }
  if (options_.json) {
    cli::print_line(cli::event("pong")
                        .add("rtt_us", std::chrono::duration<double, std::micro>(time).count())
                        .text());
  } else {
    note(fmt::format("pong{}{} rtt={}", asked && !data.empty() ? " " : "",
                     asked ? gnet::printable(data) : "", gnet::format_duration(time, 3)));
  }
}

}  // namespace commands
