// Programs in processes of their own, as Python's subprocess has them.
//
//   std::string kernel = gnet::check_output({"uname", "-r"});
//
//   gnet::Popen sort({"sort", "-n"}, {.in = gnet::Stdio::pipe(), .out = gnet::Stdio::pipe()});
//   auto [sorted, errors] = sort.communicate("3\n1\n2\n", 5s);
//   if (sort.wait() != 0) complain();
//
// A status is what a process ended with: 0 to 255 when it has exited, the negative
// number of the signal when one has ended it. It is 255 when somebody else has taken it:
// the program waits for all its children itself, or ignores SIGCHLD.
//
// Processes are watched through pidfds: no handler of SIGCHLD, and nobody else's
// children are touched. A child gets no descriptors but 0, 1, 2 and those that it is
// given, an empty signal mask, and the default action of each signal, but for SIGHUP,
// SIGINT and SIGQUIT where they are ignored. Starting one blocks the thread until the
// kernel has loaded the program: less than a millisecond from a local disk.
//
// Threads: a Popen belongs to the hub on which it was made.

#pragma once

#include <sys/types.h>

#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/base/unique_fd.h"
#include "gnet/fiber/control.h"
#include "gnet/fiber/deadline.h"
#include "gnet/io/pipe.h"
#include "gnet/os/process_rights.h"

namespace gnet {

namespace detail {
class ChildProcess;
}

// What one of a child's standard descriptors is.
class Stdio {
 public:
  // The same as in this process.
  [[nodiscard]] static Stdio inherit() noexcept { return Stdio(Kind::inherit); }
  // A pipe, whose other end is Popen::in(), out() or err().
  [[nodiscard]] static Stdio pipe() noexcept { return Stdio(Kind::pipe); }
  // /dev/null.
  [[nodiscard]] static Stdio devnull() noexcept { return Stdio(Kind::devnull); }
  // A copy of this descriptor, which stays the caller's.
  [[nodiscard]] static Stdio fd(int fd) noexcept { return Stdio(Kind::fd, fd); }
  // For standard error: where standard output goes.
  [[nodiscard]] static Stdio to_stdout() noexcept { return Stdio(Kind::to_stdout); }

 private:
  friend class Popen;
  friend struct StandardEnds;
  enum class Kind : unsigned char { inherit, pipe, devnull, fd, to_stdout };
  explicit Stdio(Kind kind, int fd = -1) noexcept : kind_(kind), fd_(fd) {}
  Kind kind_;
  int fd_;
};

using Environment = std::map<std::string, std::string>;

// This process's environment, to change and pass on.
[[nodiscard]] Environment environment();

struct PopenOptions {
  std::string program = {};  // to run instead of the one that the first argument names
  Stdio in = Stdio::inherit();
  Stdio out = Stdio::inherit();
  Stdio err = Stdio::inherit();
  std::string directory = {};                   // to run in; empty: this process's
  std::optional<Environment> environment = {};  // all of it; none: this process's
  bool new_session = false;                     // setsid(): no terminal, and a group of its own
  std::optional<pid_t> process_group = {};      // to join; 0: one of its own
  bool leads_group = false;                     // one of its own, for signal_group()
  bool terminal = false;  // of a new session: standard input, a terminal, controls it
  std::vector<ResourceLimit> limits = {};
  std::optional<ProcessUser> user = {};  // to become
  std::vector<int> pass_fds = {};        // descriptors that it gets, by these numbers
};

// What a process has written to its pipes.
struct ProcessOutput {
  std::string out;
  std::string err;
};

// A process has not ended in time: "'make' (process 4711) has not ended: timed out after 5s". It
// runs on, except where run() and the like throw it.
class TimeoutExpired : public TimedOut {
 public:
  TimeoutExpired(const std::string& process, TimePoint since, ProcessOutput so_far);
  // What it has written up to then.
  [[nodiscard]] const ProcessOutput& output() const noexcept { return *output_; }

 private:
  std::shared_ptr<const ProcessOutput> output_;
};

// A process has ended with another status than 0: "'false' exited with status 1", "'cat' was
// ended by signal 9 (killed)".
class CalledProcessError : public std::runtime_error {
 public:
  CalledProcessError(const std::vector<std::string>& arguments, int status, ProcessOutput output);
  [[nodiscard]] int status() const noexcept { return status_; }
  [[nodiscard]] const ProcessOutput& output() const noexcept { return *output_; }

 private:
  int status_;
  std::shared_ptr<const ProcessOutput> output_;
};

class Popen {
 public:
  // Starts a program: its name, looked for in the PATH of the environment that it gets when it
  // has no slash, and its arguments. There is no shell in between. Does not suspend. Throws
  // std::system_error when it cannot be run, with the errno of what failed in the child: "cannot
  // run 'nothing': no such file or directory". So it does for what cannot be passed on: a NUL byte
  // in any of the strings, a name in the environment that is empty or holds '='.
  explicit Popen(std::vector<std::string> arguments, PopenOptions options = {});
  Popen(Popen&& other) noexcept;
  Popen& operator=(Popen&& other) noexcept;

  // Closes the pipes, and leaves a process that runs running, as a shell does with `&`: it
  // becomes no zombie when it ends. Call kill() and wait() to be rid of it.
  ~Popen();

  [[nodiscard]] pid_t pid() const noexcept;
  [[nodiscard]] const std::vector<std::string>& arguments() const noexcept { return arguments_; }

  // This side of the pipes; closed Pipes where there are none. Standard input is to be written
  // to, and closed for the process to see its end.
  [[nodiscard]] Pipe& in() noexcept { return in_; }
  [[nodiscard]] Pipe& out() noexcept { return out_; }
  [[nodiscard]] Pipe& err() noexcept { return err_; }

  // Suspends until the process has ended; its status. One that waits to write to a pipe that
  // nobody reads never does: use communicate().
  int wait();

  // As wait(); nothing at the deadline.
  [[nodiscard]] std::optional<int> wait(Deadline deadline);

  // The status, or nothing while it runs. Does not suspend.
  std::optional<int> poll();

  // Do nothing once it has ended.
  void send_signal(int signal);
  void terminate();  // SIGTERM
  void kill();       // SIGKILL

  // To the process and all that it has started, but for those that have left its group; also
  // after its own end. Needs PopenOptions::leads_group, with which its number is not used again
  // before the Popen goes. Those that have become another user may be out of reach.
  void signal_group(int signal);

  // The processor time that it has used, with those that it has started and waited for; nothing
  // while it runs.
  [[nodiscard]] std::optional<Duration> cpu_time() const;

  // Writes `input` to the process's standard input and closes it, reads what it writes to its
  // pipes up to their ends, and waits for its end; all at the same time. Where there is no pipe
  // to it, input must be empty. The process closing its input early is no error.
  //
  // At the deadline TimeoutExpired is thrown; after that, or an interrupt, it may be called again,
  // without input, and goes on where it was: nothing is lost.
  ProcessOutput communicate(std::string_view input = {}, Deadline deadline = Deadline::never());

  // Waitable, see gnet/fiber/wait.h: the process has ended.
  [[nodiscard]] bool ready() const;
  void add_waiter(detail::Waiter& waiter) const;

 private:
  bool exchange_some(Deadline deadline);
  [[noreturn]] void give_up(TimePoint since) const;
  static void take_some(Pipe& from, std::string& into);

  std::vector<std::string> arguments_;
  Pipe in_;
  Pipe out_;
  Pipe err_;
  std::shared_ptr<detail::ChildProcess> child_;
  std::string input_;        // of communicate()
  std::size_t written_ = 0;  // of it
  ProcessOutput received_;   // by communicate()
};

struct RunOptions {
  PopenOptions process = {};
  std::optional<std::string> input = {};  // for its standard input; needs no pipe()
  bool capture = false;                   // standard output and error, apart from each other
  bool check = false;                     // throw CalledProcessError for a status other than 0
  Deadline deadline = Deadline::never();
};

struct CompletedProcess {
  std::vector<std::string> arguments;
  int status;
  std::string out;
  std::string err;
};

// Runs a program, suspends until it has ended, and tells how. When the deadline passes
// (TimeoutExpired), the fiber is interrupted or anything fails, the process is killed.
CompletedProcess run(std::vector<std::string> arguments, RunOptions options = {});

// Runs a program; what it has written to its standard output. Throws CalledProcessError when its
// status is not 0.
[[nodiscard]] std::string check_output(std::vector<std::string> arguments, RunOptions options = {});

// Runs a program. Throws CalledProcessError when its status is not 0.
void check_call(std::vector<std::string> arguments, RunOptions options = {});

}  // namespace gnet
