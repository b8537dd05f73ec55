// What gnet dns prints of an answer: lines as zone files have them, or JSON.
//
// Threads: functions without state.

#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/out/failure.h"
#include "cli/out/json.h"
#include "commands/dns_options.h"
#include "commands/dns_questions.h"
#include "gnet/base/duration.h"
#include "gnet/dns/message.h"

namespace commands {

// A question, and what has come of it: an answer, or a failure. What an answer makes of the exit
// status is a failure, too.
struct DnsOutcome {
  DnsQuestion question;
  std::optional<gnet::dns::Message> message = {};
  std::optional<cli::Failure> failure = {};
  std::string server = {};  // who has answered; empty: the system
  std::size_t size = 0;
  gnet::Duration time{};
  unsigned sent = 0;
  bool over_tcp = false;

  // Who has answered, in words: "udp://192.0.2.53:53", "the system".
  [[nodiscard]] std::string source() const;
  // What is asked for is there: one record of the type at least.
  [[nodiscard]] bool has_answer() const;
  // "NOERROR", "NODATA", "NXDOMAIN", …; of one without an answer "TIMEOUT" or "ERROR".
  [[nodiscard]] std::string status() const;
  [[nodiscard]] cli::Exit exit() const;
};

// "example.org A"
[[nodiscard]] std::string title_of(const DnsQuestion& question);

// The records of the answer, and what else the options want to see of it.
[[nodiscard]] std::string text_of(const DnsOutcome& outcome, const DnsOptions& options);

// The same in one line, where a question is asked again and again.
[[nodiscard]] std::string line_of(const DnsOutcome& outcome);

[[nodiscard]] cli::JsonObject json_of(const DnsOutcome& outcome);

// The records of all answers, and every question with what is known of it.
[[nodiscard]] std::string json_document(const std::vector<std::string>& answers,
                                        const std::vector<std::string>& questions);
[[nodiscard]] std::vector<std::string> json_answers(const DnsOutcome& outcome);

}  // namespace commands
