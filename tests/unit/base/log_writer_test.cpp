#include "gnet/base/log_writer.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

#include "gnet/base/sanitizer.h"
#include "gnet/base/unique_fd.h"

using gnet::LogFormat;
using gnet::Logger;
using gnet::LogLevel;
using gnet::LogWriter;
using gnet::UniqueFd;

namespace {

struct Folder {
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "gnet-log-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~Folder() {
    gnet::set_log_sink({});
    std::filesystem::remove_all(path);
  }
  [[nodiscard]] std::string file(const char* name) const { return (path / name).string(); }
  std::filesystem::path path;
};

std::string content(const std::string& file) {
  std::ifstream in(file);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

gnet::LogRecord record(std::string_view message, LogLevel level = LogLevel::info) {
  return {.time = std::chrono::system_clock::now(),
          .level = level,
          .logger = "t",
          .peer = {},
          .message = message};
}

// A datagram socket at a path, as syslogd and journald have one.
UniqueFd daemon_at(const std::string& path) {
  UniqueFd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  BOOST_TEST_REQUIRE(
      ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  return fd;
}

std::string received(const UniqueFd& fd) {
  char buffer[4096];
  const ssize_t size = ::recv(fd.get(), buffer, sizeof buffer, 0);
  return size < 0 ? std::string() : std::string(buffer, static_cast<std::size_t>(size));
}

// Standard error leads elsewhere for a while.
struct Stderr {
  explicit Stderr(int fd) : before(::dup(STDERR_FILENO)) { ::dup2(fd, STDERR_FILENO); }
  ~Stderr() { ::dup2(before.get(), STDERR_FILENO); }
  UniqueFd before;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(log_writer, Folder)

BOOST_AUTO_TEST_CASE(lines_reach_the_file_in_order) {
  const LogWriter writer(file("log"), LogFormat::logfmt);
  writer(record("one"));
  writer(record("two"));
  BOOST_TEST(writer.flush());
  const std::string text = content(file("log"));
  BOOST_TEST(std::count(text.begin(), text.end(), '\n') == 2);
  BOOST_TEST(text.find("msg=one\n") < text.find("msg=two\n"));
  BOOST_TEST(writer.dropped() == 0U);
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_opened_is_an_error_at_once) {
  BOOST_CHECK_EXCEPTION(LogWriter(file("no/log")), std::system_error, [&](const auto& error) {
    return error.what() == "cannot open log file " + file("no/log") + ": no such file or directory";
  });
}

BOOST_AUTO_TEST_CASE(what_the_last_handle_left_is_still_written) {
  gnet::set_log_sink(LogWriter(file("log")));
  Logger("t").info("last words");
  gnet::set_log_sink({});
  gnet::flush_log();
  BOOST_TEST(content(file("log")).ends_with("t last words\n"));
}

BOOST_AUTO_TEST_CASE(reopen_follows_the_name_after_a_rotation) {
  const LogWriter writer(file("log"));
  writer(record("before"));
  BOOST_TEST(writer.flush());
  std::filesystem::rename(file("log"), file("log.1"));
  writer(record("still there"));
  gnet::reopen_log();
  BOOST_TEST(writer.flush());
  writer(record("after"));
  BOOST_TEST(writer.flush());
  BOOST_TEST(content(file("log.1")).ends_with("still there\n"));
  BOOST_TEST(content(file("log")).ends_with("t after\n"));
}

BOOST_AUTO_TEST_CASE(a_reopen_that_fails_keeps_the_old_file_and_says_so) {
  std::filesystem::create_directory(path / "sub");
  const LogWriter writer(file("sub/log"));
  std::filesystem::rename(path / "sub", path / "moved");
  writer.reopen();
  BOOST_TEST(writer.flush());
  writer(record("after"));
  BOOST_TEST(writer.flush());
  const std::string text = content(file("moved/log"));
  BOOST_TEST(text.find("error: cannot open log file") != std::string::npos);
  BOOST_TEST(text.ends_with("t after\n"));
}

BOOST_AUTO_TEST_CASE(a_target_that_takes_nothing_costs_lines_and_no_time) {
  BOOST_TEST_REQUIRE(::mkfifo(file("fifo").c_str(), 0600) == 0);
  UniqueFd reader(::open(file("fifo").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  // Less than what the writer keeps: it gets stuck even if its thread begins when all has come.
  BOOST_TEST_REQUIRE(::fcntl(reader.get(), F_SETPIPE_SZ, 4096) > 0);
  const LogWriter writer(file("fifo"), {.capacity = 8192});
  const std::string message(1000, 'x');
  for (int i = 0; i < 2000; ++i) writer(record(message));
  BOOST_TEST(!writer.flush(std::chrono::milliseconds(1)));
  const std::uint64_t dropped = writer.dropped();
  BOOST_TEST(dropped > 1800U);

  // With somebody who reads everything comes out: whole lines, and the number of those lost.
  std::string text;
  const auto read_on = [&] {
    char buffer[65536];
    for (ssize_t n; (n = ::read(reader.get(), buffer, sizeof buffer)) > 0;) {
      text.append(buffer, static_cast<std::size_t>(n));
    }
  };
  while (!writer.flush(std::chrono::milliseconds(1))) read_on();
  read_on();
  std::istringstream lines(text);
  std::uint64_t whole = 0;
  std::uint64_t reported = 0;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t warning = line.find(" log warning: ");
    if (line.ends_with(message)) ++whole;
    if (warning != std::string::npos) reported += std::stoull(line.substr(warning + 14));
  }
  BOOST_TEST(whole == 2000 - dropped);
  BOOST_TEST(reported == dropped);
}

BOOST_AUTO_TEST_CASE(whoever_asks_is_told_when_the_target_refuses_lines) {
  BOOST_TEST_REQUIRE(::access("/dev/full", W_OK) == 0);
  std::atomic<int> calls = 0;
  std::atomic<int> error = 0;
  const LogWriter writer("/dev/full", {.on_refused = [&](int number) {
                           ++calls;
                           error = number;
                         }});
  for (int i = 0; i < 3; ++i) {
    writer(record("lost"));
    BOOST_TEST(writer.flush());
  }
  BOOST_TEST(calls == 1);
  BOOST_TEST(error == ENOSPC);
  BOOST_TEST(writer.dropped() == 3U);
}

BOOST_AUTO_TEST_CASE(lines_that_were_refused_are_reported_in_words_of_ones_own) {
  const std::string at = file("dev-log");
  UniqueFd daemon = daemon_at(at);
  const LogWriter writer("syslog:" + at,
                         {.format = LogFormat::bare, .drop_notice = [](std::uint64_t lines) {
                            return fmt::format("missing: {}", lines);
                          }});
  daemon.reset();
  std::filesystem::remove(at);
  for (int i = 0; i < 2; ++i) {
    writer(record("nobody hears this"));
    BOOST_TEST(writer.flush());
  }
  daemon = daemon_at(at);
  writer(record("again"));
  BOOST_TEST(writer.flush());
  BOOST_TEST(received(daemon).ends_with("again"));
  BOOST_TEST(received(daemon).ends_with("missing: 2"));
}

BOOST_AUTO_TEST_CASE(lines_of_several_threads_do_not_mix) {
  gnet::set_log_sink(LogWriter(file("log")));
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([i] {
      for (int n = 0; n < 500; ++n) Logger("t").info("{}-{}-{}", i, n, i);
    });
  }
  for (auto& thread : threads) thread.join();
  gnet::flush_log();
  std::istringstream lines(content(file("log")));
  std::vector<int> next(4);
  for (std::string line; std::getline(lines, line);) {
    const std::string text = line.substr(line.rfind(' ') + 1);
    const int thread = text[0] - '0';
    BOOST_TEST_REQUIRE(
        text == fmt::format("{0}-{1}-{0}", thread, next.at(static_cast<std::size_t>(thread))++));
  }
  BOOST_TEST((next == std::vector<int>(4, 500)));
}

BOOST_AUTO_TEST_CASE(standard_error_is_the_usual_target) {
  int ends[2];
  BOOST_TEST_REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  const UniqueFd reader(ends[0]);
  const UniqueFd writer(ends[1]);
  char buffer[256] = {};
  {
    const Stderr redirected(writer.get());
    Logger("t").info("hello");
    gnet::flush_log();
    BOOST_TEST(::read(reader.get(), buffer, sizeof buffer - 1) > 0);
  }
  BOOST_TEST(std::string(buffer).ends_with(" t hello\n"));
}

BOOST_AUTO_TEST_CASE(lines_for_the_journal_have_priorities_instead_of_times) {
  int ends[2];
  BOOST_TEST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  const UniqueFd reader(ends[0]);
  const UniqueFd journal(ends[1]);
  struct stat status {};
  ::fstat(journal.get(), &status);
  std::string text;
  {
    const Stderr redirected(journal.get());
    ::setenv("JOURNAL_STREAM", fmt::format("{}:{}", status.st_dev, status.st_ino).c_str(), 1);
    const LogWriter writer("stderr");
    ::unsetenv("JOURNAL_STREAM");
    writer(record("hello"));
    writer(record("trouble", LogLevel::error));
    BOOST_TEST(writer.flush());
    text = received(reader);
  }
  BOOST_TEST(text == "<6>t hello\n<3>t error: trouble\n");
}

BOOST_AUTO_TEST_CASE(syslog_gets_a_datagram_a_line) {
  const UniqueFd daemon = daemon_at(file("dev-log"));
  const LogWriter writer("syslog:" + file("dev-log"));
  writer(record("hello"));
  writer(record("trouble", LogLevel::warn));
  BOOST_TEST(writer.flush());
  const std::string first = received(daemon);
  BOOST_TEST(first.starts_with("<30>"));
  BOOST_TEST(first.ends_with(fmt::format("[{}]: t hello", ::getpid())));
  const std::string second = received(daemon);
  BOOST_TEST(second.starts_with("<28>"));
  BOOST_TEST(second.ends_with(": t warning: trouble"));
}

BOOST_AUTO_TEST_CASE(a_log_daemon_may_be_restarted) {
  const std::string at = file("dev-log");
  UniqueFd daemon = daemon_at(at);
  const LogWriter writer("syslog:" + at);
  writer(record("first"));
  BOOST_TEST(writer.flush());
  BOOST_TEST(received(daemon).ends_with("first"));
  daemon.reset();
  std::filesystem::remove(at);
  writer(record("nobody hears this"));
  BOOST_TEST(writer.flush());
  BOOST_TEST(writer.dropped() == 1U);
  daemon = daemon_at(at);
  writer(record("second"));
  BOOST_TEST(writer.flush());
  BOOST_TEST(received(daemon).ends_with("second"));
}

BOOST_AUTO_TEST_CASE(the_journal_gets_fields) {
  const UniqueFd daemon = daemon_at(file("journal"));
  const LogWriter writer("journald:" + file("journal"));
  auto line = record("closed:\neof");
  line.connection = 42;
  writer(line);
  BOOST_TEST(writer.flush());
  const std::string fields = received(daemon);
  BOOST_TEST(fields.starts_with("MESSAGE=t#42 closed:\\neof\nPRIORITY=6\nSYSLOG_IDENTIFIER="));
  BOOST_TEST(fields.ends_with("\nLOGGER=t\nCONNECTION=42\n"));
}

BOOST_AUTO_TEST_CASE(a_journal_that_is_not_there_is_an_error) {
  BOOST_CHECK_EXCEPTION(
      LogWriter("journald:" + file("none")), std::system_error, [&](const auto& error) {
        return error.what() ==
               "cannot log to the journal at " + file("none") + ": no such file or directory";
      });
}

// ThreadSanitizer allows no new thread in the child of a process that had several.
#ifndef GNET_TSAN

BOOST_AUTO_TEST_CASE(a_child_logs_on_after_fork) {
  const LogWriter writer(file("log"), LogFormat::logfmt);
  gnet::set_log_sink(writer);
  Logger("t").info("parent");
  // The thread is up: locks inside of AddressSanitizer do not survive a fork() amid its start.
  BOOST_TEST(writer.flush());
  const pid_t child = ::fork();
  if (child == 0) {
    Logger("t").info("child");
    ::_exit(writer.flush(std::chrono::seconds(20)) ? 0 : 1);
  }
  int status = -1;
  BOOST_TEST_REQUIRE(::waitpid(child, &status, 0) == child);
  BOOST_TEST(status == 0);
  gnet::flush_log();
  const std::string text = content(file("log"));
  BOOST_TEST(std::count(text.begin(), text.end(), '\n') == 2);
  BOOST_TEST(text.find("msg=parent\n") != std::string::npos);
  BOOST_TEST(text.find("msg=child\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(nothing_is_lost_at_exit) {
  const pid_t child = ::fork();
  if (child == 0) {
    gnet::set_log_sink(LogWriter(file("log"), LogFormat::logfmt));
    for (int i = 0; i < 1000; ++i) Logger("t").info("{}", i);
    std::quick_exit(0);
  }
  int status = -1;
  BOOST_TEST_REQUIRE(::waitpid(child, &status, 0) == child);
  BOOST_TEST(status == 0);
  BOOST_TEST(content(file("log")).ends_with("msg=999\n"));
}

#endif

BOOST_AUTO_TEST_SUITE_END()
