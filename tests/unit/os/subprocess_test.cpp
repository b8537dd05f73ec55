#include "gnet/os/subprocess.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/base/sanitizer.h"
#include "gnet/fiber/fiber.h"
#include "gnet/fiber/timeout.h"
#include "gnet/fiber/wait.h"
#include "gnet/os/child_process.h"
#include "gnet/sync/event.h"
#include "tests/unit/eventually.h"

BOOST_AUTO_TEST_SUITE(subprocess)

using namespace std::chrono_literals;
using gnet::Popen;
using gnet::Stdio;

namespace {

std::size_t open_descriptors() {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    static_cast<void>(entry);
    ++count;
  }
  return count;
}

bool has_children() {
  return waitid(P_ALL, 0, nullptr, WEXITED | WNOWAIT | WNOHANG) == 0 || errno != ECHILD;
}

std::vector<std::string> shell(const std::string& script) {
  return {"sh", "-c", script};
}

template <typename F>
auto fails_with(std::errc code, F&& text) {
  return [code, text](const std::system_error& error) {
    BOOST_TEST(std::string(error.what()) == text);
    return error.code() == code;
  };
}

struct WithoutPidfd {
  WithoutPidfd() { gnet::detail::use_pidfd(false); }
  ~WithoutPidfd() { gnet::detail::use_pidfd(true); }
};

}  // namespace

BOOST_AUTO_TEST_CASE(the_status_is_what_the_process_exits_with) {
  Popen process(shell("exit 7"));
  BOOST_TEST(process.pid() > 0);
  BOOST_TEST(process.wait() == 7);
  BOOST_TEST(process.wait() == 7);
  BOOST_TEST(process.poll().value() == 7);
}

BOOST_AUTO_TEST_CASE(the_status_is_negative_when_a_signal_ends_it) {
  Popen process({"sleep", "30"});
  BOOST_TEST(!process.poll());
  BOOST_TEST(!process.wait(2ms));
  process.terminate();
  BOOST_TEST(process.wait(5s).value() == -SIGTERM);
  process.kill();  // too late, and no error
}

BOOST_AUTO_TEST_CASE(others_run_while_one_waits_for_a_process) {
  Popen process({"sleep", "30"});
  int ticks = 0;
  auto clock = gnet::spawn([&] {
    for (; ticks < 3; ++ticks) gnet::sleep(1ms);
    process.kill();
  });
  BOOST_TEST(process.wait() == -SIGKILL);
  BOOST_TEST(ticks == 3);
}

BOOST_AUTO_TEST_CASE(polling_alone_notices_the_end) {
  Popen process({"true"});
  BOOST_TEST(test::eventually([&] { return process.poll().has_value(); }));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_run_is_an_error_with_its_reason) {
  BOOST_CHECK_EXCEPTION(Popen({"/nowhere/nothing"}), std::system_error,
                        fails_with(std::errc::no_such_file_or_directory,
                                   "cannot run '/nowhere/nothing': no such file or directory"));
  BOOST_CHECK_EXCEPTION(Popen({"no-such-program-anywhere"}), std::system_error,
                        fails_with(std::errc::no_such_file_or_directory,
                                   "cannot run 'no-such-program-anywhere': no such file or "
                                   "directory"));
  BOOST_CHECK_EXCEPTION(
      Popen({"/etc/passwd"}), std::system_error,
      fails_with(std::errc::permission_denied, "cannot run '/etc/passwd': permission denied"));
  BOOST_CHECK_EXCEPTION(Popen({"true"}, {.directory = "/nowhere"}), std::system_error,
                        fails_with(std::errc::no_such_file_or_directory,
                                   "cannot run 'true' in directory '/nowhere': no such file or "
                                   "directory"));
  BOOST_CHECK_THROW(Popen({""}), std::system_error);
  BOOST_CHECK_THROW(Popen({}), gnet::Misuse);
  BOOST_TEST(!has_children());
}

BOOST_AUTO_TEST_CASE(communicate_writes_and_reads_at_the_same_time) {
  Popen cat({"cat"}, {.in = Stdio::pipe(), .out = Stdio::pipe()});
  const std::string much(1'000'000, 'x');
  const auto output = cat.communicate(much, 20s);
  BOOST_TEST((output.out == much));
  BOOST_TEST(output.err == "");
  BOOST_TEST(cat.poll().value() == 0);
}

BOOST_AUTO_TEST_CASE(standard_error_is_apart_or_goes_with_standard_output) {
  Popen apart(shell("echo out; echo err >&2"), {.out = Stdio::pipe(), .err = Stdio::pipe()});
  const auto both = apart.communicate();
  BOOST_TEST(both.out == "out\n");
  BOOST_TEST(both.err == "err\n");
  Popen merged(shell("echo out; echo err >&2"), {.out = Stdio::pipe(), .err = Stdio::to_stdout()});
  BOOST_TEST(merged.communicate().out == "out\nerr\n");
  BOOST_CHECK_THROW(Popen({"true"}, {.out = Stdio::to_stdout()}), gnet::Misuse);
}

BOOST_AUTO_TEST_CASE(communicate_loses_nothing_when_it_times_out) {
  Popen process(shell("echo first; read line; echo $line"),
                {.in = Stdio::pipe(), .out = Stdio::pipe()});
  auto& input = process.in();
  gnet::Pipe kept = std::move(input);  // so that its end is not seen yet
  BOOST_CHECK_EXCEPTION(process.communicate({}, 200ms), gnet::TimeoutExpired,
                        [](const auto& error) { return error.output().out == "first\n"; });
  BOOST_TEST(!gnet::Timeout(2ms, gnet::silent).run([&] { process.communicate(); }));
  kept.send_all("second\n");
  BOOST_TEST(process.communicate({}, 10s).out == "first\nsecond\n");
  BOOST_TEST(process.wait() == 0);
}

BOOST_AUTO_TEST_CASE(input_that_was_not_written_at_the_deadline_is_written_later) {
  auto [gate, opener] = gnet::Pipe::make();
  const int fd = gate.native_handle();
  Popen process(shell("read go < /dev/fd/" + std::to_string(fd) + "; wc -c"),
                {.in = Stdio::pipe(), .out = Stdio::pipe(), .pass_fds = {fd}});
  BOOST_CHECK_THROW(process.communicate(std::string(500'000, 'x'), 50ms), gnet::TimeoutExpired);
  opener.send_all("go\n");
  BOOST_TEST(std::stoi(process.communicate({}, 10s).out) == 500'000);
}

BOOST_AUTO_TEST_CASE(a_process_that_reads_only_a_part_of_its_input_is_no_error) {
  Popen process({"head", "-c", "1"}, {.in = Stdio::pipe(), .out = Stdio::pipe()});
  BOOST_TEST(process.communicate(std::string(1'000'000, 'y'), 10s).out == "y");
}

BOOST_AUTO_TEST_CASE(input_without_a_pipe_is_misuse) {
  Popen process({"true"});
  BOOST_CHECK_THROW(process.communicate("x"), gnet::Misuse);
}

BOOST_AUTO_TEST_CASE(directory_and_environment_are_as_asked) {
  BOOST_TEST(gnet::check_output({"pwd"}, {.process = {.directory = "/usr"}}) == "/usr\n");
  auto variables = gnet::environment();
  BOOST_TEST(variables.contains("PATH"));
  variables["GNET_TEST"] = "1 = one";
  BOOST_TEST(gnet::check_output(shell("echo \"$GNET_TEST\""),
                                {.process = {.environment = variables}}) == "1 = one\n");
  BOOST_TEST(gnet::check_output({"/usr/bin/env"},
                                {.process = {.environment = gnet::Environment{}}}) == "");
}

BOOST_AUTO_TEST_CASE(the_program_is_looked_for_in_the_path_that_it_gets) {
  BOOST_CHECK_THROW(Popen({"true"}, {.environment = gnet::Environment{{"PATH", "/nowhere:/tmp"}}}),
                    std::system_error);
  BOOST_TEST(
      Popen({"true"}, {.environment = gnet::Environment{{"PATH", "/nowhere:/bin"}}}).wait() == 0);
}

BOOST_AUTO_TEST_CASE(sessions_and_process_groups_are_as_asked) {
  Popen session({"sleep", "30"}, {.new_session = true});
  BOOST_TEST(getsid(session.pid()) == session.pid());
  Popen group({"sleep", "30"}, {.process_group = 0});
  BOOST_TEST(getpgid(group.pid()) == group.pid());
  Popen joined({"sleep", "30"}, {.process_group = group.pid()});
  BOOST_TEST(getpgid(joined.pid()) == group.pid());
  killpg(group.pid(), SIGKILL);
  BOOST_TEST(group.wait() == -SIGKILL);
  BOOST_TEST(joined.wait() == -SIGKILL);
  session.kill();
  session.wait();
}

BOOST_AUTO_TEST_CASE(a_signal_to_the_group_reaches_what_a_process_has_started) {
  Popen process(shell("(trap 'echo told' TERM; echo up; while :; do sleep 0.01; done) & exit 3"),
                {.out = Stdio::pipe(), .leads_group = true});
  BOOST_TEST(process.wait() == 3);
  char buffer[16];
  BOOST_TEST(process.out().receive(buffer, sizeof buffer, 10s) == 3U);  // "up"
  // Its number is not free, so nobody else can have it.
  BOOST_TEST(kill(process.pid(), 0) == 0);
  process.signal_group(SIGTERM);
  BOOST_TEST(process.out().receive(buffer, sizeof buffer, 10s) == 5U);  // "told"
  process.signal_group(SIGKILL);
  BOOST_TEST(process.out().receive_all(10s).empty());
  const pid_t pid = process.pid();
  { const Popen gone = std::move(process); }
  BOOST_TEST(kill(pid, 0) == -1);
  BOOST_TEST(!has_children());
  Popen other({"true"});
  BOOST_CHECK_THROW(other.signal_group(SIGTERM), gnet::Misuse);
  other.wait();
}

BOOST_AUTO_TEST_CASE(descriptors_are_closed_but_for_those_passed_on) {
  int ends[2];
  BOOST_REQUIRE(::pipe(ends) == 0);  // not close-on-exec
  const gnet::UniqueFd reader(ends[0]);
  const gnet::UniqueFd writer(ends[1]);
  // `ls` has one more, for the directory.
  const std::string listing = gnet::check_output({"ls", "/proc/self/fd"});
  BOOST_TEST(listing == "0\n1\n2\n3\n");
  const std::string number = std::to_string(writer.get());
  const std::string path = "/proc/self/fd/" + number;
  gnet::check_call(shell("echo kept > " + path), {.process = {.pass_fds = {writer.get()}}});
  char text[8]{};
  BOOST_TEST(read(reader.get(), text, sizeof text) == 5);
  BOOST_TEST(std::string(text) == "kept\n");
}

BOOST_AUTO_TEST_CASE(standard_descriptors_may_be_any) {
  char path[] = "/tmp/gnet-subprocess-XXXXXX";
  const gnet::UniqueFd file(mkostemp(path, O_CLOEXEC));
  unlink(path);
  BOOST_TEST(
      Popen(shell("cat; echo out; echo err >&2"),
            {.in = Stdio::devnull(), .out = Stdio::fd(file.get()), .err = Stdio::to_stdout()})
          .wait() == 0);
  char text[16]{};
  BOOST_TEST(pread(file.get(), text, sizeof text, 0) == 8);
  BOOST_TEST(std::string(text) == "out\nerr\n");
  BOOST_CHECK_THROW(Popen({"true"}, {.out = Stdio::fd(-1)}), std::system_error);
}

// A shell cannot trap what was ignored when it started.
BOOST_AUTO_TEST_CASE(signals_are_as_in_a_fresh_process) {
  const auto pipe_before = std::signal(SIGPIPE, SIG_IGN);
  const auto user_before = std::signal(SIGUSR1, SIG_IGN);
  sigset_t blocked;
  sigset_t mask_before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &blocked, &mask_before);
  const std::string status = gnet::check_output({"cat", "/proc/self/status"});
  pthread_sigmask(SIG_SETMASK, &mask_before, nullptr);
  std::signal(SIGUSR1, user_before);
  std::signal(SIGPIPE, pipe_before);
  const auto mask_of = [&status](const std::string& name) {
    const auto at = status.find(name + ":");
    return std::stoull(status.substr(at + name.size() + 1), nullptr, 16);
  };
  BOOST_TEST(mask_of("SigBlk") == 0u);
  BOOST_TEST((mask_of("SigIgn") & (1ull << (SIGPIPE - 1) | 1ull << (SIGUSR1 - 1))) == 0u);
}

BOOST_AUTO_TEST_CASE(a_process_is_waitable) {
  Popen process({"sleep", "30"});
  gnet::Event cancelled;
  auto canceller = gnet::spawn_later(2ms, [&] { cancelled.set(); });
  BOOST_TEST(gnet::wait_any(process, cancelled) == 1);
  process.kill();
  cancelled.clear();
  BOOST_TEST(gnet::wait_any(process, cancelled) == 0);
  BOOST_TEST(process.poll().value() == -SIGKILL);
}

BOOST_AUTO_TEST_CASE(waiting_for_a_process_is_no_deadlock) {
  Popen process({"sleep", "0.01"});
  const gnet::Event never;
  BOOST_TEST(gnet::wait_any(never, process) == 1);
}

BOOST_AUTO_TEST_CASE(several_fibers_may_wait_for_one_process) {
  Popen process({"sleep", "30"});
  std::vector<gnet::Fiber<int>> waiters;
  for (int i = 0; i < 3; ++i) waiters.push_back(gnet::spawn([&] { return process.wait(); }));
  gnet::yield();
  process.kill();
  for (auto& waiter : waiters) BOOST_TEST(waiter.get() == -SIGKILL);
}

BOOST_AUTO_TEST_CASE(a_process_without_its_popen_runs_on_and_becomes_no_zombie) {
  int ends[2];
  BOOST_REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
  const gnet::UniqueFd reader(ends[0]);
  gnet::UniqueFd writer(ends[1]);
  pid_t pid = 0;
  {
    Popen process(shell("read line; exit 0"), {.in = Stdio::fd(reader.get())});
    pid = process.pid();
  }
  BOOST_TEST(kill(pid, 0) == 0);
  writer.reset();
  BOOST_TEST(test::eventually([&] { return kill(pid, 0) != 0; }));
}

BOOST_AUTO_TEST_CASE(a_process_may_outlive_its_hub) {
  pid_t pid = 0;
  std::thread([&] {
    Popen process({"sleep", "30"});
    pid = process.pid();
  }).join();
  BOOST_TEST(gnet::detail::forgotten_children() == 1);
  kill(pid, SIGKILL);
  BOOST_TEST(test::eventually([] { return gnet::detail::forgotten_children() == 0; }));
}

BOOST_AUTO_TEST_CASE(run_tells_how_it_went) {
  const auto completed =
      gnet::run(shell("cat; echo err >&2; exit 3"), {.input = "in", .capture = true});
  BOOST_TEST(completed.status == 3);
  BOOST_TEST(completed.out == "in");
  BOOST_TEST(completed.err == "err\n");
  BOOST_TEST(completed.arguments.front() == "sh");
}

BOOST_AUTO_TEST_CASE(a_status_other_than_0_can_be_an_error) {
  BOOST_CHECK_EXCEPTION(gnet::check_call({"false"}), gnet::CalledProcessError,
                        [](const auto& error) {
                          BOOST_TEST(error.what() == "'false' exited with status 1");
                          return error.status() == 1;
                        });
  BOOST_CHECK_EXCEPTION(static_cast<void>(gnet::check_output(shell("echo part; kill -9 $$"))),
                        gnet::CalledProcessError, [](const auto& error) {
                          BOOST_TEST(error.what() == "'sh' was ended by signal 9 (killed)");
                          return error.output().out == "part\n" && error.status() == -SIGKILL;
                        });
  BOOST_TEST(gnet::check_output({"echo", "fine"}) == "fine\n");
}

BOOST_AUTO_TEST_CASE(run_kills_at_its_deadline_or_when_it_is_interrupted) {
  BOOST_CHECK_EXCEPTION(
      static_cast<void>(gnet::check_output(shell("echo part; exec sleep 30"), {.deadline = 300ms})),
      gnet::TimeoutExpired, [](const auto& error) {
        const std::string text = error.what();
        BOOST_TEST(text.starts_with("'sh' (process "), text);
        BOOST_TEST(text.find(") has not ended: timed out after ") != std::string::npos, text);
        BOOST_TEST((error.code() == std::errc::timed_out));
        return error.output().out == "part\n";
      });
  auto victim = gnet::spawn([] { gnet::run({"sleep", "30"}); });
  gnet::yield();
  victim.kill();
  BOOST_TEST(!has_children());
}

BOOST_AUTO_TEST_CASE(processes_can_be_watched_without_pidfds) {
  const WithoutPidfd old_kernel;
  Popen process({"sleep", "30"});
  BOOST_TEST(!process.wait(2ms));
  process.kill();
  BOOST_TEST(process.wait() == -SIGKILL);
  BOOST_TEST(gnet::check_output({"echo", "fine"}) == "fine\n");
  static_cast<void>(Popen({"true"}));
  BOOST_TEST(test::eventually([] { return !has_children(); }));
}

BOOST_AUTO_TEST_CASE(threads_start_processes_of_their_own) {
  std::vector<std::thread> threads;
  std::atomic<int> sum{0};
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 10; ++j) sum += gnet::run(shell("exit 1")).status;
    });
  }
  for (auto& thread : threads) thread.join();
  BOOST_TEST(sum == 30);
}

BOOST_AUTO_TEST_CASE(many_processes_one_after_the_other_leave_nothing_behind) {
  const char* asked = std::getenv("GNET_TEST_PROCESSES");
  const int count = asked != nullptr ? std::atoi(asked) : 500;
  gnet::check_call({"true"});
  const std::size_t before = open_descriptors();
  for (int i = 0; i < count; ++i) {
    if (i % 3 == 0) {
      BOOST_REQUIRE(gnet::check_output({"echo", "x"}) == "x\n");
    } else if (i % 3 == 1) {
      BOOST_REQUIRE(Popen({"true"}).wait() == 0);
    } else {
      BOOST_CHECK_THROW(Popen({"/nowhere"}), std::system_error);
    }
  }
  BOOST_TEST(open_descriptors() == before);
  BOOST_TEST(!has_children());
}

#if !defined(GNET_ASAN) && !defined(GNET_TSAN)  // whose frames are what they are
BOOST_AUTO_TEST_CASE(a_small_stack_is_enough) {
  auto fiber = gnet::spawn({.stack_size = 32 * 1024}, [] {
    return gnet::check_output({"sh", "-c", "echo x"});
  });
  BOOST_TEST(fiber.get() == "x\n");
}
#endif

BOOST_AUTO_TEST_CASE(what_would_be_cut_on_its_way_is_refused) {
  using namespace std::string_literals;
  const auto refused = [](const std::string& text) {
    return fails_with(std::errc::invalid_argument, text);
  };
  BOOST_CHECK_EXCEPTION(
      static_cast<void>(gnet::check_output({"printf", "%s|%s", "safe\0evil"s, "b"})),
      std::system_error, refused("cannot run 'printf': argument 2 holds a NUL byte"));
  BOOST_CHECK_EXCEPTION(Popen({"true", "a"}, {.program = "/bin/true\0x"s}), std::system_error,
                        refused("cannot run '/bin/true\\x00x': its name holds a NUL byte"));
  BOOST_CHECK_EXCEPTION(Popen({"true"}, {.directory = "/tmp\0x"s}), std::system_error,
                        refused("cannot run 'true': its directory holds a NUL byte"));
  const auto with = [](const std::string& name, const std::string& value) {
    Popen({"true"}, {.environment = gnet::Environment{{name, value}}});
  };
  BOOST_CHECK_EXCEPTION(with("NAME", "a\0b"s), std::system_error,
                        refused("cannot run 'true': environment variable 'NAME' holds a NUL byte"));
  BOOST_CHECK_EXCEPTION(with("", "a"), std::system_error,
                        refused("cannot run 'true': an environment variable without a name"));
  BOOST_CHECK_EXCEPTION(
      with("A=B", "c"), std::system_error,
      refused("cannot run 'true': the name of environment variable 'A=B' holds a '='"));
  BOOST_CHECK_THROW(with("NA\0ME"s, "a"), std::system_error);
  BOOST_TEST(!has_children());
}

// Each number of descriptors that may be missing, from all on.
BOOST_AUTO_TEST_CASE(a_start_for_which_descriptors_are_missing_leaves_nothing) {
  bool as_it_should = true;
  std::thread([&] {
    rlimit before{};
    getrlimit(RLIMIT_NOFILE, &before);
    bool started = false;
    for (rlim_t missing = 0; missing < 24 && !started; ++missing) {
      std::thread([&] {
        const gnet::UniqueFd lowest(dup(0));
        const rlimit few{static_cast<rlim_t>(lowest.get()) + missing, before.rlim_max};
        setrlimit(RLIMIT_NOFILE, &few);
        try {
          Popen child({"sleep", "0.01"}, {.out = Stdio::pipe()});
          started = true;
          as_it_should = as_it_should && child.wait() == 0;
        } catch (const std::system_error&) {
          as_it_should = as_it_should && !has_children();
        }
        setrlimit(RLIMIT_NOFILE, &before);
      }).join();
    }
    as_it_should = as_it_should && started;
  }).join();
  BOOST_TEST(as_it_should);
  BOOST_TEST(!has_children());
}

BOOST_AUTO_TEST_SUITE_END()
