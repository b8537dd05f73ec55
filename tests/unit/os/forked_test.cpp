// fork() while there is a hub: the child goes on with the fiber that called it, and the parent does
// not notice.

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <asio/ip/address.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <csignal>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gnet/fiber/context_var.h"
#include "gnet/fiber/loop_exit.h"
#include "gnet/fiber/mailbox.h"
#include "gnet/fiber/nursery.h"
#include "gnet/fiber/use_fiber.h"
#include "gnet/io/pipe.h"
#include "gnet/io/resolver.h"
#include "gnet/io/stream.h"
#include "gnet/io/wait_fd.h"
#include "gnet/os/hub_group.h"
#include "gnet/os/signal.h"
#include "gnet/os/subprocess.h"
#include "gnet/os/thread_pool.h"
#include "gnet/sync/event.h"
#include "gnet/sync/pool.h"
#include "tests/unit/child.h"
#include "tests/unit/fiber/support.h"

BOOST_AUTO_TEST_SUITE(forked, *test::not_under_tsan())

using namespace test;
using gnet::spawn;

namespace {

struct Streams {
  Streams() {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) std::abort();
    here = gnet::Stream(gnet::UniqueFd(ends[0]));
    there = gnet::Stream(gnet::UniqueFd(ends[1]));
  }
  gnet::Stream here;
  gnet::Stream there;
};

// True: so many bytes went to a fiber that echoes, and came back.
bool round_trips(int count) {
  Streams streams;
  auto echo = spawn([&] {
    char byte;
    while (streams.there.receive(&byte, 1) == 1) streams.there.send_all({&byte, 1});
  });
  for (int i = 0; i < count; ++i) {
    streams.here.send_all("x");
    char byte = 0;
    if (streams.here.receive(&byte, 1, 5s) != 1 || byte != 'x') return false;
    if (i % 100 == 0) gnet::sleep(1ms);
  }
  streams.here.close();
  return echo.join(5s);
}

// The exit status of a child of this fiber that ends with what `in_child` returns, or -1. The
// child's fiber goes no further.
int status_of_fork(const std::function<bool()>& in_child) {
  const pid_t child = fork();
  if (child == 0) {
    bool good = false;
    try {
      good = in_child();
    } catch (...) {
      // Not good.
    }
    _exit(good ? 0 : 1);
  }
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) gnet::sleep(1ms);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

BOOST_AUTO_TEST_CASE(parent_and_child_go_on_each_on_a_hub_of_its_own) {
  bool in_parent = false;
  gnet::sleep(1ms);
  auto parent = spawn([&] { in_parent = round_trips(1000); });
  const int status = status_of_fork([] { return round_trips(1000); });
  parent.join();
  BOOST_TEST(status == 0);
  BOOST_TEST(in_parent);
}

BOOST_AUTO_TEST_CASE(the_fiber_that_forks_is_the_only_one_in_the_child) {
  int links = 0;
  bool ran = false;
  const pid_t parent = getpid();
  auto sleeper = spawn([&] {
    gnet::sleep(5ms);
    ran = true;
    return 1;
  });
  sleeper.link([&](gnet::AnyFiber&) { ++links; });
  auto ready = spawn([&] { ran = ran || getpid() != parent; });
  auto later = gnet::spawn_later(1ms, [&] { ran = ran || getpid() != parent; });
  gnet::Hub::current().defer([&] { ran = ran || getpid() != parent; });
  gnet::Hub::current().post([&] { ran = ran || getpid() != parent; });
  const pid_t child = ::fork();
  if (child == 0) {
    bool good = sleeper.dead() && sleeper.was_killed() && ready.dead() && later.dead();
    sleeper.join();
    good = good && throws<gnet::FiberKilled>([&] { sleeper.get(); });
    gnet::sleep(10ms);
    good = good && !ran && links == 0;
    good = good && gnet::Hub::current().wait_graph().empty() && gnet::wait(5s);
    good = good && throws<gnet::LoopExit>([] { gnet::Event().wait(); });
    _exit(good ? 0 : 1);
  }
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) gnet::sleep(1ms);
  BOOST_TEST(status == 0);
  BOOST_TEST(sleeper.get() == 1);
  let_run();
  BOOST_TEST(links == 1);
}

// What is left in the child is none of LeakSanitizer's business.
#if !defined(GNET_ASAN)
BOOST_AUTO_TEST_CASE(a_child_ends_when_the_fiber_that_forked_does) {
  for (const bool fails : {false, true}) {
    pid_t child = -1;
    bool main_ran_on = false;
    const pid_t parent = getpid();
    auto forker = spawn([&] {
      gnet::sleep(1ms);
      child = ::fork();
      if (child != 0) return;
      gnet::set_log_sink([](const gnet::LogRecord&) {});
      gnet::sleep(1ms);
      if (fails) throw Oops(1);
    });
    forker.join();
    main_ran_on = getpid() != parent;
    if (main_ran_on) _exit(99);
    int status = 0;
    while (waitpid(child, &status, WNOHANG) == 0) gnet::sleep(1ms);
    BOOST_TEST(WIFEXITED(status));
    BOOST_TEST(WEXITSTATUS(status) == (fails ? EXIT_FAILURE : EXIT_SUCCESS));
  }
}

BOOST_AUTO_TEST_CASE(a_callback_of_the_hub_may_fork) {
  pid_t child = -1;
  gnet::Event forked;
  gnet::Hub::current().defer([&] {
    child = ::fork();
    if (child != 0) forked.set();
  });
  forked.wait();
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) gnet::sleep(1ms);
  BOOST_TEST(status == 0);  // there was nothing left to do
}
#endif

BOOST_AUTO_TEST_CASE(what_limits_the_fiber_that_forks_limits_it_in_the_child) {
  const gnet::Timeout limit(30ms, gnet::silent);
  gnet::CancelScope scope(20ms);
  int status = -1;
  scope.run([&] {
    const pid_t child = ::fork();
    if (child == 0) {
      bool good = false;
      try {
        gnet::sleep(10s);
      } catch (const gnet::Cancelled& cancelled) {
        good = cancelled.scope() == &scope;
      }
      _exit(good ? 0 : 1);
    }
    const gnet::Uninterruptible to_the_end;
    while (waitpid(child, &status, WNOHANG) == 0) gnet::sleep(1ms);
  });
  BOOST_TEST(status == 0);
}

BOOST_AUTO_TEST_CASE(connections_and_groups_work_on_in_the_child) {
  Streams streams;
  gnet::Pool pool(1);
  auto member = pool.spawn([] { gnet::sleep(50ms); });
  // Somebody waits for the stream here, who does not there.
  auto reader = spawn([&] {
    char byte = 0;
    streams.there.receive(&byte, 1);
    return byte;
  });
  gnet::yield();
  const int status = status_of_fork([&] {
    bool good = pool.spawn([] { return true; }).get();  // its member is no more
    gnet::with_nursery(
        [&](gnet::Nursery& nursery) { nursery.spawn([&] { streams.here.send_all("c"); }); });
    good = good && gnet::default_thread_pool().apply([] { return 7; }) == 7;
    good = good && gnet::check_output({"echo", "x"}) == "x\n";
    good = good && !gnet::resolve("localhost").empty();
    int ends[2];
    good = good && pipe2(ends, O_CLOEXEC) == 0;
    const gnet::UniqueFd reading(ends[0]);
    const gnet::UniqueFd writing(ends[1]);
    good = good && !gnet::wait_read(reading.get(), 1ms);
    good = good && write(writing.get(), "x", 1) == 1 && gnet::wait_read(reading.get(), 5s);
    return good;
  });
  BOOST_TEST(status == 0);
  BOOST_TEST(reader.get() == 'c');  // sent by the child, received here
  member.join();
}

BOOST_AUTO_TEST_CASE(nurseries_do_not_wait_for_what_the_child_does_not_have) {
  int status = -1;
  gnet::with_nursery([&](gnet::Nursery& nursery) {
    nursery.spawn([] { gnet::sleep(5ms); });
    gnet::yield();
    status = status_of_fork([&] {
      nursery.join();
      return true;
    });
  });
  BOOST_TEST(status == 0);
}

BOOST_AUTO_TEST_CASE(handlers_of_signals_go_on_in_both) {
  int received = 0;
  auto handler = gnet::on_signal(SIGUSR1, [&](int) { ++received; });
  const int status = status_of_fork([&] {
    raise(SIGUSR1);
    for (int i = 0; i < 1000 && received == 0; ++i) gnet::sleep(1ms);
    gnet::sleep(2ms);
    return received == 1;
  });
  BOOST_TEST(status == 0);
  BOOST_TEST(received == 0);
  raise(SIGUSR1);
  for (int i = 0; i < 1000 && received == 0; ++i) gnet::sleep(1ms);
  BOOST_TEST(received == 1);
}

BOOST_AUTO_TEST_CASE(signals_that_hubs_of_other_threads_handled_end_the_child_again) {
  gnet::AsyncResult<> installed;
  gnet::Event over;
  std::shared_ptr<gnet::Mailbox> mailbox;
  gnet::Event* end = nullptr;
  std::thread other([&, setter = installed.setter()]() mutable {
    gnet::Event own;
    end = &own;
    mailbox = gnet::Hub::current().mailbox();
    auto handler = gnet::on_signal(SIGUSR2, [](int) {});
    setter.set();
    const gnet::Hub::KeepAlive alive(gnet::Hub::current());
    own.wait();
  });
  installed.wait();
  const pid_t child = ::fork();
  if (child == 0) {
    const bool refused = !mailbox->post([] {});
    raise(SIGUSR2);
    _exit(refused ? 1 : 2);
  }
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) gnet::sleep(1ms);
  BOOST_TEST(WIFSIGNALED(status));
  mailbox->post([&] { end->set(); });
  other.join();
}

BOOST_AUTO_TEST_CASE(asio_goes_on_in_both) {
  int status = -1;
  bool good = false;
  on_thread([&] {
    auto& io = gnet::Hub::current().io_context();
    const auto waits = [&] {
      asio::steady_timer timer(io, 1ms);
      timer.async_wait(gnet::use_fiber);
      bool ran = false;
      asio::post(io, [&] { ran = true; });
      gnet::sleep(1ms);
      return ran && round_trips(200);
    };
    waits();
    auto sleeper = spawn([] { gnet::sleep(1ms); });
    status = status_of_fork(waits);
    good = waits() && sleeper.join(5s);
  });
  BOOST_TEST(status == 0);
  BOOST_TEST(good);
}

BOOST_AUTO_TEST_CASE(a_child_may_have_children) {
  BOOST_TEST(status_of_fork([] {
               const pid_t inner = ::fork();
               if (inner == 0) _exit(round_trips(10) ? 0 : 1);
               int status = 0;
               while (waitpid(inner, &status, WNOHANG) == 0) gnet::sleep(1ms);
               return status == 0 && round_trips(10);
             }) == 0);
}

BOOST_AUTO_TEST_CASE(a_group_of_hubs_ends_in_the_child) {
  gnet::HubGroup hubs(2);
  BOOST_TEST(hubs.run(1, [] { return 5; }) == 5);
  BOOST_TEST(status_of_fork([&] {
               hubs.stop();
               return true;
             }) == 0);
  BOOST_TEST(hubs.run(1, [] { return 6; }) == 6);
}

BOOST_AUTO_TEST_SUITE_END()
