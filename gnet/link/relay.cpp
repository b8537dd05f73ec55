#include "gnet/link/relay.h"

#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include "gnet/base/error.h"
#include "gnet/fiber/interrupt.h"
#include "gnet/io/two_way.h"

namespace gnet::link {
namespace {

using gnet::detail::Course;
using gnet::detail::Half;

// Messages in a row that did not have to wait, before others get a turn.
constexpr int kBurst = 16;

Unit unit_of(const LinkMessage& message) noexcept {
  return message.kind == MessageKind::text ? Unit::text : Unit::binary;
}

class MessageCarrier {
 public:
  MessageCarrier(MessageLink& source, MessageLink& sink, Way way, const RelayOptions& options,
                 Course& course)
      : source_(source), sink_(sink), way_(way), options_(options), course_(course) {
    const LineQuality& quality = way == Way::forward ? options.forward : options.backward;
    if (!quality.is_perfect()) line_.emplace(quality);
  }

  void run() {
    try {
      result.end = line_ ? carry_late() : carry();
    } catch (const std::runtime_error&) {  // of the system, or a ConnectionLost
      fail();
    } catch (const std::length_error&) {  // MessageTooLong: nothing behind it is worth having
      sending_ = false;
      fail();
    }
  }

  void hand_on_end() {
    if (options_.hand_on_end) return options_.hand_on_end(way_);
    sink_.shutdown_send();
  }

  // What a link takes shows only when something is sent; but a WebSocket that has ended without a
  // word is gone both ways.
  [[nodiscard]] std::exception_ptr watch_source() const {
    const auto closed = source_.closed();
    if (!closed || closed->clean) return nullptr;
    return std::make_exception_ptr(
        ConnectionLost(closed->reason.empty() ? "a WebSocket has gone" : closed->reason));
  }

  void discard() {
    try {
      while (source_.receive()) yield();
    } catch (const std::exception&) {
      // That is its end, too.
    }
  }

  [[nodiscard]] bool source_failed() const noexcept { return !sending_; }

  RelayDirection result;

 private:
  void fail() {
    result.end = PumpEnd::error;
    result.error = std::current_exception();
  }

  [[nodiscard]] bool is_enough() const noexcept {
    return options_.max_messages > 0 && result.messages >= options_.max_messages;
  }

  PumpEnd carry() {
    for (int burst = 0; !is_enough();) {
      const std::optional<LinkMessage> message = source_.receive();
      if (!message) return PumpEnd::eof;
      if (options_.tap) options_.tap(way_, *message);
      send(*message);
      if (++burst == kBurst) {
        burst = 0;
        yield();
      }
    }
    return PumpEnd::limit;
  }

  void send(const LinkMessage& message) {
    sending_ = true;
    sink_.send(message);
    sending_ = false;
    ++result.messages;
    result.bytes += message.data.size();
    course_.moved();
  }

  // Through the line: one fiber puts in, this one takes out.
  PumpEnd carry_late() {
    std::exception_ptr failure;
    gnet::detail::Companion reader("line", [&] {
      try {
        read_into_line();
      } catch (const Interrupt&) {
        throw;
      } catch (...) {
        failure = std::current_exception();
      }
      line_->close();
    });
    while (!is_enough()) {
      const std::optional<Parcel> parcel = line_->get();
      if (!parcel) {
        reader.get();
        if (failure) std::rethrow_exception(failure);
        return PumpEnd::eof;
      }
      send({parcel->data, parcel->unit == Unit::text ? MessageKind::text : MessageKind::binary});
    }
    return PumpEnd::limit;
  }

  void read_into_line() {
    while (const std::optional<LinkMessage> message = source_.receive()) {
      if (options_.tap) options_.tap(way_, *message);
      line_->put({unit_of(*message), std::string(message->data)});
      course_.moved();
    }
  }

  MessageLink& source_;
  MessageLink& sink_;
  const Way way_;
  const RelayOptions& options_;
  Course& course_;
  std::optional<DelayLine> line_;
  bool sending_ = false;
};

}  // namespace

RelayResult relay(MessageLink& first, MessageLink& second, const RelayOptions& options) {
  Course course(options.idle_timeout, options.half_close_timeout, options.deadline);
  course.any_error_ends = options.any_error_ends;
  Half<MessageCarrier> forward(course, first, second, Way::forward, options, course);
  Half<MessageCarrier> backward(course, second, first, Way::backward, options, course);
  gnet::detail::run_both_ways(forward, backward, course);
  return {forward.result(), backward.result()};
}

RelayDirection relay_one_way(MessageLink& source, MessageLink& sink, Way way,
                             const RelayOptions& options) {
  Course course(options.idle_timeout, options.half_close_timeout, options.deadline);
  Half<MessageCarrier> half(course, source, sink, way, options, course);
  gnet::detail::run_one_way(half, course);
  return half.result();
}

}  // namespace gnet::link
