#include "cli/client/client_options.h"

#include "cli/line/family.h"
#include "cli/out/failure.h"

namespace cli {

FlagGroup client_flags() {
  using C = ClientOptions;
  return {
      .topic = "client",
      .title = "Client options",
      .flags = flags_of<C>({
          {"-4,--ipv4", &C::only_v4, "IPv4 only"},
          {"-6,--ipv6", &C::only_v6, "IPv6 only"},
          {"-t,--timeout", "D", &C::timeout, "give up after D, with status 124", {.common = true}},
          {"--connect-timeout", "D", &C::connect_timeout,
           "how long one attempt to connect may take, with the look-up of the name"},
          {"--source", "ADDR[:PORT]", &C::source, "connect from this address"},
          {"--interface", "IF", &C::interface, "use this network interface"},
          {"--resolve",
           "HOST:PORT:ADDR[,ADDR]",
           &C::resolve,
           "do not look HOST up, take these addresses",
           {.more = "Only for this PORT. The host \\* is any that no other *--resolve* names. "
                    "-HOST:PORT takes an earlier one back."}},
          {"--connect-to",
           "HOST1:PORT1:HOST2:PORT2",
           &C::connect_to,
           "connect to the second instead of the first",
           {.more = "The first of them that matches decides. An empty HOST1 or PORT1 is any, an "
                    "empty HOST2 or PORT2 the one that was meant."}},
          {"-U,--unix",
           "PATH",
           &C::unix_path,
           "connect to this unix socket instead",
           {.completes = Completes::file}},
          {"-x,--proxy",
           "URL",
           &C::proxy,
           "connect through this proxy: socks5, socks5h, socks4a, http, https",
           {.fallback = "none",
            .more = "As in socks5h://USER:PASS@HOST:PORT. *socks5h*, *socks4a*, *http* and *https* "
                    "have the proxy look the name up. *gnet http* and *gnet ws* go by "
                    "$http_proxy, $https_proxy, $all_proxy and $no_proxy where nothing is said; "
                    "none is directly."}},
          {"--send-proxy",
           "VERSION",
           &C::send_proxy,
           "begin with a PROXY header, for a server that wants one: off, v1 or v2",
           {.choices = {"off", "v1", "v2"}}},
          {"--no-delay",
           "on|off",
           &C::no_delay,
           "send small messages at once (TCP_NODELAY)",
           {.choices = {}}},
          {"--keepalive", "D", &C::keepalive, "probe a silent peer after D"},
      }),
  };
}

PartKind<ClientOptions> client_part() {
  return {
      .groups = {client_flags(), inherited<ClientOptions, ClientTLSOptions>(client_tls_flags())},
      .check = check};
}

void check(const ClientOptions& options) {
  check(static_cast<const ClientTLSOptions&>(options));
  check_family(options, options.only_v4, options.only_v6);
  if (options.send_proxy != SendProxy::off && !options.proxy.empty() && options.proxy != "none") {
    throw UsageError(options.named("--send-proxy and --proxy exclude each other"));
  }
}

ClientOptions without_tls(ClientOptions options) {
  const Placed place = options;
  static_cast<ClientTLSOptions&>(options) = {};
  static_cast<Placed&>(options) = place;
  return options;
}

void check_tls_is_used(const ClientOptions& options, bool any_target_is_secure) {
  if (any_target_is_secure || !need_tls(options)) return;
  throw UsageError("options of TLS need --tls or a target with the scheme tls or https");
}

}  // namespace cli
