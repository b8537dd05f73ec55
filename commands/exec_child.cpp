#include "commands/exec_child.h"

#include <fmt/format.h>

#include <csignal>
#include <system_error>
#include <utility>

#include "cli/out/json.h"
#include "cli/out/server_output.h"
#include "commands/line_reader.h"
#include "gnet/base/error.h"
#include "gnet/base/utf8.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/fiber/hub.h"
#include "gnet/io/buffer_lease.h"
#include "gnet/os/child_process.h"
#include "gnet/os/start_process.h"

namespace commands {
namespace {

using gnet::Stdio;

// What is read, and dropped, of a program whose client has gone, so that it can come to its end.
constexpr std::size_t kDiscarded = 1024 * 1024;

// How long the ends of its pipes may take once the program, and all of its group, has ended.
constexpr gnet::Duration kLastErrors = std::chrono::milliseconds(200);

gnet::Fiber<> background(std::string name, std::function<void()> work) {
  return gnet::spawn({.name = std::move(name)}, std::move(work));
}

void end(gnet::Fiber<>& fiber) {
  if (!fiber) return;
  const gnet::Uninterruptible wait_out;
  fiber.kill();
}

}  // namespace

ExecContext::ExecContext(const ExecOptions& given)
    : options(given), rules(exec_rules(given)), slots(given.max_procs.number) {
  std::vector<std::string> command = given.command;
  if (!given.shell.empty()) command = {"/bin/sh", "-c", given.shell};
  if (!command.empty()) {
    const auto path = rules.environment.find("PATH");
    programs = ExecPrograms::of(std::move(command), {.path = path != rules.environment.end()
                                                                 ? std::string_view(path->second)
                                                                 : gnet::detail::kDefaultPath,
                                                     .directory = rules.process.directory});
  }
  if (!given.dir.empty()) programs = ExecPrograms::in(given.dir);
  if (!given.cgi_dir.empty()) cgi = ExecPrograms::in(given.cgi_dir);
}

std::string ExecEnd::text() const {
  return status < 0 ? fmt::format("signal {}", -status) : fmt::format("exit {}", status);
}

bool is_shortage(const std::error_code& code) noexcept {
  return code == std::errc::too_many_files_open ||
         code == std::errc::too_many_files_open_in_system ||
         code == std::errc::resource_unavailable_try_again || code == std::errc::not_enough_memory;
}

// ---- its begin ----

ExecChild::ExecChild(const ExecContext& context, ExecSlots::Place place, Start start)
    : rules_(context.rules),
      place_(std::move(place)),
      log_(start.log),
      session_(start.session),
      name_(start.program.arguments.front()),
      errors_(start.errors),
      pause_(rules_.kill_after) {
  start_process(start.program, start);
  log_.debug("started {} as process {}", gnet::printable(name_), process_->pid());
  if (process_->err()) errors_reader_ = background("stderr", [this] { read_errors(); });
}

void ExecChild::start_process(const ExecProgram& program, const Start& start) {
  gnet::PopenOptions options = rules_.process;
  options.leads_group = true;
  options.environment = rules_.environment;
  for (const auto& [name, value] : start.environment) (*options.environment)[name] = value;
  if (options.directory.empty() && start.keeps_errors) options.directory = program.folder;
  const ErrorsTo errors =
      start.keeps_errors && rules_.errors != ErrorsTo::null ? ErrorsTo::log : rules_.errors;
  const bool merged = errors == ErrorsTo::merge || (errors == ErrorsTo::client && !errors_);
  const bool on_terminal = rules_.terminal && !start.keeps_errors && start.socket < 0;
  if (errors == ErrorsTo::null) {
    options.err = Stdio::devnull();
  } else if (merged || on_terminal) {  // which is for all three
    options.err = Stdio::to_stdout();
  } else {
    options.err = Stdio::pipe();
  }
  if (start.socket >= 0) {
    options.in = options.out = Stdio::fd(start.socket);
  } else if (on_terminal) {
    terminal_.emplace(*rules_.terminal);
    options.in = options.out = Stdio::fd(terminal_->program_end());
    options.new_session = options.terminal = true;
    options.environment->try_emplace("TERM", "xterm");
  } else {
    options.in = options.out = Stdio::pipe();
  }
  process_.emplace(program.arguments, std::move(options));
  group_.emplace(process_->pid());
  if (terminal_) terminal_->close_program_end();
}

gnet::ByteStream& ExecChild::output() noexcept {
  if (terminal_) return *terminal_;
  return process_->out();
}

gnet::ByteStream& ExecChild::input() noexcept {
  if (terminal_) return *terminal_;
  return process_->in();
}

void ExecChild::end_input() noexcept {
  if (std::exchange(input_ended_, true)) return;
  if (!terminal_) return process_->in().close();
  const gnet::Uninterruptible at_once;  // it waits for nothing
  try {
    if (terminal_->is_open()) terminal_->shutdown_send(gnet::Deadline(gnet::Duration::zero()));
  } catch (const std::system_error&) {
    // Its program has gone, or does not read what is there already: the steps see to it.
  }
}

// ---- standard error ----

void ExecChild::read_errors() {
  read_lines(process_->err(), [this](std::string_view lines) { tell_errors(lines); });
}

void ExecChild::tell_errors(std::string_view lines) {
  if (errors_ && rules_.errors == ErrorsTo::client) {
    if (!left_) errors_(lines);
    return;
  }
  log_lines(log_, name_, lines);
}

// ---- the conversation ----

void ExecChild::run_feed(const std::function<void()>& feed) {
  try {
    feed();
  } catch (const std::system_error& error) {
    const bool reads_no_more =
        (!terminal_ && !process_->in()) || error.code() == std::errc::broken_pipe ||
        error.code() == std::errc::bad_file_descriptor || error.code() == std::errc::io_error;
    if (!reads_no_more) return leave();
  }
  end_input();
}

void ExecChild::run_deliver(const std::function<void()>& deliver) {
  gnet::CancelScope scope(rules_.time_limit > gnet::Duration::zero()
                              ? gnet::Deadline(rules_.time_limit)
                              : gnet::Deadline::never());
  delivering_ = &scope;
  struct Forget {
    ~Forget() { scope = nullptr; }
    gnet::CancelScope*& scope;
  } const forget{delivering_};
  if (left_) return;
  const bool completed = scope.run([&] {
    deliver();
    static_cast<void>(process_->wait());
  });
  if (!completed && !left_ && !held_open_) out_of_time_ = true;
}

ExecEnd ExecChild::converse(const std::function<void()>& feed,
                            const std::function<void()>& deliver) {
  try {
    if (feed) feeder_ = background("feed", [this, &feed] { run_feed(feed); });
    // What it has started may hold its output open, and is not waited for for ever.
    if (process_->out() || terminal_) {
      overdue_ = background("exit", [this] {
        process_->wait();
        gnet::sleep(rules_.kill_after);
        process_->signal_group(SIGKILL);
        // A daemon has left the group: it stays, but nobody waits for what it might write.
        gnet::sleep(kLastErrors);
        held_open_ = true;
        if (delivering_ != nullptr) delivering_->cancel();
      });
    }
    try {
      run_deliver(deliver);
    } catch (const std::system_error& error) {
      log_.debug("left: {}", gnet::describe(error));
      left_ = true;
    }
    end(feeder_);
    end(overdue_);
    return finish();
  } catch (const gnet::Interrupt&) {
    // Whoever serves the client is told to end: the program has its steps nevertheless, unless that
    // comes again.
    left_ = true;
    pause_ = rules_.stop_pause;
    end(feeder_);
    end(overdue_);
    gnet::CancelScope shield(gnet::Deadline::never(), true);
    shield.run([this] { finish(); });
    throw;
  } catch (...) {  // of `deliver`: what `feed` refers to ends with it
    end(feeder_);
    end(overdue_);
    throw;
  }
}

void ExecChild::leave() noexcept {
  left_ = true;
  if (delivering_ != nullptr) delivering_->cancel();
}

std::optional<int> ExecChild::status_by(gnet::Deadline deadline) {
  return process_->wait(deadline);
}

void ExecChild::wind_up(gnet::Duration pause) {
  if (process_->poll()) return;
  if (ending_) {
    ending_.kill_async();  // in longer steps
    former_ending_ = std::move(ending_);
  }
  ending_ = background("ending", [this, pause] { end_by_steps(pause); });
}

// ---- its end ----

void ExecChild::discard_output() {
  try {
    const gnet::BufferLease buffer(gnet::detail::Scheduler::current(), 64 * 1024);
    std::size_t dropped = 0;
    while (dropped < kDiscarded) {
      const std::size_t count = output().receive(buffer.data(), buffer.size());
      if (count == 0) return;
      dropped += count;
    }
  } catch (const std::system_error&) {
    // Closed.
  }
  output().close();
}

void ExecChild::end_by_steps(gnet::Duration pause) {
  for (const int step : rules_.ending) {
    if (process_->poll()) return;
    if (step == 0) {
      end_input();
    } else {
      process_->signal_group(step);
    }
    static_cast<void>(process_->wait(gnet::Deadline(pause)));
  }
  process_->wait();
}

ExecEnd ExecChild::finish() {
  end(former_ending_);
  end(ending_);
  end(discarder_);  // of a first time, which was interrupted
  if (!process_->poll()) {
    if (process_->out() || terminal_) {
      discarder_ = background("discard", [this] { discard_output(); });
    }
    end_by_steps(pause_);
    end(discarder_);
  }
  process_->signal_group(SIGKILL);
  if (errors_reader_) static_cast<void>(errors_reader_.join(gnet::Deadline(kLastErrors)));
  const ExecEnd how{process_->wait(), out_of_time_};
  report(how);
  reported_ = true;
  return how;
}

void ExecChild::report(const ExecEnd& how) const {
  const gnet::Duration cpu = process_->cpu_time().value_or(gnet::Duration::zero());
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(cpu).count();
  log_.debug("process {} has ended: {}, {} ms of processor time", process_->pid(), how.text(), ms);
  if (how.out_of_time) log_.warn("process {} was out of time", process_->pid());
  if (!rules_.json) return;
  cli::JsonObject event = cli::event("exit");
  if (session_ != 0) event.add("id", session_);  // not of the one for all
  event.add("pid", process_->pid());
  if (how.status >= 0) {
    event.add("rc", how.status);
  } else {
    event.add("signal", -how.status);
  }
  cli::post_event(event.add("cpu_ms", ms));
}

ExecChild::~ExecChild() {
  end(feeder_);
  end(overdue_);
  end(former_ending_);
  end(ending_);
  end(discarder_);
  if (process_) process_->signal_group(SIGKILL);
  end(errors_reader_);
  if (!reported_ && process_) {
    // Killed a moment ago.
    const gnet::Uninterruptible wait_out;
    if (process_->wait(gnet::Deadline(std::chrono::seconds(2)))) report({*process_->poll(), false});
  }
}

}  // namespace commands
