#include "gnet/protocol/service.h"

#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include "gnet/base/error.h"
#include "gnet/base/log.h"
#include "gnet/fiber/fiber.h"
#include "gnet/fiber/nursery.h"
#include "gnet/io/connect.h"
#include "gnet/protocol/datagram_server.h"
#include "gnet/protocol/stream_server.h"
#include "gnet/protocol/tcp_server_factory.h"
#include "tests/unit/child.h"
#include "tests/unit/eventually.h"

using namespace std::chrono_literals;
using gnet::Service;
using test::eventually;

namespace {

std::string story;  // what the factories have done, in order

struct Part : gnet::Factory {
  ~Part() override { story += "~" + name() + " "; }

  void listen() override { note("listen"); }
  void start() override {
    note("start");
    if (fails) throw std::runtime_error(name() + " cannot start");
    running_ = true;
  }
  void stop_accepting() override { note("close"); }
  std::size_t stop(gnet::Deadline) override {
    if (!running_) return 0;
    gnet::sleep(1ms);
    note("stop");
    running_ = false;
    if (fails_to_stop) throw std::runtime_error(name() + " cannot stop");
    return cut;
  }
  bool running() const noexcept override { return running_; }
  void on_notify(const std::any& message) override {
    told = std::any_cast<std::string>(message);
    if (fails) throw std::runtime_error(name() + " does not listen");
  }

  void note(const char* what) { story += std::string(what) + "-" + name() + " "; }

  bool fails = false;
  bool fails_to_stop = false;
  std::size_t cut = 0;
  std::string told;

 private:
  bool running_ = false;
};

struct Parts {
  Parts() { story.clear(); }
  Service service;
  Part& a = service.add_factory("a", std::make_unique<Part>());
  Part& b = service.add_factory("b", std::make_unique<Part>());
  Part& c = service.add_factory("c", std::make_unique<Part>());
};

struct Mute : gnet::Protocol {};

// A Service of one's own says that signals do not stop it. Here that is known, and a child that
// inherited such a line would lose it with the thread that writes it.
struct Unheard {
  Unheard() {
    gnet::set_log_sink([](const gnet::LogRecord&) {});
  }
  ~Unheard() { gnet::set_log_sink({}); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(service, Unheard)

BOOST_AUTO_TEST_CASE(starts_in_order_and_stops_in_reverse) {
  Parts parts;
  parts.service.start();
  BOOST_TEST(story == "listen-a listen-b listen-c start-a start-b start-c ");
  story.clear();
  parts.service.stop(1s);
  BOOST_TEST(story == "close-c close-b close-a stop-c stop-b stop-a ");
  BOOST_TEST(!parts.service.running());
}

BOOST_AUTO_TEST_CASE(a_factory_that_fails_to_start_stops_those_before_it) {
  Parts parts;
  parts.c.fails = true;
  BOOST_CHECK_EXCEPTION(parts.service.start(), std::runtime_error, [](const auto& error) {
    return std::string(error.what()) == "c cannot start";
  });
  BOOST_TEST(story == "listen-a listen-b listen-c start-a start-b start-c stop-b stop-a ");
}

BOOST_AUTO_TEST_CASE(start_leaves_alone_what_runs) {
  Parts parts;
  parts.b.start();
  parts.c.fails = true;
  BOOST_CHECK_THROW(parts.service.start(), std::runtime_error);
  BOOST_TEST(parts.b.running());
  BOOST_TEST(!parts.a.running());
}

BOOST_AUTO_TEST_CASE(stop_counts_what_was_cut) {
  Parts parts;
  parts.a.cut = 2;
  parts.c.cut = 3;
  parts.service.start();
  BOOST_TEST(parts.service.stop(1s) == 5U);
  BOOST_TEST(parts.service.cut() == 5U);
}

BOOST_AUTO_TEST_CASE(an_error_keeps_no_other_factory_from_stopping) {
  Parts parts;
  parts.service.start();
  parts.b.fails_to_stop = true;
  BOOST_CHECK_THROW(parts.service.stop(1s), std::runtime_error);
  BOOST_TEST(!parts.service.running());
  parts.service.start();
  parts.a.fails_to_stop = true;
  BOOST_CHECK_EXCEPTION(parts.service.stop(1s), gnet::ExceptionGroup,
                        [](const auto& group) { return group.errors().size() == 2; });
}

BOOST_AUTO_TEST_CASE(a_second_stop_waits_for_the_first) {
  Parts parts;
  parts.service.start();
  auto first = gnet::spawn([&] { parts.service.stop(1s); });
  gnet::yield();
  parts.service.stop(1s);
  BOOST_TEST(first.dead());
  BOOST_TEST(!parts.service.running());
}

BOOST_AUTO_TEST_CASE(names_are_unique_and_found) {
  Parts parts;
  BOOST_CHECK_THROW(parts.service.add_factory("b", std::make_unique<Part>()), gnet::Misuse);
  BOOST_TEST(parts.service.get_factory("b") == &parts.b);
  BOOST_TEST(parts.service.get_factory<Part>("b") == &parts.b);
  BOOST_TEST(parts.service.get_factory<gnet::TCPServerFactory>("b") == nullptr);
  BOOST_TEST(parts.service.get_factory("x") == nullptr);
  BOOST_TEST(&*parts.service["c"] == &parts.c);
  BOOST_CHECK_THROW(static_cast<void>(*parts.service["x"]), std::out_of_range);
  BOOST_CHECK_THROW(static_cast<void>(parts.service.at("x")), std::out_of_range);
  BOOST_TEST(parts.service.names() == (std::vector<std::string>{"a", "b", "c"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(removing_a_factory_stops_it) {
  Parts parts;
  parts.service.start();
  story.clear();
  BOOST_TEST(parts.service.remove_factory("b"));
  BOOST_TEST(story == "stop-b ~b ");
  BOOST_TEST(!parts.service.remove_factory("b"));
}

BOOST_AUTO_TEST_CASE(a_name_may_be_read_assigned_and_erased) {
  story.clear();
  {
    Service service;
    Part& first = service["echo"] = std::make_unique<Part>();
    service["echo"]->start();
    BOOST_TEST(first.running());
    gnet::Factory& read = service["echo"];
    BOOST_TEST(&read == &first);
    story.clear();
    service["echo"] = std::make_unique<Part>();  // in its place
    BOOST_TEST(story == "stop-echo ~echo ");
    Part borrowed;
    service["other"] = borrowed;
    BOOST_TEST(service.get_factory("other") == &borrowed);
    BOOST_TEST(service.erase("other"));
    BOOST_TEST(!service.erase("other"));
    BOOST_TEST(service.names().size() == 1u);
  }
}

BOOST_AUTO_TEST_CASE(factories_are_destroyed_in_reverse_and_borrowed_ones_are_not) {
  Part borrowed;
  {
    Parts parts;
    parts.service.add_factory("borrowed", borrowed);
    BOOST_TEST(parts.service.get_factory("borrowed") == &borrowed);
  }
  BOOST_TEST(story == "~c ~b ~a ");
}

BOOST_AUTO_TEST_CASE(a_factory_added_to_a_running_service_starts_when_asked) {
  Parts parts;
  parts.service.start();
  auto& late = parts.service.add_factory("late", std::make_unique<Part>());
  BOOST_TEST(!late.running());
  late.start();
  parts.service.stop(1s);
  BOOST_TEST(!late.running());
}

BOOST_AUTO_TEST_CASE(notify_reaches_every_match_even_when_one_throws) {
  Parts parts;
  parts.a.fails = true;
  BOOST_CHECK_THROW(parts.service.notify_factory("*", "hello"), std::runtime_error);
  BOOST_TEST(parts.a.told == "hello");
  BOOST_TEST(parts.c.told == "hello");
  parts.c.fails = true;
  BOOST_CHECK_THROW(parts.service.notify_factory("?", std::string("again")), gnet::ExceptionGroup);
  BOOST_TEST(parts.b.told == "again");
}

BOOST_AUTO_TEST_CASE(notify_patterns_know_stars_and_question_marks) {
  Service service;
  for (const char* name : {"echo", "echo-admin", "web", ""}) {
    service.add_factory(name, std::make_unique<Part>());
  }
  const auto matches = [&](const char* pattern) { return service.notify_factory(pattern, "m"); };
  BOOST_TEST(matches("*") == 4U);
  BOOST_TEST(matches("echo") == 1U);
  BOOST_TEST(matches("echo*") == 2U);
  BOOST_TEST(matches("*e*") == 3U);
  BOOST_TEST(matches("*-*n") == 1U);
  BOOST_TEST(matches("w?b") == 1U);
  BOOST_TEST(matches("???") == 1U);
  BOOST_TEST(matches("") == 1U);
  BOOST_TEST(matches("w?") == 0U);
  BOOST_TEST(matches("*o*o*") == 0U);
}

BOOST_AUTO_TEST_CASE(a_signal_stops_the_service_and_ends_the_wait) {
  Parts parts;
  int told = 0;
  parts.service.handle_signals(true);
  parts.service.before_stop([&](int signal) { told = signal; });
  parts.service.start();
  auto tick = gnet::spawn([] {
    for (;;) gnet::sleep(1ms);
  });
  auto sender = gnet::spawn_later(5ms, [] { raise(SIGTERM); });
  BOOST_TEST(gnet::wait());
  BOOST_TEST(!parts.service.running());
  BOOST_TEST(parts.service.stop_signal() == SIGTERM);
  BOOST_TEST(told == SIGTERM);
  BOOST_TEST(tick.active());
  tick.kill();
}

BOOST_AUTO_TEST_CASE(the_instance_handles_signals_from_its_first_factory_on) {
  const int status = test::status_of_child([] {
    signal(SIGINT, SIG_IGN);  // as a shell does to background jobs
    auto& root = Service::instance();
    auto& server = root.add_factory("mute", gnet::TCPServerFactory::of<Mute>("127.0.0.1:0"));
    server.start();
    auto tick = gnet::spawn([] {
      for (;;) gnet::sleep(1s);
    });
    kill(getpid(), SIGINT);
    gnet::wait();
    return server.running() ? 1 : 42;
  });
  BOOST_TEST(WEXITSTATUS(status) == 42);
}

BOOST_AUTO_TEST_CASE(a_second_signal_exits_at_once, *test::not_under_tsan()) {
  const int status = test::status_of_child([] {
    struct Slow : Part {
      std::size_t stop(gnet::Deadline) override {
        raise(SIGINT);
        return 0;
      }
    };
    Service::instance().add_factory("slow", std::make_unique<Slow>()).start();
    raise(SIGTERM);
    gnet::wait(5s);
    return 1;
  });
  BOOST_TEST(WIFEXITED(status));
  BOOST_TEST(WEXITSTATUS(status) == 128 + SIGINT);
}

BOOST_AUTO_TEST_CASE(any_server_can_be_a_factory_of_it) {
  Service service;
  auto& streams = service.add_factory(
      "streams", std::make_unique<gnet::StreamServer>("127.0.0.1:0", [](gnet::AnyStream& stream) {
        char byte = 0;
        while (stream.receive(&byte, 1) > 0) continue;
      }));
  auto& datagrams = service.add_factory(
      "datagrams", std::make_unique<gnet::DatagramServer>(
                       "127.0.0.1:0", [](std::string_view, const gnet::SocketAddress&) {}));
  service.start();
  const auto client = gnet::connect(streams.local_endpoint());
  BOOST_TEST(eventually([&] { return streams.active() == 1; }));
  BOOST_TEST(service.stop(0s) == 1U);
  BOOST_TEST(!streams.running());
  BOOST_TEST(!datagrams.running());
}

BOOST_AUTO_TEST_CASE(nothing_is_no_factory) {
  Service service;
  BOOST_CHECK_THROW(service.add_factory("x", std::unique_ptr<Part>()), gnet::Misuse);
  BOOST_CHECK_THROW(service["x"] = std::unique_ptr<Part>(), gnet::Misuse);
  BOOST_TEST(service.names().empty());
}

BOOST_AUTO_TEST_CASE(text_of_any_kind_is_told_as_a_string) {
  Parts parts;
  parts.service.notify_factory("a", std::string_view("view"));
  BOOST_TEST(parts.a.told == "view");
}

BOOST_AUTO_TEST_CASE(a_message_of_another_type_is_named) {
  Parts parts;
  BOOST_CHECK_EXCEPTION(parts.service.notify_factory("b", 42), gnet::Misuse, [](const auto& error) {
    return std::string(error.what()) ==
           "factory 'b' was told a int, which its on_notify() does not take";
  });
}

BOOST_AUTO_TEST_CASE(a_connection_may_stop_it) {
  Service service;
  struct Stopper : gnet::Protocol {
    explicit Stopper(Service* of) : service(of) {}
    void data_received(std::string_view) override { service->stop(10s); }
    Service* service;
  };
  auto& first =
      service.add_factory("first", gnet::TCPServerFactory::of<Stopper>("127.0.0.1:0", &service));
  auto& second =
      service.add_factory("second", gnet::TCPServerFactory::of<Stopper>("127.0.0.1:0", &service));
  service.start();
  auto one = gnet::connect(first.local_endpoint());
  auto two = gnet::connect(second.local_endpoint());
  auto three = gnet::connect(second.local_endpoint());
  BOOST_TEST(eventually([&] { return first.active() == 1 && second.active() == 2; }));
  // All at once: none waits for another, nor uses up the grace.
  for (auto* stream : {&one, &two, &three}) stream->send_all("stop");
  BOOST_TEST(eventually([&] { return first.active() == 0 && second.active() == 0; }));
  BOOST_TEST(!service.running());
}

BOOST_AUTO_TEST_CASE(what_is_left_at_the_end_of_its_hub_is_stopped_and_destroyed_before) {
  story.clear();
  std::thread([] {
    // Goes after the hub, which is made later.
    thread_local std::optional<Service> service;
    service.emplace();
    service->handle_signals(false);
    service->add_factory("a", std::make_unique<Part>()).start();
    service->add_factory("b", std::make_unique<Part>()).start();
    story.clear();
  }).join();
  BOOST_TEST(story == "close-b close-a stop-b stop-a ~b ~a ");
}

BOOST_AUTO_TEST_SUITE_END()
