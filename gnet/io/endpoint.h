// An address to connect to or to listen on, as people write it.
//
// One grammar serves every positional address, option and config file: a URL such as
// tcp://127.0.0.1:6011, unix:///run/x.sock or udp-l://[::1]:53?idle=60s, or a short form: 8080 and
// :8080 (that port on the loopback), *:8080 (all interfaces), host:8080, [::1]:8080, /path,
// ./x.sock, @name. socat's spellings (TCP:host:port, UNIX-LISTEN:/path,fork) are understood too.
//
// An endpoint is a transport, and layers above it that stand before it with a '+', the outermost
// first: tls+unix:///run/x.sock. tls alone is short for tls+tcp. Some transports are no sockets,
// but local streams: exec:cat, file:/etc/motd, zero:, and "-", which is standard input and output.
//
// What can be written is more than each function can open: connect() and Listener are for sockets
// and TLS; link::open_stream() opens every endpoint.
//
//   const gnet::Endpoint endpoint = "localhost:6011";
//   endpoint.to_string();                             // "tcp://localhost:6011"
//   gnet::connect("tcp://:99999");                    // throws BadEndpoint:
//                                   // bad endpoint 'tcp://:99999': port must be 0-65535
//
// Threads: a value; copy it freely.

#pragma once

#include <compare>
#include <concepts>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gnet/base/duration.h"

namespace asio::ip {
class address;  // <asio/ip/address.hpp> has it
}

namespace gnet {

// The text is not an endpoint, or not one that this version can use. what() quotes it, with
// passwords masked, and names the part that is wrong.
class BadEndpoint : public std::invalid_argument {
 public:
  BadEndpoint(std::string_view endpoint, std::string_view problem);

  // The part behind the endpoint.
  [[nodiscard]] std::string_view problem() const noexcept {
    return std::string_view(what()).substr(problem_);
  }

 private:
  std::size_t problem_;
};

enum class Transport : std::uint8_t {
  tcp,
  udp,
  unix_stream,
  unix_seqpacket,
  unix_datagram,
  exec,     // a program without a shell: its standard input and output
  shell,    // the same of a command of the shell
  stdio,    // standard input and output of this process
  fd,       // a descriptor that this process was given
  file,     // a file, a FIFO or a device
  null,     // an end at once; takes everything
  echo,     // gives what it was sent
  zero,     // NUL bytes without end
  random,   // random bytes without end
  text,     // a text, and then the end
  inetd,    // descriptor 0, which is a connection
  systemd,  // listening sockets of a supervisor, by their name
};

// What is spoken above a transport. socks5 and what follows go through a proxy.
enum class Layer : std::uint8_t { tls, ws, socks5, socks5h, socks4a, connect };

[[nodiscard]] constexpr bool is_proxy(Layer layer) noexcept {
  return layer >= Layer::socks5;
}

// The address family asked for: tcp4, tls4 and udp4 are v4, tcp6, tls6 and udp6 v6, all others any.
enum class Family : std::uint8_t { any, v4, v6 };

class Endpoint {
 public:
  // Throws BadEndpoint. The short forms are of that transport; with udp, paths and names are of
  // unix_datagram.
  [[nodiscard]] static Endpoint parse(std::string_view text, Transport transport = Transport::tcp);

  // The same: whatever wants an Endpoint takes its text, as in connect("localhost:6011").
  template <typename Text>
  requires std::convertible_to<const Text&, std::string_view> Endpoint(const Text& text)
      : Endpoint(parse(text)) {}  // NOLINT: implicit on purpose

  // tcp or udp at a name or an address, with or without brackets; "*" means all interfaces. Throws
  // BadEndpoint for a host that cannot be one.
  [[nodiscard]] static Endpoint of(Transport transport, std::string_view host, std::uint16_t port);
  [[nodiscard]] static Endpoint of(Transport transport, const asio::ip::address& address,
                                   std::uint16_t port);

  // A socket in the file system, or an abstract one when the path starts with '@'.
  [[nodiscard]] static Endpoint unix_path(std::string_view path,
                                          Transport transport = Transport::unix_stream);

  [[nodiscard]] Transport transport() const noexcept { return transport_; }
  [[nodiscard]] Family family() const noexcept { return family_; }
  [[nodiscard]] bool is_listen() const noexcept { return listen_; }
  // The outermost first; none for a bare transport.
  [[nodiscard]] const std::vector<Layer>& layers() const noexcept { return layers_; }
  // Whether TLS is among the layers: the schemes tls, tls4, tls6, tls+unix.
  [[nodiscard]] bool is_tls() const noexcept { return has_layer(Layer::tls); }
  [[nodiscard]] bool is_ws() const noexcept { return has_layer(Layer::ws); }
  [[nodiscard]] bool has_layer(Layer layer) const noexcept;
  // The proxy that it goes through, if it does.
  [[nodiscard]] std::optional<Layer> proxy() const noexcept;
  [[nodiscard]] bool is_unix() const noexcept {
    return transport_ >= Transport::unix_stream && transport_ <= Transport::unix_datagram;
  }
  // True for tcp and udp: what has a host and a port.
  [[nodiscard]] bool is_ip() const noexcept { return transport_ <= Transport::udp; }
  // True for what is no socket of an address: exec and all that follow it.
  [[nodiscard]] bool is_local() const noexcept { return transport_ >= Transport::exec; }
  // True for tcp, unix and unixpacket: what has connections to accept.
  [[nodiscard]] bool has_connections() const noexcept {
    return transport_ == Transport::tcp || transport_ == Transport::unix_stream ||
           transport_ == Transport::unix_seqpacket;
  }
  [[nodiscard]] bool is_datagram() const noexcept {
    return transport_ == Transport::udp || transport_ == Transport::unix_datagram;
  }
  // Whether the boundaries of what is sent are kept: datagrams, unixpacket and ws.
  [[nodiscard]] bool has_messages() const noexcept {
    return is_datagram() || transport_ == Transport::unix_seqpacket || is_ws();
  }

  // Throw BadEndpoint, which says what would do, for one that only the other side can use:
  // systemd: and "*" only listen, exec: and socks5: only connect.
  void check_connects() const;
  void check_listens() const;

  // A name in lower case, an address without brackets, or "*". Empty for unix sockets.
  // With a proxy, the proxy's; see target_host().
  [[nodiscard]] const std::string& host() const noexcept { return is_ip() ? name_ : nothing(); }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  // Of a unix socket; abstract names start with '@'. Empty for tcp and udp.
  [[nodiscard]] const std::string& path() const noexcept { return is_unix() ? name_ : nothing(); }
  [[nodiscard]] bool is_abstract() const noexcept {
    return is_unix() && !name_.empty() && name_.front() == '@';
  }

  // What a local stream is made of: the command of exec and sh, the path of file, the number of fd,
  // the text, the name of systemd.
  [[nodiscard]] const std::string& argument() const noexcept {
    return is_local() ? name_ : nothing();
  }

  // Whom a proxy is to connect to. Without one it is host() and port().
  [[nodiscard]] const std::string& target_host() const noexcept {
    return proxy() ? target_host_ : host();
  }
  [[nodiscard]] std::uint16_t target_port() const noexcept {
    return proxy() ? target_port_ : port_;
  }
  // What the proxy is told, or the server of a WebSocket where there is no proxy.
  [[nodiscard]] const std::string& user() const noexcept { return user_; }
  [[nodiscard]] const std::string& password() const noexcept { return password_; }
  // Of ws: the path, and the query that goes to the server: "/chat?room=1". Empty if none was
  // written, which is "/" for who connects, and any for who listens.
  [[nodiscard]] const std::string& request_target() const noexcept { return request_target_; }

  // Whose certificate a TLS server must show: ?sni=, or the host, which is the one behind the proxy
  // if there is one; "localhost" for a unix socket.
  [[nodiscard]] std::string server_name() const;

  // The host as an address, if it is one: no need to ask a resolver. "*" is not.
  [[nodiscard]] std::optional<asio::ip::address> address() const;
  // True for "*", 0.0.0.0 and [::].
  [[nodiscard]] bool is_all_interfaces() const;

  // The options after '?'. parse() has checked that each is known and well-formed.
  [[nodiscard]] std::optional<std::string_view> option(std::string_view key) const noexcept;
  [[nodiscard]] std::optional<unsigned> mode() const noexcept;  // permissions of a unix socket
  [[nodiscard]] std::optional<bool> unlink() const noexcept;    // remove an old unix socket
  [[nodiscard]] std::optional<int> backlog() const noexcept;    // of connections to accept
  [[nodiscard]] std::optional<Duration> idle() const noexcept;  // end of a datagram session

  // Options in socat's style that mean nothing here, such as "fork": worth a note to the user.
  [[nodiscard]] const std::vector<std::string>& ignored_options() const noexcept {
    return ignored_;
  }

  // The same endpoint with another port, or as the listening side or not.
  [[nodiscard]] Endpoint with_port(std::uint16_t port) const;
  // With another host, as of() takes it; unix sockets have none. Throws BadEndpoint, also for an
  // address of another family than the endpoint's.
  [[nodiscard]] Endpoint with_host(std::string_view host) const;
  [[nodiscard]] Endpoint with_listen(bool listen = true) const;
  // The same endpoint secured by TLS, right above its transport, or above the proxy; or not. Only
  // tcp and unix can be.
  [[nodiscard]] Endpoint with_tls(bool tls = true) const;
  // What is below all layers, alone: without what options and paths say of them.
  [[nodiscard]] Endpoint without_layers() const;
  // The same endpoint in that family; unix sockets have none. "*" becomes 0.0.0.0 or [::], and
  // 127.0.0.1, which is also how :8080 is read, stands for the loopback and becomes ::1. Throws
  // BadEndpoint for an address of the other family.
  [[nodiscard]] Endpoint with_family(Family family) const;

  // The address as a URL, for messages and for clients: "tcp://127.0.0.1:6011",
  // "unix:///run/x.sock", "abstract://name", "exec:cat". It leaves out "-listen", options, the
  // query of a WebSocket, users and passwords.
  [[nodiscard]] std::string to_string() const;
  // All of it, passwords too: parse(e.url()) == e. A listening endpoint is "tcp-listen://…".
  [[nodiscard]] std::string url() const;
  // As it stands in log lines: "127.0.0.1:53144", "[::1]:80", "/run/x.sock", "@name".
  [[nodiscard]] std::string short_name() const;

  // Equal if url() is equal; the order is that of the parts.
  friend bool operator==(const Endpoint& a, const Endpoint& b) noexcept;
  friend std::strong_ordering operator<=>(const Endpoint& a, const Endpoint& b) noexcept;

 private:
  friend class EndpointParser;
  friend class SocketAddress;
  using Options = std::vector<std::pair<std::string, std::string>>;

  Endpoint() = default;
  [[nodiscard]] static const std::string& nothing() noexcept;
  [[nodiscard]] std::string scheme() const;
  [[nodiscard]] std::string target() const;
  [[nodiscard]] std::string local_target() const;
  [[nodiscard]] std::string unix_target() const;

  std::string name_;  // host, path, or argument()
  Options options_;   // sorted by key
  std::vector<std::string> ignored_;
  std::vector<Layer> layers_;
  std::string target_host_;
  std::string user_;
  std::string password_;
  std::string request_target_;
  std::uint16_t target_port_ = 0;
  std::uint16_t port_ = 0;
  Transport transport_ = Transport::tcp;
  Family family_ = Family::any;
  bool listen_ = false;
};

}  // namespace gnet
