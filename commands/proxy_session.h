// A client of gnet proxy: SOCKS 5, SOCKS 4 and 4a, or HTTP, by the first byte that it sends.
//
// Threads: as gnet::Connection.

#pragma once

#include <cstdint>
#include <string>

#include "cli/server/session.h"
#include "commands/proxy_dialler.h"
#include "commands/proxy_options.h"
#include "commands/proxy_users.h"
#include "gnet/http/client_options.h"
#include "gnet/http/forwarder.h"
#include "gnet/http/handler.h"
#include "gnet/http/http_connection.h"
#include "gnet/http/server_options.h"
#include "gnet/proxy/socks_message.h"

namespace commands {

// What all clients share.
struct ProxyService {
  explicit ProxyService(const ProxyOptions& given);

  // Reads users and lists anew; the function puts the latter in place. Throws cli::Failure.
  [[nodiscard]] std::function<void()> reload();

  const ProxyOptions& options;
  bool socks5 = false;
  bool socks4 = false;
  bool http = false;
  ProxyUsers users;
  ProxyDialler dialler;
  gnet::http::ServerOptions server;
  gnet::http::ClientOptions client;
};

class ProxySession final : public gnet::HTTPConnection {
 public:
  // Both must outlive it.
  ProxySession(cli::SessionRules& rules, ProxyService& service);

 private:
  using Target = gnet::proxy::SocksTarget;

  void converse(gnet::AnyStream& stream, const gnet::Endpoint& peer) override;
  void speak(gnet::AnyStream& stream, const gnet::Endpoint& peer);

  // ---- SOCKS ----
  template <typename Decode>
  auto next(gnet::ByteStream& stream, Decode decode);
  void socks5(gnet::AnyStream& stream);
  bool log_in(gnet::AnyStream& stream);
  void socks4(gnet::AnyStream& stream);
  void obey(gnet::AnyStream& stream, const gnet::proxy::SocksRequest& request, bool version_4);
  void connect(gnet::AnyStream& stream, const Target& target, bool version_4);
  void bind(gnet::AnyStream& stream, const Target& target, bool version_4);
  void associate(gnet::AnyStream& stream);
  void answer(gnet::AnyStream& stream, gnet::proxy::SocksReply reply, bool version_4,
              const gnet::SocketAddress& bound = {});
  void tell(gnet::AnyStream& stream, gnet::proxy::SocksReply reply, bool version_4,
            const gnet::SocketAddress& bound = {});

  // ---- HTTP ----
  void handle(gnet::http::Request& request, gnet::http::Response& response);
  void require_user(gnet::http::Request& request);
  [[nodiscard]] gnet::AnyStream dial_for_http(const Target& target);

  // Carries until both sides have ended. Where one breaks off the other sees a reset.
  void relay(gnet::ByteStream& client, gnet::ByteStream& there);

  [[nodiscard]] bool is_local() const;

  cli::SessionRules& rules_;
  ProxyService& service_;
  cli::Pacer pacer_;
  std::string user_;
  std::string bytes_;  // that have come and were not read
  gnet::Deadline handshake_ = gnet::Deadline::never();
  gnet::http::Handler handler_;
  std::unique_ptr<gnet::http::Forwarder> forwarder_;
};

}  // namespace commands
