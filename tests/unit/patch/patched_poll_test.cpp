// Patched poll(), ppoll() and select().

#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/select.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include "tests/unit/patch/support.h"

BOOST_AUTO_TEST_SUITE(patched_poll)

using test::Ends;
using test::error_of;
using test::Ticker;
using namespace std::chrono_literals;

extern "C" int __poll_chk(pollfd* descriptors, nfds_t count, int timeout, size_t room);

BOOST_AUTO_TEST_CASE(poll_suspends_until_one_is_ready) {
  const Ends first = Ends::of_socket();
  const Ends second = Ends::of_pipe();
  for (const bool checked : {false, true}) {
    const Ticker ticker;
    auto writer = gnet::spawn_later(4ms, [&] { second.put("x"); });
    pollfd asked[3] = {
        {first.here.get(), POLLIN, 0}, {-1, POLLIN, 77}, {second.here.get(), POLLIN, 0}};
    BOOST_TEST((checked ? __poll_chk(asked, 3, -1, sizeof asked) : poll(asked, 3, -1)) == 1);
    BOOST_TEST(asked[0].revents == 0);
    BOOST_TEST(asked[1].revents == 0);
    BOOST_TEST(asked[2].revents == POLLIN);
    BOOST_TEST(ticker.ticks > 0);
    char byte;
    BOOST_TEST(read(second.here.get(), &byte, 1) == 1);
  }
}

BOOST_AUTO_TEST_CASE(poll_gives_up_in_time) {
  const Ends ends = Ends::of_socket();
  const Ticker ticker;
  pollfd asked{ends.here.get(), POLLIN, 0};
  BOOST_TEST(poll(&asked, 1, 0) == 0);
  BOOST_TEST(ticker.ticks == 0);
  const auto start = gnet::Clock::now();
  BOOST_TEST(poll(&asked, 1, 5) == 0);
  BOOST_TEST((gnet::Clock::now() - start >= 5ms));
  BOOST_TEST(poll(nullptr, 0, 3) == 0);
  const timespec time{0, 2'000'000};
  BOOST_TEST(ppoll(&asked, 1, &time, nullptr) == 0);
  BOOST_TEST(ticker.ticks > 0);
}

BOOST_AUTO_TEST_CASE(poll_tells_ends_and_what_is_not_open) {
  Ends ends = Ends::of_pipe();
  auto closer = gnet::spawn_later(1ms, [&] { ends.there.reset(); });
  pollfd asked{ends.here.get(), POLLIN, 0};
  BOOST_TEST(poll(&asked, 1, 5000) == 1);
  BOOST_TEST(asked.revents == POLLHUP);
  ends.here.reset();
  BOOST_TEST(poll(&asked, 1, 5000) == 1);
  BOOST_TEST(asked.revents == POLLNVAL);
}

BOOST_AUTO_TEST_CASE(poll_tells_what_is_closed_while_it_waits) {
  Ends ends = Ends::of_socket();
  const Ends other = Ends::of_socket();
  auto closer = gnet::spawn_later(1ms, [&] { ends.here.reset(); });
  pollfd asked[2] = {{other.here.get(), POLLIN, 0}, {ends.here.get(), POLLIN, 0}};
  BOOST_TEST(poll(asked, 2, 5000) == 1);
  BOOST_TEST(asked[0].revents == 0);
  BOOST_TEST(asked[1].revents == POLLNVAL);
}

BOOST_AUTO_TEST_CASE(a_signal_mask_leaves_ppoll_to_libc) {
  const Ends ends = Ends::of_socket();
  const Ticker ticker;
  sigset_t none;
  sigemptyset(&none);
  pollfd asked{ends.here.get(), POLLIN, 0};
  const timespec time{0, 3'000'000};
  BOOST_TEST(ppoll(&asked, 1, &time, &none) == 0);
  BOOST_TEST(ticker.ticks == 0);
}

BOOST_AUTO_TEST_CASE(select_tells_which_are_ready) {
  const Ends first = Ends::of_socket();
  const Ends second = Ends::of_socket();
  const Ticker ticker;
  auto writer = gnet::spawn_later(4ms, [&] { second.put("x"); });
  fd_set readable;
  FD_ZERO(&readable);
  FD_SET(first.here.get(), &readable);
  FD_SET(second.here.get(), &readable);
  timeval time{5, 0};
  BOOST_TEST(select(second.there.get() + 1, &readable, nullptr, nullptr, &time) == 1);
  BOOST_TEST(!FD_ISSET(first.here.get(), &readable));
  BOOST_TEST(FD_ISSET(second.here.get(), &readable));
  BOOST_TEST(time.tv_sec == 4);  // what is left
  BOOST_TEST(ticker.ticks > 0);

  FD_SET(first.here.get(), &readable);
  fd_set writable;
  FD_ZERO(&writable);
  FD_SET(first.here.get(), &writable);
  BOOST_TEST(select(second.there.get() + 1, &readable, &writable, nullptr, nullptr) == 2);
  BOOST_TEST(FD_ISSET(first.here.get(), &writable));
}

BOOST_AUTO_TEST_CASE(select_gives_up_in_time) {
  const Ends ends = Ends::of_socket();
  const Ticker ticker;
  fd_set readable;
  FD_ZERO(&readable);
  FD_SET(ends.here.get(), &readable);
  timeval time{0, 5000};
  BOOST_TEST(select(ends.there.get() + 1, &readable, nullptr, nullptr, &time) == 0);
  BOOST_TEST(!FD_ISSET(ends.here.get(), &readable));
  BOOST_TEST(time.tv_sec == 0);
  BOOST_TEST(time.tv_usec == 0);
  time = {0, 3000};
  BOOST_TEST(select(0, nullptr, nullptr, nullptr, &time) == 0);  // as some sleep
  BOOST_TEST(ticker.ticks > 0);
}

BOOST_AUTO_TEST_CASE(select_gives_up_in_time_on_an_end_that_it_does_not_tell) {
  Ends ends = Ends::of_socket();
  ends.there.reset();  // poll() tells of it whatever it was asked
  const Ticker ticker;
  fd_set except;
  FD_ZERO(&except);
  FD_SET(ends.here.get(), &except);
  timeval time{0, 20'000};
  BOOST_TEST(select(ends.here.get() + 1, nullptr, nullptr, &except, &time) == 0);
  BOOST_TEST(!FD_ISSET(ends.here.get(), &except));
  BOOST_TEST(ticker.ticks > 0);
}

BOOST_AUTO_TEST_CASE(select_touches_no_more_of_a_set_than_the_kernel_does) {
  const Ends ends = Ends::of_socket();
  const Ticker ticker;
  const int count = std::max(ends.here.get(), ends.there.get()) + 1;
  const std::size_t used = (static_cast<std::size_t>(count) + NFDBITS - 1) / NFDBITS;
  // One that is cut to what is needed, as Python and Perl make it.
  std::vector<fd_mask> bits(used + 32, 0x5A);
  std::fill_n(bits.begin(), used, 0);
  auto* const set = reinterpret_cast<fd_set*>(bits.data());
  const auto ask = [&](int fd) {
    FD_SET(fd, set);
    timeval time{0, 3000};
    return select(count, set, nullptr, nullptr, &time);
  };
  BOOST_TEST(ask(ends.here.get()) == 0);
  ends.put("x");
  BOOST_TEST(ask(ends.here.get()) == 1);
  BOOST_TEST(std::all_of(bits.begin() + static_cast<std::ptrdiff_t>(used), bits.end(),
                         [](fd_mask rest) { return rest == 0x5A; }));
}

BOOST_AUTO_TEST_CASE(times_beyond_all_measure_do_not_pass) {
  const Ends ends = Ends::of_socket();
  pollfd asked{ends.here.get(), POLLIN, 0};
  fd_set readable;
  FD_ZERO(&readable);
  FD_SET(ends.here.get(), &readable);
  const timespec long_time{LONG_MAX, 999'999'999};
  timeval other_long_time{LONG_MAX, 999'999};
  auto writer = gnet::spawn_later(3ms, [&] { ends.put("x"); });
  BOOST_TEST(ppoll(&asked, 1, &long_time, nullptr) == 1);
  char byte;
  BOOST_TEST(read(ends.here.get(), &byte, 1) == 1);
  writer = gnet::spawn_later(3ms, [&] { ends.put("x"); });
  BOOST_TEST(select(ends.there.get() + 1, &readable, nullptr, nullptr, &other_long_time) == 1);
}

BOOST_AUTO_TEST_CASE(times_that_are_none_are_refused) {
  const Ends ends = Ends::of_socket();
  const Ticker ticker;
  pollfd asked{ends.here.get(), POLLIN, 0};
  for (const timespec& time : {timespec{0, 1'000'000'000}, {0, -1}, {-1, 1}}) {
    BOOST_TEST(error_of([&] { return ppoll(&asked, 1, &time, nullptr); }) == EINVAL);
  }
  for (timeval time : {timeval{0, -1}, {-1, 1}}) {
    BOOST_TEST(error_of([&] { return select(0, nullptr, nullptr, nullptr, &time); }) == EINVAL);
  }
  fd_set writable;
  FD_ZERO(&writable);
  FD_SET(ends.there.get(), &writable);
  timeval many_microseconds{0, 5'000'000};
  BOOST_TEST(select(ends.there.get() + 1, nullptr, &writable, nullptr, &many_microseconds) == 1);
}

BOOST_AUTO_TEST_CASE(select_refuses_what_is_not_open) {
  Ends ends = Ends::of_socket();
  fd_set readable;
  FD_ZERO(&readable);
  const int fd = ends.here.get();
  FD_SET(fd, &readable);
  auto closer = gnet::spawn_later(1ms, [&] { ends.here.reset(); });
  BOOST_TEST(error_of([&] { return select(fd + 1, &readable, nullptr, nullptr, nullptr); }) ==
             EBADF);
  BOOST_TEST(error_of([&] { return select(fd + 1, &readable, nullptr, nullptr, nullptr); }) ==
             EBADF);
}

BOOST_AUTO_TEST_SUITE_END()
