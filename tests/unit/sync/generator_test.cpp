#include "gnet/sync/generator.h"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/fiber/loop_exit.h"
#include "gnet/fiber/timeout.h"
#include "gnet/fiber/wait.h"
#include "gnet/sync/queue.h"
#include "tests/unit/child.h"
#include "tests/unit/fiber/support.h"

BOOST_AUTO_TEST_SUITE(generator)

using namespace test;
using boost::test_tools::per_element;

BOOST_AUTO_TEST_CASE(values_come_one_at_a_time_when_asked_for) {
  int made = 0;
  gnet::Generator<int> numbers([&](auto& yield) {
    for (int i = 0; i < 3; ++i) {
      ++made;
      yield(i);
    }
  });
  let_run();
  BOOST_TEST(made == 0);
  BOOST_TEST(numbers.next().value() == 0);
  let_run();
  BOOST_TEST(made == 1);
  BOOST_TEST(numbers.next().value() == 1);
  BOOST_TEST(numbers.next().value() == 2);
  BOOST_TEST(!numbers.done());
  BOOST_TEST(!numbers.next().has_value());
  BOOST_TEST(numbers.done());
  BOOST_TEST(!numbers.next().has_value());
}

BOOST_AUTO_TEST_CASE(a_range_for_goes_through_all_values) {
  gnet::Generator<std::unique_ptr<int>> numbers([](auto& yield) {
    for (int i = 0; i < 4; ++i) yield(std::make_unique<int>(i));
  });
  std::vector<int> got;
  for (auto& number : numbers) got.push_back(*number);
  BOOST_TEST(got == (std::vector<int>{0, 1, 2, 3}), per_element());
}

BOOST_AUTO_TEST_CASE(send_gives_the_body_a_value_and_next_gives_none) {
  std::vector<std::string> trace;
  gnet::Generator<int, std::string> echo([&](auto& yield) {
    for (int i = 0;; ++i) {
      const std::optional<std::string> sent = yield(i);
      trace.push_back(sent.value_or("nothing"));
    }
  });
  BOOST_TEST(echo.next().value() == 0);
  BOOST_TEST(echo.send("hello").value() == 1);
  BOOST_TEST(echo.next().value() == 2);
  BOOST_TEST(trace == (std::vector<std::string>{"hello", "nothing"}), per_element());
}

BOOST_AUTO_TEST_CASE(a_consumer_hands_out_nothing) {
  std::vector<std::string> got;
  gnet::Generator<void, std::string> consumer([&](auto& yield) {
    while (auto task = yield()) got.push_back(*task);
  });
  BOOST_CHECK_THROW(consumer.send("early"), gnet::Misuse);
  BOOST_TEST(consumer.next());
  BOOST_TEST(consumer.send("task 0"));
  BOOST_TEST(consumer.send("task 1"));
  BOOST_TEST(!consumer.next());
  BOOST_TEST(got == (std::vector<std::string>{"task 0", "task 1"}), per_element());
  BOOST_TEST(!consumer.send("late"));
}

BOOST_AUTO_TEST_CASE(an_error_of_the_body_is_thrown_once_and_ends_it) {
  Reports reports;
  {
    gnet::Generator<int> failing([](auto& yield) {
      yield(1);
      throw Oops(4);
    });
    BOOST_TEST(failing.next().value() == 1);
    BOOST_CHECK_EXCEPTION(static_cast<void>(failing.next()), Oops,
                          [](const Oops& error) { return error.code == 4; });
    BOOST_TEST(failing.done());
    BOOST_TEST(!failing.next().has_value());
  }
  BOOST_TEST(reports.all.empty());
}

BOOST_AUTO_TEST_CASE(throw_into_throws_at_the_yield) {
  gnet::Generator<int> stubborn([](auto& yield) {
    try {
      yield(1);
    } catch (const Oops& error) {
      yield(error.code);
    }
  });
  BOOST_CHECK_THROW(stubborn.throw_into(std::make_exception_ptr(Oops(1))), gnet::Misuse);
  BOOST_TEST(stubborn.next().value() == 1);
  BOOST_TEST(stubborn.throw_into(std::make_exception_ptr(Oops(9))).value() == 9);
  BOOST_CHECK_THROW(stubborn.throw_into(std::make_exception_ptr(Oops(2))), Oops);
  BOOST_CHECK_THROW(stubborn.throw_into(std::make_exception_ptr(Oops(3))), Oops);
}

BOOST_AUTO_TEST_CASE(destroying_a_suspended_one_unwinds_it) {
  int destroyed = 0;
  {
    gnet::Generator<int> numbers([&](auto& yield) {
      Sentinel here(destroyed);
      for (int i = 0;; ++i) yield(i);
    });
    BOOST_TEST(numbers.next().value() == 0);
  }
  BOOST_TEST(destroyed == 1);
  {
    gnet::Generator<int> unasked([here = Sentinel(destroyed)](auto& yield) { yield(1); });
  }
  BOOST_TEST(destroyed == 2);
}

BOOST_AUTO_TEST_CASE(it_moves_while_it_is_suspended) {
  gnet::Generator<int> first([](auto& yield) {
    for (int i = 0;; ++i) yield(i);
  });
  BOOST_TEST(first.next().value() == 0);
  gnet::Generator<int> second(std::move(first));
  BOOST_TEST(second.next().value() == 1);
  second = gnet::Generator<int>([](auto& yield) { yield(7); });
  BOOST_TEST(second.next().value() == 7);
}

BOOST_AUTO_TEST_CASE(the_body_may_block) {
  gnet::Queue<int> queue;
  gnet::Generator<int> doubled([&](auto& yield) {
    for (int& item : queue) yield(2 * item);
  });
  auto putter = gnet::spawn([&] {
    gnet::sleep(1ms);
    queue.put(4);
    queue.close();
  });
  BOOST_TEST(doubled.next().value() == 8);
  BOOST_TEST(!doubled.next().has_value());
}

BOOST_AUTO_TEST_CASE(a_value_for_a_caller_that_was_interrupted_comes_with_the_next_call) {
  gnet::Generator<int, int> slow([](auto& yield) {
    gnet::sleep(3ms);
    yield(1);
    yield(2);
  });
  {
    gnet::Timeout outer(1ms);
    BOOST_CHECK_EXCEPTION(static_cast<void>(slow.next()), gnet::Timeout,
                          [&](const gnet::Timeout& fired) { return fired == outer; });
  }
  BOOST_CHECK_THROW(slow.send(5), gnet::Misuse);
  BOOST_TEST(slow.next().value() == 1);
  BOOST_TEST(slow.next().value() == 2);
}

BOOST_AUTO_TEST_CASE(what_was_sent_by_a_caller_that_was_interrupted_does_not_come_later) {
  std::vector<int> got;
  gnet::Generator<int, int> body([&](auto& yield) {
    for (int i = 0;; ++i) {
      try {
        got.push_back(yield(i).value_or(-1));
      } catch (const Oops& error) {
        got.push_back(error.code);
      }
    }
  });
  BOOST_TEST(body.next().value() == 0);
  const auto interrupted = [](auto call) {
    gnet::CancelScope scope;
    scope.cancel();
    return !scope.run(call);
  };
  BOOST_TEST(interrupted([&] { body.send(7); }));
  BOOST_TEST(body.next().value() == 1);
  BOOST_TEST(interrupted([&] { body.throw_into(std::make_exception_ptr(Oops(8))); }));
  BOOST_TEST(body.next().value() == 2);
  BOOST_TEST(got == (std::vector<int>{-1, -1}), per_element());
}

BOOST_AUTO_TEST_CASE(two_fibers_that_ask_at_once_are_misuse) {
  gnet::Generator<int> slow([](auto& yield) {
    gnet::sleep(1ms);
    yield(1);
  });
  auto first = gnet::spawn([&] { return slow.next().value(); });
  gnet::yield();
  BOOST_CHECK_THROW(static_cast<void>(slow.next()), gnet::Misuse);
  BOOST_TEST(first.get() == 1);
}

BOOST_AUTO_TEST_CASE(one_that_asks_itself_is_misuse) {
  std::optional<gnet::Generator<int>> self;
  self.emplace([&](auto&) { static_cast<void>(self->next()); });
  BOOST_CHECK_THROW(static_cast<void>(self->next()), gnet::Misuse);
}

BOOST_AUTO_TEST_CASE(a_body_that_waits_for_ever_is_a_loop_exit) {
  gnet::Queue<int> never;
  gnet::Generator<int> stuck([&](auto& yield) { yield(never.get()); });
  BOOST_CHECK_EXCEPTION(
      static_cast<void>(stuck.next()), gnet::LoopExit, [](const gnet::LoopExit& error) {
        return std::string(error.what()).find("a value of Generator") != std::string::npos;
      });
}

BOOST_AUTO_TEST_CASE(its_end_can_be_waited_for) {
  gnet::Generator<int> numbers([](auto& yield) { yield(1); });
  auto asker = gnet::spawn([&] {
    while (numbers.next()) {
    }
  });
  BOOST_TEST(gnet::wait_any(numbers) == 0u);
  asker.join();
}

BOOST_AUTO_TEST_CASE(destroying_it_under_its_caller_tells_it_misuse) {
  std::optional<gnet::Generator<int>> slow;
  slow.emplace([](auto& yield) {
    gnet::sleep(30s);
    yield(1);
  });
  auto caller = gnet::spawn([&] { static_cast<void>(slow->next()); });
  let_run();
  slow.reset();
  BOOST_CHECK_THROW(caller.get(), gnet::Misuse);
}

BOOST_AUTO_TEST_CASE(one_whose_body_destroys_it_is_told_so) {
  const auto death = death_of([] {
    std::unique_ptr<gnet::Generator<int>> generator;
    generator = std::make_unique<gnet::Generator<int>>([&](auto&) { generator.reset(); });
    generator->next();
  });
  BOOST_TEST(death.signal == SIGABRT);
  BOOST_TEST(death.words.find("a Generator was destroyed by its own body") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
