// Each fiber has exceptions of its own: see context.h.

#include <boost/test/unit_test.hpp>
#include <exception>
#include <functional>
#include <string>

#include "gnet/fiber/fiber.h"
#include "gnet/sync/event.h"
#include "tests/unit/fiber/support.h"

BOOST_AUTO_TEST_SUITE(exception_state)

using namespace test;
using gnet::spawn;
using gnet::yield;

BOOST_AUTO_TEST_CASE(fibers_that_suspend_inside_catch_rethrow_their_own) {
  auto rethrow = [](int number) {
    return [number] {
      int got = 0;
      try {
        try {
          throw Oops(number);
        } catch (const Oops&) {
          for (int i = 0; i < 3; ++i) yield();
          throw;
        }
      } catch (const Oops& error) {
        got = error.code;
      }
      return got;
    };
  };
  auto one = spawn(rethrow(1));
  auto two = spawn(rethrow(2));
  auto three = spawn(rethrow(3));
  BOOST_TEST(one.get() == 1);
  BOOST_TEST(two.get() == 2);
  BOOST_TEST(three.get() == 3);
}

BOOST_AUTO_TEST_CASE(they_may_leave_their_handlers_in_any_order) {
  gnet::Event first;
  gnet::Event second;
  auto handler = [](int number, gnet::Event& leave) {
    return [number, &leave] {
      try {
        throw Oops(number);
      } catch (const Oops& error) {
        leave.wait();
        return error.code == number && gnet::describe(std::current_exception()) == error.what();
      }
    };
  };
  auto one = spawn(handler(1, first));
  auto two = spawn(handler(2, second));
  yield();
  first.set();
  BOOST_TEST(one.get());
  second.set();
  BOOST_TEST(two.get());
}

BOOST_AUTO_TEST_CASE(the_exception_that_main_handles_survives_other_fibers) {
  Reports reports;
  try {
    throw Oops(1);
  } catch (const Oops&) {
    spawn([] { throw Oops(2); });
    spawn([] {
      try {
        throw Oops(3);
      } catch (const Oops&) {
        yield();
      }
    });
    let_run();
    BOOST_TEST(gnet::describe(std::current_exception()) == "oops 1");
    try {
      throw;
    } catch (const Oops& error) {
      BOOST_TEST(error.code == 1);
    }
  }
  BOOST_TEST(!std::current_exception());
}

BOOST_AUTO_TEST_CASE(a_new_fiber_starts_without_an_exception) {
  bool none = false;
  int uncaught = -1;
  auto look = [&] {
    none = std::current_exception() == nullptr;
    uncaught = std::uncaught_exceptions();
  };
  try {
    throw Oops(1);
  } catch (const Oops&) {
    spawn(look).join();
  }
  BOOST_TEST(none);
  BOOST_TEST(uncaught == 0);

  struct Unwinding {
    explicit Unwinding(std::function<void()> f) : body(std::move(f)) {}
    ~Unwinding() { spawn(body).join(); }
    std::function<void()> body;
  };
  none = false;
  uncaught = -1;
  try {
    const Unwinding unwinding(look);
    throw Oops(2);
  } catch (const Oops&) {
  }
  BOOST_TEST(none);
  BOOST_TEST(uncaught == 0);
}

BOOST_AUTO_TEST_CASE(a_callback_of_the_hub_sees_no_exception) {
  bool none = false;
  int uncaught = -1;
  try {
    throw Oops(1);
  } catch (const Oops&) {
    gnet::Hub::current().defer([&] {
      none = std::current_exception() == nullptr;
      uncaught = std::uncaught_exceptions();
    });
    yield();
  }
  BOOST_TEST(none);
  BOOST_TEST(uncaught == 0);
}

BOOST_AUTO_TEST_CASE(uncaught_exceptions_are_counted_for_each_fiber) {
  std::string trace;
  struct Suspending {
    Suspending(std::string& trace, char who) : trace(trace), who(who) {}
    ~Suspending() {
      for (int i = 0; i < 3; ++i) {
        trace += who;
        trace += std::to_string(std::uncaught_exceptions());
        yield();
      }
    }
    std::string& trace;
    char who;
  };
  auto throwing = [&](char who) {
    return [&trace, who] {
      try {
        const Suspending suspending(trace, who);
        throw Oops(who);
      } catch (const Oops& error) {
        return error.code == who && std::uncaught_exceptions() == 0;
      }
    };
  };
  auto one = spawn(throwing('a'));
  auto calm = spawn([&] {
    for (int i = 0; i < 3; ++i) {
      trace += 'c';
      trace += std::to_string(std::uncaught_exceptions());
      yield();
    }
  });
  auto two = spawn(throwing('b'));
  BOOST_TEST(one.get());
  BOOST_TEST(two.get());
  calm.join();
  BOOST_TEST(trace == "a1c0b1a1c0b1a1c0b1");
  BOOST_TEST(std::uncaught_exceptions() == 0);
}

BOOST_AUTO_TEST_CASE(a_fiber_may_throw_and_catch_while_another_unwinds) {
  int caught = 0;
  struct Suspending {
    ~Suspending() {
      for (int i = 0; i < 5; ++i) yield();
    }
  };
  auto unwinding = spawn([] {
    const Suspending suspending;
    throw Oops(1);
  });
  auto busy = spawn([&] {
    for (int i = 0; i < 5; ++i) {
      try {
        throw Oops(i);
      } catch (const Oops& error) {
        yield();
        caught += error.code == i ? 1 : 0;
      }
    }
  });
  busy.join();
  BOOST_CHECK_THROW(unwinding.get(), Oops);
  BOOST_TEST(caught == 5);
}

BOOST_AUTO_TEST_CASE(nested_handlers_are_kept_in_order) {
  auto nest = [](int base) {
    return [base] {
      int sum = 0;
      try {
        throw Oops(base);
      } catch (const Oops& outer) {
        yield();
        try {
          throw Oops(base + 1);
        } catch (const Oops& inner) {
          yield();
          sum = outer.code * 100 + inner.code;
        }
        yield();
        try {
          throw;
        } catch (const Oops& again) {
          sum = sum * 100 + again.code;
        }
      }
      return sum;
    };
  };
  auto one = spawn(nest(10));
  auto two = spawn(nest(20));
  BOOST_TEST(one.get() == 101110);
  BOOST_TEST(two.get() == 202120);
}

BOOST_AUTO_TEST_CASE(a_fiber_may_be_spawned_and_end_inside_a_handler) {
  for (int i = 0; i < 100; ++i) {
    try {
      throw Oops(i);
    } catch (const Oops&) {
      BOOST_REQUIRE(spawn([] { return std::current_exception() == nullptr; }).get());
      BOOST_REQUIRE_THROW(
          try { throw; } catch (const Oops& error) {
            BOOST_REQUIRE(error.code == i);
            throw;
          },
          Oops);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
