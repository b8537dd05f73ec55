// Bodies: data lies within the bytes, nothing is taken twice, however they are split the body is
// the same, and what it is made of can be written again.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "gnet/http/body_decoder.h"
#include "gnet/http/headers.h"
#include "gnet/http/message_writer.h"

namespace {

using gnet::http::BodyDecoder;
using gnet::http::BodyFraming;

void require(bool condition) {
  if (!condition) std::abort();
}

// Small, so that they are reached.
constexpr gnet::http::BodyLimits kLimits{
    .body = 1000, .chunk_extensions = 20, .trailers = 60, .trailer_fields = 3};

struct Outcome {
  std::string data;
  std::string trailers;
  std::size_t consumed = 0;
  int status = 0;
  bool done = false;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

// Feeds a piece, in memory at whose end a sanitizer watches.
void feed(BodyDecoder& body, std::string_view piece, Outcome& outcome) {
  const std::unique_ptr<char[]> copy(new char[piece.size()]);
  piece.copy(copy.get(), piece.size());
  std::string_view rest(copy.get(), piece.size());
  while (!rest.empty() && !body.is_done() && !body.refusal()) {
    const auto [consumed, data] = body.feed(rest);
    require(consumed <= rest.size() && data.size() <= consumed);
    require(data.empty() ||
            (data.data() >= rest.data() && data.data() + data.size() <= rest.data() + consumed));
    require(!data.empty() || consumed == rest.size() || body.is_done() || body.refusal());
    outcome.data += data;
    outcome.consumed += consumed;
    rest.remove_prefix(consumed);
  }
}

Outcome decode(BodyDecoder& body, BodyFraming framing, std::string_view bytes, std::size_t step) {
  Outcome outcome;
  body.start(framing);
  for (std::size_t at = 0; at < bytes.size(); at += step)
    feed(body, bytes.substr(at, step), outcome);
  require(body.received() == outcome.data.size());
  outcome.done = body.is_done();
  outcome.status = body.refusal().status;
  require(!(outcome.done && outcome.status != 0));
  outcome.trailers = gnet::http::Headers(body.trailers()).text();
  // Where a refused body was refused depends on the pieces, which is nobody's business.
  if (outcome.status == 0) return outcome;
  Outcome refused;
  refused.status = outcome.status;
  return refused;
}

// What was read, written anew, is read as the same.
void check_written(const Outcome& outcome, const gnet::http::FieldTable& trailers) {
  std::string out;
  gnet::http::append_chunk(out, outcome.data);
  gnet::http::append_last_chunk(out, gnet::http::Headers(trailers));
  BodyDecoder again;  // without bounds: a space more may stand behind a name
  const Outcome read = decode(again, {BodyFraming::chunked}, out, out.size());
  require(read.done && read.data == outcome.data && read.trailers == outcome.trailers);
  require(read.consumed == out.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto kind = static_cast<BodyFraming::Kind>(data[0] % 4);
  const BodyFraming framing{kind, kind == BodyFraming::length ? data[1] * std::uint64_t{5} : 0};
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  BodyDecoder body(kLimits);
  const Outcome whole = decode(body, framing, bytes, std::max<std::size_t>(bytes.size(), 1));
  require(whole.data.size() <= kLimits.body);
  if (whole.done && kind == BodyFraming::chunked) check_written(whole, body.trailers());
  require(decode(body, framing, bytes, 1) == whole);
  require(decode(body, framing, bytes, 1U + data[1] % 32U) == whole);
  body.finish();
  require(body.is_done() || body.refusal());
  return 0;
}
