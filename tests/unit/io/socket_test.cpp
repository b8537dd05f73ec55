#include "gnet/io/socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <functional>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "gnet/base/error.h"
#include "gnet/fiber/fiber.h"
#include "gnet/fiber/timeout.h"
#include "gnet/io/connect.h"
#include "gnet/io/listener.h"

using namespace gnet;
using namespace std::chrono_literals;

namespace {

struct Pair {
  Socket a;
  Socket b;
};

Pair make_pair(int type = SOCK_STREAM) {
  int fds[2];
  BOOST_REQUIRE_EQUAL(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fds), 0);
  return {Socket(UniqueFd(fds[0])), Socket(UniqueFd(fds[1]))};
}

std::string receive_text(Socket& socket, std::size_t size = 4096) {
  std::string text(size, '\0');
  text.resize(socket.receive(text.data(), text.size()));
  return text;
}

// Fills the kernel's buffers until nothing more goes in.
std::size_t stuff(Socket& socket) {
  const std::string block(64 * 1024, 'x');
  std::size_t sum = 0;
  while (const std::size_t count = socket.try_send(block)) sum += count;
  return sum;
}

std::string text_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const std::exception& error) {
    return error.what();
  }
  return {};
}

std::error_code code_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const std::system_error& error) {
    return error.code();
  }
  return {};
}

}  // namespace

// The suite has the name of a function of libc.
namespace tests {

BOOST_AUTO_TEST_SUITE(socket)

BOOST_AUTO_TEST_CASE(what_one_side_sends_the_other_receives) {
  Pair pair = make_pair();
  pair.a.send_all("hello");
  BOOST_TEST(receive_text(pair.b) == "hello");
}

BOOST_AUTO_TEST_CASE(receiving_suspends_until_data_is_there) {
  Pair pair = make_pair();
  auto sender = spawn([&] {
    sleep(5ms);
    pair.a.send_all("late");
  });
  BOOST_TEST(receive_text(pair.b) == "late");
  sender.join();
}

BOOST_AUTO_TEST_CASE(data_before_the_end_is_read_to_the_end) {
  Pair pair = make_pair();
  pair.a.send_all("last words");
  pair.a.shutdown_send();
  BOOST_TEST(receive_text(pair.b) == "last words");
  BOOST_TEST(receive_text(pair.b) == "");
}

BOOST_AUTO_TEST_CASE(data_and_the_end_in_one_event_are_both_seen_after_a_short_read) {
  Pair pair = make_pair();
  auto reader = spawn([&] {
    std::string all;
    for (std::string part; !(part = receive_text(pair.b, 1 << 16)).empty();) all += part;
    return all;
  });
  yield();  // it waits now
  pair.a.send_all("abc");
  pair.a.shutdown_send();
  BOOST_TEST(reader.get() == "abc");
}

BOOST_AUTO_TEST_CASE(data_after_a_short_read_wakes_the_reader_again) {
  Pair pair = make_pair();
  for (int round = 0; round < 100; ++round) {
    auto sender = spawn([&] { pair.a.send_all("x"); });
    BOOST_TEST(receive_text(pair.b) == "x");
  }
}

BOOST_AUTO_TEST_CASE(messages_that_come_together_are_read_one_by_one) {
  Pair pair = make_pair(SOCK_SEQPACKET);
  std::string all;
  auto reader = spawn([&] {
    for (std::string part; !(part = receive_text(pair.b)).empty();) all += part + ',';
  });
  yield();  // it waits now
  for (const char* message : {"a", "bc", "d"}) pair.a.send_all(message);
  for (int i = 0; i < 1000 && all.size() < 7; ++i) sleep(1ms);
  BOOST_TEST(all == "a,bc,d,");
  pair.a.send_all("e");
  pair.a.shutdown_send();
  BOOST_TEST(reader.join(20s));
  BOOST_TEST(all == "a,bc,d,e,");
}

BOOST_AUTO_TEST_CASE(a_message_that_is_too_long_is_an_error_and_no_half_a_message) {
  Pair pair = make_pair(SOCK_SEQPACKET);
  for (const char* message : {"12345", "1234", "123"}) pair.a.send_all(message);
  BOOST_TEST(text_of([&] { receive_text(pair.b, 4); }) ==
             "receive: 5 bytes where 4 were expected: message too long");
  BOOST_TEST(receive_text(pair.b, 4) == "1234");
  Socket moved = std::move(pair.b);
  BOOST_TEST((code_of([&] { receive_text(moved, 2); }) == std::errc::message_size));
}

BOOST_AUTO_TEST_CASE(a_half_closed_socket_still_sends) {
  Pair pair = make_pair();
  pair.a.shutdown_send();
  BOOST_TEST(receive_text(pair.b) == "");
  pair.b.send_all("still here");
  BOOST_TEST(receive_text(pair.a) == "still here");
}

BOOST_AUTO_TEST_CASE(one_fiber_reads_while_another_writes) {
  Pair pair = make_pair();
  const std::string block(300'000, 'y');
  auto echo = spawn([&] {
    for (std::string part; !(part = receive_text(pair.b)).empty();) pair.b.send_all(part);
    pair.b.shutdown_send();
  });
  auto writer = spawn([&] {
    pair.a.send_all(block);
    pair.a.shutdown_send();
  });
  std::string back;
  for (std::string part; !(part = receive_text(pair.a)).empty();) back += part;
  BOOST_TEST((back == block));
}

BOOST_AUTO_TEST_CASE(a_second_reader_is_misuse) {
  Pair pair = make_pair();
  auto first = spawn([&] { receive_text(pair.b); });
  yield();
  BOOST_CHECK_THROW(receive_text(pair.b), Misuse);
  pair.a.send_all("x");
  first.join();
  BOOST_TEST(first.successful());
}

BOOST_AUTO_TEST_CASE(a_second_writer_is_misuse) {
  Pair pair = make_pair();
  stuff(pair.a);
  auto first = spawn([&] { pair.a.send_some("x"); });
  yield();
  BOOST_CHECK_THROW(pair.a.send_some("y"), Misuse);
  first.kill();
}

BOOST_AUTO_TEST_CASE(close_wakes_a_waiting_reader_with_an_error) {
  Pair pair = make_pair();
  auto reader = spawn([&] { return code_of([&] { receive_text(pair.b); }); });
  yield();
  pair.b.close();
  BOOST_TEST((reader.get() == std::errc::bad_file_descriptor));
}

BOOST_AUTO_TEST_CASE(close_wakes_reader_and_writer_both) {
  Pair pair = make_pair();
  stuff(pair.b);
  auto reader = spawn([&] { return code_of([&] { receive_text(pair.b); }); });
  auto writer = spawn([&] { return code_of([&] { pair.b.send_some("x"); }); });
  yield();
  pair.b.close();
  BOOST_TEST((reader.get() == std::errc::bad_file_descriptor));
  BOOST_TEST((writer.get() == std::errc::bad_file_descriptor));
}

BOOST_AUTO_TEST_CASE(a_socket_may_be_destroyed_under_its_reader) {
  auto pair = std::make_optional(make_pair());
  auto reader = spawn([socket = &pair->b] { return code_of([&] { receive_text(*socket); }); });
  yield();
  pair.reset();
  BOOST_TEST((reader.get() == std::errc::bad_file_descriptor));
}

BOOST_AUTO_TEST_CASE(a_new_socket_with_the_old_number_does_not_wake_the_old_reader) {
  Pair old = make_pair();
  const int number = old.b.native_handle();
  auto reader = spawn([&] { return code_of([&] { receive_text(old.b); }); });
  yield();
  old.b.close();
  Pair fresh = make_pair();  // takes the number that has become free
  BOOST_TEST((fresh.a.native_handle() == number || fresh.b.native_handle() == number));
  fresh.a.send_all("for the new one");
  BOOST_TEST((reader.get() == std::errc::bad_file_descriptor));
  BOOST_TEST(receive_text(fresh.b) == "for the new one");
}

BOOST_AUTO_TEST_CASE(sending_suspends_while_the_peer_does_not_read) {
  Pair pair = make_pair();
  const std::size_t stuffed = stuff(pair.a);
  auto writer = spawn([&] { pair.a.send_all("the end"); });
  yield();
  BOOST_TEST(writer.active());
  std::string all;
  while (all.size() < stuffed + 7) all += receive_text(pair.b, 1 << 16);
  BOOST_TEST(all.substr(stuffed) == "the end");
}

BOOST_AUTO_TEST_CASE(a_deadline_ends_a_receive) {
  Pair pair = make_pair();
  const auto code = code_of([&] {
    char byte;
    pair.b.receive(&byte, 1, Deadline(10ms));
  });
  BOOST_TEST((code == std::errc::timed_out));
}

BOOST_AUTO_TEST_CASE(a_deadline_ends_a_send_to_a_peer_that_does_not_read) {
  Pair pair = make_pair();
  stuff(pair.a);
  const auto start = Clock::now();
  const auto code = code_of([&] { pair.a.send_all("x", Deadline(50ms)); });
  BOOST_TEST((code == std::errc::timed_out));
  BOOST_TEST((Clock::now() - start >= 50ms));
}

BOOST_AUTO_TEST_CASE(an_error_says_what_timed_out_and_after_how_long) {
  // How long the text says it was; nothing when it does not begin so.
  const auto waited = [](const std::string& text, const std::string& begin) {
    return text.starts_with(begin) ? parse_duration(text.substr(begin.size())) : std::nullopt;
  };
  Pair pair = make_pair();
  char byte;
  const std::string received = text_of([&] { pair.b.receive(&byte, 1, Deadline(20ms)); });
  BOOST_TEST((waited(received, "receive: timed out after ") >= 19ms), received);
  // The deadline covers all of it, also where the peer takes some now and then.
  stuff(pair.a);
  auto slow_reader = spawn([&] {
    sleep(30ms);
    receive_text(pair.b, 1 << 20);
    sleep(10s);
  });
  const std::string much(10'000'000, 'x');
  const std::string sent = text_of([&] { pair.a.send_all(much, Deadline(50ms)); });
  BOOST_TEST((waited(sent, "send: timed out after ") >= 40ms), sent);
  slow_reader.kill();
}

BOOST_AUTO_TEST_CASE(a_fiber_that_waits_is_listed_with_the_peer) {
  Listener listener("tcp-l://127.0.0.1:0");
  auto accepting = spawn({.name = "accepting"}, [&] { return listener.accept(); });
  yield();
  const std::string address = listener.local_endpoint().to_string();
  const std::string graph = Hub::current().wait_graph();
  BOOST_TEST(graph.find(") waits for data on socket " + address) != std::string::npos);
  Stream client = gnet::connect_stream(listener.local_endpoint());
  Stream server(std::move(accepting).get().fd);
  auto reading = spawn([&] { return receive_text(client.socket()); });
  yield();
  BOOST_TEST(Hub::current().wait_graph().find(" socket " + address) != std::string::npos);
  reading.kill();
  Pair pair = make_pair();
  auto nameless = spawn([&] { return receive_text(pair.a); });
  yield();
  BOOST_TEST(Hub::current().wait_graph().find(" socket 0x") != std::string::npos);
  nameless.kill();
}

BOOST_AUTO_TEST_CASE(kill_and_timeout_leave_the_socket_usable) {
  Pair pair = make_pair();
  auto reader = spawn([&] { receive_text(pair.b); });
  yield();
  reader.kill();
  {
    Timeout limit(5ms);
    BOOST_CHECK_THROW(receive_text(pair.b), Timeout);
  }
  pair.a.send_all("nothing was lost");
  BOOST_TEST(receive_text(pair.b) == "nothing was lost");
  BOOST_TEST(gnet::detail::Scheduler::current().poller().waiters == 0u);
}

BOOST_AUTO_TEST_CASE(use_after_close_is_an_error) {
  Pair pair = make_pair();
  pair.a.close();
  BOOST_TEST(!pair.a.is_open());
  BOOST_TEST((code_of([&] { receive_text(pair.a); }) == std::errc::bad_file_descriptor));
  BOOST_TEST((code_of([&] { pair.a.send_all("x"); }) == std::errc::bad_file_descriptor));
  BOOST_TEST(!pair.a.may_read());
  BOOST_TEST((code_of([&] { pair.a.wait_readable(); }) == std::errc::bad_file_descriptor));
  BOOST_TEST((code_of([&] { pair.a.wait_writable(); }) == std::errc::bad_file_descriptor));
  pair.a.close();
}

BOOST_AUTO_TEST_CASE(sending_to_a_peer_that_is_gone_is_an_error_and_no_signal) {
  Pair pair = make_pair();
  pair.b.close();
  BOOST_TEST((code_of([&] { pair.a.send_all("x"); }) == std::errc::broken_pipe));
}

BOOST_AUTO_TEST_CASE(sending_nothing_does_nothing) {
  Pair pair = make_pair();
  pair.a.send_all("");
  BOOST_TEST(pair.a.send_some("") == 0u);
}

BOOST_AUTO_TEST_CASE(a_moved_socket_goes_on_under_its_new_name) {
  Pair pair = make_pair();
  Socket moved(std::move(pair.b));
  BOOST_TEST(!pair.b.is_open());
  pair.a.send_all("moved");
  BOOST_TEST(receive_text(moved) == "moved");
}

BOOST_AUTO_TEST_CASE(a_released_descriptor_is_the_callers) {
  Pair pair = make_pair();
  const UniqueFd fd = pair.b.release();
  BOOST_TEST(!pair.b.is_open());
  pair.a.send_all("plain");
  char text[8];
  BOOST_TEST(read(fd.get(), text, sizeof text) == 5);
}

BOOST_AUTO_TEST_CASE(descriptors_are_closed_on_exec) {
  Pair pair = make_pair();
  BOOST_TEST((fcntl(pair.a.native_handle(), F_GETFD) & FD_CLOEXEC) != 0);
  const Socket opened = Socket::open(AF_INET, SOCK_STREAM);
  BOOST_TEST((fcntl(opened.native_handle(), F_GETFD) & FD_CLOEXEC) != 0);
}

BOOST_AUTO_TEST_CASE(use_on_another_thread_is_misuse) {
  Pair pair = make_pair();
  bool refused = false;
  std::thread([&] {
    try {
      pair.b.wait_readable();
    } catch (const Misuse&) {
      refused = true;
    }
  }).join();
  BOOST_TEST(refused);
}

BOOST_AUTO_TEST_CASE(a_busy_socket_lets_other_fibers_run) {
  Pair pair = make_pair();
  bool stop = false;
  auto pump = spawn([&] {
    char byte = 'x';
    while (!stop) {
      pair.a.send_all({&byte, 1});
      pair.b.receive(&byte, 1);
    }
  });
  sleep(5ms);  // would never end
  stop = true;
  pump.join();
}

BOOST_AUTO_TEST_CASE(a_timeout_names_the_peer) {
  gnet::Listener listener("127.0.0.1:0");
  gnet::Stream client = gnet::connect_stream(listener.local_endpoint());
  char byte = 0;
  BOOST_CHECK_EXCEPTION(
      static_cast<void>(client.receive(&byte, 1, 1ms)), gnet::TimedOut, [&](const auto& error) {
        return std::string(error.what())
            .starts_with("receive from 127.0.0.1:" +
                         std::to_string(listener.local_endpoint().port()) + ": timed out after ");
      });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace tests
