// The service "exec" of gnet run: a program that is started, watched and ended.

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <optional>
#include <system_error>

#include "cli/line/command.h"
#include "cli/line/hosted.h"
#include "cli/out/failure.h"
#include "cli/out/output.h"
#include "commands/commands.h"
#include "commands/line_reader.h"
#include "commands/program_rules.h"
#include "gnet/base/error.h"
#include "gnet/base/log.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/fiber/wait.h"
#include "gnet/os/notify_socket.h"
#include "gnet/os/subprocess.h"
#include "gnet/sync/event.h"

namespace commands {
namespace {

using gnet::Stdio;

// Where what a program writes goes.
enum class OutputTo { log, inherit, null };

struct Options : cli::GlobalOptions {
  std::vector<std::string> command;
  std::string shell;
  std::string cwd;
  std::vector<std::string> env;
  std::string rlimit;
  std::string user;
  OutputTo output = OutputTo::log;
  OutputTo errors = OutputTo::log;
  bool notify = false;
  gnet::Duration ready_timeout = std::chrono::seconds(30);
  std::string close = "TERM,KILL";
  gnet::Duration kill_after = std::chrono::seconds(5);
};

// How long what it has written may be read once it has ended.
constexpr gnet::Duration kLastLines = std::chrono::milliseconds(200);

// What systemd, or whoever has started this process, has said to it alone.
constexpr std::array kNotForPrograms{"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID",
                                     "LISTEN_FDS",    "LISTEN_PID",    "LISTEN_FDNAMES"};

void check(const Options& options) {
  if (options.command.empty() == options.shell.empty()) {
    throw cli::UsageError("exec wants a program: either command or sh");
  }
  check_environment(options.env);
  static_cast<void>(ending_steps(options.close));
  static_cast<void>(process_options(options.cwd, options.rlimit, options.user));
  if (options.kill_after <= gnet::Duration::zero()) {
    throw cli::UsageError("--kill-after must be more than 0");
  }
}

class Program {
 public:
  Program(const Options& options, cli::Hosted& service)
      : options_(options),
        service_(service),
        log_(service.service_name()),
        steps_(ending_steps(options.close)),
        process_options_(process_options(options.cwd, options.rlimit, options.user)) {
    // And a moment for the last of them to have its effect.
    service.time_to_end = options.kill_after * static_cast<int>(steps_.size()) + kLastLines * 5;
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // Nothing of it is left, whatever has ended this.
  ~Program() {
    const gnet::Uninterruptible until_it_has_ended;
    notices_.kill();
    if (!process_) return;
    process_->signal_group(SIGKILL);
    process_->wait();
    for (gnet::Fiber<>* reader : {&output_, &errors_}) {
      if (*reader && !reader->join(gnet::Deadline(kLastLines))) reader->kill();
    }
  }

  cli::Exit run() {
    if (!service_.await_start()) return cli::Exit::ok;
    start();
    if (options_.notify) {
      if (!await_ready()) return end();
    } else {
      service_.started();
    }
    if (gnet::wait_any(*process_, service_.ending) == 1) return end();
    return status();
  }

 private:
  static Stdio stdio_for(OutputTo where) {
    switch (where) {
      case OutputTo::log:
        return Stdio::pipe();
      case OutputTo::inherit:
        return Stdio::inherit();
      case OutputTo::null:
        break;
    }
    return Stdio::devnull();
  }

  [[nodiscard]] gnet::Environment environment() const {
    gnet::Environment variables = gnet::environment();
    for (const char* name : kNotForPrograms) variables.erase(name);
    for (const auto& [name, value] : service_.variables()) variables.try_emplace(name, value);
    add_variables(variables, options_.env);
    variables["GNET_SERVICE"] = service_.service_name();
    if (socket_) variables["NOTIFY_SOCKET"] = socket_->address();
    return variables;
  }

  void start() {
    gnet::PopenOptions options = process_options_;
    options.leads_group = true;
    options.in = Stdio::devnull();
    options.out = stdio_for(options_.output);
    options.err = stdio_for(options_.errors);
    std::vector<std::string> command = options_.command;
    if (!options_.shell.empty()) command = {"/bin/sh", "-c", options_.shell};
    try {
      if (options_.notify) socket_.emplace();
      options.environment = environment();
      process_.emplace(std::move(command), std::move(options));
    } catch (const std::system_error& error) {
      const bool missing = error.code() == std::errc::no_such_file_or_directory;
      throw cli::Failure(missing ? cli::Exit::not_found : cli::Exit::not_executable, error.what(),
                         {}, {}, error.code());
    }
    group_.emplace(process_->pid());
    log_.info("started as process {}", process_->pid());
    if (process_->out()) output_ = follow(process_->out());
    if (process_->err()) errors_ = follow(process_->err());
  }

  gnet::Fiber<> follow(gnet::Pipe& from) {
    return gnet::spawn({.name = "lines"}, [this, &from] {
      read_lines(from, [this](std::string_view lines) { log_lines(log_, {}, lines); });
    });
  }

  // False: it is to end. Throws Failure when it ends before it is ready, or takes too long.
  bool await_ready() {
    gnet::Event late;
    notices_ = gnet::spawn({.name = "notices"}, [this] { read_notices(); });
    auto limit = gnet::spawn([this, &late] {
      gnet::sleep(options_.ready_timeout);
      late.set();
    });
    struct End {
      ~End() { limit.kill(); }
      gnet::Fiber<>& limit;
    } const end_of_limit{limit};
    switch (gnet::wait_any(service_.ending, ready_, *process_, late)) {
      case 0:
        return false;
      case 1:
        service_.started();
        return true;
      case 2:
        if (has_said_ready()) {
          service_.started();
          return true;
        }
        throw cli::Failure(cli::Exit::negative,
                           "it ended before it was ready: " + how(process_->wait()));
      default:
        throw cli::Failure(cli::Exit::timeout,
                           fmt::format("it was not ready within {}",
                                       gnet::format_duration(options_.ready_timeout)));
    }
  }

  void read_notices() {
    while (const auto message = socket_->receive()) hear(*message);
  }

  // What it said last may not have been read yet.
  bool has_said_ready() {
    notices_.kill();
    while (const auto message = socket_->receive(gnet::Deadline(gnet::Duration::zero()))) {
      hear(*message);
    }
    return ready_.is_set();
  }

  // Whoever is here may write to that socket: only its own user counts, and root.
  void hear(const gnet::NotifySocket::Message& message) {
    const uid_t own = process_options_.user ? process_options_.user->user : geteuid();
    if (message.uid != own && message.uid != 0) return;
    if (message.says("READY=1")) ready_.set();
    constexpr std::string_view kStatus = "STATUS=";
    std::string_view rest = message.text;
    while (!rest.empty()) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      if (line.starts_with(kStatus)) log_lines(log_, "status", line.substr(kStatus.size()));
      rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    }
  }

  static std::string how(int status) {
    if (status >= 0) return fmt::format("exit status {}", status);
    return fmt::format("signal {} ({})", -status, strsignal(-status));
  }

  // It has ended by itself.
  cli::Exit status() {
    const int status = process_->wait();
    if (status == 0) return cli::Exit::ok;
    throw cli::Failure(static_cast<cli::Exit>(status > 0 ? status : 128 - status), how(status));
  }

  // It is to end: by steps, of which each has some time.
  cli::Exit end() {
    for (const int step : steps_) {
      if (step == 0) continue;  // it has no input
      process_->signal_group(step);
      if (process_->wait(gnet::Deadline(options_.kill_after))) return cli::Exit::ok;
      log_.warn("has not ended within {} of {}", gnet::format_duration(options_.kill_after),
                strsignal(step));
    }
    return cli::Exit::ok;
  }

  const Options& options_;
  cli::Hosted& service_;
  const gnet::Logger log_;
  const std::vector<int> steps_;
  const gnet::PopenOptions process_options_;
  std::optional<gnet::NotifySocket> socket_;
  gnet::Event ready_;  // as it says
  std::optional<gnet::Popen> process_;
  std::optional<cli::OwnedGroup> group_;
  gnet::Fiber<> notices_;
  gnet::Fiber<> output_;
  gnet::Fiber<> errors_;
};

cli::Exit run(const Options& options) {
  cli::Hosted* const service = cli::Hosted::current();
  if (service == nullptr) {
    throw cli::UsageError("exec is a service of 'gnet run'", "see gnet.toml(5)");
  }
  return Program(options, *service).run();
}

}  // namespace

const cli::Command& exec_program() {
  static const cli::Command
      made =
          cli::command<Options>(
              {
                  .name = "exec",
                  .arguments = "-- CMD [ARG]...",
                  .summary = "a program, as a service of gnet run",
                  .about = "Run a program as long as its service is wanted.",
                  .service = cli::ServiceKind::program,
                  .flags =
                      {
                          {"--command",
                           "CMD",
                           &Options::command,
                           "the program and its arguments, without a shell",
                           {.positional = "CMD",
                            .behind_dashes = true,
                            .completes = cli::Completes::file}},
                          {"--sh", "COMMAND", &Options::shell, "run this by the shell instead"},
                          {"--cwd",
                           "DIR",
                           &Options::cwd,
                           "run it there",
                           {.completes = cli::Completes::directory}},
                          {"--env", "NAME=VALUE", &Options::env,
                           "another variable; may be repeated"},
                          {"--rlimit", "LIST", &Options::rlimit,
                           "what it may use: cpu=10,as=512M,nofile=64,nproc=32"},
                          {"--exec-user", "USER[:GROUP]", &Options::user, "run it as this user"},
                          {"--output",
                           "WHERE",
                           &Options::output,
                           "standard output: log, inherit, null",
                           {.choices = {"log", "inherit", "null"}}},
                          {"--errors",
                           "WHERE",
                           &Options::errors,
                           "standard error: log, inherit, null",
                           {.choices = {"log", "inherit", "null"}}},
                          {"--notify", &Options::notify,
                           "it is ready when it says so, see sd_notify(3)"},
                          {"--ready-timeout", "D", &Options::ready_timeout,
                           "with --notify, one that takes longer has failed"},
                          {"--close", "STEPS", &Options::close,
                           "signals that end it, to all of its process group"},
                          {"--kill-after", "D", &Options::kill_after,
                           "so long after one of these comes the next"},
                      },
                  .check = check,
                  .run = run,
              });
  return made;
}

}  // namespace commands
