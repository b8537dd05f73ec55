// Patched calls of fibers that are killed, timed out or cancelled.

#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <time.h>

#include <ctime>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gnet/fiber/cancel_scope.h"
#include "gnet/fiber/timeout.h"
#include "tests/unit/eventually.h"
#include "tests/unit/patch/support.h"

BOOST_AUTO_TEST_SUITE(patched_interrupts)

using test::Ends;
using test::error_of;
using namespace std::chrono_literals;

namespace {

struct Call {
  const char* name;
  std::function<bool()> make;  // whether it was given up with ECANCELED
};

bool is_given_up(long result) {
  return result == -1 && errno == ECANCELED;
}

const Ends& silent() {
  static const Ends ends = Ends::of_socket();
  return ends;
}

const std::vector<Call> kCalls = {
    {"read",
     [] {
       char byte;
       return is_given_up(read(silent().here.get(), &byte, 1));
     }},
    {"read from a pipe",
     [] {
       const Ends ends = Ends::of_pipe();
       char byte;
       return is_given_up(read(ends.here.get(), &byte, 1));
     }},
    {"poll",
     [] {
       pollfd asked{silent().here.get(), POLLIN, 0};
       return is_given_up(poll(&asked, 1, 30'000));
     }},
    {"select",
     [] {
       fd_set readable;
       FD_ZERO(&readable);
       FD_SET(silent().here.get(), &readable);
       return is_given_up(select(silent().here.get() + 1, &readable, nullptr, nullptr, nullptr));
     }},
    {"sleep", [] { return sleep(30) == 30 && errno == ECANCELED; }},
    {"usleep", [] { return is_given_up(usleep(30'000'000)); }},
    {"nanosleep",
     [] {
       const timespec time{30, 0};
       timespec left{};
       return is_given_up(nanosleep(&time, &left)) && left.tv_sec == 29;
     }},
    {"clock_nanosleep",
     [] {
       const timespec time{30, 0};
       timespec left{};
       return clock_nanosleep(CLOCK_MONOTONIC, 0, &time, &left) == ECANCELED && left.tv_sec == 29;
     }},
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_kill_ends_the_call_and_is_thrown_at_the_next_suspension_point) {
  for (const Call& call : kCalls) {
    BOOST_TEST_CONTEXT(call.name) {
      bool given_up = false;
      bool again = false;
      bool killed = false;
      auto fiber = gnet::spawn([&] {
        given_up = call.make();
        again = call.make();
        try {
          gnet::sleep(30s);
        } catch (const gnet::FiberExit&) {
          killed = true;
          throw;
        }
      });
      gnet::sleep(1ms);
      fiber.kill();
      BOOST_TEST(given_up);
      BOOST_TEST(again);
      BOOST_TEST(killed);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_timeout_ends_the_call_and_is_thrown_at_the_next_suspension_point) {
  for (const Call& call : kCalls) {
    BOOST_TEST_CONTEXT(call.name) {
      const gnet::Timeout limit(2ms);
      BOOST_TEST(call.make());
      BOOST_CHECK_EXCEPTION(gnet::detail::Scheduler::current().checkpoint(), gnet::Timeout,
                            [&](const gnet::Timeout& thrown) { return thrown == limit; });
      gnet::yield();  // once
    }
  }
}

BOOST_AUTO_TEST_CASE(a_timeout_that_ends_with_the_call_is_not_thrown_afterwards) {
  {
    const gnet::Timeout limit(2ms);
    BOOST_TEST(sleep(30) == 30);
  }
  gnet::yield();
  BOOST_TEST(usleep(1000) == 0);
}

BOOST_AUTO_TEST_CASE(a_cancelled_scope_ends_every_call_until_it_is_left) {
  gnet::CancelScope scope(2ms);
  BOOST_TEST(!scope.run([&] {
    for (const Call& call : kCalls) BOOST_TEST(call.make());
    gnet::yield();
  }));
  BOOST_TEST(usleep(1000) == 0);
}

BOOST_AUTO_TEST_CASE(a_child_or_a_name_that_is_waited_for_is_given_up) {
  const pid_t child = fork();
  if (child == 0) {
    for (;;) pause();
  }
  int status = 0;
  for (const pid_t pid : {child, -1}) {
    const gnet::Timeout limit(2ms);
    BOOST_TEST(error_of([&] { return waitpid(pid, &status, 0); }) == ECANCELED);
  }
  kill(child, SIGKILL);
  BOOST_TEST(waitpid(child, &status, 0) == child);

  gnet::CancelScope scope;
  scope.cancel();
  BOOST_TEST(!scope.run([&] {
    addrinfo* found = nullptr;
    BOOST_TEST(getaddrinfo("localhost", nullptr, nullptr, &found) == EAI_SYSTEM);
    BOOST_TEST(errno == ECANCELED);
    gnet::yield();
  }));
}

BOOST_AUTO_TEST_CASE(what_need_not_wait_is_done_all_the_same) {
  const Ends ends = Ends::of_socket();
  ends.put("x");
  bool done = false;
  auto fiber = gnet::spawn([&] {
    sleep(30);
    char byte;
    done = read(ends.here.get(), &byte, 1) == 1 && write(ends.here.get(), "y", 1) == 1;
  });
  gnet::sleep(1ms);
  fiber.kill();
  BOOST_TEST(done);
}

BOOST_AUTO_TEST_CASE(what_has_been_written_is_told) {
  const Ends ends = Ends::of_socket();
  const std::string much(4'000'000, 'x');
  const gnet::Timeout limit(2ms);
  const ssize_t written = write(ends.there.get(), much.data(), much.size());
  BOOST_TEST(written > 0);
  BOOST_TEST(written < static_cast<ssize_t>(much.size()));
  BOOST_TEST(error_of([&] { return write(ends.there.get(), "x", 1); }) == ECANCELED);
}

BOOST_AUTO_TEST_CASE(a_fiber_that_does_not_care_does_not_keep_the_thread_busy) {
  int turns = 0;
  bool enough = false;
  auto fiber = gnet::spawn([&] {
    while (!enough) {
      sleep(30);
      ++turns;
    }
  });
  gnet::yield();
  fiber.kill_async();
  const auto cpu = std::clock();
  gnet::sleep(50ms);
  BOOST_TEST(static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC < 0.03);
  BOOST_TEST(turns > 1);
  enough = true;
  BOOST_TEST(fiber.join(5s));
}

BOOST_AUTO_TEST_CASE(an_uninterruptible_stretch_is_not_interrupted) {
  bool slept = false;
  auto fiber = gnet::spawn([&] {
    const gnet::Uninterruptible uninterruptible;
    slept = usleep(5000) == 0;
  });
  gnet::sleep(1ms);
  fiber.kill();
  BOOST_TEST(slept);
}

BOOST_AUTO_TEST_CASE(a_hub_may_end_while_fibers_wait_in_calls) {
  std::thread([] {
    // The fiber outlives this function, and is ended by the hub.
    auto reader = gnet::spawn([ends = std::make_shared<Ends>(Ends::of_socket())] {
      char byte;
      for (int i = 0; i < 3; ++i)
        [[maybe_unused]] const ssize_t got = read(ends->here.get(), &byte, 1);
    });
    auto sleeper = gnet::spawn([] {
      sleep(30);
      sleep(30);
    });
    gnet::yield();
  }).join();
}

BOOST_AUTO_TEST_SUITE_END()
