// The same relay as a function of this program that runs in a child, with typed messages.

#include <cstdio>
#include <string>

#include "gnet/gnet.h"

const gnet::PipedFunction relay("relay", [](gnet::MessagePipe parent) {
  for (int i = 0; const auto message = parent.get<std::string>(); ++i) {
    parent.put(*message + " in " + std::to_string(i));
  }
  return 0;
});

int main() {
  if (const auto status = gnet::run_piped_function()) return *status;
  gnet::PipedProcess process(relay);
  auto getter = gnet::spawn([&] {
    for (int i = 0; i < 5; ++i) std::puts(process.pipe().get<std::string>().value().c_str());
  });
  auto putter = gnet::spawn([&] {
    for (int i = 0; i < 5; ++i) process.pipe().put("hi");
  });
  getter.join();
  putter.join();
  process.pipe().close();
  return process.wait();
}
