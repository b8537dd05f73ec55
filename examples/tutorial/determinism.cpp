// 确定性: a pool gives the same results in the same order, every time.

#include <array>
#include <chrono>
#include <iostream>
#include <numeric>
#include <vector>

#include "gnet/gnet.h"

using namespace std::chrono_literals;

int echo(int i) {
  gnet::sleep(1ms);
  return i;
}

std::vector<int> run(gnet::Pool& pool) {
  std::array<int, 10> numbers;
  std::iota(numbers.begin(), numbers.end(), 0);
  std::vector<int> results;
  for (int& result : pool.imap_unordered(numbers, echo)) results.push_back(result);
  return results;
}

int main() {
  gnet::Pool p(10);
  const auto run1 = run(p);
  const auto run2 = run(p);
  const auto run3 = run(p);
  const auto run4 = run(p);

  std::cout << std::boolalpha << (run1 == run2 && run2 == run3 && run3 == run4) << '\n';
}
