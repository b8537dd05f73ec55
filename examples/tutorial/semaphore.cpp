// 锁和信号量: no more than two workers hold the semaphore at a time.

#include <iostream>
#include <mutex>
#include <vector>

#include "gnet/gnet.h"

int main() {
  gnet::BoundedSemaphore sem(2);

  auto worker1 = [&](int n) {
    sem.acquire();
    std::cout << "Worker " << n << " acquired semaphore\n";
    gnet::yield();
    sem.release();
    std::cout << "Worker " << n << " released semaphore\n";
  };
  // The same, with a guard.
  [[maybe_unused]] auto worker2 = [&](int n) {
    {
      const std::lock_guard held(sem);
      std::cout << "Worker " << n << " acquired semaphore\n";
      gnet::yield();
    }
    std::cout << "Worker " << n << " released semaphore\n";
  };

  gnet::Pool pool;
  pool.map(std::vector<int>{0, 1}, worker1);
}
