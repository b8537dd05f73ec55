#include "cli/server/proxy_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>

#include "cli/out/failure.h"
#include "gnet/base/error.h"
#include "gnet/base/log.h"
#include "gnet/proxy/proxy_header.h"

namespace cli {
namespace {

// A proxy has it at hand when it connects.
constexpr gnet::Duration kHeaderTime = std::chrono::seconds(5);
constexpr gnet::Duration kBetweenWords = std::chrono::seconds(1);

gnet::proxy::ProxyVersions versions_of(ProxyProtocol protocol) {
  switch (protocol) {
    case ProxyProtocol::v1:
      return gnet::proxy::ProxyVersions::v1;
    case ProxyProtocol::v2:
      return gnet::proxy::ProxyVersions::v2;
    default:
      return gnet::proxy::ProxyVersions::both;
  }
}

}  // namespace

void ProxyHeaders::check(const gnet::Endpoint& endpoint) const {
  if (!wanted() || endpoint.is_unix() || !options_.proxy_from.empty()) return;
  throw UsageError(fmt::format("{} for {} wants {} too: whom to believe",
                               options_.named("--proxy-protocol"), endpoint.to_string(),
                               options_.named("--proxy-from")));
}

bool ProxyHeaders::trusts(const gnet::SocketAddress& peer) {
  const auto address = peer.ip();
  const bool trusted = !address || std::ranges::any_of(options_.proxy_from, [&](const auto& rule) {
    return rule.matches(*address);
  });
  if (!trusted) complain(peer, "it is not among those of --proxy-from");
  return trusted;
}

gnet::Introduce ProxyHeaders::introduce(const gnet::Endpoint& local) {
  return [this, local](gnet::ByteStream& stream,
                       const gnet::SocketAddress& peer) -> std::optional<gnet::Introduction> {
    gnet::SocketAddress client = peer;
    try {
      const auto header =
          gnet::proxy::read_proxy_header(stream, versions_of(options_.proxy_protocol), kHeaderTime);
      if (!header.local) client = header.source;
    } catch (const std::exception& error) {
      ++refused_;
      complain(peer, gnet::describe(error));
      return std::nullopt;
    }
    auto place = admission_.enter(client, local);
    if (!place) {
      ++refused_;
      return std::nullopt;
    }
    return gnet::Introduction{client, std::move(place)};
  };
}

void ProxyHeaders::complain(const gnet::SocketAddress& peer, std::string_view why) {
  const std::uint64_t count = ++complaints_;
  const std::int64_t now = gnet::Clock::now().time_since_epoch().count();
  std::int64_t next = next_word_;
  const std::int64_t later = now + gnet::Duration(kBetweenWords).count();
  if (now < next || !next_word_.compare_exchange_strong(next, later)) return;
  gnet::Logger("gnet").warn("{}: PROXY protocol: {}; refused so far: {}", peer.short_name(), why,
                            count);
}

}  // namespace cli
