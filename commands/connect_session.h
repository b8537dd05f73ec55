// One conversation of gnet connect: what is here goes to the peer, and what the peer says comes
// here, until both have ended, or something else says that it is enough.
//
//   LocalSide local(options);
//   ConnectSession session(options, local, record);
//   const SessionEnd end = session.run(peer, name);
//
// Threads: of one hub.

#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "commands/connect_options.h"
#include "commands/connect_record.h"
#include "commands/text_pattern.h"
#include "gnet/io/any_stream.h"
#include "gnet/sync/event.h"

namespace commands {

// Standard input and output, a text, or a program; of several connections one after the other.
class LocalSide {
 public:
  // Starts the program, if there is one. Throws Failure (io) when it cannot be run.
  explicit LocalSide(const ConnectOptions& options);

  // What is to be sent next, and stays so until taken(); empty at the end. Suspends.
  [[nodiscard]] std::string_view next();
  void taken() noexcept { pending_.clear(); }
  [[nodiscard]] bool has_ended() const noexcept { return ended_ && pending_.empty(); }
  // A person, who ends when the peer does.
  [[nodiscard]] bool is_terminal() const noexcept { return terminal_; }
  // Whether nothing is ever read, and the peer not told of an end therefore.
  [[nodiscard]] bool is_silent() const noexcept { return silent_; }

  // Prints, or hands to the program. Suspends while that takes nothing. Throws Failure (io); where
  // the reader of standard output has gone the process ends.
  void take(std::string_view data);
  // The peer has ended: a program sees the end of its input.
  void peer_ended();

 private:
  gnet::AnyStream stream_;
  std::string pending_;
  std::string buffer_;
  bool crlf_;
  bool after_cr_ = false;
  bool is_program_ = false;
  bool program_listens_ = true;
  bool terminal_ = false;
  bool silent_ = false;
  bool ended_ = false;
};

enum class SessionEnd {
  done,         // both sides have ended, or this one does not want more
  matched,      // what was expected has come
  peer_closed,  // the peer has ended, and this side had more to say
};

class ConnectSession {
 public:
  ConnectSession(const ConnectOptions& options, LocalSide& local, ConnectRecord& record,
                 const TextPattern* expected);

  // Suspends until it is over; the stream is closed then. Throws Failure: lost, when the connection
  // breaks; timeout, when nothing goes either way for too long.
  [[nodiscard]] SessionEnd run(gnet::AnyStream& peer, const gnet::Endpoint& name);

  // What has come, as far as it is looked at for what is expected.
  [[nodiscard]] const std::string& received() const noexcept { return received_; }

 private:
  void send(gnet::AnyStream& peer);
  void receive(gnet::AnyStream& peer);
  [[nodiscard]] std::optional<SessionEnd> verdict(const gnet::Endpoint& name);
  [[nodiscard]] gnet::Deadline next_look() const;
  [[nodiscard]] bool waited_enough() const;
  void look_for_expected(std::string_view data);
  void touch();
  [[noreturn]] void fail(const std::exception_ptr& error, const gnet::Endpoint& name) const;

  const ConnectOptions& options_;
  LocalSide& local_;
  ConnectRecord& record_;
  const TextPattern* expected_;

  std::string received_;
  bool datagrams_ = false;
  bool matched_ = false;
  bool all_sent_ = false;
  bool all_received_ = false;
  std::exception_ptr send_error_;
  std::exception_ptr receive_error_;
  gnet::TimePoint active_{};   // when something went last
  gnet::TimePoint sent_at_{};  // the end of what is sent
  gnet::Event changed_;
};

}  // namespace commands
