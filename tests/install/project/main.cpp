#include <gnet/base/version.h>

#include <cstdio>

int main() {
  const auto version = gnet::version();
  std::printf("gnet %.*s\n", static_cast<int>(version.size()), version.data());
}
