// Thrown in the main fiber when nothing can ever wake anybody again.
//
// The text is the wait graph: every fiber that waits, where it was spawned, what
// it waits for, and which fiber holds that.
//
//   try {
//     gnet::Event().wait();
//   } catch (const gnet::LoopExit& deadlock) {
//     std::cerr << deadlock.what() << '\n';   // this would block for ever: …
//   }
//
// Threads: each hub has its own main fiber.

#pragma once

#include <stdexcept>

namespace gnet {

class LoopExit : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace gnet
