#include "gnet/io/resolver.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <stdlib.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "gnet/fiber/fiber.h"
#include "gnet/fiber/timeout.h"
#include "gnet/fiber/wait.h"
#include "gnet/io/lookup.h"
#include "gnet/os/file.h"

BOOST_AUTO_TEST_SUITE(resolver)

using namespace std::chrono_literals;
using gnet::Family;
using gnet::resolve;
using gnet::ResolveError;

namespace {

const auto kAnswer = asio::ip::make_address("192.0.2.1");

// Names are answered with 192.0.2.1 once the gate is open.
struct Gate {
  Gate() {
    gnet::detail::set_look_up([this](const std::string& host, Family) {
      std::unique_lock lock(mutex);
      ++asked;
      hosts.push_back(host);
      changed.notify_all();
      changed.wait(lock, [this] { return open; });
      ++answered;
      return gnet::detail::Resolved{{}, {kAnswer}};
    });
  }
  ~Gate() {
    let_through();
    // The threads still use this object until the last lookup has ended.
    while (gnet::detail::pending_lookups() != 0) std::this_thread::yield();
    gnet::detail::set_look_up({});
  }
  void let_through() {
    const std::lock_guard lock(mutex);
    open = true;
    changed.notify_all();
  }
  // Until so many lookups have begun, while fibers go on.
  void await(int count) {
    for (;;) {
      {
        const std::lock_guard lock(mutex);
        if (asked >= count) return;
      }
      gnet::sleep(1ms);
    }
  }
  int asked_so_far() {
    const std::lock_guard lock(mutex);
    return asked;
  }

  std::mutex mutex;
  std::condition_variable changed;
  bool open = false;
  int asked = 0;
  int answered = 0;
  std::vector<std::string> hosts;
};

std::string text_of(std::error_code code, std::string_view host) {
  return ResolveError(code, host).what();
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_address_is_its_own_answer) {
  Gate gate;
  BOOST_TEST((resolve("127.0.0.1") == std::vector{asio::ip::make_address("127.0.0.1")}));
  BOOST_TEST((resolve("::1") == std::vector{asio::ip::make_address("::1")}));
  BOOST_TEST((resolve("::1", Family::v6) == std::vector{asio::ip::make_address("::1")}));
  BOOST_TEST(gate.asked_so_far() == 0);
}

BOOST_AUTO_TEST_CASE(an_address_of_the_other_family_is_an_error) {
  BOOST_CHECK_EXCEPTION(
      static_cast<void>(resolve("::1", Family::v4)), ResolveError, [](const ResolveError& error) {
        return error.code() == std::error_code(EAI_ADDRFAMILY, gnet::resolve_category());
      });
}

BOOST_AUTO_TEST_CASE(what_cannot_be_a_name_is_not_looked_up) {
  Gate gate;
  for (const std::string_view host :
       {std::string_view(""), std::string_view("*"), std::string_view("a\0b", 3),
        std::string_view("127.0.0.1\0.example.org", 22)}) {
    BOOST_CHECK_THROW(static_cast<void>(resolve(host)), ResolveError);
  }
  BOOST_TEST(gate.asked_so_far() == 0);
}

BOOST_AUTO_TEST_CASE(localhost_is_the_loopback) {
  const auto addresses = resolve("localhost", Family::any, 20s);
  BOOST_TEST_REQUIRE(!addresses.empty());
  for (const auto& address : addresses) BOOST_TEST(address.is_loopback());
  for (const auto& address : resolve("localhost", Family::v4, 20s)) BOOST_TEST(address.is_v4());
}

BOOST_AUTO_TEST_CASE(a_name_that_does_not_exist_is_an_error_that_names_it) {
  try {
    static_cast<void>(resolve("nowhere.invalid", Family::any, 20s));
    BOOST_FAIL("resolved");
  } catch (const ResolveError& error) {
    BOOST_TEST(std::string(error.what()).starts_with("cannot resolve 'nowhere.invalid': "));
  }
}

BOOST_AUTO_TEST_CASE(errors_read_well) {
  BOOST_TEST(text_of({EAI_NONAME, gnet::resolve_category()}, "x") ==
             "cannot resolve 'x': name or service not known");
  BOOST_TEST(ResolveError({EAI_AGAIN, gnet::resolve_category()}, "x").temporary());
  BOOST_TEST(!ResolveError({EAI_NONAME, gnet::resolve_category()}, "x").temporary());
}

BOOST_AUTO_TEST_CASE(other_fibers_run_while_one_waits) {
  Gate gate;
  auto asking = gnet::spawn([] { return resolve("slow.test"); });
  gate.await(1);
  BOOST_TEST(!asking.ready());
  gate.let_through();
  BOOST_TEST((asking.get() == std::vector{kAnswer}));
}

BOOST_AUTO_TEST_CASE(a_lookup_keeps_the_hub_waiting) {
  Gate gate;
  std::thread later([&] {
    std::this_thread::sleep_for(20ms);
    gate.let_through();
  });
  BOOST_TEST((resolve("slow.test") == std::vector{kAnswer}));
  later.join();
}

BOOST_AUTO_TEST_CASE(equal_names_share_a_lookup) {
  Gate gate;
  std::vector<gnet::Fiber<std::vector<asio::ip::address>>> fibers;
  for (int i = 0; i < 5; ++i) fibers.push_back(gnet::spawn([] { return resolve("same.test"); }));
  auto other = gnet::spawn([] { return resolve("same.test", Family::v4); });
  gate.await(2);
  BOOST_TEST(gnet::detail::pending_lookups() == 2U);
  gate.let_through();
  for (auto& fiber : fibers) BOOST_TEST((fiber.get() == std::vector{kAnswer}));
  static_cast<void>(other.get());
  BOOST_TEST(gate.asked_so_far() == 2);
}

BOOST_AUTO_TEST_CASE(an_answer_is_kept_for_a_while) {
  Gate gate;
  gate.let_through();
  for (int i = 0; i < 3; ++i) BOOST_TEST((resolve("twice.test") == std::vector{kAnswer}));
  BOOST_TEST(gate.asked_so_far() == 1);
}

BOOST_AUTO_TEST_CASE(an_answer_is_not_kept_where_that_is_not_wanted) {
  Gate gate;
  gate.let_through();
  gnet::ResolverOptions options;
  options.max_ttl = 0s;
  gnet::configure_resolver(options);
  static_cast<void>(resolve("twice.test"));
  static_cast<void>(resolve("twice.test"));
  BOOST_TEST(gate.asked_so_far() == 2);
}

BOOST_AUTO_TEST_CASE(an_answer_from_before_a_change_is_not_kept) {
  Gate gate;
  auto before = gnet::spawn([] { return resolve("changed.test"); });
  gate.await(1);
  gnet::configure_resolver({});
  gate.let_through();
  BOOST_TEST((before.get() == std::vector{kAnswer}));
  static_cast<void>(resolve("changed.test"));
  BOOST_TEST(gate.asked_so_far() == 2);
}

BOOST_AUTO_TEST_CASE(an_answer_is_asked_for_again_when_its_time_is_over) {
  Gate gate;
  gate.let_through();
  gnet::ResolverOptions options;
  options.ttl = 5ms;
  gnet::configure_resolver(options);
  static_cast<void>(resolve("twice.test"));
  gnet::sleep(6ms);
  static_cast<void>(resolve("twice.test"));
  BOOST_TEST(gate.asked_so_far() == 2);
}

BOOST_AUTO_TEST_CASE(that_there_is_no_such_name_is_kept_and_other_errors_are_not) {
  for (const int code : {EAI_NONAME, EAI_AGAIN}) {
    std::atomic<int> asked = 0;
    gnet::detail::set_look_up([&, code](const std::string&, Family) {
      ++asked;
      return gnet::detail::Resolved{{code, gnet::resolve_category()}, {}};
    });
    for (int i = 0; i < 2; ++i) {
      BOOST_CHECK_EXCEPTION(static_cast<void>(resolve("none.test")), ResolveError,
                            [code](const auto& error) { return error.code().value() == code; });
    }
    BOOST_TEST(asked == (code == EAI_NONAME ? 1 : 2));
    gnet::detail::set_look_up({});
  }
}

BOOST_AUTO_TEST_CASE(the_environment_chooses_the_resolver) {
  const auto from = [](const char* backend) {
    ::setenv("GNET_RESOLVER", backend, 1);
    ::setenv("GNET_RESOLVER_NAMESERVERS", "192.0.2.53", 1);
    std::string text;
    try {
      const auto options = gnet::ResolverOptions::from_environment();
      text = options.backend == gnet::ResolverBackend::ares ? "ares" : "thread";
      text += " " + options.nameservers;
    } catch (const std::invalid_argument& error) {
      text = error.what();
    }
    ::unsetenv("GNET_RESOLVER");
    ::unsetenv("GNET_RESOLVER_NAMESERVERS");
    return text;
  };
  BOOST_TEST(from("ares") == "ares 192.0.2.53");
  BOOST_TEST(from("thread") == "thread 192.0.2.53");
  BOOST_TEST(from("") == "thread 192.0.2.53");
  BOOST_TEST(from("dns") == "GNET_RESOLVER is 'dns': must be thread or ares");
}

BOOST_AUTO_TEST_CASE(the_deadline_ends_the_wait) {
  Gate gate;
  BOOST_CHECK_EXCEPTION(
      static_cast<void>(resolve("slow.test", Family::any, 5ms)), ResolveError,
      [](const ResolveError& error) {
        return error.code() == std::errc::timed_out && error.temporary() &&
               gnet::describe(error).starts_with("cannot resolve 'slow.test': timed out after ");
      });
}

BOOST_AUTO_TEST_CASE(a_fiber_that_is_killed_forgets_its_lookup) {
  Gate gate;
  auto doomed = gnet::spawn([] { return resolve("slow.test"); });
  auto other = gnet::spawn([] { return resolve("slow.test"); });
  gate.await(1);
  doomed.kill();
  BOOST_TEST(doomed.ready());
  gate.let_through();
  BOOST_TEST((other.get() == std::vector{kAnswer}));
}

BOOST_AUTO_TEST_CASE(a_timeout_ends_the_wait) {
  Gate gate;
  gnet::Timeout limit(5ms);
  try {
    static_cast<void>(resolve("slow.test"));
    BOOST_FAIL("resolved");
  } catch (const gnet::Timeout& fired) {
    BOOST_TEST((fired == limit));
  }
}

BOOST_AUTO_TEST_CASE(a_lookup_that_has_not_begun_is_dropped_with_its_last_fiber) {
  Gate gate;
  std::vector<gnet::Fiber<void>> busy;
  for (int i = 0; i < 4; ++i) {
    busy.push_back(gnet::spawn([i] { static_cast<void>(resolve(fmt::format("busy{}.test", i))); }));
  }
  gate.await(4);
  auto queued = gnet::spawn([] { static_cast<void>(resolve("queued.test")); });
  gnet::sleep(1ms);
  BOOST_TEST(gnet::detail::pending_lookups() == 5U);
  queued.kill();
  BOOST_TEST(gnet::detail::pending_lookups() == 4U);
  gate.let_through();
  gnet::joinall(busy);
  BOOST_TEST(std::count(gate.hosts.begin(), gate.hosts.end(), "queued.test") == 0);
}

BOOST_AUTO_TEST_CASE(a_resolver_that_never_answers_does_not_delay_file_work) {
  Gate gate;
  std::vector<gnet::Fiber<void>> asking;
  for (int i = 0; i < 100; ++i) {
    asking.push_back(
        gnet::spawn([i] { static_cast<void>(resolve(fmt::format("never{}.test", i))); }));
  }
  gate.await(4);
  auto reading =
      gnet::spawn([] { return gnet::File::open("/proc/self/status", O_RDONLY).read_all(); });
  BOOST_TEST_REQUIRE(reading.join(20s));
  BOOST_TEST(!reading.get().empty());
  BOOST_TEST(gnet::detail::pending_lookups() == 100U);
  gate.let_through();
  gnet::joinall(asking);
}

BOOST_AUTO_TEST_CASE(too_many_lookups_are_refused) {
  Gate gate;
  std::vector<gnet::Fiber<void>> fibers;
  const auto ask = [](int i) { static_cast<void>(resolve(fmt::format("many{}.test", i))); };
  for (int i = 0; i < 4; ++i) fibers.push_back(gnet::spawn([ask, i] { ask(i); }));
  gate.await(4);
  for (int i = 4; i < 4 + 1024; ++i) fibers.push_back(gnet::spawn([ask, i] { ask(i); }));
  gnet::sleep(1ms);
  BOOST_CHECK_EXCEPTION(static_cast<void>(resolve("one.more.test")), ResolveError,
                        [](const ResolveError& error) { return error.temporary(); });
  gate.let_through();
  gnet::joinall(fibers);
  BOOST_TEST(gate.asked_so_far() == 1028);
}

BOOST_AUTO_TEST_CASE(threads_share_lookups_and_each_gets_its_answer) {
  Gate gate;
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      if (resolve("shared.test") == std::vector{kAnswer}) ++right;
    });
  }
  gate.await(1);
  gate.let_through();
  for (auto& thread : threads) thread.join();
  BOOST_TEST(right == 3);
}

BOOST_AUTO_TEST_CASE(a_hub_may_end_before_the_answer_comes) {
  Gate gate;
  std::thread([] {
    auto abandoned = gnet::spawn([] { static_cast<void>(resolve("late.test")); });
    gnet::sleep(1ms);
  }).join();
  gate.let_through();
}

BOOST_AUTO_TEST_SUITE_END()
