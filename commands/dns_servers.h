// Whom gnet dns asks, and how it gets there by the options that every client has.
//
//   DnsServers servers(options, {"tls://dns.example"});
//   const auto reply = servers.client().query(question, deadline);
//
// Threads: belongs to the hub on which it was made.

#pragma once

#include <cstddef>
#include <exception>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cli/client/dialler.h"
#include "commands/dns_options.h"
#include "gnet/dns/client.h"
#include "gnet/dns/resolv_conf.h"
#include "gnet/dns/server.h"

namespace commands {

class DnsServers {
 public:
  // Those that are given, or else those of /etc/resolv.conf. Reads files, and asks nobody. Throws
  // UsageError, and Failure for files that cannot be read.
  DnsServers(const DnsOptions& options, const std::vector<std::string>& given);

  [[nodiscard]] gnet::dns::Client& client() noexcept { return *client_; }

  // How names are completed here.
  [[nodiscard]] const gnet::dns::ResolvConf& conf() const noexcept { return conf_; }

  // How many questions there may be under way at a time: a server has only so many connections for
  // one client.
  [[nodiscard]] std::size_t most_at_once() const noexcept;

  // What asking has thrown, as a Failure with the status that scripts go by.
  [[nodiscard]] std::exception_ptr as_failure(const std::exception_ptr& error) const;

 private:
  void add(const gnet::dns::Server& server, bool given);
  [[nodiscard]] const cli::Dialler& dialler_to(const gnet::Endpoint& endpoint) const;
  [[nodiscard]] gnet::dns::ClientOptions client_options();
  [[nodiscard]] gnet::http::ClientOptions http_options();

  const DnsOptions& options_;
  const cli::ClientOptions plain_;  // of servers without TLS
  const cli::ReconnectOptions never_;
  gnet::dns::ResolvConf conf_;
  std::vector<gnet::dns::Server> servers_;
  std::map<gnet::Endpoint, std::unique_ptr<cli::Dialler>> diallers_;
  std::unique_ptr<gnet::dns::Client> client_;
};

}  // namespace commands
