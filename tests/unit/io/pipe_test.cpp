#include "gnet/io/pipe.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <cstdlib>
#include <string>
#include <system_error>
#include <thread>

#include "gnet/fiber/fiber.h"
#include "tests/unit/child.h"

using namespace std::chrono_literals;
using gnet::Pipe;
using gnet::UniqueFd;

namespace {

auto fails_with(std::errc code) {
  return [code](const std::system_error& error) { return error.code() == code; };
}

// The two ends of a pipe in blocking mode, as a shell makes them.
std::pair<UniqueFd, UniqueFd> blocking_pipe() {
  int ends[2];
  BOOST_REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

}  // namespace

namespace io {  // ::pipe is a function

BOOST_AUTO_TEST_SUITE(pipe)

BOOST_AUTO_TEST_CASE(what_is_written_comes_out_and_then_the_end) {
  auto [reader, writer] = Pipe::make();
  auto fiber = gnet::spawn([&writer = writer] {
    writer.send_all("hello ");
    gnet::sleep(1ms);
    writer.send_all("world");
    writer.close();
  });
  BOOST_TEST(reader.receive_all(5s) == "hello world");
  BOOST_TEST(fiber.join(5s));
}

BOOST_AUTO_TEST_CASE(much_data_goes_through_a_pipe_that_is_smaller) {
  auto [reader, writer] = Pipe::make();
  const std::string much(1'000'000, 'x');
  auto fiber = gnet::spawn([&, &writer = writer] {
    writer.send_all(much, 5s);
    writer.close();
  });
  BOOST_TEST((reader.receive_all(5s) == much));
}

BOOST_AUTO_TEST_CASE(receive_and_send_give_up_at_their_deadlines) {
  auto [reader, writer] = Pipe::make();
  char byte;
  BOOST_CHECK_EXCEPTION(reader.receive(&byte, 1, 1ms), std::system_error,
                        fails_with(std::errc::timed_out));
  BOOST_CHECK_EXCEPTION(reader.receive(&byte, 1, 1ms), std::system_error,
                        [](const std::system_error& error) {
                          return std::string(error.what()).starts_with("read: timed out after ");
                        });
  BOOST_CHECK_EXCEPTION(writer.send_all(std::string(1'000'000, 'x'), 1ms), std::system_error,
                        fails_with(std::errc::timed_out));
}

BOOST_AUTO_TEST_CASE(nothing_is_lost_when_receive_all_is_given_a_string) {
  auto [reader, writer] = Pipe::make();
  writer.send_all("first ");
  std::string all;
  BOOST_CHECK_THROW(reader.receive_all(all, 1ms), std::system_error);
  writer.send_all("second");
  writer.close();
  reader.receive_all(all, 5s);
  BOOST_TEST(all == "first second");
}

BOOST_AUTO_TEST_CASE(writing_where_nobody_reads_is_an_error_and_no_signal) {
  const auto before = signal(SIGPIPE, SIG_DFL);
  auto [reader, writer] = Pipe::make();
  reader.close();
  BOOST_CHECK_EXCEPTION(writer.send_all("x"), std::system_error,
                        fails_with(std::errc::broken_pipe));
  gnet::yield();
  signal(SIGPIPE, before);
}

BOOST_AUTO_TEST_CASE(close_wakes_whoever_waits) {
  auto [reader, writer] = Pipe::make();
  auto waiter = gnet::spawn([&reader = reader] {
    char byte;
    BOOST_CHECK_EXCEPTION(reader.receive(&byte, 1), std::system_error,
                          fails_with(std::errc::bad_file_descriptor));
  });
  gnet::yield();
  reader.close();
  BOOST_TEST(waiter.join(5s));
  BOOST_CHECK_THROW(static_cast<void>(reader.try_receive(nullptr, 0)), std::system_error);
}

BOOST_AUTO_TEST_CASE(close_wakes_whoever_waits_also_when_the_number_is_used_again) {
  auto [reader, writer] = Pipe::make();
  const int fd = reader.native_handle();
  auto waiter = gnet::spawn([&reader = reader] {
    char byte;
    BOOST_CHECK_EXCEPTION(reader.receive(&byte, 1, 5s), std::system_error,
                          fails_with(std::errc::bad_file_descriptor));
  });
  gnet::yield();
  reader.close();
  const auto next = Pipe::make();
  BOOST_REQUIRE(next.first.native_handle() == fd);
  BOOST_TEST(waiter.join(1s));
}

BOOST_AUTO_TEST_CASE(a_shared_descriptor_keeps_its_flags_and_blocks_nobody) {
  auto [read_end, write_end] = blocking_pipe();
  Pipe reader = Pipe::shared(std::move(read_end));
  Pipe writer = Pipe::shared(std::move(write_end));
  BOOST_TEST((fcntl(reader.native_handle(), F_GETFL) & O_NONBLOCK) == 0);
  BOOST_TEST((fcntl(writer.native_handle(), F_GETFL) & O_NONBLOCK) == 0);
  const std::string much(300'000, 'y');
  auto fiber = gnet::spawn([&] {
    writer.send_all(much, 5s);
    writer.close();
  });
  BOOST_TEST((reader.receive_all(5s) == much));
  BOOST_TEST(fiber.join(5s));
}

BOOST_AUTO_TEST_CASE(a_shared_socket_works_as_well) {
  int pair[2];
  BOOST_REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
  Pipe here = Pipe::shared(UniqueFd(pair[0]));
  Pipe there = Pipe::shared(UniqueFd(pair[1]));
  auto fiber = gnet::spawn([&] {
    there.send_all(std::string(500'000, 'z'), 5s);
    there.close();
  });
  BOOST_TEST(here.receive_all(5s).size() == 500'000);
}

BOOST_AUTO_TEST_CASE(a_terminal_can_be_shared) {
  UniqueFd master(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  BOOST_REQUIRE(grantpt(master.get()) == 0);
  BOOST_REQUIRE(unlockpt(master.get()) == 0);
  char name[64];
  BOOST_REQUIRE(ptsname_r(master.get(), name, sizeof name) == 0);
  Pipe terminal = Pipe::shared(UniqueFd(open(name, O_RDWR | O_NOCTTY | O_CLOEXEC)));
  auto typist = gnet::spawn_later(2ms, [&] { BOOST_TEST(write(master.get(), "ls\n", 3) == 3); });
  char line[16];
  BOOST_TEST(terminal.receive(line, sizeof line, 5s) == 3);
  terminal.send_all("done\n", 5s);
}

BOOST_AUTO_TEST_CASE(a_shared_regular_file_is_read_to_its_end) {
  char path[] = "/tmp/gnet-pipe-XXXXXX";
  UniqueFd file(mkostemp(path, O_CLOEXEC));
  unlink(path);
  BOOST_REQUIRE(write(file.get(), "content", 7) == 7);
  BOOST_REQUIRE(lseek(file.get(), 0, SEEK_SET) == 0);
  BOOST_TEST(Pipe::shared(std::move(file)).receive_all(5s) == "content");
}

BOOST_AUTO_TEST_CASE(standard_input_and_output_are_those_of_the_process) {
  auto [reader, writer] = blocking_pipe();
  const int status = test::status_of_child([&, out = writer.get(), in = reader.get()] {
    dup2(in, 0);
    dup2(out, 1);
    Pipe::standard_output().send_all("42");
    char digits[2];
    return Pipe::standard_input().receive(digits, 2, 5s) == 2 && digits[0] == '4' ? 42 : 1;
  });
  BOOST_TEST(WEXITSTATUS(status) == 42);
}

BOOST_AUTO_TEST_CASE(a_released_descriptor_is_the_callers) {
  auto [reader, writer] = Pipe::make();
  const UniqueFd fd = writer.release();
  BOOST_TEST(!writer.is_open());
  BOOST_TEST(write(fd.get(), "x", 1) == 1);
  char byte;
  BOOST_TEST(reader.receive(&byte, 1, 5s) == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace io
