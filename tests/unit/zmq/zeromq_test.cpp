#include "gnet/zmq/socket.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <ctime>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/fiber/fiber.h"
#include "gnet/fiber/timeout.h"
#include "gnet/zmq/error.h"
#include "tests/unit/interrupts.h"

BOOST_AUTO_TEST_SUITE(zeromq)

using namespace std::chrono_literals;
using gnet::zmq::Context;
using gnet::zmq::Socket;

namespace {

// Two sockets that are connected. Messages through TCP pass through the threads of libzmq.
struct Pair {
  Pair(int here_type, int there_type, const std::string& endpoint = "tcp://127.0.0.1:*")
      : here(context, here_type), there(context, there_type) {
    here.bind(endpoint);
    there.connect(here.last_endpoint());
  }
  Context context;
  Socket here;
  Socket there;
};

bool has_timed_out(const std::system_error& error) {
  return error.code() == std::errc::timed_out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(receive_suspends_until_there_is_a_message) {
  for (const char* endpoint : {"tcp://127.0.0.1:*", "inproc://here"}) {
    Pair pair(ZMQ_PAIR, ZMQ_PAIR, endpoint);
    auto sender = gnet::spawn_later(3ms, [&] { pair.there.send("hello"); });
    BOOST_TEST(!pair.here.try_receive().has_value());
    BOOST_TEST(pair.here.receive(5s) == "hello");
    BOOST_TEST(sender.join(5s));
  }
}

BOOST_AUTO_TEST_CASE(requests_are_answered) {
  Pair pair(ZMQ_REP, ZMQ_REQ);
  auto server = gnet::spawn([&] {
    for (;;) pair.here.send("you said " + pair.here.receive());
  });
  for (int i = 0; i < 200; ++i) {
    pair.there.send(std::to_string(i));
    BOOST_REQUIRE(pair.there.receive(5s) == "you said " + std::to_string(i));
  }
  server.kill();
}

// The descriptor tells of a change once: a fiber that sends notices what the one that receives
// waits for, and the other way round. No wait has a deadline of its own: it would look again then.
BOOST_AUTO_TEST_CASE(no_wake_up_is_lost_when_both_sides_send_and_receive_at_once) {
  constexpr int kMessages = 20'000;
  for (const char* endpoint : {"tcp://127.0.0.1:*", "inproc://both"}) {
    Pair pair(ZMQ_DEALER, ZMQ_DEALER, endpoint);
    std::vector<gnet::Fiber<>> fibers;
    for (Socket* socket : {&pair.here, &pair.there}) {
      fibers.push_back(gnet::spawn([socket] {
        for (int i = 0; i < kMessages; ++i) socket->send(std::to_string(i));
      }));
      fibers.push_back(gnet::spawn([socket] {
        for (int i = 0; i < kMessages; ++i) {
          BOOST_REQUIRE(socket->receive() == std::to_string(i));
        }
      }));
    }
    for (auto& fiber : fibers) fiber.get(30s);
  }
}

BOOST_AUTO_TEST_CASE(several_fibers_may_receive_from_one_socket) {
  Pair pair(ZMQ_PULL, ZMQ_PUSH);
  int received = 0;
  std::vector<gnet::Fiber<>> readers;
  for (int i = 0; i < 40; ++i) {
    readers.push_back(gnet::spawn([&] {
      for (int count = 0; count < 25; ++count, ++received) {
        static_cast<void>(pair.here.receive());
      }
    }));
  }
  gnet::sleep(2ms);
  for (int i = 0; i < 1000; ++i) {
    pair.there.send("x", 20s);
    if (i % 100 == 0) gnet::sleep(1ms);
  }
  for (auto& reader : readers) reader.get(20s);
  BOOST_TEST(received == 1000);
}

BOOST_AUTO_TEST_CASE(send_waits_for_room) {
  Context context;
  Socket sender(context, ZMQ_PUSH);
  Socket receiver(context, ZMQ_PULL);
  sender.set(ZMQ_SNDHWM, 1);
  receiver.set(ZMQ_RCVHWM, 1);
  sender.bind("inproc://full");
  BOOST_TEST(!sender.try_send("nobody is there"));
  BOOST_CHECK_EXCEPTION(sender.send("x", 2ms), std::system_error, has_timed_out);
  BOOST_TEST(!sender.wait_writable(1ms));
  receiver.connect("inproc://full");
  while (sender.try_send("before")) {
  }
  auto blocked = gnet::spawn([&] { sender.send("last", 5s); });
  gnet::sleep(1ms);
  BOOST_TEST(!blocked.ready());
  while (receiver.receive(5s) != "last") {
  }
  blocked.get(5s);
}

BOOST_AUTO_TEST_CASE(a_message_may_have_parts) {
  Pair pair(ZMQ_PAIR, ZMQ_PAIR);
  const std::vector<std::string> parts = {"one", "", std::string("t\0o", 3)};
  pair.there.send_parts(parts);
  BOOST_TEST(pair.here.receive_parts(5s) == parts, boost::test_tools::per_element());
  pair.there.send_parts(parts);
  BOOST_TEST(pair.here.receive(5s) == std::string("onet\0o", 6));
  pair.there.send_parts({});
  BOOST_TEST(pair.here.receive(5s) == "");
  pair.there.send("alone");
  BOOST_TEST(pair.here.receive_parts(5s) == std::vector<std::string>{"alone"},
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(subscribers_get_what_they_asked_for) {
  Pair pair(ZMQ_PUB, ZMQ_SUB);
  pair.there.subscribe("weather");
  auto publisher = gnet::spawn([&] {
    for (;;) {
      pair.here.send("sports: 1:0");
      pair.here.send("weather: fair");
      gnet::sleep(1ms);
    }
  });
  BOOST_TEST(pair.there.receive(5s) == "weather: fair");
  publisher.kill();
}

BOOST_AUTO_TEST_CASE(waiting_has_deadlines) {
  Pair pair(ZMQ_PAIR, ZMQ_PAIR);
  BOOST_CHECK_EXCEPTION(static_cast<void>(pair.here.receive(2ms)), std::system_error,
                        has_timed_out);
  BOOST_TEST(!pair.here.wait_readable(1ms));
  pair.there.send("x");
  BOOST_TEST(pair.here.wait_readable(5s));
  BOOST_TEST(pair.here.try_receive().value() == "x");
}

BOOST_AUTO_TEST_CASE(a_fiber_that_is_interrupted_while_it_waits_loses_nothing) {
  struct Received {
    Pair pair{ZMQ_PAIR, ZMQ_PAIR, "inproc://interrupted"};
    bool got = false;
  };
  const test::Point receiving{"receive", [] {
                                auto shared = std::make_shared<Received>();
                                return test::Scene{
                                    [shared] { shared->got = shared->pair.here.receive() == "x"; },
                                    [shared] { shared->pair.there.send("x"); },
                                    [shared](bool woken, bool returned) {
                                      if (shared->got != returned) return false;
                                      if (woken && !returned) {
                                        return shared->pair.here.receive(5s) == "x";
                                      }
                                      return !shared->pair.here.try_receive().has_value();
                                    }};
                              }};
  test::try_every_blow({receiving}, test::When::while_it_waits);
  test::try_every_blow({receiving}, test::When::after_it_was_woken);
}

BOOST_AUTO_TEST_CASE(closing_wakes_those_who_wait) {
  Pair pair(ZMQ_PAIR, ZMQ_PAIR);
  auto reader = gnet::spawn([&] {
    BOOST_CHECK_EXCEPTION(static_cast<void>(pair.here.receive()), std::system_error,
                          [](const std::system_error& error) {
                            return error.code() == std::errc::bad_file_descriptor;
                          });
  });
  gnet::yield();
  pair.here.close();
  BOOST_TEST(reader.join(5s));
  BOOST_TEST(pair.here.native_handle() == nullptr);
  BOOST_CHECK_THROW(pair.here.send("x"), std::system_error);
}

BOOST_AUTO_TEST_CASE(whoever_uses_the_handle_tells) {
  Pair pair(ZMQ_PAIR, ZMQ_PAIR, "inproc://handle");
  auto reader = gnet::spawn([&] { return pair.here.receive(); });
  gnet::yield();
  pair.there.send("x");
  int events = 0;
  std::size_t size = sizeof events;
  BOOST_REQUIRE(zmq_getsockopt(pair.here.native_handle(), ZMQ_EVENTS, &events, &size) == 0);
  pair.here.used();
  BOOST_TEST(reader.get(5s) == "x");
}

BOOST_AUTO_TEST_CASE(errors_say_what_is_wrong) {
  Context context;
  Socket socket(context, ZMQ_REP);
  BOOST_CHECK_EXCEPTION(socket.send("too early"), std::system_error,
                        [](const std::system_error& error) {
                          return error.code() == std::error_code(EFSM, gnet::zmq::zmq_category());
                        });
  BOOST_CHECK_EXCEPTION(
      socket.bind("nonsense"), std::system_error, [](const std::system_error& error) {
        return std::string(error.what()) == "cannot listen on nonsense: invalid argument";
      });
  BOOST_CHECK_THROW(Socket(context, 4711), std::system_error);
}

BOOST_AUTO_TEST_CASE(others_run_while_a_context_ends) {
  int turns = 0;
  auto other = gnet::spawn([&] {
    for (;; ++turns) gnet::yield();
  });
  {
    Context context;
    Socket nobody_there(context, ZMQ_PUSH);
    nobody_there.set(ZMQ_LINGER, 20);
    nobody_there.connect("ipc:///nowhere/at/all");
    nobody_there.send("into the void");
  }
  BOOST_TEST(turns > 10);
  other.kill();
}

BOOST_AUTO_TEST_CASE(waiting_takes_no_time_of_the_processor) {
  Pair pair(ZMQ_PAIR, ZMQ_PAIR);
  pair.there.send("x");
  BOOST_TEST(pair.here.receive(5s) == "x");
  auto reader = gnet::spawn([&] { static_cast<void>(pair.here.receive()); });
  const auto cpu = std::clock();
  gnet::sleep(50ms);
  BOOST_TEST(static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC < 0.02);
  reader.kill();
}

BOOST_AUTO_TEST_CASE(a_socket_belongs_to_its_thread) {
  Pair pair(ZMQ_PAIR, ZMQ_PAIR);
  std::thread([&] { BOOST_CHECK_THROW(pair.here.send("x"), gnet::Misuse); }).join();
}

BOOST_AUTO_TEST_SUITE_END()
