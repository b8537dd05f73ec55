// Asks name servers: over UDP, with TCP for what is too large for it, over TCP, TLS or HTTPS.
//
//   const auto reply = gnet::dns::query("192.0.2.53", {"example.org", gnet::dns::kAAAA}, 2s);
//   for (const auto& record : reply.message.answers) fmt::print("{}\n", record.to_string());
//
//   gnet::dns::Client client({gnet::dns::Server::parse("tls://dns.example")});
//   client.query({"example.org"}, 2s);     // again and again, over connections that stay
//
// An answer is what has the number and the question of the query and comes from where that has
// gone; whatever else comes is passed over. Numbers of queries are random, and so are ports of UDP,
// each of which has one query at a time and 32 in all. That a name does not exist, or that the
// server refuses, is an answer too: see Message::rcode. Records of other names than the one asked
// for and its aliases are dropped.
//
// Of several servers the next one is asked when one is not there, has not answered in its share of
// the time, or fails (SERVFAIL, REFUSED, NOTIMP).
//
// Threads: a client belongs to the hub on which it was made; any number of its fibers may use it.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gnet/base/duration.h"
#include "gnet/base/function.h"
#include "gnet/dns/message.h"
#include "gnet/dns/server.h"
#include "gnet/fiber/deadline.h"
#include "gnet/io/any_stream.h"
#include "gnet/io/datagram.h"

namespace gnet::http {
class Client;  // <gnet/http/client.h> has it, and <gnet/http/client_options.h> what it is made of
struct ClientOptions;
}  // namespace gnet::http

namespace gnet::dns {

struct ClientOptions {
  // Of each query; a cookie in it is sent to each server.
  QueryOptions query = {};
  // How often one that has no answer is sent once more: over UDP, at equal distances; over
  // connections, when one is lost.
  unsigned retries = 2;
  bool cookie = false;  // a random one, and the server's where it wants it again (RFC 7873)

  // How servers are reached: that of TLS and of TCP as AnyStream. Empty: DatagramSocket::connect()
  // and connect(). The latter is bounded by what is left of the query's time as well.
  std::function<DatagramSocket(const Endpoint& endpoint)> open_datagrams = nullptr;
  std::function<AnyStream(const Endpoint& endpoint)> open_stream = nullptr;
  // Of the client for https, which is made when it is needed. The time limit is the query's, and no
  // redirect is followed.
  std::function<http::ClientOptions()> http = nullptr;
};

// An answer, and how it was got.
struct Reply {
  Message message;
  Server server;          // who has answered, tcp:// where UDP was too small
  std::size_t size = 0;   // bytes
  Duration time{};        // from the first query to this
  unsigned sent = 1;      // how often it was asked for
  bool over_tcp = false;  // the answer of UDP was truncated
};

class Client {
 public:
  // At least one server; the first is asked first.
  explicit Client(std::vector<Server> servers, ClientOptions options = {});
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client();

  // Suspends until there is an answer. Throws TimedOut when the deadline passes, BadName for what
  // cannot be asked, BadMessage for an answer that is malformed, ConnectionLost where there is
  // none, and what connecting does: std::system_error, ResolveError, TLSError, http::ClientError.
  [[nodiscard]] Reply query(const Question& question, Deadline deadline);

 private:
  class Asking;
  struct Idle {
    Server server;
    AnyStream stream;
  };
  struct Port {
    const Server* server;  // one of servers_
    DatagramSocket socket;
    unsigned answers = 0;  // that it has had
  };

  [[nodiscard]] std::uint16_t random_id();
  [[nodiscard]] http::Client& http_client();

  const std::vector<Server> servers_;
  const std::vector<std::string> names_;  // of the servers, as texts
  const ClientOptions options_;
  std::unique_ptr<http::Client> http_;  // made when it is needed
  std::vector<Idle> idle_;              // connections of TCP and TLS
  std::vector<Port> ports_;             // of UDP, without a query under way
  std::string random_;                  // bytes for numbers of queries
};

// One question to one server.
[[nodiscard]] Reply query(const Server& server, const Question& question, Deadline deadline,
                          const QueryOptions& options = {});
[[nodiscard]] inline Reply query(std::string_view server, const Question& question,
                                 Deadline deadline, const QueryOptions& options = {}) {
  return query(Server::parse(server), question, deadline, options);
}

}  // namespace gnet::dns
