#include "gnet/http/body_decoder.h"

#include <algorithm>
#include <string>

#include "gnet/http/ascii.h"
#include "gnet/http/head_scanner.h"
#include "gnet/http/percent.h"
#include "gnet/http/scanner.h"
#include "gnet/http/trailer.h"

namespace gnet::http {
namespace {

constexpr std::uint64_t kLargestChunk = std::numeric_limits<std::int64_t>::max();
constexpr std::uint8_t kMostDigits = 16;

constexpr bool is_quoted_text(char c) noexcept {
  return !detail::is_control(c) || c == '\t';
}

HeadLimits trailer_limits(const BodyLimits& limits) noexcept {
  return {.head = limits.trailers, .fields = limits.trailer_fields};
}

}  // namespace

struct BodyDecoder::Trailers {
  explicit Trailers(const BodyLimits& limits) noexcept : scanner(trailer_limits(limits)) {}

  std::string lines;
  detail::HeadScanner scanner;
};

BodyDecoder::BodyDecoder(const BodyLimits& limits) noexcept : limits_(limits) {}
BodyDecoder::BodyDecoder(BodyDecoder&&) noexcept = default;
BodyDecoder& BodyDecoder::operator=(BodyDecoder&&) noexcept = default;
BodyDecoder::~BodyDecoder() = default;

void BodyDecoder::start(BodyFraming framing) noexcept {
  refusal_ = {};
  pending_ = received_ = extensions_ = 0;
  digits_ = 0;
  has_trailers_ = false;
  state_ = State::done;
  switch (framing.kind) {
    case BodyFraming::none:
      break;
    case BodyFraming::chunked:
      state_ = State::size;
      break;
    case BodyFraming::until_close:
      state_ = State::until_close;
      break;
    case BodyFraming::length:
      if (framing.size > limits_.body) return refuse(413, "a body that is too large");
      pending_ = framing.size;
      if (pending_ > 0) state_ = State::length;
      break;
  }
}

BodyDecoder::Piece BodyDecoder::feed(std::string_view bytes) {
  std::size_t consumed = 0;
  while (consumed < bytes.size()) {
    const std::string_view rest = bytes.substr(consumed);
    switch (state_) {
      case State::done:
      case State::refused:
        return {consumed, {}};
      case State::length:
      case State::until_close:
      case State::data: {
        const std::string_view data = take(rest);
        return {consumed + data.size(), data};
      }
      case State::trailers:
        consumed += read_trailers(rest);
        break;
      default:
        consumed += read_frame(rest);
        break;
    }
  }
  return {consumed, {}};
}

std::string_view BodyDecoder::take(std::string_view bytes) noexcept {
  if (state_ == State::until_close) {
    if (bytes.size() > limits_.body - received_) {
      bytes = bytes.substr(0, static_cast<std::size_t>(limits_.body - received_));
      refuse(413, "a body that is too large");
    }
    received_ += bytes.size();
    return bytes;
  }
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), pending_));
  received_ += size;
  pending_ -= size;
  if (pending_ == 0) state_ = state_ == State::data ? State::data_cr : State::done;
  return bytes.substr(0, size);
}

// Takes what is neither data nor trailers.
std::size_t BodyDecoder::read_frame(std::string_view bytes) noexcept {
  std::size_t at = 0;
  for (; at < bytes.size(); ++at) {
    const char c = bytes[at];
    switch (state_) {
      case State::size:
        read_size(c);
        break;
      case State::size_lf:
        if (c == '\n') {
          begin_chunk();
        } else {
          refuse(400, "a CR without an LF behind a chunk size");
        }
        break;
      case State::data_cr:
        expect(c, '\r', State::data_lf);
        break;
      case State::data_lf:
        expect(c, '\n', State::size);
        break;
      case State::end:
        if (c != '\r') {
          state_ = State::trailers;
          return at;
        }
        state_ = State::end_lf;
        break;
      case State::end_lf:
        expect(c, '\n', State::done);
        break;
      case State::done:
      case State::refused:
      case State::data:
        return at;
      default:
        read_extension(c);
        break;
    }
  }
  return at;
}

void BodyDecoder::expect(char c, char expected, State next) noexcept {
  if (c != expected) return refuse(400, "a chunk that does not end with CRLF");
  state_ = next;
}

void BodyDecoder::read_size(char c) noexcept {
  if (const int digit = detail::hex_value(c); digit >= 0) {
    if (digits_ == kMostDigits) return refuse(400, "a chunk size with too many digits");
    ++digits_;
    pending_ = pending_ << 4 | static_cast<std::uint64_t>(digit);
    if (pending_ > kLargestChunk) refuse(400, "a chunk size that is too large");
    return;
  }
  if (digits_ == 0) return refuse(400, "a chunk without a size");
  if (c == '\r') {
    state_ = State::size_lf;
  } else if (c == '\n') {
    refuse(400, "an LF without a CR behind a chunk size");
  } else if (c == ';' || detail::is_space(c)) {
    state_ = c == ';' ? State::extension : State::space_after_size;
    count_extension();
  } else {
    refuse(400, "a chunk size that is no hexadecimal number");
  }
}

void BodyDecoder::read_extension(char c) noexcept {
  if (!is_extension(c)) return refuse(400, "a malformed chunk extension");
  if (state_ != State::size_lf) count_extension();
}

// *( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] ), and then CR. Spaces have
// something behind them.
bool BodyDecoder::is_extension(char c) noexcept {
  switch (state_) {
    case State::extension:
      if (detail::is_token_char(c)) state_ = State::extension_name;
      return detail::is_space(c) || state_ == State::extension_name;
    case State::extension_value:
      if (detail::is_token_char(c)) state_ = State::extension_token;
      if (c == '"') state_ = State::extension_quoted;
      return detail::is_space(c) || state_ != State::extension_value;
    case State::extension_quoted:
      if (c == '"') state_ = State::extension_quoted_end;
      if (c == '\\') state_ = State::extension_escape;
      return is_quoted_text(c);
    case State::extension_escape:
      state_ = State::extension_quoted;
      return is_quoted_text(c);
    case State::extension_name:
    case State::extension_token:
      if (detail::is_token_char(c)) return true;
      [[fallthrough]];
    default:
      return is_behind_text(c);
  }
}

// Behind a size, a name or a value.
bool BodyDecoder::is_behind_text(char c) noexcept {
  const bool in_name = state_ == State::extension_name;
  const bool in_value = state_ == State::extension_token || state_ == State::extension_quoted_end;
  if (c == ';') {
    state_ = State::extension;
  } else if (c == '=' && (in_name || state_ == State::space_after_name)) {
    state_ = State::extension_value;
  } else if (c == '\r' && (in_name || in_value)) {
    state_ = State::size_lf;
  } else {
    if (in_name) state_ = State::space_after_name;
    if (in_value) state_ = State::space_after_value;
    return detail::is_space(c);
  }
  return true;
}

void BodyDecoder::count_extension() noexcept {
  if (++extensions_ > limits_.chunk_extensions) {
    refuse(400, "more chunk extensions than data");
  }
}

// The line with the size is read.
void BodyDecoder::begin_chunk() noexcept {
  digits_ = 0;
  if (pending_ == 0) {
    state_ = State::end;
    return;
  }
  if (pending_ > limits_.body - received_) return refuse(413, "a body that is too large");
  extensions_ -= std::min(extensions_, pending_);
  state_ = State::data;
}

// Lines are put together, since they have to lie in one piece.
std::size_t BodyDecoder::read_trailers(std::string_view bytes) {
  if (!has_trailers_) {
    if (!trailers_) trailers_ = std::make_unique<Trailers>(limits_);
    trailers_->lines.clear();
    trailers_->scanner.reset();
    has_trailers_ = true;
  }
  auto& [lines, scanner] = *trailers_;
  const std::size_t before = lines.size();
  lines += bytes.substr(0, limits_.trailers - std::min(limits_.trailers, before));
  Parsed parsed = Parsed::incomplete;
  if (scanner.may_go_on(lines)) parsed = scanner.read_fields(lines);
  if (parsed == Parsed::incomplete && lines.size() >= limits_.trailers) {
    refuse(431, "trailers that are too long");
  } else if (parsed == Parsed::refused) {
    refuse(scanner.refusal.status, scanner.refusal.reason);
  } else if (parsed == Parsed::complete) {
    lines.resize(scanner.position());
    conclude_trailers();
  }
  return lines.size() - before;
}

void BodyDecoder::conclude_trailers() noexcept {
  const FieldTable& fields = trailers_->scanner.fields;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (!may_be_trailer(fields[i].name)) {
      return refuse(400, "a trailer that has to be a header field");
    }
  }
  state_ = State::done;
}

const FieldTable& BodyDecoder::trailers() const noexcept {
  static const FieldTable none;
  return is_done() && has_trailers_ ? trailers_->scanner.fields : none;
}

void BodyDecoder::finish() noexcept {
  if (state_ == State::until_close) {
    state_ = State::done;
  } else if (state_ != State::done && state_ != State::refused) {
    refuse(400, "the connection has ended within a body");
  }
}

void BodyDecoder::refuse(int status, std::string_view reason) noexcept {
  refusal_ = {status, reason};
  state_ = State::refused;
}

}  // namespace gnet::http
