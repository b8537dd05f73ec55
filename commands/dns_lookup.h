// How gnet dns finds out about one question: by its servers, or as the system does.
//
//   DnsLookup lookup(options, words.servers);
//   const DnsOutcome outcome = lookup.ask(question);
//
// Threads: belongs to the hub on which it was made; any number of its fibers may ask.

#pragma once

#include <cstddef>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include "commands/dns_format.h"
#include "commands/dns_options.h"
#include "commands/dns_questions.h"
#include "commands/dns_servers.h"
#include "gnet/fiber/deadline.h"

namespace commands {

class DnsLookup {
 public:
  // Throws what DnsServers does.
  DnsLookup(const DnsOptions& options, const std::vector<std::string>& servers);

  // Suspends until there is an answer, or none in time. What goes wrong is in the outcome.
  [[nodiscard]] DnsOutcome ask(const DnsQuestion& question);

  [[nodiscard]] std::size_t most_at_once() const noexcept;

 private:
  void ask_servers(DnsOutcome& outcome, gnet::Deadline deadline);
  void ask_system(DnsOutcome& outcome, gnet::Deadline deadline) const;
  void judge(DnsOutcome& outcome) const;

  const DnsOptions& options_;
  std::optional<DnsServers> servers_;  // none: --system
};

}  // namespace commands
