#include "gnet/os/socket_table.h"

#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "gnet/base/error.h"
#include "gnet/base/unique_fd.h"

namespace gnet {
namespace {

constexpr int kTries = 5;                                // of a list that changes while it is made
constexpr timeval kPatience{.tv_sec = 2, .tv_usec = 0};  // the kernel answers at once, or never
constexpr std::uint32_t kAllStates = 0xffff'ffff;

constexpr std::uint32_t bit(SocketState state) {
  return std::uint32_t{1} << static_cast<unsigned>(state);
}

SocketState state_of(unsigned number) {
  return number <= static_cast<unsigned>(SocketState::new_syn_received)
             ? static_cast<SocketState>(number)
             : SocketState::unknown;
}

// Whether it is there for others to come to it.
bool is_open_to_others(const SocketRow& row) {
  if (row.state == SocketState::listening) return true;
  if (row.transport == Transport::udp) return row.state == SocketState::closed;
  // A unix socket of datagrams has no such state, but a name that can be sent to.
  return row.transport == Transport::unix_datagram && !row.local.path().empty();
}

Transport unix_transport(unsigned type) {
  if (type == SOCK_DGRAM) return Transport::unix_datagram;
  return type == SOCK_SEQPACKET ? Transport::unix_seqpacket : Transport::unix_stream;
}

SocketAddress ip_address(int family, const void* bytes, std::uint16_t port) {
  if (family == AF_INET) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = port;
    std::memcpy(&address.sin_addr, bytes, sizeof address.sin_addr);
    return {reinterpret_cast<const sockaddr*>(&address), sizeof address};
  }
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = port;
  std::memcpy(&address.sin6_addr, bytes, sizeof address.sin6_addr);
  return {reinterpret_cast<const sockaddr*>(&address), sizeof address};
}

// The name as sun_path has it; that of an abstract socket begins with NUL.
SocketAddress unix_address(std::string_view name) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (!name.empty() && name.front() != '\0') name = name.substr(0, name.find('\0'));
  name = name.substr(0, sizeof address.sun_path);
  name.copy(address.sun_path, name.size());
  return {reinterpret_cast<const sockaddr*>(&address),
          static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size())};
}

// ---- netlink ----

struct IpRequest {
  nlmsghdr header;
  inet_diag_req_v2 body;
};

struct UnixRequest {
  nlmsghdr header;
  unix_diag_req body;
};

template <typename Request>
Request new_request() {
  Request request{};
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  return request;
}

// Calls f with the type and the content of each attribute that lies in `bytes`.
template <typename F>
void each_attribute(std::string_view bytes, F f) {
  nlattr head{};
  while (bytes.size() >= sizeof head) {
    std::memcpy(&head, bytes.data(), sizeof head);
    if (head.nla_len < sizeof head || head.nla_len > bytes.size()) return;
    f(head.nla_type, bytes.substr(sizeof head, head.nla_len - sizeof head));
    bytes.remove_prefix(std::min<std::size_t>(NLA_ALIGN(head.nla_len), bytes.size()));
  }
}

std::optional<SocketRow> ip_row(std::string_view bytes, Transport transport) {
  inet_diag_msg message{};
  if (bytes.size() < sizeof message) return std::nullopt;
  std::memcpy(&message, bytes.data(), sizeof message);
  SocketRow row{.transport = transport};
  row.state = state_of(message.idiag_state);
  row.local = ip_address(message.idiag_family, message.id.idiag_src, message.id.idiag_sport);
  if (message.id.idiag_dport != 0) {
    row.peer = ip_address(message.idiag_family, message.id.idiag_dst, message.id.idiag_dport);
  }
  row.user = message.idiag_uid;
  row.inode = message.idiag_inode;
  row.queued = message.idiag_rqueue;
  static constexpr in6_addr kAny = IN6ADDR_ANY_INIT;
  const bool any = message.idiag_family == AF_INET6 &&
                   std::memcmp(message.id.idiag_src, &kAny, sizeof kAny) == 0;
  each_attribute(bytes.substr(sizeof message), [&](unsigned type, std::string_view value) {
    if (type == INET_DIAG_SKV6ONLY && !value.empty()) row.takes_both = any && value[0] == 0;
  });
  return row;
}

std::optional<SocketRow> unix_row(std::string_view bytes) {
  unix_diag_msg message{};
  if (bytes.size() < sizeof message) return std::nullopt;
  std::memcpy(&message, bytes.data(), sizeof message);
  SocketRow row{.transport = unix_transport(message.udiag_type)};
  row.state = state_of(message.udiag_state);
  row.inode = message.udiag_ino;
  row.local = unix_address({});
  each_attribute(bytes.substr(sizeof message), [&](unsigned type, std::string_view value) {
    if (type == UNIX_DIAG_NAME) row.local = unix_address(value);
    if (type == UNIX_DIAG_RQLEN && value.size() >= sizeof(unix_diag_rqlen)) {
      unix_diag_rqlen length{};
      std::memcpy(&length, value.data(), sizeof length);
      row.queued = length.udiag_rqueue;
    }
#ifdef UDIAG_SHOW_UID
    if (type == UNIX_DIAG_UID && value.size() >= sizeof(std::uint32_t)) {
      std::memcpy(&row.user, value.data(), sizeof(std::uint32_t));
    }
#endif
  });
  return row;
}

// One dump: what the kernel answers to a request. False when the list has changed meanwhile, and
// may lack something.
template <typename Take>
bool dump(int fd, const void* request, std::size_t size, Take take) {
  if (send(fd, request, size, 0) < 0) throw_errno("cannot ask for sockets");
  bool whole = true;
  std::string buffer(32 * 1024, '\0');
  for (;;) {
    const ssize_t received = recv(fd, buffer.data(), buffer.size(), 0);
    if (received < 0 && errno == EINTR) continue;
    if (received < 0) throw_errno("cannot read the list of sockets");
    std::string_view left(buffer.data(), static_cast<std::size_t>(received));
    nlmsghdr head{};
    while (left.size() >= sizeof head) {
      std::memcpy(&head, left.data(), sizeof head);
      if (head.nlmsg_len < sizeof head || head.nlmsg_len > left.size()) break;
      const std::string_view body = left.substr(sizeof head, head.nlmsg_len - sizeof head);
      if ((head.nlmsg_flags & NLM_F_DUMP_INTR) != 0) whole = false;
      if (head.nlmsg_type == NLMSG_DONE) return whole;
      if (head.nlmsg_type == NLMSG_ERROR) {
        int error = -EPROTO;
        if (body.size() >= sizeof error) std::memcpy(&error, body.data(), sizeof error);
        throw_errno(-error, "cannot list sockets");
      }
      if (head.nlmsg_type == SOCK_DIAG_BY_FAMILY) take(body);
      left.remove_prefix(std::min<std::size_t>(NLMSG_ALIGN(head.nlmsg_len), left.size()));
    }
    if (received == 0) throw_errno(EPROTO, "cannot read the list of sockets");
  }
}

void add_ip(int fd, int family, Transport transport, bool all, std::vector<SocketRow>& rows) {
  auto request = new_request<IpRequest>();
  request.body.sdiag_family = static_cast<std::uint8_t>(family);
  request.body.sdiag_protocol = transport == Transport::tcp ? IPPROTO_TCP : IPPROTO_UDP;
  const auto open = transport == Transport::tcp ? SocketState::listening : SocketState::closed;
  request.body.idiag_states = all ? kAllStates : bit(open);
  for (int tries = 0; tries < kTries; ++tries) {
    const std::size_t before = rows.size();
    if (dump(fd, &request, sizeof request, [&](std::string_view body) {
          if (auto row = ip_row(body, transport)) rows.push_back(std::move(*row));
        })) {
      return;
    }
    if (tries + 1 < kTries) rows.resize(before);
  }
}

void add_unix(int fd, std::vector<SocketRow>& rows) {
  auto request = new_request<UnixRequest>();
  request.body.sdiag_family = AF_UNIX;
  request.body.udiag_states = kAllStates;
  request.body.udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_RQLEN;
#ifdef UDIAG_SHOW_UID
  request.body.udiag_show |= UDIAG_SHOW_UID;
#endif
  for (int tries = 0; tries < kTries; ++tries) {
    const std::size_t before = rows.size();
    if (dump(fd, &request, sizeof request, [&](std::string_view body) {
          if (auto row = unix_row(body)) rows.push_back(std::move(*row));
        })) {
      return;
    }
    if (tries + 1 < kTries) rows.resize(before);
  }
}

std::vector<SocketRow> ask_kernel(const SocketQuery& query) {
  const UniqueFd fd(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  if (!fd) throw_errno("cannot list sockets");
  setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  std::vector<SocketRow> rows;
  for (const int family : {AF_INET, AF_INET6}) {
    if (query.tcp) add_ip(fd.get(), family, Transport::tcp, query.all, rows);
    if (query.udp) add_ip(fd.get(), family, Transport::udp, query.all, rows);
  }
  if (query.unix_sockets) add_unix(fd.get(), rows);
  return rows;
}

// ---- /proc/net ----

std::string_view next_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(end);
  return word;
}

template <typename Number>
std::optional<Number> number(std::string_view text, int base) {
  Number value{};
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, value, base);
  if (error != std::errc() || end != last) return std::nullopt;
  return value;
}

// "0100007F:1F90": words of 32 bits as this machine has them, and the port as people have it.
std::optional<SocketAddress> address_of(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon != 8 && colon != 32) return std::nullopt;
  std::array<std::uint32_t, 4> words{};
  for (std::size_t i = 0; i < colon / 8; ++i) {
    const auto word = number<std::uint32_t>(text.substr(i * 8, 8), 16);
    if (!word) return std::nullopt;
    words[i] = *word;
  }
  const auto port = number<std::uint16_t>(text.substr(colon + 1), 16);
  if (!port) return std::nullopt;
  return ip_address(colon == 8 ? AF_INET : AF_INET6, words.data(), htons(*port));
}

// Calls f with each line but the first, which says what the columns are.
template <typename F>
void each_line(std::string_view table, F f) {
  std::size_t end = table.find('\n');
  while (end != std::string_view::npos) {
    table.remove_prefix(end + 1);
    end = table.find('\n');
    const std::string_view line = table.substr(0, end);
    if (!line.empty()) f(line);
  }
}

std::optional<std::string> table_of(const char* path) {
  const UniqueFd fd(open(path, O_RDONLY | O_CLOEXEC));
  if (!fd) return std::nullopt;
  std::string text;
  std::string block(16 * 1024, '\0');
  for (;;) {
    const ssize_t size = read(fd.get(), block.data(), block.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) throw_errno(std::string("cannot read ") + path);
    if (size == 0) return text;
    text.append(block, 0, static_cast<std::size_t>(size));
  }
}

void append(std::vector<SocketRow>& rows, std::vector<SocketRow> more) {
  std::move(more.begin(), more.end(), std::back_inserter(rows));
}

std::vector<SocketRow> in_order(std::vector<SocketRow> rows, const SocketQuery& query) {
  if (!query.all) std::erase_if(rows, [](const SocketRow& row) { return !is_open_to_others(row); });
  const auto key = [](const SocketRow& row) {
    return std::tuple(row.transport, row.local.port(), row.local.path(), row.local.family(),
                      row.inode);
  };
  std::sort(rows.begin(), rows.end(),
            [&](const SocketRow& a, const SocketRow& b) { return key(a) < key(b); });
  return rows;
}

}  // namespace

std::string_view to_string(SocketState state) noexcept {
  static constexpr std::array<std::string_view, 13> kNames = {
      "unknown",    "established", "syn-sent",    "syn-received", "fin-wait-1",
      "fin-wait-2", "time-wait",   "unconnected", "close-wait",   "last-ack",
      "listening",  "closing",     "syn-received"};
  return kNames[static_cast<std::size_t>(state)];
}

std::vector<SocketRow> list_sockets(const SocketQuery& query) {
  std::vector<SocketRow> rows;
  try {
    rows = ask_kernel(query);
  } catch (const SystemError&) {
    return detail::read_sockets(query);
  }
  return in_order(std::move(rows), query);
}

bool is_listened_at(std::uint16_t port) {
  const auto rows = list_sockets({.tcp = true, .udp = false});
  return std::any_of(rows.begin(), rows.end(),
                     [port](const SocketRow& row) { return row.local.port() == port; });
}

namespace detail {

// "  0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000 0 4711 1 …"
std::vector<SocketRow> parse_ip_sockets(std::string_view table, Transport transport) {
  std::vector<SocketRow> rows;
  each_line(table, [&](std::string_view line) {
    next_word(line);
    const auto local = address_of(next_word(line));
    const auto peer = address_of(next_word(line));
    const auto state = number<unsigned>(next_word(line), 16);
    const std::string_view queues = next_word(line);
    const auto queued =
        number<std::uint32_t>(queues.substr(std::min(queues.find(':') + 1, queues.size())), 16);
    next_word(line);
    next_word(line);
    const auto user = number<uid_t>(next_word(line), 10);
    next_word(line);
    const auto inode = number<std::uint64_t>(next_word(line), 10);
    if (!local || !peer || !state || !user || !inode) return;
    SocketRow row{.transport = transport, .state = state_of(*state), .local = *local};
    if (peer->port() != 0) row.peer = *peer;
    row.user = *user;
    row.inode = *inode;
    row.queued = queued.value_or(0);
    rows.push_back(std::move(row));
  });
  return rows;
}

// "0000000000000000: 00000002 00000000 00010000 0001 01 19044 /run/x.sock"
std::vector<SocketRow> parse_unix_sockets(std::string_view table) {
  constexpr unsigned kListens = 0x10000;
  constexpr unsigned kConnected = 3;
  std::vector<SocketRow> rows;
  each_line(table, [&](std::string_view line) {
    next_word(line);
    next_word(line);
    next_word(line);
    const auto flags = number<unsigned>(next_word(line), 16);
    const auto type = number<unsigned>(next_word(line), 16);
    const auto state = number<unsigned>(next_word(line), 16);
    const auto inode = number<std::uint64_t>(next_word(line), 10);
    if (!flags || !type || !state || !inode) return;
    line.remove_prefix(std::min<std::size_t>(1, line.size()));
    std::string name(line);
    if (name.starts_with('@')) name.front() = '\0';
    SocketRow row{.transport = unix_transport(*type), .local = unix_address(name)};
    row.state = *state == kConnected ? SocketState::established : SocketState::closed;
    if ((*flags & kListens) != 0) row.state = SocketState::listening;
    row.inode = *inode;
    rows.push_back(std::move(row));
  });
  return rows;
}

std::vector<SocketRow> read_sockets(const SocketQuery& query) {
  struct Table {
    bool wanted;
    const char* path;
    Transport transport;
  };
  const std::array<Table, 5> tables = {
      {{query.tcp, "/proc/net/tcp", Transport::tcp},
       {query.tcp, "/proc/net/tcp6", Transport::tcp},
       {query.udp, "/proc/net/udp", Transport::udp},
       {query.udp, "/proc/net/udp6", Transport::udp},
       {query.unix_sockets, "/proc/net/unix", Transport::unix_stream}}};
  std::vector<SocketRow> rows;
  bool any = false;
  for (const Table& table : tables) {
    if (!table.wanted) continue;
    const auto text = table_of(table.path);  // there is no tcp6 where there is no IPv6
    if (!text) continue;
    any = true;
    append(rows, table.transport == Transport::unix_stream
                     ? parse_unix_sockets(*text)
                     : parse_ip_sockets(*text, table.transport));
  }
  if (!any) throw_errno(ENOENT, "cannot list sockets: neither netlink nor /proc/net");
  return in_order(std::move(rows), query);
}

}  // namespace detail

}  // namespace gnet
