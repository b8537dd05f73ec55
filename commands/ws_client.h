// What gnet ws does: connects, sends what its input has, prints what comes, and knows when that is
// enough.
//
//   return WsClient(options).run();
//
// Threads: of one hub.

#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cli/client/line_editor.h"
#include "commands/text_pattern.h"
#include "commands/ws_format.h"
#include "commands/ws_options.h"
#include "gnet/fiber/fiber.h"
#include "gnet/sync/event.h"
#include "gnet/sync/mutex.h"
#include "gnet/ws/web_socket.h"

namespace commands {

class WsClient {
 public:
  // Throws UsageError, and Failure for files that cannot be read.
  explicit WsClient(const WsOptions& options);

  // To the exit status. Throws Failure.
  [[nodiscard]] cli::Exit run();

 private:
  // Connections.
  cli::Exit work();
  [[nodiscard]] gnet::ws::WebSocket open() const;
  void talk(gnet::ws::WebSocket& socket);
  [[nodiscard]] std::string why_ended(const gnet::ws::WebSocket& socket) const;
  [[noreturn]] void fail(const gnet::ws::WebSocket& socket) const;
  [[nodiscard]] cli::Exit verdict() const;
  void try_later(const std::exception_ptr& error, const std::string& reason);

  // What comes.
  void take(const gnet::ws::Message& message);

  // What is sent.
  void take_input();
  void read_input();
  void wait_for_silence();
  void deliver(const std::string& record);
  void say(gnet::ws::WebSocket& socket, const std::string& record);
  bool obey(gnet::ws::WebSocket& socket, std::string_view line);
  void end();

  void print(std::string_view text) const;
  void note(std::string_view text) const;
  void tell_opened(const gnet::ws::WebSocket& socket) const;
  void tell_closed(const gnet::ws::WebSocket& socket) const;
  void tell_pong(std::string_view data);

  const WsOptions& options_;
  const WebAddress target_;
  const gnet::ws::ConnectOptions connect_;
  const std::string first_message_;
  const std::optional<TextPattern> expected_;
  const std::optional<gnet::Duration> wait_;
  const bool interactive_;  // a person types, and reads
  const bool color_;
  WsFormat format_;
  std::unique_ptr<cli::LineEditor> editor_;  // while a person may type

  gnet::ws::WebSocket* socket_ = nullptr;  // while there is one
  gnet::Event connected_;
  gnet::Event over_;  // nothing more is to be sent, and nothing waited for
  gnet::Mutex use_;   // of it, by the fiber of the input
  gnet::Fiber<> input_;
  std::exception_ptr input_failure_;
  gnet::TimePoint heard_{};
  gnet::TimePoint pinged_{};
  std::uint64_t received_ = 0;
  unsigned failed_ = 0;  // attempts in a row
  bool greeted_ = false;
  bool matched_ = false;
  bool all_was_sent_ = true;  // of what no person has typed
  bool done_ = false;         // there is no reason to go on
};

}  // namespace commands
