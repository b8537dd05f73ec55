// A timer kept by hand: the clock read, and a node that goes into a list and out of it again. What
// it costs when all timers are of one length and the order comes for nothing: the measure of
// timeouts, which are of any length.

#include <benchmark/benchmark.h>

#include <chrono>

namespace {

struct Node {
  Node* previous = this;
  Node* next = this;
  std::chrono::steady_clock::time_point when{};
};

void raw_timer(benchmark::State& state) {
  Node list;
  for (auto _ : state) {
    Node node;
    node.when = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    node.previous = list.previous;
    node.next = &list;
    list.previous->next = &node;
    list.previous = &node;
    benchmark::DoNotOptimize(&node);
    benchmark::ClobberMemory();
    node.previous->next = node.next;
    node.next->previous = node.previous;
  }
}
BENCHMARK(raw_timer);

}  // namespace
