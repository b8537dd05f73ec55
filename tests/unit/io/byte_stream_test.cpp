#include "gnet/io/byte_stream.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <string>
#include <system_error>
#include <utility>

#include "gnet/base/unique_fd.h"
#include "gnet/fiber/fiber.h"
#include "gnet/io/any_stream.h"
#include "gnet/io/pipe.h"
#include "gnet/io/stream.h"

BOOST_AUTO_TEST_SUITE(byte_stream)

using namespace std::chrono_literals;
using gnet::ByteStream;

namespace {

gnet::UniqueFd file_with(const std::string& text) {
  gnet::UniqueFd fd(open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  BOOST_REQUIRE(fd);
  BOOST_REQUIRE(write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  return fd;
}

std::string receive_all(ByteStream& stream) {
  std::string all, buffer(64 * 1024, '\0');
  while (const std::size_t count = stream.receive(buffer.data(), buffer.size(), 10s)) {
    all.append(buffer, 0, count);
  }
  return all;
}

// What comes out at one end of this part of a file that goes in at the other.
std::string carried(ByteStream& in, ByteStream& out, int file, std::uint64_t offset,
                    std::size_t size) {
  auto received = gnet::spawn([&] { return receive_all(out); });
  while (size > 0) {
    const std::size_t count = in.send_file_some(file, offset, size, 10s);
    if (count == 0) break;
    BOOST_REQUIRE(count <= size);
    offset += count;
    size -= count;
  }
  in.close();
  return received.get();
}

}  // namespace

BOOST_AUTO_TEST_CASE(part_of_a_file_goes_through_any_stream) {
  std::string text(1'000'000, '\0');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>('a' + i % 26);
  const gnet::UniqueFd file = file_with(text);
  for (const auto& [offset, size] : {std::pair<std::size_t, std::size_t>{0, 1'000'000},
                                     {10, 5},
                                     {999'990, 100},
                                     {2'000'000, 1}}) {
    const std::string wanted = offset < text.size() ? text.substr(offset, size) : "";
    auto sockets = gnet::Stream::make_pair();
    BOOST_TEST((carried(sockets.first, sockets.second, file.get(), offset, size) == wanted));
    auto pipe = gnet::Pipe::make();
    BOOST_TEST((carried(pipe.second, pipe.first, file.get(), offset, size) == wanted));
    auto held = gnet::Stream::make_pair();
    gnet::AnyStream any(std::move(held.first));
    BOOST_TEST((carried(any, held.second, file.get(), offset, size) == wanted));
  }
}

BOOST_AUTO_TEST_CASE(where_nobody_takes_it_a_file_is_given_up_at_the_deadline) {
  const gnet::UniqueFd file = file_with(std::string(5'000'000, 'x'));
  auto sockets = gnet::Stream::make_pair();
  BOOST_CHECK_EXCEPTION(for (;;) sockets.first.send_file_some(file.get(), 0, 5'000'000, 20ms),
                        std::system_error,
                        [](const auto& error) { return error.code() == std::errc::timed_out; });
}

BOOST_AUTO_TEST_CASE(where_nobody_reads_any_more_it_is_an_error_and_no_signal) {
  const gnet::UniqueFd file = file_with("hello");
  auto sockets = gnet::Stream::make_pair();
  sockets.second.close();
  BOOST_CHECK_EXCEPTION(sockets.first.send_file_some(file.get(), 0, 5), std::system_error,
                        [](const auto& error) { return error.code() == std::errc::broken_pipe; });
}

BOOST_AUTO_TEST_CASE(a_stream_that_is_closed_takes_no_file) {
  const gnet::UniqueFd file = file_with("hello");
  gnet::Stream closed;
  BOOST_CHECK_EXCEPTION(
      closed.send_file_some(file.get(), 0, 5), std::system_error,
      [](const auto& error) { return error.code() == std::errc::bad_file_descriptor; });
}

BOOST_AUTO_TEST_CASE(what_is_sent_ahead_comes_before_the_file) {
  const gnet::UniqueFd file = file_with("file");
  const auto both = [&](ByteStream& in, ByteStream& out) {
    BOOST_TEST(in.send_ahead("head ", 10s) == 5U);
    BOOST_TEST(in.send_ahead("", 10s) == 0U);
    return carried(in, out, file.get(), 0, 4);
  };
  auto sockets = gnet::Stream::make_pair();
  BOOST_TEST(both(sockets.first, sockets.second) == "head file");
  auto pipe = gnet::Pipe::make();
  BOOST_TEST(both(pipe.second, pipe.first) == "head file");
  auto held = gnet::Stream::make_pair();
  gnet::AnyStream any(std::move(held.first));
  BOOST_TEST(both(any, held.second) == "head file");
}

BOOST_AUTO_TEST_CASE(what_is_sent_ahead_waits_for_room_and_fails_as_all_else) {
  const std::string much(1'000'000, 'x');
  auto full = gnet::Stream::make_pair();
  BOOST_CHECK_EXCEPTION(for (;;) full.first.send_ahead(much, 20ms), std::system_error,
                        [](const auto& error) { return error.code() == std::errc::timed_out; });
  auto gone = gnet::Stream::make_pair();
  gone.second.close();
  BOOST_CHECK_EXCEPTION(gone.first.send_ahead("x"), std::system_error,
                        [](const auto& error) { return error.code() == std::errc::broken_pipe; });
}

BOOST_AUTO_TEST_CASE(where_the_signal_is_ignored_it_is_the_same_error) {
  const gnet::UniqueFd file = file_with("hello");
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  auto sockets = gnet::Stream::make_pair();
  sockets.second.close();
  BOOST_CHECK_EXCEPTION(sockets.first.send_file_some(file.get(), 0, 5), std::system_error,
                        [](const auto& error) { return error.code() == std::errc::broken_pipe; });
  std::signal(SIGPIPE, before);
}

BOOST_AUTO_TEST_SUITE_END()
