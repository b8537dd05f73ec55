// A terminal for a program that wants one: what it writes there is read here, and what is written
// here it reads, as typed.
//
//   gnet::PseudoTerminal terminal({.columns = 132, .rows = 43});
//   gnet::Popen shell({"bash"}, {.in = Stdio::fd(terminal.program_end()),
//                                .out = Stdio::fd(terminal.program_end()),
//                                .err = Stdio::to_stdout(), .new_session = true, .terminal =
//                                true});
//   terminal.close_program_end();              // the program has its own
//   gnet::pump(client, terminal);
//
// As a ByteStream it ends when no program has the terminal open any more. shutdown_send() is what
// a person does who types ^D: the program reads the end of its input, and may go on; where it reads
// keys instead of lines (raw mode) there is no such key, and nothing happens.
//
// Threads: a PseudoTerminal belongs to the hub on which it was made.

#pragma once

#include "gnet/base/unique_fd.h"
#include "gnet/io/pipe.h"

namespace gnet {

struct TerminalSize {
  unsigned short columns = 80;
  unsigned short rows = 24;
};

class PseudoTerminal final : public ByteStream {
 public:
  // Throws std::system_error.
  explicit PseudoTerminal(TerminalSize size = {});

  // What the program gets as its standard input and output, until it is closed here.
  [[nodiscard]] int program_end() const noexcept { return program_end_.get(); }
  void close_program_end() noexcept { program_end_.reset(); }

  // The window has another size now, which the program is told of (SIGWINCH). Throws
  // std::system_error.
  void resize(TerminalSize size);

  // ---- as a ByteStream ----

  std::size_t receive(void* buffer, std::size_t size,
                      Deadline deadline = Deadline::never()) override;
  std::size_t send_some(std::string_view data, Deadline deadline = Deadline::never()) override;
  void send_all(std::string_view data, Deadline deadline = Deadline::never()) override;
  void shutdown_send(Deadline deadline = Deadline::never()) override;
  [[nodiscard]] bool wait_readable(Deadline deadline = Deadline::never()) override {
    return keyboard_.wait_readable(deadline);
  }
  void close() noexcept override { keyboard_.close(); }
  void abort() noexcept override { close(); }
  [[nodiscard]] bool is_open() const noexcept override { return keyboard_.is_open(); }
  // It has none: the error not_a_socket.
  [[nodiscard]] Endpoint local_endpoint() const override { return keyboard_.local_endpoint(); }
  [[nodiscard]] Endpoint remote_endpoint() const override { return keyboard_.remote_endpoint(); }

 private:
  Pipe keyboard_;  // and screen
  UniqueFd program_end_;
  bool within_line_ = false;  // what was sent last did not end one
};

}  // namespace gnet
