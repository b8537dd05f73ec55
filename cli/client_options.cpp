#include "cli/client_options.h"

#include "cli/failure.h"

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
          {"-U,--unix",
           "PATH",
           &C::unix_path,
           "connect to this unix socket instead",
           {.completes = Completes::file}},
          {"--no-delay",
           "on|off",
           &C::no_delay,
           "send small messages at once (TCP_NODELAY)",
           {.choices = {}}},
          {"--keepalive", "D", &C::keepalive, "probe a silent peer after D"},
      }),
  };
}

void check(const ClientOptions& options) {
  if (options.only_v4 && options.only_v6) throw UsageError("-4 and -6 exclude each other");
}

}  // namespace cli
