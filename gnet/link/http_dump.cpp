// Dumps that know HTTP, and the WebSocket frames that may follow it.

#include <fmt/format.h>

#include <array>
#include <deque>
#include <string>
#include <utility>

#include "gnet/base/utf8.h"
#include "gnet/http/body_decoder.h"
#include "gnet/http/request_parser.h"
#include "gnet/http/response_parser.h"
#include "gnet/link/traffic_dump.h"
#include "gnet/ws/frame_decoder.h"

namespace gnet::link {
namespace {

// Requests whose response is still to come: of one who sends and never reads no more are kept.
constexpr std::size_t kMostPending = 1000;

// Bytes of a frame that may be shown.
constexpr std::size_t kShownOfFrame = 256;

void append_fields(std::string& shown, const http::FieldTable& fields) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    shown += "  ";
    append_printable(shown, fields[i].name);
    shown += ": ";
    append_printable(shown, fields[i].value);
    shown += '\n';
  }
}

std::string_view name_of(ws::Opcode opcode) noexcept {
  switch (opcode) {
    case ws::Opcode::text:
      return "text";
    case ws::Opcode::binary:
      return "binary";
    case ws::Opcode::close:
      return "close";
    case ws::Opcode::ping:
      return "ping";
    case ws::Opcode::pong:
      return "pong";
    case ws::Opcode::continuation:
      break;
  }
  return "continuation";
}

// The frames that go one way.
class Frames {
 public:
  explicit Frames(Way way)
      : decoder_({.role = way == Way::forward ? ws::Role::server : ws::Role::client,
                  .compression = true}) {}

  // Calls show(text) for each message and control frame; false once they are none.
  template <typename Show>
  bool take(std::string bytes, const Show& show) {  // a copy, in which masks are taken off
    decoder_.feed({bytes.data(), bytes.size()});
    for (;;) {
      const ws::FrameEvent event = decoder_.next();
      switch (event.kind) {
        case ws::FrameEvent::none:
          return true;
        case ws::FrameEvent::failure:
          show(fmt::format("no WebSocket frame: {}", decoder_.failure().reason));
          return false;
        case ws::FrameEvent::control:
          show(control(event));
          break;
        case ws::FrameEvent::data:
          if (event.starts) size_ = 0, begin_.clear();
          size_ += event.payload.size();
          if (begin_.size() < kShownOfFrame) {
            begin_ += event.text().substr(0, kShownOfFrame - begin_.size());
          }
          if (event.ends) show(message(event));
          break;
      }
    }
  }

 private:
  static std::string control(const ws::FrameEvent& event) {
    const std::string_view payload = event.text();
    if (event.opcode == ws::Opcode::close && payload.size() >= 2) {
      const unsigned code =
          static_cast<unsigned char>(payload[0]) * 256U + static_cast<unsigned char>(payload[1]);
      return fmt::format("close {} {}", code, detail::excerpt(payload.substr(2)));
    }
    return fmt::format("{} {}", name_of(event.opcode), detail::excerpt(payload));
  }

  [[nodiscard]] std::string message(const ws::FrameEvent& event) const {
    if (event.compressed) {
      return fmt::format("{}, {} bytes, compressed", name_of(event.opcode), size_);
    }
    return fmt::format("{}, {} bytes: {}", name_of(event.opcode), size_, detail::excerpt(begin_));
  }

  ws::FrameDecoder decoder_;
  std::uint64_t size_ = 0;
  std::string begin_;
};

class HTTPDump final : public Dump {
 public:
  HTTPDump(std::uint64_t number, bool frames) : number_(number), shows_frames_(frames) {}

  std::string data(Way way, Unit unit, std::string_view data, PcapTime time) override {
    std::string shown;
    if (unit != Unit::bytes) {
      add(shown, way, time,
          fmt::format("{}, {} bytes: {}", unit == Unit::text ? "text" : "binary", data.size(),
                      detail::excerpt(data)));
      return shown;
    }
    while (!data.empty()) take(shown, way, data, time);
    return shown;
  }

  std::string end(Way way, PcapTime time) override {
    std::string shown;
    Side& side = of(way);
    if (side.state == State::body) {
      side.body.finish();
      finish_body(shown, way, time);
    } else if (!side.head.empty()) {
      add(shown, way, time, "the end, within a head");
    }
    add(shown, way, time, "end");
    return shown;
  }

 private:
  enum class State { head, body, frames, opaque };

  struct Side {
    explicit Side(Way way) : frames(way) {}
    State state = State::head;
    std::string head;  // that is not whole yet
    http::BodyDecoder body;
    Frames frames;
  };

  [[nodiscard]] Side& of(Way way) noexcept { return sides_[way == Way::forward ? 0 : 1]; }

  void add(std::string& shown, Way way, PcapTime time, std::string_view text) const {
    shown += detail::dump_prefix(number_, way, time);
    shown.append(text).push_back('\n');
  }

  // Takes some of the data: all of it, or up to where another thing begins.
  void take(std::string& shown, Way way, std::string_view& data, PcapTime time) {
    Side& side = of(way);
    switch (side.state) {
      case State::head:
        return take_head(shown, way, data, time);
      case State::body: {
        data.remove_prefix(side.body.feed(data).consumed);
        if (side.body.is_done()) finish_body(shown, way, time);
        if (side.body.refusal()) become_opaque(shown, way, side.body.refusal().reason, time);
        return;
      }
      case State::frames: {
        const auto show = [&](std::string_view text) { add(shown, way, time, text); };
        if (!side.frames.take(std::string(data), show)) side.state = State::opaque;
        data = {};
        return;
      }
      case State::opaque:
        add(shown, way, time, fmt::format("{} bytes", data.size()));
        data = {};
        return;
    }
  }

  void take_head(std::string& shown, Way way, std::string_view& data, PcapTime time) {
    Side& side = of(way);
    side.head += data;
    data = {};
    const http::Parsed parsed =
        way == Way::forward ? requests_.parse(side.head) : responses_.parse(side.head);
    if (parsed == http::Parsed::incomplete) return;
    if (parsed == http::Parsed::refused) {
      const auto& refusal = way == Way::forward ? requests_.refusal() : responses_.refusal();
      side.head.clear();
      return become_opaque(shown, way, refusal.reason, time);
    }
    const std::size_t size =
        way == Way::forward ? show_request(shown, time) : show_response(shown, time);
    way == Way::forward ? requests_.reset() : responses_.reset();
    // What is behind the head is the body's, or the next one's.
    const std::string head = std::exchange(side.head, {});
    std::string_view rest = std::string_view(head).substr(size);
    while (!rest.empty()) take(shown, way, rest, time);
  }

  std::size_t show_request(std::string& shown, PcapTime time) {
    const http::RequestHead& head = requests_.head();
    std::string line(head.method());
    line += ' ';
    append_printable(line, head.target());
    add(shown, Way::forward, time, line + fmt::format(" HTTP/1.{}", head.minor_version()));
    append_fields(shown, head.fields());
    if (methods_.size() < kMostPending) methods_.emplace_back(head.method());
    start_body(Way::forward, head.framing());
    return head.size();
  }

  std::size_t show_response(std::string& shown, PcapTime time) {
    const http::ResponseHead& head = responses_.head();
    std::string line = fmt::format("HTTP/1.{} {} ", head.minor_version(), head.status());
    append_printable(line, head.reason());
    add(shown, Way::backward, time, line);
    append_fields(shown, head.fields());
    const std::string method = methods_.empty() ? "GET" : methods_.front();
    if (head.is_interim()) return head.size();
    if (!methods_.empty()) methods_.pop_front();
    const bool tunnel = method == "CONNECT" && head.status() / 100 == 2;
    if (head.status() == 101 || tunnel) {
      const bool frames = shows_frames_ && head.status() == 101;
      for (Side& side : sides_) side.state = frames ? State::frames : State::opaque;
    } else {
      start_body(Way::backward, head.framing(method));
    }
    return head.size();
  }

  void start_body(Way way, http::BodyFraming framing) {
    Side& side = of(way);
    side.body.start(framing);
    side.state = side.body.is_done() ? State::head : State::body;
  }

  void finish_body(std::string& shown, Way way, PcapTime time) {
    Side& side = of(way);
    side.state = State::head;
    const char* const what =
        side.body.is_done() ? "a body of {} bytes" : "a body cut after {} bytes";
    add(shown, way, time, fmt::format(fmt::runtime(what), side.body.received()));
  }

  void become_opaque(std::string& shown, Way way, std::string_view why, PcapTime time) {
    of(way).state = State::opaque;
    add(shown, way, time, fmt::format("not HTTP: {}", why));
  }

  const std::uint64_t number_;
  const bool shows_frames_;
  std::array<Side, 2> sides_{Side(Way::forward), Side(Way::backward)};
  http::RequestParser requests_;
  http::ResponseParser responses_;
  std::deque<std::string> methods_;  // of requests that have no response yet
};

}  // namespace

std::unique_ptr<Dump> detail::make_http_dump(std::uint64_t number, bool frames) {
  return std::make_unique<HTTPDump>(number, frames);
}

}  // namespace gnet::link
