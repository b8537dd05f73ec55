// A program at work for one client, from its start to the end of all that it has started.
//
//   ExecChild child(context, std::move(*place), {.program = program, .log = log});
//   const ExecEnd end = child.converse(
//       [&] { while (auto m = socket.receive()) child.put(*m); },          // in a fiber of its own
//       [&] { child.output() … });
//
// A child is a process group of its own. The end of what the client sends is the end of its input.
// Its own end is the end of what it has written, and then of the process. A client that leaves, a
// server that stops and --time-limit end it in the steps of --close. What is left in its group when
// the conversation is over goes, too.
//
// Threads: belongs to the hub on which it was made.

#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "cli/out/output.h"
#include "commands/exec_options.h"
#include "commands/exec_programs.h"
#include "commands/exec_slots.h"
#include "gnet/base/log.h"
#include "gnet/fiber/fiber.h"
#include "gnet/io/byte_stream.h"
#include "gnet/os/subprocess.h"
#include "gnet/sync/event.h"

namespace commands {

// What all children of a server have in common.
struct ExecContext {
  explicit ExecContext(const ExecOptions& given);

  const ExecOptions& options;
  const ExecRules rules;
  ExecSlots slots;
  ExecPrograms programs;
  ExecPrograms cgi;  // those of --cgi-dir
};

// As much of what a program writes is read at once.
constexpr std::size_t kExecPiece = 64 * 1024;

// How a program has ended.
struct ExecEnd {
  int status = 0;            // see Popen::wait()
  bool out_of_time = false;  // of --time-limit

  // "exit 3", "signal 9".
  [[nodiscard]] std::string text() const;
};

class ExecChild {
 public:
  using Errors = std::function<void(std::string_view lines)>;

  struct Start {
    const ExecProgram& program;
    gnet::Environment environment = {};  // beside what all of them get
    const gnet::Logger& log;
    std::uint64_t session = 0;
    int socket = -1;     // its standard input and output; none: pipes, or a terminal
    Errors errors = {};  // lines of its standard error, for --stderr=client; none: they are logged
    bool keeps_errors = false;  // apart from its output, whatever --stderr says
  };

  // Throws std::system_error when it cannot be started.
  ExecChild(const ExecContext& context, ExecSlots::Place place, Start start);
  ExecChild(const ExecChild&) = delete;
  ExecChild& operator=(const ExecChild&) = delete;
  // Kills what is left of it.
  ~ExecChild();

  // What it writes, and what it is written; a second end of input is none.
  [[nodiscard]] gnet::ByteStream& output() noexcept;
  [[nodiscard]] gnet::ByteStream& input() noexcept;
  void end_input() noexcept;

  // Runs `feed` beside `deliver` until both are done and the program has ended. `feed` passes on
  // what the client sends, and returns at the end of that; `deliver` what the program writes, up to
  // the end. Where either throws std::system_error the client has gone, unless the program reads
  // no more. An interrupt ends the program, and is thrown then.
  ExecEnd converse(const std::function<void()>& feed, const std::function<void()>& deliver);

  // The client has gone, or wants nothing more. Does not suspend.
  void leave() noexcept;
  // The client says no more, or the server stops: the program is ended by steps, the first of which
  // is the end of its input; what it writes is still delivered.
  void wind_up() { wind_up(rules_.kill_after); }
  void stop() { wind_up(pause_ = rules_.stop_pause); }

  [[nodiscard]] bool is_left() const noexcept { return left_; }

  // How it has ended, if it does before the deadline. Suspends.
  [[nodiscard]] std::optional<int> status_by(gnet::Deadline deadline);

 private:
  void start_process(const ExecProgram& program, const Start& start);
  void read_errors();
  void tell_errors(std::string_view lines);
  void wind_up(gnet::Duration pause);
  void end_by_steps(gnet::Duration pause);
  void discard_output();
  void run_feed(const std::function<void()>& feed);
  void run_deliver(const std::function<void()>& deliver);
  ExecEnd finish();
  void report(const ExecEnd& end) const;

  const ExecRules& rules_;
  ExecSlots::Place place_;
  const gnet::Logger& log_;
  const std::uint64_t session_;
  const std::string name_;
  Errors errors_;
  std::optional<gnet::PseudoTerminal> terminal_;
  std::optional<gnet::Popen> process_;
  std::optional<cli::OwnedGroup> group_;
  gnet::CancelScope* delivering_ = nullptr;
  gnet::Fiber<> errors_reader_;
  gnet::Fiber<> feeder_;
  gnet::Fiber<> ending_;         // by steps, while its output is still delivered
  gnet::Fiber<> former_ending_;  // in other steps
  gnet::Fiber<> overdue_;        // waits for its end, and then for that of its output
  gnet::Fiber<> discarder_;
  gnet::Duration pause_;  // between the steps
  bool input_ended_ = false;
  bool left_ = false;
  bool out_of_time_ = false;
  bool held_open_ = false;  // its output, by somebody who has left its group
  bool reported_ = false;
};

// What a client is told that finds no place, or whose program cannot be started.
[[nodiscard]] bool is_shortage(const std::error_code& code) noexcept;

}  // namespace commands
