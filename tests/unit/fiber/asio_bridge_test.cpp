#include "gnet/fiber/asio_bridge.h"

#include <algorithm>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <boost/test/unit_test.hpp>
#include <functional>
#include <string>
#include <thread>

#include "gnet/fiber/fiber.h"
#include "gnet/fiber/loop_exit.h"
#include "gnet/sync/event.h"
#include "tests/unit/fiber/support.h"

BOOST_AUTO_TEST_SUITE(asio_bridge)

using namespace test;
using gnet::Event;
using gnet::Hub;
using gnet::sleep;
using gnet::spawn;
using gnet::yield;

// Each case on a thread of its own, whose hub has Asio as its outer loop from the start.
namespace {

void on_asio_hub(const std::function<void(asio::io_context&)>& body) {
  std::exception_ptr failure;
  on_thread([&] {
    try {
      body(Hub::current().io_context());
    } catch (...) {
      failure = std::current_exception();
    }
  });
  if (failure) std::rethrow_exception(failure);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_posted_handler_runs_while_fibers_wait) {
  bool set = false;
  on_asio_hub([&](asio::io_context& io) {
    for (int i = 0; i < 3; ++i) {
      Event event;
      asio::post(io, [&] { event.set(); });
      event.wait();
      set = event.is_set();
    }
  });
  BOOST_TEST(set);
}

BOOST_AUTO_TEST_CASE(a_handler_may_start_fibers_and_timers) {
  std::string trace;
  on_asio_hub([&](asio::io_context& io) {
    Event event;
    asio::post(io, [&] {
      gnet::spawn_later(2ms, [&] {
        trace += "later ";
        event.set();
      });
      spawn([&] { trace += "spawned "; });
    });
    event.wait();
  });
  BOOST_TEST(trace == "spawned later ");
}

BOOST_AUTO_TEST_CASE(timers_of_asio_fire_while_fibers_wait) {
  bool fired = false;
  on_asio_hub([&](asio::io_context& io) {
    Event event;
    asio::steady_timer timer(io, 5ms);
    timer.async_wait([&](const asio::error_code& error) {
      fired = !error;
      event.set();
    });
    event.wait();
  });
  BOOST_TEST(fired);
}

BOOST_AUTO_TEST_CASE(timers_of_the_hub_fire_as_well) {
  gnet::Duration took{};
  bool timed_out = false;
  on_asio_hub([&](asio::io_context& io) {
    asio::steady_timer timer(io, 10s);
    timer.async_wait([](const asio::error_code&) {});
    const auto start = gnet::Clock::now();
    sleep(5ms);
    took = since(start);
    timed_out = !gnet::Timeout(2ms, gnet::silent).run([] { sleep(10s); });
  });
  BOOST_TEST((took >= 5ms));
  BOOST_TEST((took < 5s));
  BOOST_TEST(timed_out);
}

BOOST_AUTO_TEST_CASE(yield_loops_starve_neither_handlers_nor_timers) {
  bool handled = false;
  bool fired = false;
  on_asio_hub([&](asio::io_context& io) {
    asio::post(io, [&] { handled = true; });
    asio::steady_timer timer(io, 1ms);
    timer.async_wait([&](const asio::error_code&) { fired = true; });
    const auto start = gnet::Clock::now();
    while (!(handled && fired) && since(start) < 5s) yield();
  });
  BOOST_TEST(handled);
  BOOST_TEST(fired);
}

BOOST_AUTO_TEST_CASE(handlers_that_post_themselves_do_not_starve_fibers) {
  bool woke = false;
  on_asio_hub([&](asio::io_context& io) {
    bool stop = false;
    std::function<void()> again = [&] {
      if (!stop) asio::post(io, again);
    };
    again();
    sleep(5ms);
    woke = true;
    stop = true;
    gnet::wait();
  });
  BOOST_TEST(woke);
}

BOOST_AUTO_TEST_CASE(posts_from_other_threads_wake_the_hub) {
  int arrived = 0;
  on_asio_hub([&](asio::io_context& io) {
    Event event;
    Hub& hub = Hub::current();
    for (int i = 0; i < 10; ++i) {
      const Hub::KeepAlive working(hub);
      const bool through_asio = i % 2 == 0;
      std::thread poster([&] {
        std::this_thread::sleep_for(1ms);
        auto arrive = [&] {
          ++arrived;
          event.set();
        };
        if (through_asio) {
          asio::post(io, arrive);
        } else {
          hub.post(arrive);
        }
      });
      static_cast<void>(event.wait(10s));
      event.clear();
      poster.join();
    }
  });
  BOOST_TEST(arrived == 10);
}

BOOST_AUTO_TEST_CASE(without_work_in_asio_a_deadlock_is_found) {
  std::string text = "none";
  bool in_asio_first = false;
  on_asio_hub([&](asio::io_context& io) {
    Event event;
    try {
      event.wait();
    } catch (const gnet::LoopExit& error) {
      text = error.what();
    }
    // Work that ends without setting it.
    asio::post(io, [&] { in_asio_first = true; });
    try {
      event.wait();
      text = "none";
    } catch (const gnet::LoopExit&) {
    }
    // And the hub works on.
    asio::post(io, [&] { event.set(); });
    event.wait();
  });
  BOOST_TEST(text.find("waits for Event") != std::string::npos);
  BOOST_TEST(in_asio_first);
}

BOOST_AUTO_TEST_CASE(work_in_asio_is_something_to_wait_for) {
  bool waited = false;
  bool idle_after = false;
  on_asio_hub([&](asio::io_context& io) {
    bool fired = false;
    asio::steady_timer timer(io, 5ms);
    timer.async_wait([&](const asio::error_code&) { fired = true; });
    gnet::wait();
    waited = fired;
    idle_after = gnet::wait(10s);
  });
  BOOST_TEST(waited);
  BOOST_TEST(idle_after);
}

BOOST_AUTO_TEST_CASE(a_handler_that_throws_is_reported) {
  std::vector<std::string> errors;
  on_asio_hub([&](asio::io_context& io) {
    const Reports reports;
    asio::post(io, [] { throw Oops(1); });
    asio::post(io, [] { throw Oops(2); });
    sleep(2ms);
    asio::post(io, [] { throw Oops(3); });
    gnet::wait();
    for (const auto& report : reports.all) errors.push_back(report.fiber + ": " + report.error);
  });
  BOOST_REQUIRE(errors.size() == 3U);
  BOOST_TEST(errors[0] == "a handler of Asio: oops 1");
  BOOST_TEST(errors[2] == "a handler of Asio: oops 3");
}

BOOST_AUTO_TEST_CASE(blocking_in_a_handler_is_misuse) {
  bool refused = false;
  on_asio_hub([&](asio::io_context& io) {
    asio::post(io, [&] { refused = throws<gnet::Misuse>([] { sleep(1s); }); });
    gnet::wait();
  });
  BOOST_TEST(refused);
}

BOOST_AUTO_TEST_CASE(handlers_left_when_a_thread_ends_are_destroyed) {
  int destroyed = 0;
  on_asio_hub([&](asio::io_context& io) {
    auto timer = std::make_shared<asio::steady_timer>(io, 10s);
    timer->async_wait(
        [timer, s = std::make_shared<Sentinel>(destroyed)](const asio::error_code&) {});
  });
  BOOST_TEST(destroyed == 1);
}

BOOST_AUTO_TEST_CASE(it_can_come_later) {
  bool set = false;
  on_thread([&] {
    sleep(1ms);
    Event event;
    auto fiber = spawn([&] {
      sleep(2ms);
      asio::post(Hub::current().io_context(), [&] { event.set(); });
    });
    event.wait();
    set = true;
  });
  BOOST_TEST(set);
}

BOOST_AUTO_TEST_CASE(handlers_that_a_fiber_runs_may_not_suspend) {
  std::size_t refused = 0;
  std::size_t reported = 0;
  std::string words;
  bool goes_on = false;
  on_asio_hub([&](asio::io_context& io) {
    const Reports reports;  // of those that the hub comes to first
    for (int round = 0; round < 3; ++round) {
      auto drive = [&] {
        asio::post(io, [] { sleep(10ms); });
        try {
          io.poll_one();
        } catch (const gnet::Misuse& error) {
          ++refused;
          words = error.what();
        }
      };
      auto first = spawn(drive);
      auto second = spawn(drive);
      first.join();
      second.join();
    }
    // What does not suspend may be run so; and the hub is as it was.
    Event event;
    asio::post(io, [&] { event.set(); });
    io.poll_one();
    event.wait();
    sleep(1ms);
    goes_on = true;
    reported = reports.all.size();
  });
  BOOST_TEST(refused > 0u);
  BOOST_TEST(refused + reported == 6u);
  BOOST_TEST(words.find("leave the io_context of a hub to the hub") != std::string::npos);
  BOOST_TEST(goes_on);
}

BOOST_AUTO_TEST_CASE(time_is_as_exact_as_without_asio) {
  gnet::Duration best = 1s;
  on_asio_hub([&](asio::io_context&) {
    for (int i = 0; i < 20; ++i) {
      const auto start = gnet::Clock::now();
      sleep(300us);
      best = std::min(best, since(start));
    }
    sleep(std::chrono::milliseconds(0));
    BOOST_TEST(!gnet::Timeout(1ms, gnet::silent).run([] { sleep(std::chrono::hours::max()); }));
  });
  BOOST_TEST((best >= 300us));
  BOOST_TEST((best < 1ms));  // Asio alone counts in these
}

BOOST_AUTO_TEST_SUITE_END()
