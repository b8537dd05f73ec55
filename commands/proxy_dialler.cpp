#include "commands/proxy_dialler.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <asio/ip/address.hpp>
#include <utility>

#include "cli/line/read_file.h"
#include "cli/out/failure.h"
#include "gnet/io/connect.h"
#include "gnet/io/socket.h"
#include "gnet/io/tls_stream.h"

namespace commands {
namespace {

using gnet::Endpoint;
using gnet::http::ProxyURL;
using gnet::proxy::Destinations;
using gnet::proxy::SocksTarget;

[[noreturn]] void forbid(const SocksTarget& to) {
  throw ProxyForbids(fmt::format("{} port {} is not allowed", to.host, to.port));
}

ProxyURL proxy_of(const std::string& text, const char* option) {
  try {
    return ProxyURL::parse(text);
  } catch (const std::invalid_argument& error) {
    throw cli::UsageError(fmt::format("bad value for {}: {}", option, error.what()));
  }
}

// A list, or "@FILE" with an entry a line.
void read_list(const std::string& text, const char* option, auto add) {
  std::string list = text;
  if (list.starts_with('@')) {
    list.clear();
    std::string content = cli::read_file(text.substr(1));
    for (std::string_view rest = content; !rest.empty();) {
      std::string_view line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(rest.size(), line.size() + 1));
      line = line.substr(0, line.find('#'));
      const std::size_t first = line.find_first_not_of(" \t\r");
      if (first == line.npos) continue;
      const std::size_t last = line.find_last_not_of(" \t\r");
      if (!list.empty()) list += ',';
      list += line.substr(first, last - first + 1);
    }
    if (list.empty()) return;
  }
  try {
    add(list);
  } catch (const std::invalid_argument& error) {
    throw cli::UsageError(fmt::format("bad value for {}: {}", option, error.what()));
  }
}

// What the system takes for an address, among it 127.1 and 0x7f000001.
std::optional<asio::ip::address> literal(const std::string& host) {
  asio::error_code error;
  const auto address = asio::ip::make_address(host, error);
  if (!error) return address;
  in_addr v4{};
  if (inet_aton(host.c_str(), &v4) == 0) return std::nullopt;
  return asio::ip::address_v4(ntohl(v4.s_addr));
}

}  // namespace

ProxyDialler::ProxyDialler(const ProxyOptions& options) : options_(options) {
  for (const std::string& text : options.upstream) chain_.push_back(proxy_of(text, "--upstream"));
  for (const std::string& text : options.upstream_for) {
    const std::size_t equals = text.find('=');
    if (equals == text.npos || equals == 0) {
      throw cli::UsageError("bad value for --upstream-for: must be GLOB=URL");
    }
    const std::string pattern = text.substr(0, equals);
    const std::string url = text.substr(equals + 1);
    if (chains_for_.empty() || chains_for_.back().first != pattern) {
      chains_for_.emplace_back(pattern, Chain());
    }
    if (url != "none") chains_for_.back().second.push_back(proxy_of(url, "--upstream-for"));
  }
  const auto needs_tls = [](const Chain& chain) {
    return std::ranges::any_of(chain, [](const ProxyURL& proxy) { return proxy.is_secure(); });
  };
  const bool any_for =
      std::ranges::any_of(chains_for_, [&](const auto& entry) { return needs_tls(entry.second); });
  if (needs_tls(chain_) || any_for) tls_ = gnet::TLSContext::client({.alpn = {"http/1.1"}});
  lists_ = read_lists();
}

std::shared_ptr<const Destinations> ProxyDialler::read_lists() const {
  auto lists = std::make_shared<Destinations>();
  for (const std::string& text : options_.allow_dest) {
    read_list(text, "--allow-dest", [&](const std::string& list) { lists->allow(list); });
  }
  for (const std::string& text : options_.deny_dest) {
    read_list(text, "--deny-dest", [&](const std::string& list) { lists->deny(list); });
  }
  return lists;
}

void ProxyDialler::put_in_place(std::shared_ptr<const Destinations> lists) {
  const std::lock_guard lock(mutex_);
  lists_ = std::move(lists);
}

std::shared_ptr<const Destinations> ProxyDialler::lists() const {
  const std::lock_guard lock(mutex_);
  return lists_;
}

// The first pattern that matches decides.
const ProxyDialler::Chain& ProxyDialler::chain_for(std::string_view host) const {
  const std::string name(host);
  for (const auto& [pattern, chain] : chains_for_) {
    if (fnmatch(pattern.c_str(), name.c_str(), FNM_CASEFOLD) == 0) return chain;
  }
  return chain_;
}

std::vector<gnet::SocketAddress> ProxyDialler::addresses(const SocksTarget& to, bool local,
                                                         gnet::Deadline deadline) const {
  const auto rules = lists();
  if (to.port == 0 || !rules->admits_name(to.host, to.port)) forbid(to);
  auto all = gnet::addresses_of(Endpoint::of(gnet::Transport::tcp, to.host, to.port), deadline);
  std::erase_if(all, [&](const gnet::SocketAddress& address) {
    const auto ip = address.ip();
    return !ip || !rules->admits(to.host, *ip, to.port, local);
  });
  if (all.empty()) forbid(to);
  return all;
}

std::vector<gnet::SocketAddress> ProxyDialler::callers(const SocksTarget& to, bool local,
                                                       gnet::Deadline deadline) const {
  if (to.port != 0) return addresses(to, local, deadline);
  const auto rules = lists();
  auto all = gnet::addresses_of(Endpoint::of(gnet::Transport::tcp, to.host, 1), deadline);
  std::erase_if(all, [&](const gnet::SocketAddress& address) {
    const auto ip = address.ip();
    return !ip || !rules->admits_some_port(to.host, *ip, local);
  });
  if (all.empty()) forbid(to);
  return all;
}

bool ProxyDialler::may_call(const SocksTarget& to, const gnet::SocketAddress& caller,
                            bool local) const {
  const auto ip = caller.ip();
  return to.port != 0 || (ip && lists()->admits(to.host, *ip, caller.port(), local));
}

bool ProxyDialler::goes_directly() const noexcept {
  return chain_.empty() ||
         std::ranges::any_of(chains_for_, [](const auto& entry) { return entry.second.empty(); });
}

gnet::AnyStream ProxyDialler::dial(const SocksTarget& to, bool local) const {
  const gnet::Deadline deadline = gnet::Deadline::within(options_.connect_timeout);
  const Chain& chain = chain_for(to.host);
  if (!chain.empty()) {
    return through(chain, name_for(chain, to, local, deadline), to.port, deadline);
  }
  gnet::ConnectOptions options{.deadline = deadline};
  options.addresses = addresses(to, local, deadline);
  gnet::Stream stream =
      gnet::connect_stream(Endpoint::of(gnet::Transport::tcp, to.host, to.port), options);
  stream.socket().set_no_delay(true);
  return stream;
}

// What the last proxy of the chain is asked for.
std::string ProxyDialler::name_for(const Chain& chain, const SocksTarget& to, bool local,
                                   gnet::Deadline deadline) const {
  const bool here = options_.resolve == ProxyResolve::local || !chain.back().looks_up();
  if (here) return addresses(to, local, deadline).front().ip()->to_string();
  const auto rules = lists();
  const auto address = literal(to.host);
  const bool admitted = address ? rules->admits(to.host, *address, to.port, local)
                                : to.port != 0 && rules->admits_unresolved(to.host, to.port);
  if (!admitted) forbid(to);
  return to.host;
}

gnet::AnyStream ProxyDialler::through(const Chain& chain, const std::string& host,
                                      std::uint16_t port, gnet::Deadline deadline) const {
  gnet::Stream socket = gnet::connect_stream(chain.front().endpoint(), deadline);
  socket.socket().set_no_delay(true);
  gnet::AnyStream stream(std::move(socket));
  for (std::size_t i = 0; i < chain.size(); ++i) {
    const ProxyURL& proxy = chain[i];
    if (proxy.is_secure()) {
      gnet::TLSStream secured(std::move(stream), *tls_, std::string(proxy.host_name()));
      secured.handshake(deadline);
      stream = std::move(secured);
    }
    const bool last = i + 1 == chain.size();
    stream = gnet::http::through_proxy(std::move(stream), proxy,
                                       last ? std::string_view(host) : chain[i + 1].host_name(),
                                       last ? port : chain[i + 1].port(), deadline);
  }
  return stream;
}

}  // namespace commands
