#include "gnet/ws/permessage_deflate.h"

#include <algorithm>
#include <stdexcept>

namespace gnet::ws {
namespace {

constexpr std::string_view kName = "permessage-deflate";
constexpr std::uint8_t kMostBits = 15;

// The parameters of an offer, or of an answer (RFC 7692, §7.1).
struct Parameters {
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  std::optional<std::uint8_t> server_max_window_bits;
  std::optional<std::uint8_t> client_max_window_bits;
  bool client_max_window_bits_hint = false;  // it stands without a value
};

// A number from 8 to 15, without a zero before it.
std::optional<std::uint8_t> parse_bits(std::string_view text) noexcept {
  if (text == "8" || text == "9") return static_cast<std::uint8_t>(text[0] - '0');
  if (text.size() != 2 || text[0] != '1' || text[1] < '0' || text[1] > '5') return std::nullopt;
  return static_cast<std::uint8_t>(10 + text[1] - '0');
}

bool take_flag(bool& flag, const ExtensionParameter& parameter) noexcept {
  if (flag || parameter.value) return false;
  return flag = true;
}

bool take_bits(std::optional<std::uint8_t>& bits, const ExtensionParameter& parameter) noexcept {
  if (bits || !parameter.value) return false;
  bits = parse_bits(*parameter.value);
  return bits.has_value();
}

// Nothing if one is unknown, comes twice, or has not the value that it needs.
std::optional<Parameters> parse_parameters(const Extension& extension) noexcept {
  Parameters found;
  for (const ExtensionParameter& parameter : extension.parameters) {
    bool fine = false;
    if (parameter.name == "server_no_context_takeover") {
      fine = take_flag(found.server_no_context_takeover, parameter);
    } else if (parameter.name == "client_no_context_takeover") {
      fine = take_flag(found.client_no_context_takeover, parameter);
    } else if (parameter.name == "server_max_window_bits") {
      fine = take_bits(found.server_max_window_bits, parameter);
    } else if (parameter.name == "client_max_window_bits") {
      bool& hint = found.client_max_window_bits_hint;
      if (parameter.value) {
        fine = !hint && take_bits(found.client_max_window_bits, parameter);
      } else {
        fine = !found.client_max_window_bits && take_flag(hint, parameter);
      }
    }
    if (!fine) return std::nullopt;
  }
  return found;
}

void check(const DeflateOptions& options) {
  const auto check_range = [](const char* name, int value, int least, int most) {
    if (value >= least && value <= most) return;
    throw std::invalid_argument(std::string("permessage-deflate: ") + name + " is not from " +
                                std::to_string(least) + " to " + std::to_string(most));
  };
  check_range("window_bits", options.window_bits, 8, kMostBits);
  check_range("peer_window_bits", options.peer_window_bits, 8, kMostBits);
  check_range("level", options.level, 1, 9);
  check_range("memory_level", options.memory_level, 1, 9);
}

std::string with_bits(std::string_view name, std::uint8_t bits) {
  return std::string("; ").append(name).append("=").append(std::to_string(bits));
}

// The answer to one offer.
DeflateAnswer agree(const Parameters& offer, const DeflateOptions& options) {
  DeflateAgreement agreed;
  std::string header(kName);

  agreed.context_takeover = options.context_takeover && !offer.server_no_context_takeover;
  if (!agreed.context_takeover) header += "; server_no_context_takeover";

  agreed.window_bits =
      std::min(options.window_bits, offer.server_max_window_bits.value_or(kMostBits));
  if (offer.server_max_window_bits || agreed.window_bits < kMostBits) {
    header += with_bits("server_max_window_bits", agreed.window_bits);
  }

  // A client that has not said that it can has not to be asked for a smaller window; without
  // context takeover it costs nothing to keep.
  const bool may_ask = offer.client_max_window_bits || offer.client_max_window_bits_hint;
  agreed.peer_context_takeover = options.peer_context_takeover &&
                                 !offer.client_no_context_takeover &&
                                 (may_ask || options.peer_window_bits == kMostBits);
  if (!agreed.peer_context_takeover) header += "; client_no_context_takeover";

  if (may_ask) {
    agreed.peer_window_bits =
        std::min(options.peer_window_bits, offer.client_max_window_bits.value_or(kMostBits));
    if (agreed.peer_window_bits < kMostBits) {
      header += with_bits("client_max_window_bits", agreed.peer_window_bits);
    }
  }
  return {agreed, std::move(header)};
}

}  // namespace

std::string deflate_offer(const DeflateOptions& options) {
  check(options);
  if (!options.enabled) return {};
  std::string header(kName);
  if (!options.context_takeover) header += "; client_no_context_takeover";
  if (!options.peer_context_takeover) header += "; server_no_context_takeover";
  if (options.peer_window_bits < kMostBits) {
    header += with_bits("server_max_window_bits", options.peer_window_bits);
  }
  header += options.window_bits < kMostBits
                ? with_bits("client_max_window_bits", options.window_bits)
                : "; client_max_window_bits";
  return header;
}

std::optional<DeflateAnswer> answer_deflate_offer(const std::vector<Extension>& offers,
                                                  const DeflateOptions& options) {
  check(options);
  if (!options.enabled) return std::nullopt;
  for (const Extension& extension : offers) {
    if (extension.name != kName) continue;
    if (const auto offer = parse_parameters(extension)) return agree(*offer, options);
  }
  return std::nullopt;
}

DeflateVerdict accept_deflate_answer(std::optional<std::string_view> header,
                                     const DeflateOptions& options) {
  check(options);
  if (!header) return std::nullopt;
  const auto list = parse_extensions(*header);
  if (!list) return "the server's Sec-WebSocket-Extensions is malformed";
  if (!options.enabled || list->size() != 1 || list->front().name != kName) {
    return "the server agreed on an extension that was not offered";
  }
  const auto answer = parse_parameters(list->front());
  if (!answer || answer->client_max_window_bits_hint) {
    return "the server's parameters for permessage-deflate are invalid";
  }
  const std::uint8_t own = answer->client_max_window_bits.value_or(kMostBits);
  const std::uint8_t peer = answer->server_max_window_bits.value_or(kMostBits);
  if (own > options.window_bits && answer->client_max_window_bits) {
    return "the server allows a larger window than was offered";
  }
  if (peer > options.peer_window_bits) return "the server's window is larger than was asked for";
  if (!answer->server_no_context_takeover && !options.peer_context_takeover) {
    return "the server does not do without context takeover";
  }
  DeflateAgreement agreed;
  agreed.context_takeover = options.context_takeover && !answer->client_no_context_takeover;
  agreed.peer_context_takeover = !answer->server_no_context_takeover;
  agreed.window_bits = std::min(own, options.window_bits);
  agreed.peer_window_bits = peer;
  return agreed;
}

}  // namespace gnet::ws
