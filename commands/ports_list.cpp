#include "commands/ports_list.h"

#include <fmt/format.h>
#include <pwd.h>

#include <algorithm>
#include <asio/ip/address.hpp>
#include <system_error>
#include <utility>

#include "cli/line/tls.h"
#include "cli/line/value.h"
#include "cli/out/failure.h"
#include "gnet/base/error.h"
#include "gnet/base/utf8.h"

namespace commands {
namespace {

constexpr std::size_t kMostProcesses = 3;  // of one socket; of the others there is a number

using Cells = std::vector<std::string>;

std::string_view protocol_of(const PortsRow& row) {
  switch (row.socket.transport) {
    case gnet::Transport::tcp:
      return "tcp";
    case gnet::Transport::udp:
      return "udp";
    case gnet::Transport::unix_datagram:
      return "unixgram";
    case gnet::Transport::unix_seqpacket:
      return "unixpacket";
    default:
      return "unix";
  }
}

Cells cells_of(const PortsRow& row, bool with_peer) {
  Cells cells = {std::string(protocol_of(row)), address_of(row)};
  if (with_peer) {
    const std::string peer = row.socket.peer.short_name();
    cells.push_back(peer.empty() ? "-" : peer);
    cells.emplace_back(to_string(row.socket.state));
  }
  cells.push_back(user_of(row));
  cells.push_back(processes_of(row));
  return cells;
}

bool is_of_ports(std::string_view filter) {
  return filter.find_first_not_of("0123456789-") == filter.npos;
}

cli::PortRange range_named(std::string_view filter) {
  cli::PortRange range;
  cli::read_value(filter, range);
  if (range.low == 0) throw cli::BadValue("nobody has port 0");
  return range;
}

bool is_port_in(const PortsRow& row, cli::PortRange range) {
  const std::uint16_t port = row.socket.local.port();
  return !row.socket.local.is_unix() && range.low <= port && port <= range.high;
}

}  // namespace

gnet::SocketQuery ports_query(const std::string& protocols, bool all) {
  gnet::SocketQuery query{.tcp = false, .udp = false, .all = all};
  for (const std::string& protocol : cli::items_of(protocols)) {
    if (protocol == "tcp") {
      query.tcp = true;
    } else if (protocol == "udp") {
      query.udp = true;
    } else if (protocol == "unix") {
      query.unix_sockets = true;
    } else {
      throw cli::UsageError(
          fmt::format("bad value '{}' for --proto: must be of tcp, udp and unix", protocol));
    }
  }
  if (!query.tcp && !query.udp && !query.unix_sockets) {
    throw cli::UsageError(
        fmt::format("bad value '{}' for --proto: must be of tcp, udp and unix", protocols));
  }
  return query;
}

std::vector<gnet::SocketRow> sockets_of(const gnet::SocketQuery& query) {
  try {
    return gnet::list_sockets(query);
  } catch (const std::system_error& error) {
    throw cli::Failure(cli::Exit::io, gnet::describe(error), {}, {}, error.code());
  }
}

PortsList list_ports(const gnet::SocketQuery& query) {
  PortsList list;
  std::vector<gnet::SocketRow> sockets = sockets_of(query);
  const gnet::SocketOwners owners;
  list.hidden = owners.hidden();
  for (gnet::SocketRow& socket : sockets) {
    const std::uint64_t inode = socket.inode;
    list.rows.push_back({std::move(socket), owners.of(inode)});
  }
  return list;
}

void check_filter(std::string_view filter) {
  if (filter.empty()) throw cli::UsageError("FILTER must not be empty");
  if (!is_of_ports(filter)) return;
  try {
    static_cast<void>(range_named(filter));
  } catch (const cli::BadValue& error) {
    throw cli::UsageError(fmt::format("bad value '{}' for FILTER: {}", filter, error.what()));
  }
}

bool matches(const PortsRow& row, std::string_view filter) {
  if (is_of_ports(filter)) return is_port_in(row, range_named(filter));
  if (address_of(row).find(filter) != std::string::npos) return true;
  return std::ranges::any_of(row.owners, [filter](const gnet::SocketOwner& owner) {
    return owner.command.find(filter) != std::string::npos;
  });
}

std::string address_of(const PortsRow& row) {
  const gnet::SocketAddress& local = row.socket.local;
  if (row.socket.takes_both) return fmt::format("*:{}", local.port());
  const std::string name = local.short_name();
  return name.empty() ? "-" : gnet::printable(name);
}

std::string processes_of(const PortsRow& row) {
  std::string text;
  for (std::size_t i = 0; i < row.owners.size() && i < kMostProcesses; ++i) {
    const gnet::SocketOwner& owner = row.owners[i];
    text += fmt::format("{}{} ({})", i == 0 ? "" : ", ", gnet::printable(owner.command), owner.pid);
  }
  if (row.owners.size() > kMostProcesses) {
    text += fmt::format(" and {} more", row.owners.size() - kMostProcesses);
  }
  return text.empty() ? "-" : text;
}

std::string user_of(const PortsRow& row) {
  const passwd* const entry = getpwuid(row.socket.user);
  return entry != nullptr ? entry->pw_name : std::to_string(row.socket.user);
}

std::string line_of(const PortsRow& row, bool with_peer) {
  return fmt::format("{}", fmt::join(cells_of(row, with_peer), "  "));
}

std::string table_of(const std::vector<PortsRow>& rows, bool with_peer) {
  std::vector<Cells> lines = {with_peer
                                  ? Cells{"PROTO", "ADDRESS", "PEER", "STATE", "USER", "PROCESS"}
                                  : Cells{"PROTO", "ADDRESS", "USER", "PROCESS"}};
  for (const PortsRow& row : rows) {
    Cells cells = cells_of(row, with_peer);
    if (lines.back() != cells) lines.push_back(std::move(cells));
  }
  std::vector<std::size_t> widths(lines.front().size());
  for (const Cells& cells : lines) {
    for (std::size_t i = 0; i < cells.size(); ++i) widths[i] = std::max(widths[i], cells[i].size());
  }
  std::string text;
  for (const Cells& cells : lines) {
    for (std::size_t i = 0; i + 1 < cells.size(); ++i) {
      text += fmt::format("{:<{}}  ", cells[i], widths[i]);
    }
    text += cells.back() + "\n";
  }
  return text;
}

cli::JsonObject json_of(const PortsRow& row) {
  const gnet::SocketRow& socket = row.socket;
  cli::JsonObject object;
  object.add("proto", protocol_of(row));
  if (const auto ip = socket.local.ip()) {
    object.add("address", ip->to_string()).add("port", socket.local.port());
    if (socket.takes_both) object.add("dual_stack", true);
  } else {
    object.add("path", socket.local.path());
  }
  object.add("state", to_string(socket.state));
  if (const std::string peer = socket.peer.short_name(); !peer.empty()) object.add("peer", peer);
  object.add("uid", socket.user).add("user", user_of(row));
  object.add("queued", socket.queued);
  std::string processes;
  for (const gnet::SocketOwner& owner : row.owners) {
    cli::JsonObject process;
    process.add("pid", owner.pid).add("command", owner.command).add("arguments", owner.arguments);
    processes += (processes.empty() ? "" : ",") + process.text();
  }
  return object.raw("processes", "[" + processes + "]");
}

std::string json_of(const std::vector<PortsRow>& rows) {
  std::string text;
  for (const PortsRow& row : rows) text += (text.empty() ? "" : ",") + json_of(row).text();
  return "[" + text + "]";
}

}  // namespace commands
