#include "cli/client/run_client.h"

#include <boost/test/unit_test.hpp>
#include <csignal>

#include "cli/out/failure.h"
#include "gnet/fiber/fiber.h"
#include "gnet/sync/event.h"
#include "tests/unit/child.h"

BOOST_AUTO_TEST_SUITE(run_client)

using namespace std::chrono_literals;

namespace {

// A command that notes what happens to it.
struct Client {
  cli::Exit run() {
    return cli::run_client(options, {.work = [this] { return do_work(); },
                                     .summary = [this] { story += "summary "; }});
  }

  cli::Exit do_work() {
    struct Note {
      ~Note() { story += "over "; }
      std::string& story;
    } const note{story};
    return work();
  }

  // The status of the Failure that it ends with.
  cli::Exit failure() {
    try {
      static_cast<void>(run());
    } catch (const cli::Failure& failure) {
      return failure.code();
    }
    return cli::Exit::ok;
  }

  cli::ClientOptions options;
  std::function<cli::Exit()> work;
  std::string story;
};

cli::Exit work_for_ever() {
  gnet::Event().wait();
  return cli::Exit::ok;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_work_decides_on_the_status) {
  Client client;
  client.work = [] { return cli::Exit::negative; };
  BOOST_TEST((client.run() == cli::Exit::negative));
  BOOST_TEST(client.story == "over summary ");
}

BOOST_AUTO_TEST_CASE(what_the_work_throws_comes_after_the_summary) {
  Client client;
  client.work = []() -> cli::Exit { throw cli::Failure(cli::Exit::lost, "gone"); };
  BOOST_TEST((client.failure() == cli::Exit::lost));
  BOOST_TEST(client.story == "over summary ");
}

BOOST_AUTO_TEST_CASE(work_that_takes_too_long_is_ended) {
  Client client;
  client.options.timeout = 5ms;
  client.work = work_for_ever;
  BOOST_TEST((client.failure() == cli::Exit::timeout));
  BOOST_TEST(client.story == "over summary ");
}

BOOST_AUTO_TEST_CASE(work_may_say_why_when_it_is_ended) {
  Client client;
  client.options.timeout = 5ms;
  client.work = []() -> cli::Exit {
    try {
      return work_for_ever();
    } catch (...) {
      throw cli::Failure(cli::Exit::connect, "nobody there");
    }
  };
  BOOST_TEST((client.failure() == cli::Exit::connect));
}

BOOST_AUTO_TEST_CASE(a_signal_ends_it_with_its_number) {
  for (const int number : {SIGINT, SIGTERM}) {
    Client client;
    client.work = [number] {
      raise(number);
      return work_for_ever();
    };
    BOOST_TEST((client.run() == cli::exit_for_signal(number)));
    BOOST_TEST(client.story == "over summary ");
  }
}

BOOST_AUTO_TEST_CASE(a_second_signal_does_not_wait_for_the_work, *test::not_under_tsan()) {
  const int status = test::status_of_child([] {
    Client client;
    client.work = []() -> cli::Exit {
      try {
        raise(SIGTERM);
        return work_for_ever();
      } catch (...) {
        raise(SIGINT);
        gnet::sleep(5s);
        throw;
      }
    };
    static_cast<void>(client.run());
    return 1;
  });
  BOOST_TEST(WEXITSTATUS(status) == 128 + SIGINT);
}

BOOST_AUTO_TEST_CASE(sigquit_ends_it_at_once_though_a_shell_had_it_ignored,
                     *test::not_under_tsan()) {
  const int status = test::status_of_child([] {
    std::signal(SIGQUIT, SIG_IGN);
    Client client;
    client.work = [] {
      raise(SIGQUIT);
      return work_for_ever();
    };
    static_cast<void>(client.run());
    return 1;
  });
  BOOST_TEST(WEXITSTATUS(status) == 128 + SIGQUIT);
}

BOOST_AUTO_TEST_CASE(sigusr1_asks_for_the_summary) {
  Client client;
  client.work = [] {
    raise(SIGUSR1);
    gnet::sleep(5ms);
    return cli::Exit::ok;
  };
  BOOST_TEST((client.run() == cli::Exit::ok));
  BOOST_TEST(client.story == "summary over summary ");
}

BOOST_AUTO_TEST_SUITE_END()
