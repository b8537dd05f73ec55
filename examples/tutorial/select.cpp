// Waiting in select_fds() holds up only the fiber that waits: both limits run at the same time.

#include <cmath>
#include <cstdio>
#include <vector>

#include "gnet/gnet.h"

using namespace std::chrono_literals;

const auto start = gnet::Clock::now();

// To the nearest half second: a busy machine is not exact.
double tic() {
  const std::chrono::duration<double> passed = gnet::Clock::now() - start;
  return std::round(passed.count() * 2) / 2;
}

void poll_for(gnet::Duration limit) {
  std::printf("Started Polling: at %.1f seconds\n", tic());
  static_cast<void>(gnet::select_fds({}, {}, limit));
  std::printf("Ended Polling: at %.1f seconds\n", tic());
}

int main() {
  std::vector<gnet::Fiber<>> fibers;
  fibers.push_back(gnet::spawn([] { poll_for(1s); }));
  fibers.push_back(gnet::spawn([] { poll_for(2s); }));
  fibers.push_back(gnet::spawn([] {
    std::printf("Hey lets do some stuff while the greenlets poll, at %.1f seconds\n", tic());
    gnet::sleep(1s);
  }));
  gnet::joinall(fibers);
}
