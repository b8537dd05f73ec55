// Monkey patching: code that blocks and knows nothing of fibers suspends only the fiber that calls
// it. Nothing switches it on; this program is linked with gnet::patch.

#include <sys/select.h>
#include <unistd.h>

#include <cstdio>

#include "gnet/gnet.h"
#include "gnet/patch/patch.h"

// As an old library does it: two descriptors, select(), read().
int receive_answer(int first, int second) {
  fd_set readable;
  FD_ZERO(&readable);
  FD_SET(first, &readable);
  FD_SET(second, &readable);
  select((first > second ? first : second) + 1, &readable, nullptr, nullptr, nullptr);
  unsigned char answer = 0;
  return read(FD_ISSET(first, &readable) ? first : second, &answer, 1) == 1 ? answer : -1;
}

int main() {
  for (const auto& function : gnet::patch::report()) {
    if (function.name != "select" && function.name != "read" && function.name != "usleep") continue;
    std::printf("%s is %s\n", function.name.c_str(),
                function.in_force ? "gnet's" : "libc's, and blocks the thread");
  }

  int silent[2];
  int talking[2];
  if (pipe(silent) != 0 || pipe(talking) != 0) return 1;
  auto waiting = gnet::spawn([&] {
    std::puts("waiting for an answer");
    std::printf("the answer is %d\n", receive_answer(silent[0], talking[0]));
  });
  auto working = gnet::spawn([&] {
    for (int i = 0; i < 3; ++i) {
      usleep(10'000);
      std::puts("the others run on");
    }
    const unsigned char answer = 42;
    if (write(talking[1], &answer, 1) != 1) std::puts("nobody listens");
  });
  gnet::wait();
}
