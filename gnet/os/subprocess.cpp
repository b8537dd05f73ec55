#include "gnet/os/subprocess.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "gnet/base/error.h"
#include "gnet/base/utf8.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/io/buffer_lease.h"
#include "gnet/io/wait_fd.h"
#include "gnet/os/child_process.h"
#include "gnet/os/start_process.h"

namespace gnet {
namespace {

// How long a process that was killed may take to go.
constexpr auto kKillGrace = std::chrono::seconds(2);

std::string quoted(const std::vector<std::string>& arguments) {
  return "'" + printable(arguments.front()) + "'";
}

void check_variable_name(const std::string& name, const std::vector<std::string>& arguments) {
  if (!name.empty() && name.find('=') == std::string::npos) return;
  const std::string reason = name.empty()
                                 ? "an environment variable without a name"
                                 : "the name of environment variable '" + name + "' holds a '='";
  throw SystemError(std::make_error_code(std::errc::invalid_argument),
                    "cannot run " + quoted(arguments), printable(reason));
}

std::string describe_status(int status) {
  if (status >= 0) return "exited with status " + std::to_string(status);
  std::string name = strsignal(-status);
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
  return "was ended by signal " + std::to_string(-status) + " (" + name + ")";
}

}  // namespace

// A child's standard descriptors: its ends, and this process's.
struct StandardEnds {
  // `child`: the descriptor that it becomes.
  void make(const Stdio& stdio, int child) {
    int& given = numbers[static_cast<std::size_t>(child)];
    UniqueFd& end = ends[static_cast<std::size_t>(child)];
    switch (stdio.kind_) {
      case Stdio::Kind::inherit:
        return;
      case Stdio::Kind::to_stdout:
        if (child != 2) throw Misuse("only standard error can go where standard output goes");
        given = -2;
        return;
      case Stdio::Kind::pipe:
        end = make_pipe(child);
        break;
      case Stdio::Kind::devnull:
        end = UniqueFd(open("/dev/null", O_RDWR | O_CLOEXEC));
        if (!end) throw_errno("cannot open /dev/null");
        break;
      case Stdio::Kind::fd:
        if (stdio.fd_ > 2 && fcntl(stdio.fd_, F_GETFD) >= 0) {
          given = stdio.fd_;
          return;
        }
        end = above_standard(stdio.fd_);
        break;
    }
    // Not one of those that are about to be replaced.
    if (end.get() < 3) end = above_standard(end.get());
    given = end.get();
  }

  UniqueFd make_pipe(int child) {
    std::array<int, 2> both{};
    if (pipe2(both.data(), O_CLOEXEC) != 0) throw_errno("cannot make a pipe");
    UniqueFd reader(both[0]);
    UniqueFd writer(both[1]);
    if (child == 0) std::swap(reader, writer);
    // Only this end becomes non-blocking: a program does not expect that of its own.
    pipes[static_cast<std::size_t>(child)] = Pipe(std::move(reader));
    return writer;
  }

  static UniqueFd above_standard(int fd) {
    UniqueFd copy(fcntl(fd, F_DUPFD_CLOEXEC, 3));
    if (!copy) throw_errno("cannot pass on descriptor " + std::to_string(fd));
    return copy;
  }

  std::array<int, 3> numbers = {-1, -1, -1};
  std::array<UniqueFd, 3> ends;
  std::array<Pipe, 3> pipes;
};

Environment environment() {
  Environment all;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    const std::size_t end = text.find('=');
    if (end == std::string_view::npos || end == 0) continue;
    all.emplace(text.substr(0, end), text.substr(end + 1));
  }
  return all;
}

// ---- errors ----

TimeoutExpired::TimeoutExpired(const std::string& process, TimePoint since, ProcessOutput so_far)
    : TimedOut(process + " has not ended", since),
      output_(std::make_shared<const ProcessOutput>(std::move(so_far))) {}

CalledProcessError::CalledProcessError(const std::vector<std::string>& arguments, int status,
                                       ProcessOutput output)
    : std::runtime_error(quoted(arguments) + " " + describe_status(status)),
      status_(status),
      output_(std::make_shared<const ProcessOutput>(std::move(output))) {}

// ---- Popen ----

Popen::Popen(std::vector<std::string> arguments, PopenOptions options)
    : arguments_(std::move(arguments)) {
  detail::ProcessStart start;
  if (arguments_.empty()) throw Misuse("a program without a name");
  start.program = options.program.empty() ? arguments_.front() : std::move(options.program);
  start.arguments = arguments_;
  if (options.environment) {
    auto& variables = start.environment.emplace();
    for (const auto& [name, value] : *options.environment) {
      check_variable_name(name, arguments_);
      variables.push_back(name + "=" + value);
    }
  }
  start.directory = std::move(options.directory);
  start.new_session = options.new_session;
  start.terminal = options.terminal;
  start.process_group = options.process_group;
  // The leader of a session leads its group as well.
  if (options.leads_group && !options.new_session) start.process_group = 0;
  start.limits = std::move(options.limits);
  start.user = std::move(options.user);
  start.kept = std::move(options.pass_fds);
  std::ranges::sort(start.kept);
  start.kept.erase(std::unique(start.kept.begin(), start.kept.end()), start.kept.end());
  std::erase_if(start.kept, [](int fd) { return fd < 3; });  // those it has anyway
  StandardEnds ends;
  ends.make(options.in, 0);
  ends.make(options.out, 1);
  ends.make(options.err, 2);
  start.standard = ends.numbers;
  detail::ChildProcess::prepare();
  child_ = detail::ChildProcess::adopt(detail::start_process(start), options.leads_group);
  in_ = std::move(ends.pipes[0]);
  out_ = std::move(ends.pipes[1]);
  err_ = std::move(ends.pipes[2]);
}

Popen::Popen(Popen&& other) noexcept = default;

Popen& Popen::operator=(Popen&& other) noexcept {
  if (this == &other) return *this;
  detail::ChildProcess::leave(std::move(child_));
  arguments_ = std::move(other.arguments_);
  in_ = std::move(other.in_);
  out_ = std::move(other.out_);
  err_ = std::move(other.err_);
  child_ = std::move(other.child_);
  input_ = std::move(other.input_);
  written_ = other.written_;
  received_ = std::move(other.received_);
  return *this;
}

Popen::~Popen() {
  detail::ChildProcess::leave(std::move(child_));
}

pid_t Popen::pid() const noexcept {
  return child_->pid();
}

int Popen::wait() {
  return wait(Deadline::never()).value();
}

std::optional<int> Popen::wait(Deadline deadline) {
  // Held: the Popen may be destroyed meanwhile.
  const auto child = child_;
  child->wait(deadline);
  return child->status();
}

std::optional<int> Popen::poll() {
  return child_->poll();
}

void Popen::send_signal(int signal) {
  child_->send_signal(signal);
}

void Popen::signal_group(int signal) {
  child_->signal_group(signal);
}

std::optional<Duration> Popen::cpu_time() const {
  if (!child_->poll()) return std::nullopt;
  return child_->cpu_time();
}

void Popen::terminate() {
  send_signal(SIGTERM);
}

void Popen::kill() {
  send_signal(SIGKILL);
}

bool Popen::ready() const {
  return child_->poll().has_value();
}

void Popen::add_waiter(detail::Waiter& waiter) const {
  child_->add_waiter(waiter);
}

ProcessOutput Popen::communicate(std::string_view input, Deadline deadline) {
  if (!input.empty()) {
    if (!in_) throw Misuse("there is no pipe to the standard input of " + quoted(arguments_));
    input_ += input;
  }
  if (in_ && written_ == input_.size()) in_.close();
  const TimePoint since = Clock::now();
  while (in_ || out_ || err_) {
    if (!exchange_some(deadline)) give_up(since);
  }
  if (!wait(deadline)) give_up(since);
  return std::exchange(received_, {});
}

void Popen::give_up(TimePoint since) const {
  throw TimeoutExpired(quoted(arguments_) + " (process " + std::to_string(pid()) + ")", since,
                       received_);
}

// Waits for one of the pipes, and writes and reads what goes. False: the deadline passed.
bool Popen::exchange_some(Deadline deadline) {
  // Closed ones are passed over.
  std::array<pollfd, 3> pipes = {{{in_.native_handle(), POLLOUT, 0},
                                  {out_.native_handle(), POLLIN, 0},
                                  {err_.native_handle(), POLLIN, 0}}};
  if (gnet::poll(pipes, deadline) == 0) return false;
  if (pipes[0].revents != 0) {
    try {
      written_ += in_.try_send(std::string_view(input_).substr(written_));
    } catch (const std::system_error& error) {
      if (error.code() != std::errc::broken_pipe) throw;
      written_ = input_.size();  // it has read enough
    }
    if (written_ == input_.size()) in_.close();
  }
  if (pipes[1].revents != 0) take_some(out_, received_.out);
  if (pipes[2].revents != 0) take_some(err_, received_.err);
  return true;
}

void Popen::take_some(Pipe& from, std::string& into) {
  detail::Scheduler& hub = detail::Scheduler::current();
  const BufferLease buffer(hub, hub.buffers().block_size());
  const auto count = from.try_receive(buffer.data(), buffer.size());
  if (!count) return;
  into.append(buffer.data(), *count);
  if (*count == 0) from.close();
}

// ---- run() and what is made of it ----

CompletedProcess run(std::vector<std::string> arguments, RunOptions options) {
  if (options.input) options.process.in = Stdio::pipe();
  if (options.capture) options.process.out = options.process.err = Stdio::pipe();
  Popen process(std::move(arguments), std::move(options.process));
  try {
    ProcessOutput output = process.communicate(options.input.value_or(""), options.deadline);
    const int status = process.wait();
    if (options.check && status != 0) {
      throw CalledProcessError(process.arguments(), status, std::move(output));
    }
    return {process.arguments(), status, std::move(output.out), std::move(output.err)};
  } catch (...) {
    const Uninterruptible to_the_end;
    process.kill();
    static_cast<void>(process.wait(kKillGrace));
    throw;
  }
}

std::string check_output(std::vector<std::string> arguments, RunOptions options) {
  options.process.out = Stdio::pipe();
  options.check = true;
  return run(std::move(arguments), std::move(options)).out;
}

void check_call(std::vector<std::string> arguments, RunOptions options) {
  options.check = true;
  run(std::move(arguments), std::move(options));
}

}  // namespace gnet
