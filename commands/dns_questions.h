// What gnet dns asks, by the words of its command line, or of standard input.
//
//   DnsQuestions questions(options);
//   while (const auto question = questions.next()) ask(*question);
//
// Threads: belongs to the hub on which it was made.

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/client/input.h"
#include "commands/dns_options.h"
#include "gnet/dns/message.h"

namespace commands {

struct DnsQuestion {
  std::size_t number = 0;  // from 0 on
  std::string name;        // as it was written
  std::string given;       // what is to be asked for: in ASCII, an address turned round
  std::uint16_t type = gnet::dns::kA;
  std::uint16_t class_number = gnet::dns::kIN;
  bool one_of_many = false;  // it is no matter if there is no such record: --all
};

// Words by what they are. What begins with @ is a server, and what is called as a type of records
// is that type, unless a dot stands behind it.
struct DnsWords {
  std::vector<std::string> servers;
  std::vector<std::uint16_t> types;
  std::vector<std::string> names;
  bool standard_input = false;  // "-": more names come from there

  // Throws UsageError for a type that cannot be asked for.
  [[nodiscard]] static DnsWords parse(const std::vector<std::string>& words);
};

class DnsQuestions {
 public:
  // Throws UsageError.
  DnsQuestions(const DnsOptions& options, const DnsWords& words);

  // Each name with each type, and then those of standard input: a line has one name or more, which
  // may have types of their own. Suspends; throws UsageError for a line that is none.
  [[nodiscard]] std::optional<DnsQuestion> next();

 private:
  void add(const std::vector<std::string>& names, const std::vector<std::uint16_t>& types);
  [[nodiscard]] std::string asked_name(const std::string& name) const;
  [[nodiscard]] bool read_line();
  void add_line(std::string_view line);

  const DnsOptions& options_;
  std::uint16_t class_number_ = gnet::dns::kIN;
  std::vector<std::uint16_t> types_;
  std::deque<DnsQuestion> waiting_;
  std::optional<cli::Input> input_;
  std::size_t lines_ = 0;  // that were read from it
  std::size_t count_ = 0;
};

}  // namespace commands
