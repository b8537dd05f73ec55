#include "commands/bridge_pair.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "cli/client/lost_connection.h"
#include "gnet/base/error.h"
#include "gnet/io/pump.h"
#include "gnet/protocol/framer.h"

namespace commands {
namespace {

using gnet::PumpDirection;
using gnet::PumpEnd;
using gnet::link::LinkMessage;
using gnet::link::MessageKind;
using gnet::link::RelayOptions;
using gnet::link::Unit;
using gnet::link::Way;

cli::Exit status_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::system_error& failure) {
    return cli::is_of_files(failure.code()) ? cli::Exit::io : cli::Exit::lost;
  } catch (const gnet::MessageTooLong&) {
    return cli::Exit::protocol;
  } catch (...) {
    return cli::Exit::lost;
  }
}

bool is_broken_pipe(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::system_error& failure) {
    return failure.code() == std::errc::broken_pipe;
  } catch (...) {
    return false;
  }
}

// The least that a linger may be, where 0 would mean none.
constexpr gnet::Duration kWithoutWaiting = std::chrono::microseconds(1);

}  // namespace

gnet::Duration BridgePair::half_close_timeout() const {
  if (options_.exit_on_eof) return kWithoutWaiting;
  return options_.wait ? std::max(*options_.wait, kWithoutWaiting) : gnet::Duration::zero();
}

bool BridgePair::has_standard_streams() const {
  return options_.left().transport() == gnet::Transport::stdio ||
         options_.right().transport() == gnet::Transport::stdio;
}

// Whether bytes may go as they come, and nobody looks at them.
bool BridgePair::is_plain(const BridgeEnd& left, const BridgeEnd& right) const {
  using gnet::link::Framing;
  return !left.has_messages() && !right.has_messages() && !tap_ && pacer_ == nullptr &&
         options_.max_messages.number == 0 && line_quality(options_).is_perfect() &&
         framing_of(options_, true) == Framing::raw && framing_of(options_, false) == Framing::raw;
}

Ending BridgePair::carry(BridgeEnd& left, BridgeEnd& right) {
  if (!taps_.empty()) tap_.emplace(taps_, number_, left.address(), right.address());
  Ending ending;
  if (options_.one_way || options_.reverse) {
    ending = options_.one_way ? one_way(left, right) : one_way(right, left);
  } else {
    ending = is_plain(left, right) ? pump(left, right) : relay(left, right);
  }
  close(left, right, ending);
  return ending;
}

Ending BridgePair::pump(BridgeEnd& left, BridgeEnd& right) {
  const gnet::PumpResult result = gnet::pump(left.stream(), right.stream(),
                                             {.idle_timeout = options_.listen.idle_timeout,
                                              .half_close_timeout = half_close_timeout(),
                                              .splice = options_.splice == Splice::automatic,
                                              .buffer_size = options_.buffer_size.bytes,
                                              .any_error_ends = has_standard_streams()});
  forward_ = result.forward.bytes;
  backward_ = result.backward.bytes;
  return judge(result.forward, result.backward);
}

Ending BridgePair::relay(BridgeEnd& left, BridgeEnd& right) {
  RelayOptions relay = relay_options();
  const bool streams = !left.has_messages() && !right.has_messages();
  relay.tap = [&](Way way, const LinkMessage& message) { tap(way, message, streams); };
  relay.hand_on_end = [&](Way way) {
    if (tap_) tap_->end(way);
    way == Way::forward ? hand_on_end(left, right) : hand_on_end(right, left);
  };
  const auto result = gnet::link::relay(left.messages(framing_of(options_, true)),
                                        right.messages(framing_of(options_, false)), relay);
  forward_ = result.forward.bytes;
  backward_ = result.backward.bytes;
  return judge(result.forward, result.backward);
}

// The other way nothing is carried. What the sink has to say is dropped in the end.
Ending BridgePair::one_way(BridgeEnd& source, BridgeEnd& sink) {
  const Way way = options_.one_way ? Way::forward : Way::backward;
  PumpDirection result;
  if (is_plain(source, sink)) {
    result = gnet::copy(source.stream(), sink.stream(),
                        {.idle_timeout = options_.listen.idle_timeout,
                         .splice = options_.splice == Splice::automatic,
                         .buffer_size = options_.buffer_size.bytes});
  } else {
    RelayOptions relay = relay_options();
    const bool streams = !source.has_messages() && !sink.has_messages();
    relay.tap = [&](Way direction, const LinkMessage& message) {
      tap(direction, message, streams);
    };
    result = gnet::link::relay_one_way(source.messages(framing_of(options_, options_.one_way)),
                                       sink.messages(framing_of(options_, options_.reverse)), way,
                                       relay);
  }
  if (tap_) tap_->end(way);
  (options_.one_way ? forward_ : backward_) = result.bytes;
  PumpDirection other;
  other.end = PumpEnd::cut;
  return options_.one_way ? judge(result, other) : judge(other, result);
}

RelayOptions BridgePair::relay_options() {
  RelayOptions relay;
  relay.idle_timeout = options_.listen.idle_timeout;
  relay.half_close_timeout = half_close_timeout();
  relay.max_messages = options_.max_messages.number;
  relay.any_error_ends = has_standard_streams();
  relay.forward = relay.backward = line_quality(options_);
  return relay;
}

void BridgePair::tap(Way way, const LinkMessage& message, bool streams) {
  if (pacer_ != nullptr) pacer_->take(message.data.size());
  if (!tap_) return;
  const Unit unit = streams                             ? Unit::bytes
                    : message.kind == MessageKind::text ? Unit::text
                                                        : Unit::binary;
  tap_->data(way, unit, message.data);
}

// A WebSocket has no half-close: who has said close is answered at once by most servers, and what
// they would have said later is lost. So one that was called hears of no end, and its own is waited
// for; who has come here is told, and may say what is left.
void BridgePair::hand_on_end(BridgeEnd& source, BridgeEnd& sink) {
  if (const auto closed = source.closed(); closed && sink.is_web_socket()) {
    return sink.close(closed->code, closed->reason, true);
  }
  if (!sink.is_called_web_socket()) sink.messages(gnet::link::Framing::raw).shutdown_send();
}

Ending BridgePair::judge(const PumpDirection& forward, const PumpDirection& backward) const {
  for (const PumpDirection* one : {&forward, &backward}) {
    if (one->end != PumpEnd::error) continue;
    const gnet::Endpoint& sink = one == &forward ? options_.right() : options_.left();
    if (sink.transport() == gnet::Transport::stdio && is_broken_pipe(one->error)) {
      return {cli::Exit::stdout_closed, "standard output is closed", nullptr, false};
    }
    return {status_of(one->error), gnet::describe(one->error), one->error, false};
  }
  const bool ended = forward.end == PumpEnd::eof || backward.end == PumpEnd::eof;
  if (forward.end == PumpEnd::limit || backward.end == PumpEnd::limit) {
    return {cli::Exit::ok, "enough messages", nullptr, false};
  }
  if (forward.end == PumpEnd::eof && backward.end == PumpEnd::eof) {
    return {cli::Exit::ok, "end", nullptr, true};
  }
  const bool timed_out = forward.end == PumpEnd::timed_out || backward.end == PumpEnd::timed_out;
  if (timed_out && !(ended && half_close_timeout() > gnet::Duration::zero())) {
    return {cli::Exit::timeout,
            fmt::format("idle for {}", gnet::format_duration(options_.listen.idle_timeout)),
            nullptr, false};
  }
  return {cli::Exit::ok, "end", nullptr, false};
}

void BridgePair::close(BridgeEnd& left, BridgeEnd& right, Ending& ending) {
  gnet::ws::CloseCode code = gnet::ws::kNormal;
  std::string reason;
  if (ending.error) {
    code = gnet::ws::kBadGateway;
    reason = ending.reason;
  } else if (ending.status == cli::Exit::timeout) {
    code = gnet::ws::kGoingAway;
    reason = ending.reason;
  }
  // What a WebSocket has said last is said to the other one.
  for (const BridgeEnd* one : {&left, &right}) {
    const auto closed = one->closed();
    if (!closed || !closed->by_peer) continue;
    if (gnet::ws::may_be_sent(closed->code)) code = closed->code;
    reason = closed->reason;
    if (ending.reason == "end" && closed->code != gnet::ws::kNormal &&
        closed->code != gnet::ws::kNoCode) {
      ending.reason = fmt::format("closed {}{}{}", closed->code, reason.empty() ? "" : " ", reason);
    }
  }
  for (BridgeEnd* one : {&left, &right}) {
    if (ending.error && !one->has_messages()) {
      one->abort();
    } else {
      one->close(code, reason, ending.complete);
    }
  }
  if (!tap_) return;
  tap_->end(Way::forward);
  tap_->end(Way::backward);
}

}  // namespace commands
