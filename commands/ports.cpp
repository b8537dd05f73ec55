// gnet ports: who listens here, and which ports are free.

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <limits>
#include <map>
#include <optional>
#include <string>

#include "cli/line/command.h"
#include "cli/out/failure.h"
#include "cli/out/json.h"
#include "cli/out/output.h"
#include "commands/commands.h"
#include "commands/ports_free.h"
#include "commands/ports_list.h"
#include "gnet/base/utf8.h"
#include "gnet/fiber/fiber.h"

namespace commands {
namespace {

struct Options : cli::GlobalOptions {
  std::vector<std::string> filters;
  bool all = false;
  std::string protocols = "tcp,udp";
  std::optional<cli::Count> pid;
  std::optional<cli::PortRange> who;
  std::optional<cli::Count> free;
  cli::PortRange range{50000, 61000};
  std::optional<cli::PortRange> wait_free;
  gnet::Duration timeout = std::chrono::seconds(30);
  gnet::Duration watch{};
};

constexpr gnet::Duration kLookEvery = std::chrono::milliseconds(25);

// ---- the list ----

bool is_wanted(const Options& options, const PortsRow& row) {
  if (options.pid && std::ranges::none_of(row.owners, [&](const gnet::SocketOwner& owner) {
        return static_cast<std::uint64_t>(owner.pid) == options.pid->number;
      })) {
    return false;
  }
  return options.filters.empty() ||
         std::ranges::any_of(options.filters,
                             [&](const std::string& filter) { return matches(row, filter); });
}

PortsList wanted_ports(const Options& options) {
  PortsList list = list_ports(ports_query(options.protocols, options.all));
  std::erase_if(list.rows, [&](const PortsRow& row) { return !is_wanted(options, row); });
  return list;
}

// That there is no name does not mean that there is nobody.
void tell_hidden(const Options& options, const PortsList& list) {
  const auto unknown = static_cast<std::uint64_t>(std::ranges::count_if(
      list.rows, [](const PortsRow& row) { return row.owners.empty() && row.socket.inode != 0; }));
  if (unknown == 0 || list.hidden == 0 || options.quiet.times > 0) return;
  cli::write_all(
      STDERR_FILENO,
      fmt::format("who has {} cannot be seen: {} of other users; root sees them\n",
                  unknown == 1 ? "1 of these" : fmt::format("{} of these", unknown),
                  list.hidden == 1 ? "there is 1 process"
                                   : fmt::format("there are {} processes", list.hidden)));
}

cli::Exit show(const Options& options) {
  const PortsList list = wanted_ports(options);
  if (options.json) {
    cli::print_line(cli::JsonObject()
                        .raw("sockets", json_of(list.rows))
                        .add("hidden_processes", list.hidden)
                        .text());
    return cli::Exit::ok;
  }
  cli::print(table_of(list.rows, options.all));
  tell_hidden(options, list);
  return cli::Exit::ok;
}

// ---- --watch ----

// By what they look like: sockets that look the same are one.
std::map<std::string, PortsRow> by_line(const Options& options) {
  std::map<std::string, PortsRow> lines;
  for (PortsRow& row : wanted_ports(options).rows) {
    std::string line = line_of(row, options.all);
    lines.emplace(std::move(line), std::move(row));
  }
  return lines;
}

void tell(const Options& options, char sign, const char* event, const std::string& line,
          const PortsRow& row) {
  if (options.json) return cli::print_line(cli::event(event).merge(json_of(row)).text());
  cli::print_line(fmt::format("{} {}", sign, line));
}

cli::Exit watch(const Options& options) {
  std::map<std::string, PortsRow> before = by_line(options);
  for (const auto& [line, row] : before) tell(options, '=', "present", line, row);
  for (;;) {
    gnet::sleep(options.watch);
    std::map<std::string, PortsRow> now = by_line(options);
    for (const auto& [line, row] : before) {
      if (!now.contains(line)) tell(options, '-', "closed", line, row);
    }
    for (const auto& [line, row] : now) {
      if (!before.contains(line)) tell(options, '+', "opened", line, row);
    }
    before = std::move(now);
  }
}

// ---- one port ----

std::uint16_t one_port(const cli::PortRange& range, const char* option) {
  if (range.low == 0 || range.low != range.high) {
    throw cli::UsageError(fmt::format("{} wants one port, 1-65535", option));
  }
  return range.low;
}

std::vector<PortsRow> rows_at(const Options& options, std::uint16_t port) {
  gnet::SocketQuery query = ports_query(options.protocols, false);
  query.unix_sockets = false;
  std::vector<PortsRow> rows = list_ports(query).rows;
  std::erase_if(rows, [port](const PortsRow& row) { return row.socket.local.port() != port; });
  return rows;
}

// Every process once.
std::vector<gnet::SocketOwner> owners_of(const std::vector<PortsRow>& rows) {
  std::map<pid_t, gnet::SocketOwner> owners;
  for (const PortsRow& row : rows) {
    for (const gnet::SocketOwner& owner : row.owners) owners.emplace(owner.pid, owner);
  }
  std::vector<gnet::SocketOwner> all;
  for (auto& [pid, owner] : owners) all.push_back(std::move(owner));
  return all;
}

cli::Exit show_owner(const Options& options) {
  const std::uint16_t port = one_port(*options.who, "--who");
  const std::vector<PortsRow> rows = rows_at(options, port);
  const std::vector<gnet::SocketOwner> owners = owners_of(rows);
  const cli::Exit status = rows.empty() ? cli::Exit::negative : cli::Exit::ok;
  if (options.json) {
    cli::JsonObject document;
    document.add("port", port);
    if (!owners.empty()) {
      document.add("pid", owners.front().pid).add("command", owners.front().command);
    }
    cli::print_line(document.raw("sockets", json_of(rows)).text());
    return status;
  }
  if (rows.empty()) {
    throw cli::Failure(status, fmt::format("nobody listens at port {}", port));
  }
  std::string text;
  for (const gnet::SocketOwner& owner : owners) {
    text += fmt::format("{} {}\n", owner.pid,
                        gnet::printable(owner.arguments.empty() ? owner.command : owner.arguments));
  }
  // Somebody has it, but /proc does not show who.
  if (text.empty()) text = fmt::format("- of user {}\n", user_of(rows.front()));
  cli::print(text);
  return status;
}

cli::Exit await_free(const Options& options) {
  const std::uint16_t port = one_port(*options.wait_free, "--wait-free");
  const gnet::Deadline deadline = gnet::Deadline::within(options.timeout);
  gnet::SocketQuery query = ports_query(options.protocols, false);
  query.unix_sockets = false;
  const auto is_taken = [&] {
    return std::ranges::any_of(
        sockets_of(query), [port](const gnet::SocketRow& row) { return row.local.port() == port; });
  };
  while (is_taken()) {
    if (!deadline.passed()) {
      gnet::sleep(kLookEvery);
      continue;
    }
    std::string who;
    for (const PortsRow& row : rows_at(options, port)) {
      if (!row.owners.empty()) who = " by " + processes_of(row);
    }
    throw cli::Failure(cli::Exit::timeout,
                       fmt::format("timed out after {}: port {} is in use{}",
                                   gnet::format_duration(options.timeout), port, who));
  }
  if (options.json) cli::print_line(cli::JsonObject().add("port", port).add("free", true).text());
  return cli::Exit::ok;
}

// ---- --free ----

cli::Exit show_free(const Options& options) {
  std::uint64_t count = options.free->number;
  // "--free 2", though a value that need not be there is written behind "=".
  if (options.filters.size() == 1 && count == 1) {
    cli::Count given;
    try {
      cli::read_value(options.filters.front(), given);
    } catch (const cli::BadValue&) {
      throw cli::UsageError("--free N wants a number and nothing else");
    }
    count = given.number;
  } else if (!options.filters.empty()) {
    throw cli::UsageError("--free N wants a number and nothing else");
  }
  if (count == 0) throw cli::UsageError("--free must be 1 or more");
  if (options.range.low == 0) throw cli::UsageError("--range begins at port 1 or higher");
  const gnet::SocketQuery query = ports_query(options.protocols, false);
  if (query.unix_sockets || (!query.tcp && !query.udp)) {
    throw cli::UsageError("--free is for --proto tcp, udp or both");
  }
  const FreePorts free = FreePorts::take(count, options.range, query);
  if (options.json) {
    const std::string ports = fmt::format("[{}]", fmt::join(free.ports(), ","));
    cli::print_line(cli::JsonObject().raw("free", ports).text());
  } else {
    cli::print(fmt::format("{}\n", fmt::join(free.ports(), "\n")));
  }
  return cli::Exit::ok;
}

bool is_process(std::uint64_t pid) {
  if (pid == 0 || pid > std::numeric_limits<pid_t>::max()) return false;
  return kill(static_cast<pid_t>(pid), 0) == 0 || errno != ESRCH;
}

// Of the list and of --watch: what can never match is a mistake.
void check_filters(const Options& options) {
  for (const std::string& filter : options.filters) check_filter(filter);
  if (options.pid && !is_process(options.pid->number)) {
    throw cli::UsageError(fmt::format("there is no process {}", options.pid->number));
  }
}

void check(const Options& options) {
  const int ways = (options.who ? 1 : 0) + (options.free ? 1 : 0) + (options.wait_free ? 1 : 0) +
                   (options.watch > gnet::Duration::zero() ? 1 : 0);
  if (ways > 1) throw cli::UsageError("--who, --free, --wait-free and --watch exclude each other");
  const bool about_one = options.who || options.wait_free;
  if (about_one && (!options.filters.empty() || options.pid || options.all)) {
    throw cli::UsageError("--who and --wait-free are about one port: no FILTER, --pid or --all");
  }
  if (options.free && (options.pid || options.all)) {
    throw cli::UsageError("--free goes neither with --pid nor with --all");
  }
}

cli::Exit run(const Options& options) {
  check(options);
  if (options.who) return show_owner(options);
  if (options.free) return show_free(options);
  if (options.wait_free) return await_free(options);
  check_filters(options);
  if (options.watch > gnet::Duration::zero()) return watch(options);
  return show(options);
}

}  // namespace

const cli::Command& ports() {
  static const cli::Command made = cli::command<Options>({
      .name = "ports",
      .group = "Inspect",
      .arguments = "[FILTER]...",
      .summary = "who listens at which port, and which ports are free",
      .about = "List the sockets of this machine that others can connect to, and who has them.",
      .examples = {"gnet ports --who 8080 && kill \"$(gnet ports --who 8080 --json | jq .pid)\"",
                   "gnet ports --wait-free 6011 -t 5s && gnet echo-server",
                   "gnet ports --free=2 | xargs"},
      .flags =
          {
              {"",
               "FILTER",
               &Options::filters,
               "only a port, a range, or what has this in address or process",
               {.positional = "FILTER",
                .more = "Of several one is enough: _8080_, _8000-8999_, _127.0.0.1_, _nginx_."}},
              {"-a,--all", &Options::all, "those that are connected, too, with peer and state"},
              {"--proto", "LIST", &Options::protocols, "tcp, udp and unix, with commas between"},
              {"--pid", "PID", &Options::pid, "only those that this process has"},
              {"--who",
               "PORT",
               &Options::who,
               "print the processes that have this port; status 1: none",
               {.more = "A line for each: its number, and its command line."}},
              {"--free",
               "[=N]",
               &Options::free,
               "print so many ports that nobody has",
               {.bare = "1",
                .more =
                    "They are free at all addresses, for each of *--proto*, and held until they "
                    "are printed. _--free 2_ is understood as well."}},
              {"--range", "LO-HI", &Options::range, "from among these", {.needs = "--free"}},
              {"--wait-free", "PORT", &Options::wait_free, "wait until nobody has this port"},
              {"-t,--timeout",
               "D",
               &Options::timeout,
               "but not longer than that: status 124",
               {.needs = "--wait-free", .more = "0 is for ever."}},
              {"-w,--watch",
               "D",
               &Options::watch,
               "look again that often, and print what has changed",
               {.fallback = "off",
                .more = "A line begins with *=* for what was there, *+* for what has come, and *-* "
                        "for what has gone."}},
          },
      .run = run,
  });
  return made;
}

}  // namespace commands
