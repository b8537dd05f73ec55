// The sockets that gnet ports knows of, with the processes that have them.
//
//   const PortsList list(query_of("tcp,udp", false));
//   print(list.table(list.rows()));

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/out/json.h"
#include "gnet/os/socket_owners.h"
#include "gnet/os/socket_table.h"

namespace commands {

struct PortsRow {
  gnet::SocketRow socket;
  std::vector<gnet::SocketOwner> owners;
};

// What --proto and --all ask for. Throws cli::UsageError.
[[nodiscard]] gnet::SocketQuery ports_query(const std::string& protocols, bool all);

// As gnet::list_sockets(). Throws cli::Failure (io) where the system tells nothing, as the next
// does.
[[nodiscard]] std::vector<gnet::SocketRow> sockets_of(const gnet::SocketQuery& query);

// Every socket, and how many processes there are that do not show what they have.
struct PortsList {
  std::vector<PortsRow> rows;
  std::size_t hidden = 0;
};
[[nodiscard]] PortsList list_ports(const gnet::SocketQuery& query);

// Throws cli::UsageError for a word that names nothing: no port, a range that ends before it
// starts.
void check_filter(std::string_view filter);

// Whether it is one of those that a word names: a port, a range of them, a part of the address, of
// the path or of the name of a process.
[[nodiscard]] bool matches(const PortsRow& row, std::string_view filter);

// "127.0.0.1:8080", "*:8080", "/run/x.sock".
[[nodiscard]] std::string address_of(const PortsRow& row);

// "nginx (4711), nginx (4712)"; "-" for nobody who is known.
[[nodiscard]] std::string processes_of(const PortsRow& row);

// The name of the user who has made it, or the number.
[[nodiscard]] std::string user_of(const PortsRow& row);

// One line for people, without its end: the same sockets of the same processes have the same.
[[nodiscard]] std::string line_of(const PortsRow& row, bool with_peer);

// A table with a line of headings. Lines that would be equal are one.
[[nodiscard]] std::string table_of(const std::vector<PortsRow>& rows, bool with_peer);

[[nodiscard]] cli::JsonObject json_of(const PortsRow& row);
[[nodiscard]] std::string json_of(const std::vector<PortsRow>& rows);  // an array

}  // namespace commands
