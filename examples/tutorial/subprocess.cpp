// A program runs in a process of its own, and a fiber beside it.

#include <cstdio>

#include "gnet/gnet.h"

using namespace std::chrono_literals;

void cron() {
  for (;;) {
    std::puts("cron");
    gnet::sleep(400ms);
  }
}

int main() {
  auto ticking = gnet::spawn(cron);
  gnet::Popen process({"sh", "-c", "sleep 1.8; uname"}, {.out = gnet::Stdio::pipe()});
  const auto [out, err] = process.communicate();
  ticking.kill();
  std::printf("%s", out.c_str());
}
