#include "commands/connect_probe.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "cli/client/dialler.h"
#include "cli/client/run_client.h"
#include "cli/out/failure.h"
#include "cli/out/json.h"
#include "cli/out/output.h"
#include "cli/out/plural.h"
#include "gnet/base/error.h"
#include "gnet/link/open.h"
#include "gnet/sync/pool.h"

namespace commands {
namespace {

using gnet::Endpoint;

constexpr std::size_t kAtOnce = 64;
constexpr std::size_t kAllShown = 64;  // of more the closed ones are only counted
constexpr gnet::Duration kNoRefusal = std::chrono::seconds(1);

struct Ports {
  std::uint16_t low = 0;
  std::uint16_t high = 0;
};

std::optional<std::uint16_t> port_of(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value > 0xffff) return {};
  return static_cast<std::uint16_t>(value);
}

// "80", "8000-8010".
std::optional<Ports> ports_of(std::string_view text) {
  const std::size_t dash = text.find('-');
  const auto low = port_of(text.substr(0, dash));
  const auto high = dash == std::string_view::npos ? low : port_of(text.substr(dash + 1));
  if (!low || !high || *low > *high) return std::nullopt;
  return Ports{*low, *high};
}

void add(std::vector<Endpoint>& all, const std::string& host, const Ports& ports,
         gnet::Transport transport) {
  for (unsigned port = ports.low; port <= ports.high; ++port) {
    all.push_back(host_and_port(host, std::to_string(port), transport));
  }
}

// Where to: "HOST:LO-HI", "HOST PORT…", "LO-HI", and any endpoint that connects.
std::vector<Endpoint> targets_of(const ConnectOptions& options) {
  const auto transport = options.udp ? gnet::Transport::udp : gnet::Transport::tcp;
  const auto& where = options.where;
  std::vector<Endpoint> all;
  if (where.size() == 1) {
    const std::string& text = where.front();
    const std::size_t colon = text.rfind(':');
    const auto ports = ports_of(colon == std::string::npos ? text : text.substr(colon + 1));
    if (ports && text.find("://") == std::string::npos) {
      std::string host = colon == std::string::npos ? "" : text.substr(0, colon);
      if (host.empty()) host = options.to.only_v6 ? "::1" : "127.0.0.1";
      add(all, host, *ports, transport);
      return all;
    }
  }
  if (where.size() < 2) return {connect_target(options).endpoint};
  for (std::size_t i = 1; i < where.size(); ++i) {
    const auto ports = ports_of(where[i]);
    if (!ports) {
      throw cli::UsageError(
          fmt::format("'{}' is neither a port nor a range, such as 8000-8010", where[i]));
    }
    add(all, where.front(), *ports, transport);
  }
  return all;
}

struct Finding {
  Endpoint endpoint;
  bool open = false;
  std::string state = {};  // "open", "refused", …
  cli::Exit status = cli::Exit::ok;
  gnet::Duration time{};
};

std::string state_of(const cli::Failure& failure) {
  if (failure.cause() == std::errc::connection_refused) return "refused";
  if (failure.cause() == std::errc::timed_out) return "no answer";
  return failure.cause() ? gnet::describe(failure.cause()) : failure.what();
}

// A datagram is refused, or nobody knows.
std::string try_datagram(const cli::Dialler& dialler) {
  gnet::DatagramSocket socket = dialler.open_datagrams();
  socket.send("");
  char byte = 0;
  return socket.receive(&byte, 1, gnet::Deadline(kNoRefusal)) ? "open" : "not refused";
}

Finding look_at(const ConnectOptions& options, const Endpoint& endpoint) {
  Finding finding{.endpoint = endpoint};
  const gnet::TimePoint began = gnet::Clock::now();
  const cli::Dialler dialler(options, options.to, options.retry,
                             {.endpoint = endpoint, .given = !options.where.empty()});
  finding.endpoint = dialler.target();
  try {
    if (dialler.endpoint().is_datagram()) {
      finding.state = try_datagram(dialler);
    } else {
      dialler.open_stream().close();
      finding.state = "open";
    }
    finding.open = true;
  } catch (const std::exception&) {
    try {
      std::rethrow_exception(dialler.as_failure(std::current_exception()));
    } catch (const cli::Failure& failure) {
      finding.state = state_of(failure);
      finding.status = failure.code();
    }
  }
  finding.time = gnet::Clock::now() - began;
  return finding;
}

void print_table(const ConnectOptions& options, const std::vector<Finding>& findings) {
  std::size_t width = 0;
  for (const Finding& finding : findings) {
    width = std::max(width, finding.endpoint.short_name().size());
  }
  const bool all = findings.size() <= kAllShown || options.verbose.times > 0;
  std::size_t open = 0;
  std::string text;
  for (const Finding& finding : findings) {
    open += finding.open ? 1 : 0;
    if (!finding.open && !all) continue;
    text += fmt::format("{:<{}}  {}", finding.endpoint.short_name(), width, finding.state);
    if (finding.open) text += fmt::format("  {}", gnet::format_duration(finding.time));
    text += '\n';
  }
  if (findings.size() > 1) text += fmt::format("{} of {} open\n", open, findings.size());
  if (options.quiet.times == 0) cli::print(text);
}

void print_document(const std::vector<Finding>& findings) {
  std::string open;
  std::string closed;
  for (const Finding& finding : findings) {
    const std::string name = finding.endpoint.is_ip()
                                 ? std::to_string(finding.endpoint.port())
                                 : cli::JsonObject().add("x", finding.endpoint.to_string()).text();
    if (finding.open && finding.endpoint.is_ip()) open += (open.empty() ? "" : ",") + name;
    cli::JsonObject object;
    object.add("endpoint", finding.endpoint.to_string());
    if (finding.endpoint.is_ip()) object.add("port", finding.endpoint.port());
    object.add("open", finding.open)
        .add("state", finding.state)
        .add("us", std::chrono::duration_cast<std::chrono::microseconds>(finding.time).count());
    closed += (closed.empty() ? "" : ",") + object.text();
  }
  cli::print_line(
      cli::JsonObject().raw("open", "[" + open + "]").raw("tried", "[" + closed + "]").text());
}

// Of several that failed, a name that does not resolve is the more telling.
cli::Exit verdict(const std::vector<Finding>& findings) {
  const auto is_open = [](const Finding& finding) { return finding.open; };
  if (std::ranges::any_of(findings, is_open)) return cli::Exit::ok;
  const cli::Exit first = findings.front().status;
  return first == cli::Exit::resolve || first == cli::Exit::usage ? first : cli::Exit::negative;
}

}  // namespace

cli::Exit probe(const ConnectOptions& options) {
  const std::vector<Endpoint> targets = targets_of(options);
  std::vector<Finding> findings;
  const auto work = [&] {
    gnet::Pool pool(kAtOnce);
    findings = pool.map(targets, [&](const Endpoint& target) { return look_at(options, target); });
    if (options.json) {
      print_document(findings);
    } else {
      print_table(options, findings);
    }
    return verdict(findings);
  };
  return cli::run_client(options.to, {.work = work, .summary = [] {}});
}

}  // namespace commands
