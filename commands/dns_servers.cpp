#include "commands/dns_servers.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "cli/client/http_route.h"
#include "cli/client/tls_options.h"
#include "cli/out/failure.h"
#include "commands/http_fetch.h"
#include "commands/or_fail.h"
#include "gnet/base/error.h"
#include "gnet/base/log.h"
#include "gnet/http/client_error.h"

namespace commands {
namespace {

using gnet::dns::Server;

constexpr std::size_t kMostDatagrams = 64;
constexpr std::size_t kMostConnections = 8;
constexpr std::uint64_t kLeastUDP = 512;
constexpr std::uint64_t kMostRetries = 100;

bool is_secure(const Server& server) {
  return server.is_https() ? server.url().is_secure() : server.endpoint().is_tls();
}

std::exception_ptr failure_with(cli::Exit code, const std::string& message,
                                std::error_code cause = {}) {
  return std::make_exception_ptr(cli::Failure(code, message, {}, {}, cause));
}

gnet::dns::QueryOptions query_options(const DnsOptions& options) {
  const std::uint64_t size = options.udp_size.number;
  if (size != 0 && (size < kLeastUDP || size > UINT16_MAX)) {
    throw cli::UsageError("--bufsize must be 512-65535, or 0 for no EDNS");
  }
  gnet::dns::QueryOptions query{.recursion = !options.recursion_off,
                                .authentic = options.authentic,
                                .checking_disabled = options.checking_disabled,
                                .dnssec = options.dnssec,
                                .udp_size = static_cast<std::uint16_t>(size),
                                .nsid = options.nsid,
                                .padding = options.padding};
  if (!options.subnet.empty()) {
    query.subnet = or_fail([&] { return gnet::dns::Subnet::parse(options.subnet); });
  }
  if (size == 0 && (query.has_edns() || options.cookie)) {
    throw cli::UsageError(
        "--dnssec, --subnet, --nsid, --cookie and --padding are of EDNS, which --bufsize 0 is "
        "without");
  }
  return query;
}

}  // namespace

DnsServers::DnsServers(const DnsOptions& options, const std::vector<std::string>& given)
    : options_(options),
      plain_(cli::without_tls(options.to)),
      conf_(or_fail([] { return gnet::dns::ResolvConf::read(); })) {
  if (options.ndots) {
    conf_.ndots = static_cast<unsigned>(std::min<std::uint64_t>(options.ndots->number, 255));
  }
  if (!options.search) conf_.search.clear();
  const char* scheme = options.to.tls ? "tls" : options.tcp ? "tcp" : "udp";
  const std::string& path = options.to.unix_path.path;
  if (!path.empty() && given.empty()) {
    add(gnet::Endpoint::unix_path(path), false);
  } else {
    for (const std::string& text : given.empty() ? conf_.nameservers : given) {
      add(or_fail([&] { return Server::parse(text, scheme); }), true);
    }
  }
  cli::check_tls_is_used(options.to, options.to.tls || std::ranges::any_of(servers_, is_secure));
  client_ = std::make_unique<gnet::dns::Client>(servers_, client_options());
}

// Wrong options are found before anybody is asked.
void DnsServers::add(const Server& server, bool given) {
  if (server.is_https()) {
    if (options_.to.tls) throw cli::UsageError("--tls is for endpoints: say https:// instead");
    if (options_.tcp) throw cli::UsageError("--tcp is not for " + server.to_string());
    servers_.push_back(server);
    return;
  }
  const Server asked = options_.tcp ? server.over_tcp() : server;
  const auto make_dialler = [&](const gnet::Endpoint& endpoint) {
    auto& dialler = diallers_[endpoint];
    if (dialler) return;
    // A path says all by itself.
    const cli::Target target{given ? endpoint : gnet::Endpoint::parse("127.0.0.1:53"), given};
    const bool secure = options_.to.tls || endpoint.is_tls();
    dialler =
        std::make_unique<cli::Dialler>(options_, secure ? options_.to : plain_, never_, target);
  };
  make_dialler(asked.endpoint());
  if (asked.is_datagram()) make_dialler(asked.over_tcp().endpoint());
  servers_.push_back(asked);
}

const cli::Dialler& DnsServers::dialler_to(const gnet::Endpoint& endpoint) const {
  return *diallers_.at(endpoint);
}

gnet::dns::ClientOptions DnsServers::client_options() {
  if (options_.retries.number > kMostRetries) {
    throw cli::UsageError(fmt::format("--retries is at most {}", kMostRetries));
  }
  gnet::dns::ClientOptions client{.query = query_options(options_),
                                  .retries = static_cast<unsigned>(options_.retries.number),
                                  .cookie = options_.cookie};
  client.open_datagrams = [this](const gnet::Endpoint& endpoint) {
    return dialler_to(endpoint).open_datagrams();
  };
  client.open_stream = [this](const gnet::Endpoint& endpoint) {
    return dialler_to(endpoint).open_stream();
  };
  if (std::ranges::any_of(servers_, &Server::is_https)) {
    client.http = [http = http_options()] { return http; };
  }
  return client;
}

gnet::http::ClientOptions DnsServers::http_options() {
  gnet::http::ClientOptions http;
  cli::set_route(http, options_.to);
  http.idle_per_host = kMostConnections;
  const bool secure = std::ranges::any_of(
      servers_, [](const Server& server) { return server.is_https() && is_secure(server); });
  if (!secure) return http;
  cli::ClientTLSOptions tls = options_.to;
  if (tls.insecure && tls.pin.empty()) {
    gnet::Logger("gnet").warn("{}: it may be anybody who answers", tls.named("--insecure"));
  }
  if (tls.alpn.empty()) tls.alpn = "http/1.1";
  http.tls = cli::client_context(tls, gnet::Endpoint::parse("tls://localhost:443"));
  return http;
}

std::size_t DnsServers::most_at_once() const noexcept {
  // A port of one's own can be had once.
  const std::string& source = options_.to.source;
  if (std::ranges::count(source, ':') == 1 || source.find("]:") != source.npos) return 1;
  const bool datagrams = std::ranges::all_of(servers_, &Server::is_datagram);
  return datagrams ? kMostDatagrams : kMostConnections;
}

std::exception_ptr DnsServers::as_failure(const std::exception_ptr& error) const {
  try {
    std::rethrow_exception(error);
  } catch (const gnet::TimedOut& failure) {
    return failure_with(cli::Exit::timeout, failure.what(), failure.code());
  } catch (const gnet::dns::BadMessage& failure) {
    return failure_with(cli::Exit::protocol, failure.what());
  } catch (const gnet::ConnectionLost& failure) {
    return failure_with(cli::Exit::lost, failure.what());
  } catch (const gnet::http::ClientError& failure) {
    return commands::as_failure(failure);
  } catch (...) {
    if (!diallers_.empty()) return diallers_.begin()->second->as_failure(error);
    return failure_with(cli::Exit::connect, gnet::describe(error));
  }
}

}  // namespace commands
