#include "gnet/os/stop_signals.h"

#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <optional>
#include <stdexcept>
#include <vector>

#include "gnet/fiber/fiber.h"
#include "gnet/sync/event.h"
#include "tests/unit/child.h"
#include "tests/unit/os/disposition.h"

BOOST_AUTO_TEST_SUITE(stop_signals)

using namespace std::chrono_literals;
using gnet::StopSignals;
using test::disposition;
using test::Handler;

BOOST_AUTO_TEST_CASE(the_first_signal_calls_the_function_with_its_number) {
  for (const int number : {SIGINT, SIGTERM}) {
    gnet::Event over;
    int told = 0;
    const StopSignals signals([&](int which) {
      told = which;
      over.set();
    });
    BOOST_TEST(signals.number() == 0);
    raise(number);
    BOOST_TEST(over.wait(5s));
    BOOST_TEST(told == number);
    BOOST_TEST(signals.number() == number);
  }
}

BOOST_AUTO_TEST_CASE(the_function_may_suspend_and_destroy_them) {
  gnet::Event over;
  std::optional<StopSignals> signals;
  signals.emplace([&, text = std::string("still there")](int) {
    gnet::sleep(1ms);
    signals.reset();
    BOOST_TEST(text == "still there");
    over.set();
  });
  raise(SIGTERM);
  BOOST_TEST(over.wait(5s));
}

BOOST_AUTO_TEST_CASE(what_was_before_comes_back_with_their_end) {
  const Handler before = disposition(SIGTERM);
  {
    const StopSignals signals([](int) {});
    BOOST_TEST((disposition(SIGTERM) != before));
  }
  BOOST_TEST((disposition(SIGTERM) == before));
}

BOOST_AUTO_TEST_CASE(the_second_signal_ends_a_program_that_is_stuck, *test::not_under_tsan()) {
  const int status = test::status_of_child([] {
    const StopSignals signals([](int) {
      raise(SIGINT);
      for (;;) pause();
    });
    raise(SIGTERM);
    gnet::sleep(5s);
    return 1;
  });
  BOOST_TEST(WIFEXITED(status));
  BOOST_TEST(WEXITSTATUS(status) == 128 + SIGINT);
}

BOOST_AUTO_TEST_CASE(the_second_signal_ends_the_program_after_the_last_word,
                     *test::not_under_tsan()) {
  int ends[2];
  BOOST_REQUIRE(pipe(ends) == 0);
  const int status = test::status_of_child([&] {
    const StopSignals signals([](int) {},
                              [&](int number) {
                                const char byte = static_cast<char>(number);
                                if (write(ends[1], &byte, 1) != 1) return;
                                throw std::runtime_error("what comes of it is no excuse");
                              });
    raise(SIGINT);
    gnet::sleep(5ms);
    raise(SIGTERM);
    gnet::sleep(5s);
    return 1;
  });
  close(ends[1]);
  char byte = 0;
  BOOST_TEST(read(ends[0], &byte, 1) == 1);
  BOOST_TEST(byte == SIGTERM);
  BOOST_TEST(WEXITSTATUS(status) == 128 + SIGTERM);
  close(ends[0]);
}

BOOST_AUTO_TEST_CASE(something_else_may_count_as_a_signal, *test::not_under_tsan()) {
  const int status = test::status_of_child([] {
    StopSignals signals([](int) {}, [](int) {});
    signals.receive(SIGTERM);
    if (signals.number() != SIGTERM) return 1;
    raise(SIGINT);
    gnet::sleep(5s);
    return 2;
  });
  BOOST_TEST(WEXITSTATUS(status) == 128 + SIGINT);
}

BOOST_AUTO_TEST_SUITE_END()
