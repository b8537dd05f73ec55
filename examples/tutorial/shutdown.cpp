// A fiber that would run for ever ends, with all that it holds, when SIGQUIT comes.

#include <csignal>
#include <cstdio>
#include <memory>

#include "gnet/gnet.h"

using namespace std::chrono_literals;

void run_forever() {
  const std::shared_ptr<void> held(nullptr, [](void*) { std::puts("cleaned up"); });
  gnet::sleep(1000s);
}

int main() {
  auto fiber = gnet::spawn(run_forever);
  const auto quit = gnet::on_signal(SIGQUIT, [&](int) {
    std::puts("SIGQUIT");
    fiber.kill();
  });
  auto user = gnet::spawn_later(50ms, [] { std::raise(SIGQUIT); });  // who presses Ctrl-backslash
  fiber.join();
  std::puts("stopped");
}
