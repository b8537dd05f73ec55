// What the tests of fibers share.

#pragma once

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <exception>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/base/log.h"
#include "gnet/base/sanitizer.h"
#include "gnet/fiber/fiber.h"

namespace test {

using namespace std::chrono_literals;

#if defined(GNET_ASAN) || defined(GNET_TSAN)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

// What a test throws and wants to recognise.
struct Oops : std::runtime_error {
  explicit Oops(int number) : std::runtime_error("oops " + std::to_string(number)), code(number) {}
  int code;
};

// Collects what is reported to the calling thread's hub while it exists.
class Reports {
 public:
  struct Report {
    std::string fiber;
    std::string error;
  };

  Reports() {
    gnet::Hub::current().set_error_handler(
        [this](const std::string& fiber, const std::exception_ptr& error) {
          all.push_back({fiber, gnet::describe(error)});
        });
  }
  Reports(const Reports&) = delete;
  Reports& operator=(const Reports&) = delete;
  ~Reports() { gnet::Hub::current().set_error_handler(nullptr); }

  std::vector<Report> all;
};

// Collects log lines of all threads while it exists.
class LogLines {
 public:
  LogLines() {
    gnet::set_log_sink([this](const gnet::LogRecord& record) {
      const std::lock_guard lock(mutex_);
      text_ += record.message;
      text_ += '\n';
    });
  }
  LogLines(const LogLines&) = delete;
  LogLines& operator=(const LogLines&) = delete;
  ~LogLines() { gnet::set_log_sink(nullptr); }

  std::string text() {
    const std::lock_guard lock(mutex_);
    return text_;
  }

 private:
  std::mutex mutex_;
  std::string text_;
};

// Calls `body` on a thread of its own, which has a hub of its own, and waits for the
// end of that thread. Inside, tell the outcome by variables: assertions are for the
// main thread.
template <typename F>
void on_thread(F&& body) {
  std::thread(std::forward<F>(body)).join();
}

// Lets ready fibers run until none is left, without waiting for time to pass.
inline void let_run(int rounds = 10) {
  for (int i = 0; i < rounds; ++i) gnet::yield();
}

// Keeps the thread busy.
inline void burn(gnet::Duration time) {
  const auto end = gnet::Clock::now() + time;
  while (gnet::Clock::now() < end) {
  }
}

inline gnet::Duration since(gnet::TimePoint start) {
  return gnet::Clock::now() - start;
}

// Says that it was destroyed.
struct Sentinel {
  explicit Sentinel(int& destroyed) noexcept : count(&destroyed) {}
  Sentinel(Sentinel&& other) noexcept : count(std::exchange(other.count, nullptr)) {}
  Sentinel& operator=(Sentinel&&) = delete;
  ~Sentinel() {
    if (count != nullptr) ++*count;
  }
  int* count;
};

// True when `function` throws `E`.
template <typename E, typename F>
bool throws(F&& function) {
  try {
    std::forward<F>(function)();
  } catch (const E&) {
    return true;
  }
  return false;
}

}  // namespace test
