#include "gnet/diag/watchdog.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "gnet/diag/dump.h"
#include "gnet/fiber/fiber.h"
#include "gnet/os/hub_group.h"
#include "gnet/os/thread_pool.h"
#include "gnet/sync/event.h"
#include "tests/unit/fiber/support.h"

BOOST_AUTO_TEST_SUITE(watchdog)

namespace {

using namespace test;
using gnet::Duration;
using gnet::spawn;
using gnet::diag::Blocked;

// What the watchdog reports while it exists, and with it the watchdog.
class Watch {
 public:
  explicit Watch(Duration limit) {
    gnet::diag::start_watchdog(
        {.max_blocking_time = limit, .on_blocked = [this](const Blocked& blocked) {
           const std::lock_guard lock(mutex_);
           reports_.push_back(blocked);
         }});
  }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  ~Watch() { gnet::diag::stop_watchdog(); }

  // The first report about this fiber while it held up its hub. Blocks the thread until it comes:
  // as good a way to hold up a hub as any. (ThreadSanitizer lets signals through in sleeps.)
  Blocked await(const std::string& fiber) {
    const auto end = gnet::Clock::now() + 60s;
    while (gnet::Clock::now() < end) {
      for (const Blocked& report : reports()) {
        if (report.fiber == fiber && !report.over) return report;
      }
      std::this_thread::sleep_for(1ms);
    }
    throw std::runtime_error("nothing was reported");
  }

  std::vector<Blocked> reports() {
    const std::lock_guard lock(mutex_);
    return reports_;
  }

  // How many are about this fiber: while it held up its hub, or when that was over.
  std::ptrdiff_t count(const std::string& fiber, bool over) {
    return std::ranges::count_if(reports(), [&](const Blocked& report) {
      return report.fiber == fiber && report.over == over;
    });
  }

 private:
  std::mutex mutex_;
  std::vector<Blocked> reports_;
};

// As Watch::await(), with the processor.
[[gnu::noinline]] void compute_until_reported(Watch& watch, const std::string& fiber) {
  const auto end = gnet::Clock::now() + 60s;
  while (watch.count(fiber, false) == 0 && gnet::Clock::now() < end) burn(1ms);
}

// Lets others run until it is so, or has not become so for a minute.
template <typename F>
bool becomes_true(F&& condition) {
  const auto end = gnet::Clock::now() + 60s;
  while (!condition() && gnet::Clock::now() < end) gnet::sleep(1ms);
  return condition();
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

bool mentions(const std::vector<std::string>& lines, const std::string& part) {
  return std::ranges::any_of(lines, [&](const auto& line) { return contains(line, part); });
}

// What this program prints when it runs one case of this suite with that in GNET_WATCHDOG.
std::string output_with(const std::string& value, const std::string& test_case) {
  std::array<char, 4096> path{};
  BOOST_REQUIRE(readlink("/proc/self/exe", path.data(), path.size() - 1) > 0);
  const std::string command = "GNET_WATCHDOG=" + value + " '" + path.data() +
                              "' --run_test=watchdog/" + test_case + " 2>&1";
  FILE* pipe = popen(command.c_str(), "r");
  BOOST_REQUIRE(pipe != nullptr);
  std::string output;
  for (int c; (c = std::fgetc(pipe)) != EOF;) output += static_cast<char>(c);
  pclose(pipe);
  return output;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_fiber_that_computes_is_reported_with_its_stack) {
  Watch watch(20ms);
  auto fiber = spawn({.name = "busy"}, [&] { compute_until_reported(watch, "busy"); });
  const int line = __LINE__ - 1;
  fiber.join();
  const Blocked report = watch.await("busy");
  BOOST_TEST(report.origin == "spawned at watchdog_test.cpp:" + std::to_string(line));
  BOOST_TEST(report.thread == "");
  BOOST_TEST((report.time >= 20ms));
  BOOST_TEST(mentions(report.stack, "compute_until_reported"));
  if (!kSanitized) BOOST_TEST(!mentions(report.stack, "on_signal"));
  BOOST_TEST(report.text().starts_with("busy (spawned at watchdog_test.cpp:"));
  BOOST_TEST(contains(report.text(), ") has held up its hub for "));
}

BOOST_AUTO_TEST_CASE(a_fiber_that_blocks_its_thread_is_reported_with_its_stack) {
  Watch watch(20ms);
  spawn({.name = "blocked"}, [&] { watch.await("blocked"); }).join();
  BOOST_TEST(mentions(watch.await("blocked").stack, "Watch::await"));
}

BOOST_AUTO_TEST_CASE(an_incident_is_reported_once_and_when_it_is_over) {
  Watch watch(50ms);
  spawn({.name = "busy"}, [&] {
    watch.await("busy");
    burn(200ms);
    BOOST_TEST(watch.count("busy", false) == 1);
    BOOST_TEST(watch.count("busy", true) == 0);
  }).join();
  BOOST_TEST(becomes_true([&] { return watch.count("busy", true) > 0; }));
  gnet::sleep(100ms);
  BOOST_TEST(watch.count("busy", false) == 1);
  BOOST_TEST(watch.count("busy", true) == 1);
  for (const Blocked& report : watch.reports()) {
    if (report.fiber != "busy" || !report.over) continue;
    BOOST_TEST((report.time >= 250ms));
    BOOST_TEST(report.stack.empty());
    BOOST_TEST(contains(report.text(), ") held up its hub for "));
    BOOST_TEST(contains(report.text(), " in all"));
  }
}

BOOST_AUTO_TEST_CASE(each_incident_is_reported) {
  Watch watch(10ms);
  for (int incident = 1; incident <= 3; ++incident) {
    spawn({.name = "again"}, [] { burn(20ms); }).join();
    BOOST_TEST(becomes_true([&] { return watch.count("again", true) >= incident; }));
  }
  BOOST_TEST(watch.count("again", true) == 3);
}

BOOST_AUTO_TEST_CASE(main_is_a_fiber_too) {
  Watch watch(20ms);
  BOOST_TEST(watch.await("main").origin == "the thread's own");
}

BOOST_AUTO_TEST_CASE(a_callback_of_the_hub_is_reported) {
  Watch watch(20ms);
  gnet::Event done;
  gnet::Hub::current().defer([&] {
    watch.await("a callback of the hub");
    done.set();
  });
  done.wait();
  const Blocked report = watch.await("a callback of the hub");
  BOOST_TEST(report.origin == "");
  BOOST_TEST(mentions(report.stack, "Watch::await"));
}

BOOST_AUTO_TEST_CASE(the_hubs_of_other_threads_are_watched) {
  gnet::HubGroup before(2, "before");  // signals are blocked there
  Watch watch(50ms);
  gnet::HubGroup after(2, "after");
  for (gnet::HubGroup* hubs : {&before, &after}) {
    const std::string name = hubs == &before ? "before" : "after";
    hubs->run(1, [&] {
      gnet::this_fiber::set_name("on " + name);
      watch.await("on " + name);
    });
    const Blocked report = watch.await("on " + name);
    BOOST_TEST(report.thread == name + "-1");
    BOOST_TEST(contains(report.text(), " has held up the hub of thread " + name + "-1 for "));
    BOOST_TEST(mentions(report.stack, "Watch::await"));
  }
}

BOOST_AUTO_TEST_CASE(a_hub_without_work_is_not_reported) {
  Watch watch(400ms);
  gnet::sleep(1s);
  BOOST_TEST(watch.reports().size() == 0U);
}

BOOST_AUTO_TEST_CASE(fibers_that_switch_are_not_reported) {
  Watch watch(400ms);
  const auto end = gnet::Clock::now() + 1s;
  auto one = spawn([&] {
    while (gnet::Clock::now() < end) gnet::yield();
  });
  auto two = spawn([&] {
    while (gnet::Clock::now() < end) {
      burn(5ms);
      gnet::checkpoint();
    }
  });
  one.join();
  two.join();
  BOOST_TEST(watch.reports().size() == 0U);
}

BOOST_AUTO_TEST_CASE(system_calls_go_on) {
  Watch watch(20ms);
  int ends[2];
  BOOST_REQUIRE(pipe(ends) == 0);
  std::thread writer([&] {
    while (watch.reports().empty()) std::this_thread::sleep_for(1ms);
    [[maybe_unused]] const auto written = write(ends[1], "x", 1);
  });
  ssize_t got = 0;
  spawn({.name = "reader"}, [&] {
    char byte = 0;
    got = read(ends[0], &byte, 1);
  }).join();
  writer.join();
  BOOST_TEST(got == 1);
  close(ends[0]);
  close(ends[1]);
}

BOOST_AUTO_TEST_CASE(nothing_is_reported_once_it_has_stopped) {
  BOOST_TEST(!gnet::diag::watchdog_runs());
  bool reported = false;
  gnet::diag::start_watchdog(
      {.max_blocking_time = 1ms, .on_blocked = [&](const Blocked&) { reported = true; }});
  BOOST_TEST(gnet::diag::watchdog_runs());
  gnet::diag::stop_watchdog();
  BOOST_TEST(!gnet::diag::watchdog_runs());
  reported = false;
  burn(20ms);
  BOOST_TEST(!reported);
  gnet::yield();
  gnet::diag::stop_watchdog();  // again is not an error
}

BOOST_AUTO_TEST_CASE(it_can_be_started_again_with_other_options) {
  Watch first(1h);
  burn(2ms);
  Watch second(10ms);
  second.await("main");
  BOOST_TEST(first.reports().empty());
}

BOOST_AUTO_TEST_CASE(a_handler_may_throw_or_stop_it) {
  std::atomic<int> calls = 0;
  gnet::diag::start_watchdog({.max_blocking_time = 5ms, .on_blocked = [&](const Blocked&) {
                                if (++calls == 1) throw std::runtime_error("ignored");
                                gnet::diag::stop_watchdog();
                              }});
  while (calls < 2) {
    burn(10ms);
    gnet::sleep(1ms);
  }
  while (gnet::diag::watchdog_runs()) gnet::sleep(1ms);
  BOOST_TEST(calls == 2);
  gnet::diag::stop_watchdog();
}

BOOST_AUTO_TEST_CASE(what_another_thread_said_before_does_not_come_between) {
  on_thread([] { gnet::diag::start_watchdog({.max_blocking_time = 1h}); });
  on_thread([] { gnet::diag::stop_watchdog(); });
  const Watch watch(1h);
  let_run();
  gnet::sleep(1ms);
  BOOST_TEST(gnet::detail::Scheduler::current().watch() != nullptr);
  on_thread([] { gnet::diag::stop_watchdog(); });
  on_thread([] { gnet::diag::start_watchdog({.max_blocking_time = 1h}); });
  gnet::diag::stop_watchdog();
  gnet::sleep(1ms);
  BOOST_TEST(gnet::detail::Scheduler::current().watch() == nullptr);
}

BOOST_AUTO_TEST_CASE(a_limit_of_no_time_is_misuse) {
  BOOST_CHECK_THROW(gnet::diag::start_watchdog({.max_blocking_time = 0ms}), gnet::Misuse);
  BOOST_TEST(!gnet::diag::watchdog_runs());
}

BOOST_AUTO_TEST_CASE(by_default_reports_go_to_the_log) {
  LogLines lines;
  gnet::diag::start_watchdog({.max_blocking_time = 10ms});
  const auto end = gnet::Clock::now() + 60s;
  while (!contains(lines.text(), "\n  #0 ") && gnet::Clock::now() < end) burn(1ms);
  gnet::diag::stop_watchdog();
  BOOST_TEST(contains(lines.text(), "main (the thread's own) has held up its hub for "));
  BOOST_TEST(contains(lines.text(), "\n  #0 "));
}

BOOST_AUTO_TEST_CASE(turns_and_times_are_counted_meanwhile) {
  gnet::Event never;
  {
    const Watch watch(1h);
    auto worker = spawn({.name = "worker"}, [&] {
      for (int i = 0; i < 9; ++i) {
        burn(1ms);
        gnet::yield();
      }
      never.wait();
    });
    let_run(20);
    gnet::sleep(20ms);
    const std::string text = gnet::diag::dump();
    const std::string line = text.substr(text.find("worker ("));
    BOOST_TEST(contains(line.substr(0, line.find('\n')), " in 10 turns"));
    BOOST_TEST(contains(line.substr(0, line.find('\n')), "; ran "));
    const std::size_t wait = line.find(" for ", line.find("waiting for Event") + 12);
    BOOST_REQUIRE(wait != std::string::npos);
    const auto waited = gnet::parse_duration(line.substr(wait + 5, line.find(';') - wait - 5));
    BOOST_REQUIRE(waited.has_value());
    BOOST_TEST((*waited >= 19ms));
    never.set();
    worker.join();
  }
  let_run();
}

BOOST_AUTO_TEST_CASE(the_thread_of_a_pool_may_wait_for_work_and_block_with_it) {
  Watch watch(200ms);
  gnet::ThreadPool pool(1, {.name = "patient"});
  pool.apply([] { static_cast<void>(gnet::Hub::current()); });  // from now on it is watched
  gnet::sleep(500ms);
  pool.apply([] { std::this_thread::sleep_for(500ms); });
  for (const Blocked& report : watch.reports()) BOOST_TEST(report.thread != "patient");
}

BOOST_AUTO_TEST_CASE(fibers_end_and_timers_fire_as_ever_while_it_runs) {
  const Watch watch(1h);
  std::vector<int> order;
  std::vector<gnet::Fiber<>> fibers;
  for (int i = 0; i < 100; ++i) {
    fibers.push_back(spawn([&, i] {
      gnet::yield();
      order.push_back(i);
    }));
  }
  for (auto& fiber : fibers) fiber.join();
  BOOST_TEST(order.size() == 100U);
  BOOST_TEST(std::ranges::is_sorted(order));
  spawn([] {});  // detached
  const auto start = gnet::Clock::now();
  gnet::sleep(5ms);
  BOOST_TEST((since(start) >= 5ms));
}

// ---- what it is called ----

BOOST_AUTO_TEST_CASE(what_the_environment_may_say) {
  using gnet::diag::parse_watchdog;
  for (const char* on : {"on", "yes", "true", "1"}) BOOST_TEST((parse_watchdog(on) == 100ms));
  for (const char* off : {"off", "no", "false", "0"}) BOOST_TEST((parse_watchdog(off) == 0ms));
  BOOST_TEST((parse_watchdog("250ms") == 250ms));
  BOOST_TEST((parse_watchdog("2") == 2s));
  BOOST_TEST(!parse_watchdog("maybe"));
  BOOST_TEST(!parse_watchdog(""));
}

// Run by the next one, in a process of its own; alone it says nothing of interest.
BOOST_AUTO_TEST_CASE(a_hub_is_made) {
  const gnet::Hub& hub = gnet::Hub::current();
  BOOST_TEST(gnet::Hub::current_if_any() == &hub);
  std::printf("watchdog: %s\n", gnet::diag::watchdog_runs() ? "on" : "off");
  std::fflush(stdout);
}

BOOST_AUTO_TEST_CASE(the_environment_starts_it) {
  BOOST_TEST(contains(output_with("on", "a_hub_is_made"), "watchdog: on\n"));
  BOOST_TEST(contains(output_with("250ms", "a_hub_is_made"), "watchdog: on\n"));
  BOOST_TEST(contains(output_with("off", "a_hub_is_made"), "watchdog: off\n"));
  const std::string output = output_with("maybe", "a_hub_is_made");
  BOOST_TEST(contains(output, "gnet: GNET_WATCHDOG='maybe' is ignored: it is neither on, off"));
  BOOST_TEST(contains(output, "watchdog: off\n"));
}

BOOST_AUTO_TEST_SUITE_END()
