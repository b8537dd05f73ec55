// A program that ends with its stream.
//
//   Child child({"cat"}, "exec:cat");
//   child.input().send_all("x");
//
// Threads: of the hub that starts it.

#pragma once

#include <string>
#include <vector>

#include "gnet/fiber/fiber.h"
#include "gnet/os/subprocess.h"

namespace gnet::link {

class Child {
 public:
  // `name` is for messages. Throws std::system_error when it cannot be run.
  Child(std::vector<std::string> arguments, std::string name);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  // Suspends until the program has ended, at most three seconds.
  ~Child();

  [[nodiscard]] Pipe& input() noexcept { return process_.in(); }
  [[nodiscard]] Pipe& output() noexcept { return process_.out(); }

  // Closes the pipes, at which most programs end. One that has not after a second is told to
  // (SIGTERM), with all its children, and two seconds later killed. Does not suspend.
  void end() noexcept;

 private:
  void see_off();
  void signal(int number);

  std::string name_;
  Popen process_;
  Fiber<> ending_;
};

}  // namespace gnet::link
