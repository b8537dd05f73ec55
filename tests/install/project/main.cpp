#include <gnet/base/version.h>
#include <gnet/gnet.h>

#include <cstdio>

int main() {
  gnet::Event done;
  auto answer = gnet::spawn([&] {
    done.wait();
    return 42;
  });
  gnet::sleep(std::chrono::milliseconds(1));
  done.set();
  return std::printf("gnet %s: %d\n", gnet::version().data(), answer.get()) > 0 ? 0 : 1;
}
