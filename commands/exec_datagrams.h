// Datagrams whose other side is a program: one for each address that they come from.
//
// A session ends with its program, and when nothing has gone either way for `idle`. What comes
// while its program does not take it is dropped when there is too much, as datagrams are.
//
// Threads: as gnet::UDPServerFactory.

#pragma once

#include <map>
#include <memory>
#include <string>

#include "cli/server/session.h"
#include "commands/exec_child.h"
#include "gnet/fiber/fiber.h"
#include "gnet/protocol/udp_server_factory.h"
#include "gnet/sync/queue.h"

namespace commands {

class ExecDatagrams final : public gnet::UDPServerFactory {
 public:
  ExecDatagrams(ExecContext& context, cli::SessionRules& rules,
                gnet::ServerAddress<gnet::DatagramSocket> address, gnet::ListenOptions options,
                gnet::Duration idle);
  ~ExecDatagrams() override;

  void datagram_received(std::string_view data, const gnet::SocketAddress& peer) override;
  std::size_t wind_up(gnet::Deadline grace) override;

 private:
  struct Session {
    Session(const gnet::SocketAddress& from, std::uint64_t its_number)
        : peer(from), number(its_number) {}
    const gnet::SocketAddress peer;
    const std::uint64_t number;
    gnet::Queue<std::string> datagrams{256};
    gnet::TimePoint last = gnet::Clock::now();  // that something went
    ExecChild* child = nullptr;
    gnet::Fiber<> fiber;
  };
  using Sessions = std::map<std::string, std::shared_ptr<Session>>;

  void serve(Session& session);
  void talk(Session& session, ExecChild& child);

  ExecContext& context_;
  cli::SessionRules& rules_;
  const gnet::Duration idle_;
  const ExecFraming framing_;
  std::uint64_t count_ = 0;
  Sessions sessions_;
};

}  // namespace commands
