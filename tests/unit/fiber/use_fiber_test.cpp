#include "gnet/fiber/use_fiber.h"

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/local/connect_pair.hpp>
#include <asio/local/stream_protocol.hpp>
#include <asio/post.hpp>
#include <asio/read.hpp>
#include <asio/steady_timer.hpp>
#include <asio/write.hpp>
#include <boost/test/unit_test.hpp>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "gnet/fiber/fiber.h"
#include "gnet/fiber/wait.h"
#include "tests/unit/fiber/support.h"

BOOST_AUTO_TEST_SUITE(use_fiber)

using namespace test;
using gnet::Hub;
using gnet::sleep;
using gnet::spawn;
using gnet::yield;

namespace {

asio::io_context& io() {
  return Hub::current().io_context();
}

struct Pair {
  Pair() : near(io()), far(io()) { asio::local::connect_pair(near, far); }
  asio::local::stream_protocol::socket near;
  asio::local::stream_protocol::socket far;
};

// An asynchronous operation that hands its handler to somebody else.
template <typename Signature, typename Token, typename Start>
auto async_by_hand(Start&& start, Token&& token) {
  return asio::async_initiate<Token, Signature>(
      [](auto handler, auto&& begin) { begin(std::move(handler)); }, token,
      std::forward<Start>(start));
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_operation_suspends_the_fiber) {
  bool other_ran = false;
  auto other = spawn([&] { other_ran = true; });
  asio::steady_timer timer(io(), 5ms);
  const auto start = gnet::Clock::now();
  timer.async_wait(gnet::use_fiber);
  BOOST_TEST((since(start) >= 4ms));
  BOOST_TEST(other_ran);
}

BOOST_AUTO_TEST_CASE(operations_of_several_fibers_run_side_by_side) {
  const auto start = gnet::Clock::now();
  std::vector<gnet::Fiber<>> fibers;
  for (int i = 0; i < 10; ++i) {
    fibers.push_back(spawn([] {
      asio::steady_timer timer(io(), 30ms);
      timer.async_wait(gnet::use_fiber);
    }));
  }
  gnet::joinall(fibers);
  BOOST_TEST((since(start) < 250ms || kSanitized));
}

BOOST_AUTO_TEST_CASE(results_are_returned) {
  Pair pair;
  auto writer = spawn(
      [&] { return asio::async_write(pair.near, asio::buffer("hello", 5), gnet::use_fiber); });
  char text[5];
  BOOST_TEST(asio::async_read(pair.far, asio::buffer(text), gnet::use_fiber) == 5U);
  BOOST_TEST(std::string(text, 5) == "hello");
  BOOST_TEST(writer.get() == 5U);
}

BOOST_AUTO_TEST_CASE(an_error_code_is_thrown) {
  Pair pair;
  pair.near.close();
  char byte;
  BOOST_CHECK_EXCEPTION(asio::async_read(pair.far, asio::buffer(&byte, 1), gnet::use_fiber),
                        std::system_error,
                        [](const auto& error) { return error.code() == asio::error::eof; });
}

BOOST_AUTO_TEST_CASE(results_of_every_shape_come_through) {
  auto immediately = [](auto... results) {
    return [=](auto handler) {
      asio::post(io(),
                 [handler = std::move(handler), results...]() mutable { handler(results...); });
    };
  };
  async_by_hand<void()>(immediately(), gnet::use_fiber);
  BOOST_TEST(async_by_hand<void(int)>(immediately(5), gnet::use_fiber) == 5);
  const auto [number, text] =
      async_by_hand<void(int, std::string)>(immediately(6, std::string("six")), gnet::use_fiber);
  BOOST_TEST(number == 6);
  BOOST_TEST(text == "six");
  BOOST_TEST(async_by_hand<void(std::error_code, int)>(immediately(std::error_code(), 7),
                                                       gnet::use_fiber) == 7);
  BOOST_TEST(async_by_hand<void(std::exception_ptr, int)>(immediately(std::exception_ptr(), 8),
                                                          gnet::use_fiber) == 8);
  BOOST_CHECK_THROW(async_by_hand<void(std::exception_ptr)>(
                        immediately(std::make_exception_ptr(Oops(9))), gnet::use_fiber),
                    Oops);
}

BOOST_AUTO_TEST_CASE(names_are_resolved_without_blocking_the_hub) {
  int turns = 0;
  bool resolved = false;
  auto other = spawn([&] {
    while (!resolved) {
      ++turns;
      sleep(1ms);
    }
  });
  asio::ip::tcp::resolver resolver(io());
  const auto found = resolver.async_resolve("127.0.0.1", "7", gnet::use_fiber);
  resolved = true;
  BOOST_TEST(!found.empty());
  BOOST_TEST(found.begin()->endpoint().port() == 7);
  BOOST_CHECK_THROW(resolver.async_resolve("not a name", "7", gnet::use_fiber), std::system_error);
  other.join();
  BOOST_TEST(turns >= 1);
}

// ---- interrupts ----

BOOST_AUTO_TEST_CASE(a_killed_fiber_cancels_its_operation) {
  Pair pair;
  char byte;
  bool went_on = false;
  auto reader = spawn([&] {
    asio::async_read(pair.near, asio::buffer(&byte, 1), gnet::use_fiber);
    went_on = true;
  });
  sleep(1ms);
  const auto start = gnet::Clock::now();
  reader.kill();
  BOOST_TEST((since(start) < 5s));
  BOOST_TEST(reader.was_killed());
  BOOST_TEST(!went_on);
  // Nobody reads any more: the byte is for the next.
  asio::write(pair.far, asio::buffer("x", 1));
  BOOST_TEST(asio::async_read(pair.near, asio::buffer(&byte, 1), gnet::use_fiber) == 1U);
}

BOOST_AUTO_TEST_CASE(a_timeout_cancels_the_operation) {
  asio::steady_timer timer(io(), 10s);
  gnet::Timeout limit(5ms);
  const auto start = gnet::Clock::now();
  try {
    timer.async_wait(gnet::use_fiber);
    BOOST_FAIL("not interrupted");
  } catch (const gnet::Timeout& fired) {
    BOOST_TEST((fired == limit));
  }
  BOOST_TEST((since(start) < 5s));
}

BOOST_AUTO_TEST_CASE(a_cancelled_scope_cancels_the_operation) {
  BOOST_TEST(!gnet::move_on_after(5ms, [] {
    asio::steady_timer timer(io(), 10s);
    timer.async_wait(gnet::use_fiber);
  }));
}

BOOST_AUTO_TEST_CASE(a_pending_interrupt_starts_no_operation) {
  bool started = false;
  gnet::Timeout limit(0s);
  BOOST_CHECK_THROW(async_by_hand<void()>(
                        [&](auto handler) {
                          started = true;
                          handler();
                        },
                        gnet::use_fiber),
                    gnet::Timeout);
  BOOST_TEST(!started);
}

BOOST_AUTO_TEST_CASE(
    an_interrupted_fiber_waits_for_the_end_of_an_operation_that_cannot_be_cancelled) {
  std::function<void()> complete;
  auto fiber = spawn([&] {
    async_by_hand<void()>(
        [&](auto handler) {
          auto shared = std::make_shared<decltype(handler)>(std::move(handler));
          complete = [shared] { (*shared)(); };
        },
        gnet::use_fiber);
  });
  yield();
  BOOST_TEST(!fiber.kill(nullptr, 5ms));
  BOOST_TEST(fiber.active());
  complete();
  fiber.join();
  BOOST_TEST(fiber.was_killed());
  complete = nullptr;
}

// ---- odd ends ----

BOOST_AUTO_TEST_CASE(an_operation_that_completes_at_once_does_not_suspend_for_ever) {
  BOOST_TEST(async_by_hand<void(int)>([](auto handler) { handler(3); }, gnet::use_fiber) == 3);
}

BOOST_AUTO_TEST_CASE(an_abandoned_operation_ends_with_an_error) {
  BOOST_CHECK_THROW(async_by_hand<void()>([](auto) {}, gnet::use_fiber), std::system_error);
  std::function<void()> drop;
  auto fiber = spawn([&] {
    async_by_hand<void(int)>(
        [&](auto handler) {
          auto shared = std::make_shared<decltype(handler)>(std::move(handler));
          drop = [shared]() mutable { shared.reset(); };
        },
        gnet::use_fiber);
  });
  yield();
  drop();
  drop = nullptr;
  BOOST_CHECK_EXCEPTION(fiber.get(), std::system_error, [](const auto& error) {
    return error.code() == asio::error::operation_aborted;
  });
}

BOOST_AUTO_TEST_CASE(an_operation_may_complete_on_another_thread) {
  asio::io_context elsewhere;
  auto work = asio::make_work_guard(elsewhere);
  std::thread thread([&] { elsewhere.run(); });
  for (int i = 0; i < 20; ++i) {
    const auto got = async_by_hand<void(std::thread::id)>(
        [&](auto handler) {
          asio::post(elsewhere, [handler = std::move(handler)]() mutable {
            handler(std::this_thread::get_id());
          });
        },
        gnet::use_fiber);
    BOOST_TEST((got == thread.get_id()));
  }
  asio::steady_timer timer(elsewhere, 2ms);
  timer.async_wait(gnet::use_fiber);
  // Dropped over there.
  BOOST_CHECK_THROW(
      async_by_hand<void()>(
          [&](auto handler) { asio::post(elsewhere, [handler = std::move(handler)]() mutable {}); },
          gnet::use_fiber),
      std::system_error);
  work.reset();
  thread.join();
}

BOOST_AUTO_TEST_CASE(in_a_callback_of_the_hub_it_is_misuse) {
  bool refused = false;
  asio::steady_timer timer(io(), 1ms);
  asio::post(io(),
             [&] { refused = throws<gnet::Misuse>([&] { timer.async_wait(gnet::use_fiber); }); });
  sleep(5ms);
  BOOST_TEST(refused);
}

BOOST_AUTO_TEST_CASE(operations_under_way_end_with_their_thread) {
  bool aborted = false;
  on_thread([&] {
    spawn([&] {
      try {
        asio::steady_timer timer(io(), 10s);
        timer.async_wait(gnet::use_fiber);
      } catch (const gnet::FiberExit&) {
        aborted = true;
        throw;
      }
    });
    yield();
  });
  BOOST_TEST(aborted);
}

BOOST_AUTO_TEST_SUITE_END()
