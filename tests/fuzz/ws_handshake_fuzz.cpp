// Sec-WebSocket-Extensions and its companions: what is understood can be said again, and what two
// sides agree on they agree on alike and within what each can do.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "gnet/ws/handshake.h"

using gnet::ws::DeflateAgreement;
using gnet::ws::DeflateOptions;

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

std::string written(const std::vector<gnet::ws::Extension>& list) {
  std::string text;
  for (const auto& extension : list) {
    text += (text.empty() ? "" : ", ") + extension.name;
    for (const auto& parameter : extension.parameters) {
      text += "; " + parameter.name;
      if (parameter.value) text += "=\"" + *parameter.value + '"';
    }
  }
  return text;
}

bool is_window(std::uint8_t bits) {
  return bits >= 8 && bits <= 15;
}

void check(std::string_view header, const DeflateOptions& options) {
  const auto list = gnet::ws::parse_extensions(header);
  if (list) require(gnet::ws::parse_extensions(written(*list)) == list);

  if (list) {
    if (const auto answer = gnet::ws::answer_deflate_offer(*list, options)) {
      const DeflateAgreement& agreed = answer->agreement;
      require(is_window(agreed.window_bits) && is_window(agreed.peer_window_bits));
      require(agreed.window_bits <= options.window_bits);
      require(!agreed.context_takeover || options.context_takeover);
      require(
          !agreed.peer_context_takeover ||
          (options.peer_context_takeover && agreed.peer_window_bits <= options.peer_window_bits));
      require(gnet::ws::parse_extensions(answer->header).has_value());
    }
  }

  const auto verdict = gnet::ws::accept_deflate_answer(header, options);
  if (const auto* agreed = std::get_if<std::optional<DeflateAgreement>>(&verdict)) {
    require(list.has_value() && agreed->has_value());
    require((*agreed)->window_bits <= options.window_bits && is_window((*agreed)->window_bits));
    require((*agreed)->peer_window_bits <= options.peer_window_bits);
    require(!(*agreed)->peer_context_takeover || options.peer_context_takeover);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const unsigned how = data[0];
  const std::string_view header(reinterpret_cast<const char*>(data) + 1, size - 1);
  check(header, {.context_takeover = (how & 1U) != 0,
                 .peer_context_takeover = (how & 2U) != 0,
                 .window_bits = static_cast<std::uint8_t>(8 + (how >> 2U & 7U)),
                 .peer_window_bits = static_cast<std::uint8_t>(8 + (how >> 5U & 7U))});
  if (const auto names = gnet::ws::parse_subprotocols(header)) {
    for (const auto name : *names) require(gnet::ws::has_token(header, name));
  }
  const auto answer = gnet::ws::answer_handshake({.upgrade = header,
                                                  .connection = header,
                                                  .version = gnet::ws::kVersion,
                                                  .key = header,
                                                  .subprotocols = header,
                                                  .extensions = header});
  require(answer.status == 101 || !answer.reason.empty());
  return 0;
}
