#include <fmt/format.h>

#include <optional>
#include <string_view>
#include <utility>

#include "cli/client/target.h"
#include "cli/out/failure.h"
#include "commands/dns_servers.h"
#include "commands/or_fail.h"
#include "commands/ping_endpoint.h"
#include "gnet/dns/message.h"
#include "gnet/dns/names.h"
#include "gnet/dns/resolv_conf.h"
#include "gnet/http/percent.h"

namespace commands {
namespace {

// dns:[//SERVER[:PORT]/]NAME[?type=TYPE], as RFC 4501 has it.
struct PingQuestion {
  std::string server;  // that of this machine where none is named
  gnet::dns::Question question;
  std::string name;  // of the target
};

[[noreturn]] void refuse_question(std::string_view text, std::string_view reason) {
  throw cli::UsageError(fmt::format("bad target '{}': {}", text, reason));
}

PingQuestion question_of(std::string_view text, std::string_view rest) {
  PingQuestion asked;
  if (rest.starts_with("//")) {
    const std::size_t slash = rest.find('/', 2);
    if (slash == rest.npos || slash == 2) refuse_question(text, "must be dns://SERVER/NAME");
    asked.server = rest.substr(2, slash - 2);
    rest.remove_prefix(slash + 1);
  }
  const std::size_t mark = rest.find('?');
  asked.question.name = gnet::http::percent_decode(rest.substr(0, mark));
  if (asked.question.name.empty()) refuse_question(text, "a name is missing; the root is '.'");
  if (mark != rest.npos) {
    const auto word = cli::behind(rest.substr(mark + 1), "type=");
    const auto type = word ? gnet::dns::type_of(*word) : std::nullopt;
    if (!type) refuse_question(text, "behind '?' there may be type=A, AAAA, MX and so on");
    asked.question.type = *type;
  }
  if (asked.server.empty()) {
    asked.server = or_fail([] { return gnet::dns::ResolvConf::read(); }).nameservers.front();
  }
  or_fail([&] { static_cast<void>(gnet::dns::build_query(asked.question, 0)); });
  asked.name = fmt::format("dns://{}/{}", asked.server, rest);
  return asked;
}

// The answer to a query. Any status is one.
class PingQuery : public PingProbe {
 public:
  PingQuery(const PingOptions& options, PingQuestion asked)
      : PingProbe(asked.name, {.secure = options.to.tls}, options),
        question_(std::move(asked.question)),
        options_(options_of(options)),
        servers_(options_, {asked.server}) {}

  PingAnswer send(std::uint64_t, gnet::Deadline deadline) override {
    const gnet::dns::Reply reply = servers_.client().query(question_, deadline);
    PingAnswer answer{.time = reply.time, .rcode = gnet::dns::rcode_name(reply.message.rcode)};
    add_phase(answer.phases, "answer", reply.time);
    return answer;
  }

 private:
  // A query that is sent once more is another probe.
  static DnsOptions options_of(const PingOptions& options) {
    DnsOptions dns;
    static_cast<cli::GlobalOptions&>(dns) = options;
    dns.to = options.to.tls ? options.to : cli::without_tls(options.to);
    dns.retries.number = 0;
    return dns;
  }

  const gnet::dns::Question question_;
  const DnsOptions options_;
  DnsServers servers_;
};

}  // namespace

std::unique_ptr<PingProbe> make_ping_query(const std::string& text, const PingOptions& options) {
  const auto rest = cli::behind(text, "dns:");
  return rest ? std::make_unique<PingQuery>(options, question_of(text, *rest)) : nullptr;
}

}  // namespace commands
