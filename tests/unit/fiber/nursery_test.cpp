#include "gnet/fiber/nursery.h"

#include <boost/test/unit_test.hpp>
#include <optional>
#include <string>

#include "gnet/fiber/fiber.h"
#include "gnet/sync/event.h"
#include "tests/unit/fiber/support.h"

BOOST_AUTO_TEST_SUITE(nursery)

using namespace test;
using gnet::Nursery;
using gnet::sleep;
using gnet::spawn;
using gnet::with_nursery;
using gnet::yield;

BOOST_AUTO_TEST_CASE(ends_when_its_children_have_ended) {
  int ended = 0;
  with_nursery([&](Nursery& nursery) {
    for (int i = 0; i < 3; ++i) {
      nursery.spawn([&ended, i] {
        sleep(std::chrono::milliseconds(i * 3));
        ++ended;
      });
    }
    BOOST_TEST(ended == 0);
  });
  BOOST_TEST(ended == 3);
}

BOOST_AUTO_TEST_CASE(ends_at_once_without_children) {
  with_nursery([](Nursery&) {});
  Nursery nursery;
  nursery.join();
}

BOOST_AUTO_TEST_CASE(children_may_start_children) {
  std::string trace;
  with_nursery([&](Nursery& nursery) {
    nursery.spawn([&] {
      trace += 'a';
      nursery.spawn([&] {
        sleep(2ms);
        trace += 'b';
        nursery.spawn([&] {
          yield();
          trace += 'c';
        });
      });
    });
  });
  BOOST_TEST(trace == "abc");
}

BOOST_AUTO_TEST_CASE(children_run_in_the_order_of_their_spawns) {
  std::string trace;
  with_nursery([&](Nursery& nursery) {
    for (char c : std::string("12345")) nursery.spawn([&trace, c] { trace += c; });
  });
  BOOST_TEST(trace == "12345");
}

BOOST_AUTO_TEST_CASE(the_first_failure_cancels_the_siblings_and_the_body) {
  std::string trace;
  auto run = [&] {
    with_nursery([&](Nursery& nursery) {
      nursery.spawn([&] {
        try {
          sleep(10s);
        } catch (const gnet::Cancelled&) {
          trace += "sibling ";
          throw;
        }
      });
      nursery.spawn([&] {
        sleep(2ms);
        throw Oops(1);
      });
      try {
        sleep(10s);
      } catch (const gnet::Cancelled&) {
        trace += "body ";
        throw;
      }
    });
  };
  const auto start = gnet::Clock::now();
  BOOST_CHECK_EXCEPTION(run(), Oops, [](const Oops& error) { return error.code == 1; });
  BOOST_TEST((since(start) < 5s));
  BOOST_TEST((trace == "sibling body " || trace == "body sibling "));
  yield();
}

BOOST_AUTO_TEST_CASE(several_errors_make_a_group) {
  auto run = [] {
    with_nursery([](Nursery& nursery) {
      nursery.spawn([] {
        try {
          sleep(10s);
        } catch (const gnet::Cancelled&) {
          throw Oops(2);
        }
      });
      nursery.spawn([] { throw Oops(1); });
    });
  };
  try {
    run();
    BOOST_FAIL("no error");
  } catch (const gnet::ExceptionGroup& group) {
    BOOST_REQUIRE(group.errors().size() == 2U);
    BOOST_TEST(gnet::describe(group.errors()[0]) == "oops 1");
    BOOST_TEST(gnet::describe(group.errors()[1]) == "oops 2");
    BOOST_TEST(group.what() == std::string("2 fibers failed; oops 1; oops 2"));
  }
}

BOOST_AUTO_TEST_CASE(an_error_of_the_body_cancels_the_children) {
  bool cancelled = false;
  auto run = [&] {
    with_nursery([&](Nursery& nursery) {
      nursery.spawn([&] {
        try {
          sleep(10s);
        } catch (const gnet::Cancelled&) {
          cancelled = true;
          throw;
        }
      });
      yield();
      throw Oops(3);
    });
  };
  BOOST_CHECK_THROW(run(), Oops);
  BOOST_TEST(cancelled);
}

BOOST_AUTO_TEST_CASE(whatever_the_body_throws_comes_out) {
  BOOST_CHECK_THROW(with_nursery([](Nursery& nursery) {
                      nursery.spawn([] { sleep(10s); });
                      throw 42;
                    }),
                    int);
}

BOOST_AUTO_TEST_CASE(errors_of_body_and_child_are_one_group) {
  auto run = [] {
    with_nursery([](Nursery& nursery) {
      nursery.spawn([] {
        try {
          sleep(10s);
        } catch (const gnet::Cancelled&) {
          throw Oops(2);
        }
      });
      yield();
      throw Oops(1);
    });
  };
  BOOST_CHECK_EXCEPTION(run(), gnet::ExceptionGroup,
                        [](const auto& group) { return group.errors().size() == 2; });
}

BOOST_AUTO_TEST_CASE(errors_are_not_reported_besides) {
  Reports reports;
  BOOST_CHECK_THROW(with_nursery([](Nursery& nursery) { nursery.spawn([] { throw Oops(1); }); }),
                    Oops);
  let_run();
  BOOST_TEST(reports.all.empty());
}

BOOST_AUTO_TEST_CASE(a_child_that_exits_is_no_failure) {
  bool sibling = false;
  with_nursery([&](Nursery& nursery) {
    nursery.spawn([] { gnet::this_fiber::exit(); });
    nursery.spawn([&] {
      sleep(2ms);
      sibling = true;
    });
  });
  BOOST_TEST(sibling);
}

BOOST_AUTO_TEST_CASE(cancel_ends_the_children_and_is_no_error) {
  int ended = 0;
  with_nursery([&](Nursery& nursery) {
    for (int i = 0; i < 3; ++i) {
      nursery.spawn([&] {
        const Sentinel sentinel(ended);
        sleep(10s);
      });
    }
    yield();
    nursery.cancel();
  });
  BOOST_TEST(ended == 3);
}

BOOST_AUTO_TEST_CASE(a_child_of_a_cancelled_nursery_ends_at_its_first_suspension) {
  std::string trace;
  with_nursery([&](Nursery& nursery) {
    nursery.cancel();
    nursery.spawn([&] {
      trace += "started ";
      yield();
      trace += "went on";
    });
  });
  BOOST_TEST(trace == "started ");
}

BOOST_AUTO_TEST_CASE(a_nursery_with_a_deadline_ends_then) {
  Nursery nursery(5ms);
  int ended = 0;
  nursery.spawn([&] {
    const Sentinel sentinel(ended);
    sleep(10s);
  });
  const auto start = gnet::Clock::now();
  nursery.join();
  BOOST_TEST((since(start) < 5s));
  BOOST_TEST(ended == 1);
}

BOOST_AUTO_TEST_CASE(killing_the_owner_ends_the_children_first) {
  std::string trace;
  auto owner = spawn([&] {
    try {
      with_nursery([&](Nursery& nursery) {
        nursery.spawn([&] {
          try {
            sleep(10s);
          } catch (const gnet::Cancelled&) {
            gnet::CancelScope shield(gnet::Deadline::never(), true);
            static_cast<void>(shield.run([] { sleep(3ms); }));
            trace += "child ";
            throw;
          }
        });
      });
    } catch (const gnet::FiberExit&) {
      trace += "owner";
      throw;
    }
  });
  let_run();
  owner.kill();
  BOOST_TEST(trace == "child owner");
  BOOST_TEST(owner.was_killed());
}

BOOST_AUTO_TEST_CASE(a_timeout_of_the_owner_ends_the_children_first) {
  int ended = 0;
  gnet::Timeout limit(3ms);
  try {
    with_nursery([&](Nursery& nursery) {
      nursery.spawn([&] {
        const Sentinel sentinel(ended);
        sleep(10s);
      });
    });
    BOOST_FAIL("not interrupted");
  } catch (const gnet::Timeout& fired) {
    BOOST_TEST((fired == limit));
  }
  BOOST_TEST(ended == 1);
}

BOOST_AUTO_TEST_CASE(an_outer_scope_cancels_nursery_and_children) {
  int ended = 0;
  BOOST_TEST(!gnet::move_on_after(3ms, [&] {
    with_nursery([&](Nursery& nursery) {
      nursery.spawn([&] {
        const Sentinel sentinel(ended);
        sleep(10s);
      });
    });
  }));
  BOOST_TEST(ended == 1);
}

BOOST_AUTO_TEST_CASE(nurseries_nest) {
  std::string trace;
  auto run = [&] {
    with_nursery([&](Nursery& outer) {
      outer.spawn([&] {
        with_nursery([&](Nursery& inner) {
          inner.spawn([&] {
            try {
              sleep(10s);
            } catch (const gnet::Cancelled&) {
              trace += "grandchild ";
              throw;
            }
          });
        });
      });
      outer.spawn([] {
        sleep(2ms);
        throw Oops(4);
      });
    });
  };
  BOOST_CHECK_THROW(run(), Oops);
  BOOST_TEST(trace == "grandchild ");
}

BOOST_AUTO_TEST_CASE(destroyed_without_join_it_cancels_and_waits_and_reports) {
  Reports reports;
  int ended = 0;
  {
    Nursery nursery;
    nursery.spawn([&] {
      const Sentinel sentinel(ended);
      sleep(10s);
    });
    nursery.spawn([] { throw Oops(6); });
    yield();
  }
  BOOST_TEST(ended == 1);
  BOOST_REQUIRE(reports.all.size() == 1U);
  BOOST_TEST(reports.all[0].error == "oops 6");
}

BOOST_AUTO_TEST_CASE(can_be_joined_again) {
  Nursery nursery;
  int ended = 0;
  for (int round = 1; round <= 3; ++round) {
    nursery.spawn([&] { ++ended; });
    nursery.join();
    BOOST_TEST(ended == round);
  }
}

BOOST_AUTO_TEST_CASE(may_outlive_the_scope_in_which_it_was_made) {
  std::optional<Nursery> nursery;
  gnet::CancelScope outer;
  int ended = 0;
  BOOST_TEST(!outer.run([&] {
    {
      gnet::CancelScope inner;
      BOOST_TEST(inner.run([&] { nursery.emplace(); }));
    }
    nursery->spawn([&] {
      const Sentinel sentinel(ended);
      sleep(10s);
    });
    yield();
    outer.cancel();
    nursery->join();
  }));
  BOOST_TEST(ended == 1);
}

BOOST_AUTO_TEST_CASE(spawning_on_another_thread_is_misuse) {
  Nursery nursery;
  bool refused = false;
  bool ran = false;
  on_thread([&] {
    refused = throws<gnet::Misuse>([&] { nursery.spawn([&] { ran = true; }); });
    gnet::wait();
  });
  nursery.join();
  BOOST_TEST(refused);
  BOOST_TEST(!ran);
}

BOOST_AUTO_TEST_SUITE_END()
