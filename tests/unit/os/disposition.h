// What a signal does to the process: for tests of those who change it.

#pragma once

#include <csignal>

namespace test {

using Handler = void (*)(int);

inline Handler disposition(int signal) {
  struct sigaction action {};
  sigaction(signal, nullptr, &action);
  return action.sa_handler;
}

}  // namespace test
