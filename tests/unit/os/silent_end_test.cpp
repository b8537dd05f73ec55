// A fiber that waits for something when its thread ends is ended without a word, whatever it
// waits for, and also where that is destroyed first, as what main() has on its stack is.

#include <fcntl.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "gnet/base/unique_fd.h"
#include "gnet/fiber/wait.h"
#include "gnet/io/listener.h"
#include "gnet/io/pipe.h"
#include "gnet/sync/async_result.h"
#include "gnet/sync/channel.h"
#include "gnet/sync/event.h"
#include "gnet/sync/generator.h"
#include "gnet/sync/group.h"
#include "gnet/sync/joinable_queue.h"
#include "gnet/sync/pool.h"
#include "gnet/sync/queue.h"
#include "gnet/sync/select.h"
#include "gnet/sync/semaphore.h"
#include "tests/unit/fiber/support.h"

BOOST_AUTO_TEST_SUITE(silent_end)

using namespace test;

namespace {

// What is logged when a thread's last object goes while `wait` waits for it, and with it.
template <typename T>
std::string words_of(std::function<void(T&)> wait, std::function<void(T&)> prepare = {}) {
  LogLines log;
  on_thread([&] {
    T object;
    if (prepare) prepare(object);
    gnet::spawn([&] { wait(object); });
    gnet::yield();
  });
  return log.text();
}

}  // namespace

BOOST_AUTO_TEST_CASE(of_waits_at_a_channel) {
  using Channel = gnet::Channel<int>;
  BOOST_TEST(words_of<Channel>([](Channel& c) { c.get(); }) == "");
  BOOST_TEST(words_of<Channel>([](Channel& c) { static_cast<void>(c.get(10s)); }) == "");
  BOOST_TEST(words_of<Channel>([](Channel& c) { c.put(1); }) == "");
  BOOST_TEST(words_of<Channel>([](Channel& c) { static_cast<void>(c.put(1, 10s)); }) == "");
  BOOST_TEST(words_of<Channel>([](Channel& c) {
               for (int& item : c) ++item;
             }) == "");
}

BOOST_AUTO_TEST_CASE(of_waits_at_a_queue) {
  struct One : gnet::Queue<int> {
    using Base = gnet::Queue<int>;
    One() : Base(1) {}
  };
  const auto fill = [](One& q) { q.put(1); };
  BOOST_TEST(words_of<One>([](One& q) { q.get(); }) == "");
  BOOST_TEST(words_of<One>([](One& q) { q.peek(); }) == "");
  BOOST_TEST(words_of<One>([](One& q) { q.put(2); }, fill) == "");
  BOOST_TEST(words_of<One>([](One& q) { static_cast<void>(q.put(2, 10s)); }, fill) == "");
  BOOST_TEST(words_of<One>([](One& q) {
               for (int& item : q) ++item;
             }) == "");
  using Tasks = gnet::JoinableQueue<int>;
  BOOST_TEST(words_of<Tasks>([](Tasks& q) { q.join(); }, [](Tasks& q) { q.put(1); }) == "");
}

BOOST_AUTO_TEST_CASE(of_select) {
  struct Ends {
    gnet::Channel<int> channel;
    gnet::Queue<int> queue;
    gnet::Queue<int> full{1};
    Ends() { full.put(1); }
  };
  BOOST_TEST(words_of<Ends>([](Ends& ends) {
               gnet::Receive first(ends.channel);
               gnet::Receive second(ends.queue);
               gnet::select(first, second);
             }) == "");
  BOOST_TEST(words_of<Ends>([](Ends& ends) {
               gnet::Send first(ends.channel, 1);
               gnet::Send second(ends.full, 2);
               static_cast<void>(gnet::select(10s, first, second));
             }) == "");
}

BOOST_AUTO_TEST_CASE(of_all_other_waits) {
  using gnet::Event;
  BOOST_TEST(words_of<Event>([](Event& e) { e.wait(); }) == "");
  BOOST_TEST(words_of<Event>([](Event& e) { gnet::wait_any(e); }) == "");
  struct Taken : gnet::Semaphore {
    Taken() : Semaphore(0) {}
  };
  BOOST_TEST(words_of<Taken>([](Taken& s) { s.acquire(); }) == "");
  using gnet::AsyncResult;
  BOOST_TEST(words_of<AsyncResult<int>>([](AsyncResult<int>& r) { r.get(); }) == "");
  BOOST_TEST(words_of<AsyncResult<int>>([](AsyncResult<int>& r) { r.wait(); }) == "");
  using gnet::Group;
  BOOST_TEST(words_of<Group>([](Group& g) { g.join(); },
                             [](Group& g) { g.spawn([] { gnet::sleep(10s); }); }) == "");
  struct Single : gnet::Pool {
    Single() : Pool(1) {}
  };
  const auto occupy = [](Single& p) { p.spawn([] { gnet::sleep(10s); }); };
  BOOST_TEST(words_of<Single>([](Single& p) { p.spawn([] {}); }, occupy) == "");
  BOOST_TEST(words_of<Single>([](Single& p) { p.wait_available(); }, occupy) == "");
  struct Evens : gnet::Generator<int> {
    Evens() : Generator([](auto&) { gnet::sleep(10s); }) {}
  };
  BOOST_TEST(words_of<Evens>([](Evens& e) { e.next(); }) == "");
  struct Listening : gnet::Listener {
    Listening() : Listener("127.0.0.1:0") {}
  };
  BOOST_TEST(words_of<Listening>([](Listening& l) { static_cast<void>(l.accept()); }) == "");
  struct Ends {
    Ends() {
      int both[2];
      if (pipe2(both, O_CLOEXEC) != 0) return;
      in = gnet::Pipe(gnet::UniqueFd(both[0]));
      out = gnet::UniqueFd(both[1]);
    }
    gnet::Pipe in;
    gnet::UniqueFd out;
  };
  BOOST_TEST(words_of<Ends>([](Ends& e) {
               char byte;
               static_cast<void>(e.in.receive(&byte, 1));
             }) == "");
}

BOOST_AUTO_TEST_SUITE_END()
