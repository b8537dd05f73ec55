#include "commands/dns_lookup.h"

#include <fmt/format.h>

#include <asio/ip/address.hpp>
#include <utility>

#include "cli/out/exit_status.h"
#include "cli/out/failure.h"
#include "gnet/base/error.h"
#include "gnet/io/resolver.h"

namespace commands {
namespace {

constexpr std::size_t kMostOfSystem = 16;

// There is nothing of the kind by this name: another one that it may stand for may have it.
bool leads_on(const gnet::dns::Message& message) {
  return message.rcode == gnet::dns::kNXDomain ||
         (message.rcode == gnet::dns::kNoError && message.answers.empty());
}

bool is_address(const std::string& name) {
  asio::error_code error;
  static_cast<void>(asio::ip::make_address(name, error));
  return !error;
}

std::string reasons_of(const gnet::dns::Message& message) {
  std::string text;
  if (!message.edns) return text;
  for (const auto& error : message.edns->errors) {
    text += (text.empty() ? "" : "; ") + error.to_string();
  }
  return text.empty() ? text : " (" + text + ")";
}

}  // namespace

DnsLookup::DnsLookup(const DnsOptions& options, const std::vector<std::string>& servers)
    : options_(options) {
  if (!options.system) {
    servers_.emplace(options, servers);
  } else if (!servers.empty()) {
    throw cli::UsageError("--system and @SERVER exclude each other");
  }
}

std::size_t DnsLookup::most_at_once() const noexcept {
  return servers_ ? servers_->most_at_once() : kMostOfSystem;
}

DnsOutcome DnsLookup::ask(const DnsQuestion& question) {
  DnsOutcome outcome{.question = question};
  const gnet::Deadline deadline = gnet::Deadline::within(options_.to.timeout);
  if (servers_) {
    ask_servers(outcome, deadline);
  } else {
    ask_system(outcome, deadline);
  }
  if (outcome.message) judge(outcome);
  return outcome;
}

// Of several names that it may stand for the first one counts that has something. If none has, it
// is the name itself that has nothing.
void DnsLookup::ask_servers(DnsOutcome& outcome, gnet::Deadline deadline) {
  const DnsQuestion& question = outcome.question;
  const auto names = options_.reverse ? std::vector<std::string>{question.given}
                                      : servers_->conf().candidates(question.given);
  const std::string itself = question.given + (question.given.ends_with('.') ? "" : ".");
  std::optional<gnet::dns::Reply> found;
  try {
    for (const std::string& name : names) {
      try {
        gnet::dns::Reply reply =
            servers_->client().query({name, question.type, question.class_number}, deadline);
        const bool good = !leads_on(reply.message);
        if (good || !found || name == itself) found = std::move(reply);
        if (good) break;
      } catch (const gnet::dns::BadName&) {
        if (name == itself) throw;  // only with its domain it is too long
      }
    }
  } catch (const std::exception&) {
    try {
      std::rethrow_exception(servers_->as_failure(std::current_exception()));
    } catch (const cli::Failure& failure) {
      outcome.failure = failure;
    }
    return;
  }
  outcome.message = std::move(found->message);
  outcome.server = found->server.to_string();
  outcome.size = found->size;
  outcome.time = found->time;
  outcome.sent = found->sent;
  outcome.over_tcp = found->over_tcp;
}

void DnsLookup::ask_system(DnsOutcome& outcome, gnet::Deadline deadline) const {
  const DnsQuestion& question = outcome.question;
  const bool v4 = question.type == gnet::dns::kA;
  const gnet::TimePoint began = gnet::Clock::now();
  try {
    gnet::dns::Message message;
    for (const auto& address :
         gnet::resolve(question.name, v4 ? gnet::Family::v4 : gnet::Family::v6, deadline)) {
      gnet::dns::Record record{.name = question.name, .type = question.type};
      record.text = address.to_string();
      record.fields.push_back({"address", record.text});
      message.answers.push_back(std::move(record));
    }
    outcome.message = std::move(message);
  } catch (const gnet::ResolveError& error) {
    const bool late = error.code() == std::errc::timed_out;
    const auto code = late                ? cli::Exit::timeout
                      : error.temporary() ? cli::Exit::protocol
                                          : cli::Exit::negative;
    outcome.failure = cli::Failure(code, error.what(), {}, {}, error.code());
  }
  outcome.time = gnet::Clock::now() - began;
}

// What the answer makes of the exit status.
void DnsLookup::judge(DnsOutcome& outcome) const {
  if (outcome.has_answer()) return;
  const DnsQuestion& question = outcome.question;
  const gnet::dns::Message& message = *outcome.message;
  if (question.one_of_many && message.rcode == gnet::dns::kNoError) return;
  const bool no = message.rcode == gnet::dns::kNoError || message.rcode == gnet::dns::kNXDomain;
  std::string hint;
  if (no && !options_.reverse && is_address(question.name)) {
    hint = "-x asks for the name of an address";
  } else if (message.rcode == gnet::dns::kFormErr && !message.edns &&
             options_.udp_size.number > 0) {
    hint = "--bufsize 0 asks without EDNS";
  }
  outcome.failure =
      cli::Failure(no ? cli::Exit::negative : cli::Exit::protocol,
                   fmt::format("{}: {}, says {}{}", title_of(question), outcome.status(),
                               outcome.source(), reasons_of(message)),
                   hint, outcome.server);
}

}  // namespace commands
