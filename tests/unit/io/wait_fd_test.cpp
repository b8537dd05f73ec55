#include "gnet/io/wait_fd.h"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <ctime>
#include <system_error>
#include <thread>
#include <vector>

#include "gnet/base/unique_fd.h"
#include "gnet/fiber/fiber.h"
#include "gnet/fiber/timeout.h"
#include "gnet/io/socket.h"

BOOST_AUTO_TEST_SUITE(wait_fd)

using namespace std::chrono_literals;
using gnet::UniqueFd;

namespace {

struct Ends {
  Ends() {
    int ends[2];
    BOOST_REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    reader = UniqueFd(ends[0]);
    writer = UniqueFd(ends[1]);
  }
  void put() const { BOOST_REQUIRE(write(writer.get(), "x", 1) == 1); }
  void take() const {
    char byte;
    BOOST_REQUIRE(read(reader.get(), &byte, 1) == 1);
  }
  UniqueFd reader;
  UniqueFd writer;
};

bool is_bad_descriptor(const std::system_error& error) {
  return error.code() == std::errc::bad_file_descriptor;
}

}  // namespace

BOOST_AUTO_TEST_CASE(wait_read_suspends_until_something_is_there) {
  const Ends ends;
  auto writer = gnet::spawn_later(2ms, [&] { ends.put(); });
  BOOST_TEST(gnet::wait_read(ends.reader.get()));
  BOOST_TEST(writer.dead());
  BOOST_TEST(gnet::wait_read(ends.reader.get()));  // it is still there
}

BOOST_AUTO_TEST_CASE(wait_read_gives_up_at_its_deadline) {
  const Ends ends;
  BOOST_TEST(!gnet::wait_read(ends.reader.get(), 2ms));
  BOOST_TEST(!gnet::wait_read(ends.reader.get(), 0ms));
}

BOOST_AUTO_TEST_CASE(the_end_counts_as_readable) {
  Ends ends;
  auto closer = gnet::spawn_later(1ms, [&] { ends.writer.reset(); });
  BOOST_TEST(gnet::wait_read(ends.reader.get(), 5s));
}

BOOST_AUTO_TEST_CASE(wait_write_suspends_until_there_is_room) {
  const Ends ends;
  BOOST_TEST(gnet::wait_write(ends.writer.get()));
  BOOST_REQUIRE(fcntl(ends.writer.get(), F_SETFL, O_NONBLOCK) == 0);
  const std::vector<char> block(4096);
  while (write(ends.writer.get(), block.data(), block.size()) > 0) {
  }
  BOOST_TEST(!gnet::wait_write(ends.writer.get(), 1ms));
  auto reader = gnet::spawn_later(1ms, [&] {
    std::vector<char> all(1 << 20);
    BOOST_TEST(read(ends.reader.get(), all.data(), all.size()) > 0);
  });
  BOOST_TEST(gnet::wait_write(ends.writer.get(), 5s));
}

BOOST_AUTO_TEST_CASE(several_fibers_may_wait_for_one_descriptor) {
  const Ends ends;
  int woken = 0;
  std::vector<gnet::Fiber<>> fibers;
  for (int i = 0; i < 40; ++i) {
    fibers.push_back(gnet::spawn([&] { woken += gnet::wait_read(ends.reader.get()) ? 1 : 0; }));
  }
  auto impatient = gnet::spawn([&] { return gnet::wait_read(ends.reader.get(), 1ms); });
  BOOST_TEST(!impatient.get());
  ends.put();
  for (auto& fiber : fibers) BOOST_TEST(fiber.join(5s));
  BOOST_TEST(woken == 40);
}

BOOST_AUTO_TEST_CASE(one_reads_while_another_writes) {
  int pair[2];
  BOOST_REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
  const UniqueFd here(pair[0]);
  const UniqueFd there(pair[1]);
  auto reads = gnet::spawn([&] { return gnet::wait_read(here.get(), 5s); });
  gnet::yield();
  BOOST_TEST(gnet::wait_write(here.get(), 5s));
  BOOST_TEST(write(there.get(), "x", 1) == 1);
  BOOST_TEST(reads.get());
}

BOOST_AUTO_TEST_CASE(a_descriptor_that_a_socket_has_can_be_waited_for) {
  int pair[2];
  BOOST_REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
  gnet::Socket here{UniqueFd(pair[0])};
  gnet::Socket there{UniqueFd(pair[1])};
  auto sender = gnet::spawn_later(1ms, [&] { there.send_all("x"); });
  BOOST_TEST(gnet::wait_read(here.native_handle(), 5s));
  char byte;
  BOOST_TEST(here.receive(&byte, 1, 5s) == 1);
}

BOOST_AUTO_TEST_CASE(regular_files_are_always_ready) {
  const UniqueFd file(open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
  BOOST_REQUIRE(static_cast<bool>(file));
  BOOST_TEST(gnet::wait_read(file.get(), 5s));
}

BOOST_AUTO_TEST_CASE(descriptors_that_are_not_open_are_refused) {
  BOOST_CHECK_EXCEPTION(gnet::wait_read(-1), std::system_error, is_bad_descriptor);
  Ends ends;
  const int fd = ends.reader.get();
  ends.reader.reset();
  BOOST_CHECK_EXCEPTION(gnet::wait_read(fd), std::system_error, is_bad_descriptor);
  BOOST_CHECK_EXCEPTION(static_cast<void>(gnet::select_fds({fd})), std::system_error,
                        is_bad_descriptor);
  pollfd asked{fd, POLLIN, 0};
  BOOST_TEST(gnet::poll({&asked, 1}) == 1);
  BOOST_TEST(asked.revents == POLLNVAL);
}

BOOST_AUTO_TEST_CASE(closing_wakes_those_who_wait) {
  Ends ends;
  auto waiter = gnet::spawn([&] {
    BOOST_CHECK_EXCEPTION(gnet::wait_read(ends.reader.get()), std::system_error, is_bad_descriptor);
  });
  gnet::yield();
  gnet::closing(ends.reader.get());
  ends.reader.reset();
  BOOST_TEST(waiter.join(5s));
}

// The kernel goes on to report a closed descriptor while a copy of it is open.
BOOST_AUTO_TEST_CASE(a_descriptor_that_was_closed_during_a_wait_makes_no_noise_afterwards) {
  Ends ends;
  const UniqueFd copy(dup(ends.reader.get()));
  BOOST_TEST(!gnet::Timeout(1ms, gnet::silent).run([&] {
    const int fd = ends.reader.get();
    auto closer = gnet::spawn([&] { ends.reader.reset(); });
    gnet::wait_read(fd);
  }));
  ends.put();
  const Ends other;
  auto writer = gnet::spawn_later(2ms, [&] { other.put(); });
  BOOST_TEST(gnet::wait_read(other.reader.get(), 5s));
  const auto cpu = std::clock();
  gnet::sleep(30ms);
  BOOST_TEST(static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC < 0.02);
}

BOOST_AUTO_TEST_CASE(such_a_descriptor_is_borne_when_no_others_are_left) {
  Ends ends;
  const UniqueFd copy(dup(ends.reader.get()));
  BOOST_TEST(!gnet::Timeout(1ms, gnet::silent).run([&] {
    const int fd = ends.reader.get();
    auto closer = gnet::spawn([&] { ends.reader.reset(); });
    gnet::wait_read(fd);
  }));
  const Ends other;
  rlimit before{};
  BOOST_REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit none{1, before.rlim_max};  // poll() takes as many, and no more
  BOOST_REQUIRE(setrlimit(RLIMIT_NOFILE, &none) == 0);
  ends.put();
  auto writer = gnet::spawn_later(2ms, [&] { other.put(); });
  const bool there = gnet::wait_read(other.reader.get(), 5s);
  BOOST_REQUIRE(setrlimit(RLIMIT_NOFILE, &before) == 0);
  BOOST_TEST(there);
}

BOOST_AUTO_TEST_CASE(of_many_that_wait_for_a_closed_descriptor_all_hear_of_it) {
  Ends ends;
  const UniqueFd copy(dup(ends.reader.get()));
  const int fd = ends.reader.get();
  int heard = 0;
  std::vector<gnet::Fiber<>> waiters;
  for (int i = 0; i < 40; ++i) {
    waiters.push_back(gnet::spawn([&] {
      BOOST_CHECK_EXCEPTION(gnet::wait_read(fd, 5s), std::system_error, is_bad_descriptor);
      ++heard;
    }));
  }
  gnet::yield();
  ends.reader.reset();  // without a word
  ends.put();           // which the copy makes an event of
  for (auto& waiter : waiters) waiter.join(5s);
  BOOST_TEST(heard == 40);
}

BOOST_AUTO_TEST_CASE(who_waits_for_a_closed_descriptor_does_not_get_the_next_of_its_number) {
  Ends ends;
  const int fd = ends.reader.get();
  auto waiter = gnet::spawn([&] {
    BOOST_CHECK_EXCEPTION(gnet::wait_read(fd, 5s), std::system_error, is_bad_descriptor);
  });
  gnet::yield();
  gnet::closing(fd);
  ends.reader.reset();
  const Ends next;
  BOOST_REQUIRE(next.reader.get() == fd);
  BOOST_TEST(waiter.join(1s));
}

BOOST_AUTO_TEST_CASE(select_fds_tells_which_are_ready) {
  const Ends first;
  const Ends second;
  auto writer = gnet::spawn_later(2ms, [&] { second.put(); });
  auto found = gnet::select_fds({first.reader.get(), second.reader.get()});
  BOOST_TEST(found.readable == std::vector{second.reader.get()}, boost::test_tools::per_element());
  BOOST_TEST(found.writable.empty());
  found = gnet::select_fds({first.reader.get(), second.reader.get()}, {first.writer.get()}, 5s);
  BOOST_TEST(static_cast<bool>(found));
  BOOST_TEST(found.writable == std::vector{first.writer.get()}, boost::test_tools::per_element());
  BOOST_TEST(!gnet::select_fds({first.reader.get()}, {}, 2ms));
  BOOST_TEST(!gnet::select_fds({}, {}, 2ms));
}

BOOST_AUTO_TEST_CASE(poll_lets_others_run_also_when_something_is_ready) {
  const Ends ends;
  ends.put();
  bool ran = false;
  auto other = gnet::spawn([&] { ran = true; });
  pollfd asked[2] = {{ends.reader.get(), POLLIN, 0}, {-1, POLLIN, 0}};
  BOOST_TEST(gnet::poll(asked) == 1);
  BOOST_TEST(asked[0].revents == POLLIN);
  BOOST_TEST(asked[1].revents == 0);
  BOOST_TEST(ran);
}

BOOST_AUTO_TEST_CASE(waiting_for_a_descriptor_is_no_deadlock) {
  const UniqueFd event(eventfd(0, EFD_CLOEXEC));
  std::thread other([&] {
    std::this_thread::sleep_for(5ms);
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = write(event.get(), &one, sizeof one);
  });
  BOOST_TEST(gnet::wait_read(event.get()));
  other.join();
}

BOOST_AUTO_TEST_CASE(a_hub_may_end_while_fibers_wait) {
  const Ends ends;
  std::thread([&] {
    auto waiter = gnet::spawn([&] { gnet::wait_read(ends.reader.get()); });
    gnet::yield();
  }).join();
}

BOOST_AUTO_TEST_SUITE_END()
