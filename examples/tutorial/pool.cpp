// 组和池: a pool has room for so many fibers at a time.

#include <iostream>
#include <vector>

#include "gnet/gnet.h"

int main() {
  gnet::Pool pool(2);

  auto hello_from = [&](int) { std::cout << "Size of pool " << pool.size() << '\n'; };

  pool.map(std::vector<int>{0, 1, 2}, hello_from);
}
