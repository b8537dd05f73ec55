// gnet dns: asks name servers.

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/client/run_client.h"
#include "cli/line/command.h"
#include "cli/out/failure.h"
#include "commands/commands.h"
#include "commands/dns_lookup.h"
#include "commands/dns_options.h"
#include "commands/dns_questions.h"
#include "commands/dns_report.h"
#include "gnet/fiber/fiber.h"
#include "gnet/sync/pool.h"

namespace commands {
namespace {

using Options = DnsOptions;

// One run of the command: all its questions.
class Dns {
 public:
  Dns(const Options& options, const DnsWords& words)
      : options_(options),
        questions_(options, words),
        lookup_(options, words.servers),
        report_(options) {
    if (options.system) check_types(words);
    if (options.count && words.standard_input) {
      throw cli::UsageError("--count is for names of the command line, not of standard input");
    }
  }

  cli::Exit run() {
    cli::ClientOptions life = options_.to;
    life.timeout = {};  // it is that of each question
    bool over = false;
    const cli::Exit status =
        cli::run_client(life, {.work =
                                   [&] {
                                     struct Over {
                                       ~Over() { flag = true; }
                                       bool& flag;
                                     } const guard{over};
                                     return work();
                                   },
                               .summary = [&] { report_.tell_summary(over); }});
    return status;
  }

 private:
  // The system knows addresses only.
  void check_types(const DnsWords& words) const {
    const bool known = std::ranges::all_of(words.types, [](std::uint16_t type) {
      return type == gnet::dns::kA || type == gnet::dns::kAAAA;
    });
    if (!known || options_.all || options_.reverse) {
      throw cli::UsageError("--system tells addresses only: A and AAAA");
    }
    if (options_.tcp || options_.dnssec || options_.checking_disabled || options_.authentic ||
        options_.recursion_off || options_.nsid || options_.cookie || options_.padding ||
        options_.extended_errors || !options_.subnet.empty() || options_.class_name != "IN") {
      throw cli::UsageError("--system sends no query of ours: options of queries are not for it");
    }
  }

  cli::Exit work() {
    gnet::Pool pool(lookup_.most_at_once());
    if (options_.count) {
      repeat(pool);
    } else {
      for (auto question = questions_.next(); question && !failure_; question = questions_.next()) {
        ask(pool, *std::move(question));
      }
    }
    pool.join();
    if (failure_) std::rethrow_exception(failure_);
    if (!asked_) throw cli::UsageError("NAME is missing: standard input has none");
    return report_.status();
  }

  void ask(gnet::Pool& pool, DnsQuestion question) {
    report_.await_room();
    if (failure_) return;
    asked_ = true;
    pool.spawn([this, question = std::move(question)] {
      DnsOutcome outcome = lookup_.ask(question);
      try {
        report_.take(std::move(outcome));
      } catch (const cli::Failure&) {  // nobody reads it
        failure_ = std::current_exception();
      }
    });
  }

  // All questions, and again, each round that long after the one before.
  void repeat(gnet::Pool& pool) {
    std::vector<DnsQuestion> all;
    while (auto question = questions_.next()) all.push_back(*std::move(question));
    const std::uint64_t rounds = options_.count->number;
    std::size_t number = 0;
    gnet::TimePoint next = gnet::Clock::now();
    for (std::uint64_t round = 0; (rounds == 0 || round < rounds) && !failure_; ++round) {
      if (round > 0 && options_.interval > gnet::Duration::zero()) {
        next += options_.interval;
        gnet::sleep(std::max(next - gnet::Clock::now(), gnet::Duration::zero()));
      }
      for (DnsQuestion question : all) {
        question.number = number++;
        ask(pool, std::move(question));
      }
    }
  }

  const Options& options_;
  DnsQuestions questions_;
  DnsLookup lookup_;
  DnsReport report_;
  bool asked_ = false;
  std::exception_ptr failure_;  // of what is told
};

cli::Exit run(const Options& options) {
  return std::make_unique<Dns>(options, DnsWords::parse(options.words))->run();
}

// Types of records, and what they are.
cli::Command::Offers types(const cli::Words&) {
  return {{"A", "an address of IPv4"},
          {"AAAA", "an address of IPv6"},
          {"ANY", "whatever there is"},
          {"CAA", "who may make certificates"},
          {"CNAME", "the name that it stands for"},
          {"DNSKEY", "keys of the zone"},
          {"DS", "the key of a zone below"},
          {"HTTPS", "how its web server is reached"},
          {"MX", "where mail goes"},
          {"NAPTR", "rules for other names"},
          {"NS", "name servers"},
          {"PTR", "the name of an address"},
          {"SOA", "the start of the zone"},
          {"SRV", "where a service is"},
          {"SSHFP", "keys of its SSH server"},
          {"SVCB", "how a service is reached"},
          {"TLSA", "certificates of a service"},
          {"TXT", "texts"}};
}

// As dig has it, -x is an address to be turned round here: a proxy has its long name.
cli::PartOf<Options> reach() {
  cli::PartOf<Options> part = cli::client(&Options::to);
  cli::drop_short_name(part, "--proxy");
  return part;
}

}  // namespace

const cli::Command& dns() {
  static const cli::Command made =
      cli::command<Options>(
          {
              .name = "dns",
              .group = "Clients",
              .arguments = "[@SERVER]... [TYPE]... NAME...",
              .summary = "ask name servers: UDP, TCP, TLS, HTTPS",
              .about = "Ask for the records of names, and print them.",
              .examples = {"ip=$(gnet dns --short example.org | head -1)",
                           "gnet dns MX github.com @tls://9.9.9.9 -j | jq -r '.answers[].exchange'",
                           "gnet dns -x 8.8.8.8 --short || echo none"},
              .flags =
                  {
                      {"",
                       "WORD",
                       &Options::words,
                       "names, types of records, and @servers, in any order",
                       {.positional = "NAME",
                        .more = "See DESCRIPTION. - reads names from standard "
                                "input."}},
                      {"-x,--reverse", &Options::reverse,
                       "the words are addresses: which names have they"},
                      {"--all", &Options::all, "A AAAA CNAME MX NS TXT SOA CAA and HTTPS at once"},
                      {"--short", &Options::brief,
                       "only what the records say, and only of the type asked"},
                      {"--stats", &Options::stats, "with who has answered, how, and how soon"},
                      {"--tcp", &Options::tcp, "over TCP from the start"},
                      {"--retries",
                       "N",
                       &Options::retries,
                       "send the question so often again before the time is up",
                       {.more = "Over UDP, at equal distances within *--timeout*; over "
                                "connections, when "
                                "one is lost."}},
                      {"-n,--count",
                       "N",
                       &Options::count,
                       "ask N times, and tell how long it takes; 0 is without end",
                       {.fallback = "once", .more = "A line for each answer, and a summary."}},
                      {"-i,--interval",
                       "D",
                       &Options::interval,
                       "pause from one time to the next",
                       {.needs = "--count",
                        .more = "0 is as fast as it goes, several questions at a time."}},
                      {"--search",
                       "on|off",
                       &Options::search,
                       "complete names by the domains of /etc/resolv.conf",
                       {.choices = {}}},
                      {"--ndots",
                       "N",
                       &Options::ndots,
                       "a name with N dots is looked up as it is first",
                       {.fallback = "as /etc/resolv.conf says, or 1", .rare = true}},
                      {"--system",
                       &Options::system,
                       "as programs look names up: getaddrinfo(3)",
                       {.more = "Tells addresses (A, AAAA), also those of /etc/hosts. "}},
                      {"--class",
                       "CLASS",
                       &Options::class_name,
                       "IN, CH, HS, ANY or CLASSn",
                       {.rare = true}},
                      {"--dnssec", &Options::dnssec, "with signatures (DO)"},
                      {"--cd",
                       &Options::checking_disabled,
                       "do not verify signatures (CD)",
                       {.rare = true}},
                      {"--ad",
                       &Options::authentic,
                       "say whether signatures were verified (AD)",
                       {.rare = true}},
                      {"--no-rd",
                       &Options::recursion_off,
                       "tell what you know yourself, and ask nobody (no RD)",
                       {.rare = true}},
                      {"--bufsize",
                       "N",
                       &Options::udp_size,
                       "the largest answer over UDP, in bytes; 0 is without EDNS",
                       {.rare = true}},
                      {"--subnet",
                       "CIDR",
                       &Options::subnet,
                       "the answer is for this network",
                       {.rare = true,
                        .more = "As in 192.0.2.0/24 or 2001:db8::/32; 0.0.0.0/0 asks that "
                                "no network be told (RFC 7871)."}},
                      {"--nsid",
                       &Options::nsid,
                       "which one of its machines is the server",
                       {.rare = true}},
                      {"--cookie",
                       &Options::cookie,
                       "with a cookie, against forged answers",
                       {.rare = true,
                        .more = "A random one for each question, and the server's as well if it "
                                "insists "
                                "(RFC 7873)."}},
                      {"--padding",
                       &Options::padding,
                       "make queries a multiple of 128 bytes long",
                       {.rare = true}},
                      {"--ede",
                       &Options::extended_errors,
                       "print extended errors of answers that are good, too",
                       {.rare = true}},
                  },
              .shared = {reach()},
              .run = run,
              .offers = types,
          });
  return made;
}

}  // namespace commands
