// The options of gnet dns.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/client/client_options.h"
#include "cli/line/global_options.h"

namespace commands {

struct DnsOptions : cli::GlobalOptions {
  DnsOptions() { to.timeout = std::chrono::seconds(2); }

  cli::ClientOptions to;
  std::vector<std::string> words;  // names, types, @servers

  bool reverse = false;
  bool all = false;
  std::string class_name = "IN";
  bool search = true;
  std::optional<cli::Count> ndots;
  bool system = false;

  bool tcp = false;
  cli::Count retries{2};
  bool recursion_off = false;
  bool authentic = false;
  bool checking_disabled = false;
  bool dnssec = false;
  cli::Count udp_size{1232};
  std::string subnet;
  bool nsid = false;
  bool cookie = false;
  bool padding = false;
  bool extended_errors = false;

  bool brief = false;
  bool stats = false;
  std::optional<cli::Count> count;
  gnet::Duration interval = std::chrono::seconds(1);
};

}  // namespace commands
