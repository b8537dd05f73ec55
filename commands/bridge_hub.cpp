#include "commands/bridge_hub.h"

#include <algorithm>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "gnet/base/error.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/protocol/framer.h"

namespace commands {
namespace {

using gnet::link::LinkMessage;
using gnet::link::MessageKind;
using gnet::link::Slow;
using gnet::link::Unit;
using gnet::link::Way;

gnet::link::Audience::Rules rules(const BridgeOptions& options) {
  switch (options.broadcast) {
    case Share::drop:
      return {.slow = Slow::drop_oldest};
    case Share::block:
      return {.slow = Slow::block};
    default:
      return {.slow = Slow::close};
  }
}

Unit unit_of(const LinkMessage& message) noexcept {
  return message.kind == MessageKind::text ? Unit::text : Unit::binary;
}

}  // namespace

BridgeHub::BridgeHub(const BridgeOptions& options, BridgeRight& right, BridgeTaps& taps)
    : options_(options), right_(right), taps_(taps), audience_(rules(options)) {}

BridgeHub::~BridgeHub() {
  const gnet::Uninterruptible until_it_has_ended;
  if (line_ && line_->listener) line_->listener.kill();
}

// Who comes while it is being opened waits for the same.
std::shared_ptr<BridgeHub::Line> BridgeHub::join() {
  const std::lock_guard lock(opening_);
  if (!line_ || line_->over) {
    line_ = std::make_shared<Line>(right_.open());
    if (!taps_.empty()) tap_.emplace(taps_, 0, gnet::SocketAddress(), line_->end.address());
    line_->listener =
        gnet::spawn({.name = "broadcast"}, [this, line = line_.get()] { listen(*line); });
  }
  ++line_->guests;
  return line_;
}

void BridgeHub::leave(const std::shared_ptr<Line>& line) {
  if (--line->guests > 0) return;
  if (line_ == line) line_.reset();
  const gnet::Uninterruptible until_it_has_ended;
  line->listener.kill();
  try {
    line->end.close(line->code, line->reason, true);
  } catch (const std::exception&) {
    line->end.abort();
  }
}

// What the right side says, to everybody.
void BridgeHub::listen(Line& line) {
  try {
    auto& link = line.end.messages(framing_of(options_, false));
    while (const auto message = link.receive()) {
      if (tap_) tap_->data(Way::backward, unit_of(*message), message->data);
      audience_.tell(*message);
    }
    if (const auto closed = line.end.closed()) {
      line.code = closed->code;
      line.reason = closed->reason;
    }
  } catch (const std::runtime_error& error) {
    line.code = gnet::ws::kBadGateway;
    line.reason = error.what();
  } catch (const std::length_error& error) {
    line.code = gnet::ws::kTooBig;
    line.reason = error.what();
  }
  line.over = true;
  // Each of them has a fiber that receives, and so comes to its end.
  const auto guests = guests_;
  for (BridgeEnd* const guest : guests) {
    if (std::ranges::find(guests_, guest) == guests_.end()) continue;
    if (guest->has_messages()) {
      guest->messages(gnet::link::Framing::raw).close(line.code, line.reason);
    } else {
      guest->stream().close();
    }
  }
}

BridgeHub::Served BridgeHub::serve(BridgeEnd& left, cli::Pacer* pacer, std::uint64_t number) {
  const std::shared_ptr<Line> line = join();
  struct Leaving {
    BridgeHub& hub;
    const std::shared_ptr<Line>& line;
    BridgeEnd& left;
    ~Leaving() {
      std::erase(hub.guests_, &left);
      hub.leave(line);
    }
  } const leaving{*this, line, left};
  guests_.push_back(&left);

  std::optional<BridgeTap> tap;
  if (!taps_.empty()) tap.emplace(taps_, number, left.address(), line->end.address());
  auto& from = left.messages(framing_of(options_, true));
  auto& to = line->end.messages(framing_of(options_, false));
  const gnet::link::Audience::Guest guest(audience_, from);
  Served served;
  try {
    while (const auto message =
               from.receive(gnet::Deadline::within(options_.listen.idle_timeout))) {
      if (pacer != nullptr) pacer->take(message->data.size());
      if (tap) tap->data(Way::forward, unit_of(*message), message->data);
      const std::lock_guard turn(line->sending);
      to.send(*message);
      served.received += message->data.size();
    }
    served.ending.complete = true;
  } catch (const std::runtime_error& error) {
    if (!line->over) {
      served.ending = {cli::Exit::lost, gnet::describe(error), std::current_exception(), false};
    }
  } catch (const std::length_error& error) {
    served.ending = {cli::Exit::protocol, error.what(), std::current_exception(), false};
  }
  if (line->over) served.ending.reason = "the right side has ended";
  if (tap) tap->end(Way::forward);
  left.close(line->over ? line->code : gnet::ws::kNormal, line->over ? line->reason : "", true);
  return served;
}

}  // namespace commands
