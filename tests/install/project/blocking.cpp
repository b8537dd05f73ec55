// Who comes first tells whether usleep() suspends the fiber or blocks the thread.

#include <gnet/gnet.h>
#include <unistd.h>

#include <cstdio>

int main() {
  gnet::spawn([] {
    usleep(20'000);
    std::puts("sleeper");
  });
  gnet::spawn([] { std::puts("other"); });
  gnet::wait();
}
