#include "gnet/io/endpoint_schemes.h"

#include <algorithm>
#include <array>

#include "gnet/base/decimal.h"

namespace gnet::detail {
namespace {

constexpr std::array kTLS = {Layer::tls};
constexpr std::array kWS = {Layer::ws};
constexpr std::array kWSS = {Layer::ws, Layer::tls};
constexpr std::array kSOCKS5 = {Layer::socks5};
constexpr std::array kSOCKS5h = {Layer::socks5h};
constexpr std::array kSOCKS4a = {Layer::socks4a};
constexpr std::array kConnect = {Layer::connect};

// Of several that say the same the first is the one that is written.
constexpr std::array kSchemes = std::to_array<EndpointScheme>(
    {{.name = "tcp", .transport = Transport::tcp},
     {.name = "tcp4", .transport = Transport::tcp, .family = Family::v4},
     {.name = "tcp6", .transport = Transport::tcp, .family = Family::v6},
     {.name = "tls", .transport = Transport::tcp, .layers = kTLS},
     {.name = "tls4", .transport = Transport::tcp, .family = Family::v4, .layers = kTLS},
     {.name = "tls6", .transport = Transport::tcp, .family = Family::v6, .layers = kTLS},
     {.name = "ws", .transport = Transport::tcp, .layers = kWS},
     {.name = "wss", .transport = Transport::tcp, .layers = kWSS},
     {.name = "socks5", .transport = Transport::tcp, .layers = kSOCKS5},
     {.name = "socks5h", .transport = Transport::tcp, .layers = kSOCKS5h},
     {.name = "socks4a", .transport = Transport::tcp, .layers = kSOCKS4a},
     {.name = "connect", .transport = Transport::tcp, .layers = kConnect},
     {.name = "udp", .transport = Transport::udp},
     {.name = "udp4", .transport = Transport::udp, .family = Family::v4},
     {.name = "udp6", .transport = Transport::udp, .family = Family::v6},
     {.name = "unix", .transport = Transport::unix_stream},
     {.name = "unixpacket", .transport = Transport::unix_seqpacket},
     {.name = "unixgram", .transport = Transport::unix_datagram},
     {.name = "abstract", .transport = Transport::unix_stream, .abstract = true},
     {.name = "exec", .transport = Transport::exec},
     {.name = "sh", .transport = Transport::shell},
     {.name = "stdio", .transport = Transport::stdio},
     {.name = "fd", .transport = Transport::fd},
     {.name = "file", .transport = Transport::file},
     {.name = "null", .transport = Transport::null},
     {.name = "echo", .transport = Transport::echo},
     {.name = "zero", .transport = Transport::zero},
     {.name = "random", .transport = Transport::random},
     {.name = "text", .transport = Transport::text},
     {.name = "inetd", .transport = Transport::inetd},
     {.name = "systemd", .transport = Transport::systemd},
     // socat's names.
     {.name = "openssl", .transport = Transport::tcp, .layers = kTLS},
     {.name = "ssl", .transport = Transport::tcp, .layers = kTLS},
     {.name = "unix-client", .transport = Transport::unix_stream},
     {.name = "system", .transport = Transport::shell},
     {.name = "open", .transport = Transport::file},
     {.name = "gopen", .transport = Transport::file},
     {.name = "stdin", .transport = Transport::fd},
     {.name = "stdout", .transport = Transport::fd},
     {.name = "pipe", .transport = Transport::echo}});

bool ends_with(std::span<const Layer> all, std::span<const Layer> end) {
  return end.size() <= all.size() && std::ranges::equal(all.last(end.size()), end);
}

}  // namespace

const EndpointScheme* find_endpoint_scheme(std::string_view name) noexcept {
  const auto* const found = std::find_if(
      kSchemes.begin(), kSchemes.end(),
      [&](const EndpointScheme& scheme) { return equal_ignoring_case(scheme.name, name); });
  return found == kSchemes.end() ? nullptr : found;
}

std::string endpoint_scheme(Transport transport, Family family, bool abstract,
                            std::span<const Layer> layers) {
  // The one that says most stands last; layers that it does not say stand before it.
  const EndpointScheme* last = nullptr;
  for (const EndpointScheme& scheme : kSchemes) {
    const bool fits = scheme.transport == transport && scheme.family == family &&
                      scheme.abstract == abstract && ends_with(layers, scheme.layers);
    if (fits && (last == nullptr || scheme.layers.size() > last->layers.size())) last = &scheme;
  }
  std::string text;
  for (const Layer layer : layers.first(layers.size() - last->layers.size())) {
    text.append(to_string(layer)).append("+");
  }
  return text.append(last->name);
}

std::string_view to_string(Layer layer) noexcept {
  const auto* const found =
      std::find_if(kSchemes.begin(), kSchemes.end(), [layer](const EndpointScheme& scheme) {
        return scheme.is_layer() && scheme.layers.size() == 1 && scheme.layers.front() == layer;
      });
  return found->name;
}

bool is_byte_stream(Transport transport) noexcept {
  return transport == Transport::tcp || transport == Transport::unix_stream;
}

LocalTarget local_target(Transport transport) noexcept {
  switch (transport) {
    case Transport::exec:
    case Transport::shell:
      return LocalTarget::command;
    case Transport::text:
      return LocalTarget::text;
    case Transport::file:
      return LocalTarget::path;
    case Transport::fd:
      return LocalTarget::number;
    case Transport::systemd:
      return LocalTarget::name;
    default:
      return LocalTarget::nothing;
  }
}

}  // namespace gnet::detail
