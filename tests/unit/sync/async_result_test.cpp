#include "gnet/sync/async_result.h"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/fiber/loop_exit.h"
#include "gnet/fiber/timeout.h"
#include "gnet/fiber/wait.h"

BOOST_AUTO_TEST_SUITE(async_result)

using namespace std::chrono_literals;

namespace {

struct Failure {
  int number;
};

}  // namespace

BOOST_AUTO_TEST_CASE(get_returns_the_value_every_time) {
  gnet::AsyncResult<std::string> result;
  auto setter = gnet::spawn([&] { result.set("value"); });
  BOOST_TEST(!result.ready());
  BOOST_TEST(result.get() == "value");
  BOOST_TEST(result.get() == "value");
  BOOST_TEST(result.successful());
  BOOST_TEST(*result.value() == "value");
  BOOST_TEST(!result.exception());
}

BOOST_AUTO_TEST_CASE(get_throws_the_same_error_every_time) {
  gnet::AsyncResult<int> result;
  result.set_exception(std::make_exception_ptr(Failure{7}));
  for (int i = 0; i < 3; ++i) {
    BOOST_CHECK_EXCEPTION(result.get(), Failure, [](const Failure& e) { return e.number == 7; });
  }
  BOOST_TEST(result.ready());
  BOOST_TEST(!result.successful());
  BOOST_TEST(result.value() == nullptr);
  BOOST_CHECK_THROW(static_cast<void>(result.try_get()), Failure);
}

BOOST_AUTO_TEST_CASE(an_error_wakes_waiters_and_wait_does_not_throw_it) {
  gnet::AsyncResult<int> result;
  auto getter = gnet::spawn([&] { return result.get(); });
  auto waiter = gnet::spawn([&] { return result.wait(30s); });
  gnet::yield();
  result.set_exception(std::make_exception_ptr(Failure{1}));
  BOOST_CHECK_THROW(getter.get(), Failure);
  BOOST_TEST(waiter.get());
}

BOOST_AUTO_TEST_CASE(a_fiber_links_to_it_what_it_ends_with) {
  gnet::AsyncResult<int> value;
  gnet::AsyncResult<int> error;
  gnet::AsyncResult<int> death;
  gnet::AsyncResult<> nothing;
  auto good = gnet::spawn([] { return 42; });
  auto bad = gnet::spawn([]() -> int { throw Failure{7}; });
  auto doomed = gnet::spawn([]() -> int {
    gnet::sleep(10s);
    return 0;
  });
  auto plain = gnet::spawn([] {});
  good.link(value);
  bad.link(error);
  doomed.link(death);
  doomed.kill();
  plain.join();
  plain.link(nothing);  // also afterwards
  BOOST_TEST(value.get() == 42);
  BOOST_CHECK_THROW(error.get(), Failure);
  BOOST_CHECK_THROW(death.get(), gnet::FiberKilled);
  nothing.get();
}

BOOST_AUTO_TEST_CASE(a_link_to_it_can_be_taken_back_and_does_not_set_it_twice) {
  gnet::AsyncResult<int> result;
  auto first = gnet::spawn([] { return 1; });
  auto second = gnet::spawn([] { return 2; });
  first.unlink(first.link(result));
  second.link(result);
  second.link(result);
  BOOST_TEST(result.get() == 2);
  BOOST_TEST(first.get() == 1);
}

BOOST_AUTO_TEST_CASE(waiters_wake_in_arrival_order) {
  gnet::AsyncResult<> result;
  std::vector<int> order;
  for (int i = 0; i < 4; ++i) {
    gnet::spawn([&, i] {
      result.get();
      order.push_back(i);
    });
  }
  gnet::yield();
  result.set();
  BOOST_TEST(order.empty());
  gnet::yield();
  BOOST_TEST(order == (std::vector<int>{0, 1, 2, 3}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(setting_it_twice_is_misuse) {
  gnet::AsyncResult<int> result;
  result.set(1);
  BOOST_CHECK_THROW(result.set(2), gnet::Misuse);
  BOOST_CHECK_THROW(result.set_exception(std::make_exception_ptr(Failure{1})), gnet::Misuse);
  BOOST_TEST(!result.try_set(3));
  BOOST_TEST(!result.try_set_exception(std::make_exception_ptr(Failure{1})));
  BOOST_TEST(result.get() == 1);
}

BOOST_AUTO_TEST_CASE(an_error_that_is_none_is_misuse) {
  gnet::AsyncResult<int> result;
  BOOST_CHECK_THROW(result.set_exception(nullptr), gnet::Misuse);
  BOOST_TEST(!result.ready());
}

BOOST_AUTO_TEST_CASE(without_a_result_each_form_gives_up_in_its_way) {
  gnet::AsyncResult<int> result;
  BOOST_TEST(!result.try_get().has_value());
  BOOST_TEST(!result.wait(2ms));
  BOOST_CHECK_THROW(result.get(2ms), gnet::TimedOut);
}

BOOST_AUTO_TEST_CASE(an_outer_timeout_is_not_lost) {
  gnet::AsyncResult<int> result;
  {
    gnet::Timeout outer(1ms);
    BOOST_CHECK_EXCEPTION(result.get(30s), gnet::Timeout,
                          [&](const gnet::Timeout& fired) { return fired == outer; });
  }
  gnet::Timeout outer(1ms);
  BOOST_CHECK_EXCEPTION(static_cast<void>(result.wait(30s)), gnet::Timeout,
                        [&](const gnet::Timeout& fired) { return fired == outer; });
}

BOOST_AUTO_TEST_CASE(what_cannot_be_copied_is_moved_out) {
  gnet::AsyncResult<std::unique_ptr<int>> result;
  result.set(std::make_unique<int>(4));
  BOOST_TEST(*result.get() == 4);
  const auto taken = std::move(result).get();
  BOOST_TEST(*taken == 4);
}

BOOST_AUTO_TEST_CASE(it_can_be_waited_for_among_others) {
  gnet::AsyncResult<int> first;
  gnet::AsyncResult<> second;
  auto setter = gnet::spawn([&] { second.set(); });
  BOOST_TEST(gnet::wait_any(first, second) == 1u);
}

BOOST_AUTO_TEST_CASE(a_value_from_another_thread_wakes_the_waiter) {
  gnet::AsyncResult<std::string> result;
  std::thread thread([setter = result.setter()]() mutable {
    std::this_thread::sleep_for(5ms);
    setter.set("from afar");
  });
  BOOST_TEST(result.get() == "from afar");
  thread.join();
}

BOOST_AUTO_TEST_CASE(an_error_from_another_thread_wakes_the_waiter) {
  gnet::AsyncResult<int> result;
  std::thread thread([setter = result.setter()]() mutable {
    setter.set_exception(std::make_exception_ptr(Failure{3}));
  });
  BOOST_CHECK_THROW(result.get(), Failure);
  thread.join();
}

BOOST_AUTO_TEST_CASE(of_several_setters_the_first_wins) {
  gnet::AsyncResult<int> result;
  std::vector<std::thread> threads;
  for (int i = 1; i <= 4; ++i) {
    threads.emplace_back([i, setter = result.setter()]() mutable { setter.set(i); });
  }
  const int value = result.get();
  BOOST_TEST(value >= 1);
  for (auto& thread : threads) thread.join();
  gnet::yield();
  BOOST_TEST(result.get() == value);
}

BOOST_AUTO_TEST_CASE(the_last_setter_that_goes_away_unused_abandons_the_result) {
  gnet::AsyncResult<int> result;
  auto first = result.setter();
  std::thread thread([second = result.setter()] {});
  thread.join();
  BOOST_TEST(!result.wait(5ms));
  { const auto dropped = std::move(first); }
  BOOST_CHECK_THROW(result.get(), gnet::ResultAbandoned);
}

BOOST_AUTO_TEST_CASE(a_setter_keeps_the_hub_waiting_and_without_one_it_is_a_loop_exit) {
  gnet::AsyncResult<int> result;
  BOOST_CHECK_THROW(result.get(), gnet::LoopExit);
  {
    const auto setter = result.setter();
    BOOST_TEST(!gnet::wait(5ms));
  }
  BOOST_TEST(gnet::wait());
}

BOOST_AUTO_TEST_CASE(a_setter_may_outlive_the_result_and_the_hub) {
  std::optional<gnet::AsyncResult<std::string>::Setter> setter;
  {
    gnet::AsyncResult<std::string> result;
    setter.emplace(result.setter());
  }
  BOOST_TEST(setter->set("to nobody"));
  gnet::yield();
  setter.reset();
  std::thread([&] {
    gnet::AsyncResult<std::string> result;
    setter.emplace(result.setter());
  }).join();
  BOOST_TEST(!setter->set("to nothing"));
  setter.reset();
  gnet::yield();
}

BOOST_AUTO_TEST_CASE(a_setter_that_was_moved_from_is_misuse) {
  gnet::AsyncResult<int> result;
  auto setter = result.setter();
  auto other = std::move(setter);
  BOOST_CHECK_THROW(setter.set(1), gnet::Misuse);
  other.set(2);
  BOOST_TEST(result.get() == 2);
}

BOOST_AUTO_TEST_CASE(use_from_another_thread_is_misuse) {
  gnet::AsyncResult<int> result;
  std::thread([&] {
    BOOST_CHECK_THROW(result.get(), gnet::Misuse);
    BOOST_CHECK_THROW(static_cast<void>(result.wait(1ms)), gnet::Misuse);
    BOOST_CHECK_THROW(static_cast<void>(result.try_get()), gnet::Misuse);
    BOOST_CHECK_THROW(result.set(1), gnet::Misuse);
    BOOST_CHECK_THROW(result.set_exception(std::make_exception_ptr(Failure{1})), gnet::Misuse);
    BOOST_CHECK_THROW(static_cast<void>(result.setter()), gnet::Misuse);
  }).join();
  BOOST_TEST(!result.ready());
}

BOOST_AUTO_TEST_CASE(destroying_it_under_its_waiters_tells_them_misuse) {
  auto result = std::make_unique<gnet::AsyncResult<int>>();
  auto waiter = gnet::spawn([&object = *result] { return object.get(); });
  gnet::yield();
  result.reset();
  BOOST_CHECK_THROW(waiter.get(), gnet::Misuse);
}

BOOST_AUTO_TEST_CASE(destroying_it_before_a_woken_waiter_runs_tells_it_misuse) {
  auto result = std::make_unique<gnet::AsyncResult<int>>();
  auto waiter = gnet::spawn([&object = *result] { return object.get(); });
  gnet::yield();
  result->set(1);
  result.reset();
  BOOST_CHECK_THROW(waiter.get(), gnet::Misuse);
}

BOOST_AUTO_TEST_SUITE_END()
