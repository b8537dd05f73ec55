// A connection of bytes whose other side is a program: TCP, TLS, a unix socket.
//
// Where nothing has to look at the bytes, a TCP connection itself is the program's standard input
// and output. Otherwise they go by pipes, and by splice(2) where that can be.
//
// Threads: as gnet::StreamConnection.

#pragma once

#include <atomic>

#include "cli/server/session.h"
#include "commands/exec_child.h"
#include "gnet/protocol/stream_connection.h"

namespace commands {

class ExecStream final : public gnet::StreamConnection {
 public:
  ExecStream(ExecContext& context, cli::SessionRules& rules)
      : context_(context), rules_(rules), pacer_(rules.pacer()) {}

  void abort() override;

 private:
  class AtWork;

  void converse(gnet::AnyStream& stream, const gnet::Endpoint& peer) override;
  void drain(gnet::Duration quiet) override;

  [[nodiscard]] bool can_give_away(gnet::AnyStream& stream) const;
  void give_away(gnet::AnyStream& stream, ExecChild::Start start, ExecSlots::Place place);
  void pass_on(gnet::AnyStream& stream, ExecChild& child);
  void copy_all(gnet::ByteStream& from, gnet::ByteStream& to, std::uint64_t& counter) const;
  void count();
  void begin_ending();
  void end_when_quiet();
  void end_when_idle(gnet::Duration idle);
  [[nodiscard]] std::uint64_t moved();

  ExecContext& context_;
  cli::SessionRules& rules_;
  cli::Pacer pacer_;
  ExecChild* child_ = nullptr;  // while it is at work
  gnet::Duration quiet_{};
  gnet::Fiber<> watcher_;  // of what moves, when that ends the conversation
  bool given_away_ = false;
};

}  // namespace commands
