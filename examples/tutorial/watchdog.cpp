// What the tutorial only warns of, named while it happens: a fiber that does not let go of its
// thread, one that computes for long and does, and two that wait for each other.

#include <atomic>
#include <iostream>
#include <mutex>

#include "gnet/gnet.h"

using namespace std::chrono_literals;

void block() {
  std::atomic<bool> reported = false;
  gnet::diag::start_watchdog({.max_blocking_time = 50ms,
                              .on_blocked = [&](const gnet::diag::Blocked&) { reported = true; }});
  gnet::spawn({.name = "greedy"}, [&] {
    while (!reported) {  // computes, and nobody else gets a turn
    }
  }).join();
  gnet::diag::stop_watchdog();
  std::cout << "greedy held up everybody else, and was reported\n";
}

void share() {
  bool over = false;
  auto other = gnet::spawn([&] {
    gnet::sleep(1ms);
    over = true;
  });
  while (!over) gnet::checkpoint();  // computes, and lets timers and I/O go on
  std::cout << "others ran while main computed\n";
}

void wait_for_each_other() {
  gnet::Mutex left;
  gnet::Mutex right;
  auto take = [](gnet::Mutex& first, gnet::Mutex& second) {
    const std::lock_guard one(first);
    gnet::yield();
    const std::lock_guard other(second);
  };
  auto alice = gnet::spawn({.name = "Alice"}, [&] { take(left, right); });
  auto bob = gnet::spawn({.name = "Bob"}, [&] { take(right, left); });
  gnet::sleep(1ms);
  for (const auto& deadlock : gnet::diag::find_deadlocks()) {
    std::cout << deadlock.fibers[0] << " and " << deadlock.fibers[1] << " wait for each other\n";
  }
  bob.kill();
  alice.join();
}

int main() {
  block();
  share();
  wait_for_each_other();
}
