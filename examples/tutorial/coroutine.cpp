// 聊聊协程: a producer that sends tasks to a consumer, which runs only when it is sent one.

#include <chrono>
#include <iostream>
#include <string>

#include "gnet/gnet.h"

using namespace std::chrono_literals;
using Consumer = gnet::Generator<void, std::string>;

Consumer coroutine() {
  Consumer consumer([](auto& yield) {
    std::cout << "Wait to getting a task\n";
    while (auto task = yield()) std::cout << "Got " << *task << '\n';
  });
  consumer.next();
  return consumer;
}

void producer(int tasks) {
  auto consumer = coroutine();
  for (int task_id = 0; task_id < tasks; ++task_id) {
    gnet::sleep(10ms);
    std::cout << "Send a task " << task_id << " to consumer\n";
    consumer.send("task " + std::to_string(task_id));
  }
}

int main() {
  producer(3);
}
