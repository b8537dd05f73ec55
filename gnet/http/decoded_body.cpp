#include "gnet/http/decoded_body.h"

#include <fmt/format.h>

#include <utility>

#include "gnet/http/client_error.h"

namespace gnet::http::detail {

namespace {
constexpr std::size_t kDecodedRoom = 64 * 1024;
}

std::unique_ptr<DecodedBody> DecodedBody::of(const Headers& headers, const DecodeLimits& limits) {
  ContentDecoder decoder(headers.joined("Content-Encoding"), limits);
  if (decoder.is_identity()) return nullptr;
  auto body = std::make_unique<DecodedBody>(std::move(decoder));
  body->check();
  return body;
}

DecodedBody::DecodedBody(ContentDecoder decoder)
    : decoder_(std::move(decoder)), room_(gnet::detail::Scheduler::current(), kDecodedRoom) {}

std::string_view DecodedBody::decode() {
  if (input_.empty() && !full_) return {};
  const auto [consumed, written] = decoder_.decode(input_, {room_.data(), room_.size()});
  check();
  input_.remove_prefix(consumed);
  full_ = written == room_.size();
  return {room_.data(), written};
}

void DecodedBody::finish() {
  decoder_.finish();
  check();
  ended_ = true;
}

void DecodedBody::check() const {
  const Refusal& refusal = decoder_.refusal();
  if (!refusal) return;
  throw ClientTrouble(refusal.status == 413 ? ClientFailure::limit : ClientFailure::protocol,
                      fmt::format("compressed answer: {}", refusal.reason));
}

}  // namespace gnet::http::detail
