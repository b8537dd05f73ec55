// What went wrong, in words for people.
//
// Failed system calls are std::system_error whose text names the operation and its object, in
// lower case and without numbers: "cannot connect to tcp://127.0.0.1:1: connection refused".
//
//   if (::bind(fd, address, size) != 0) gnet::throw_errno("cannot listen on " + name);
//
// Threads: functions without state; exceptions are values.

#pragma once

#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <typeinfo>

#include "gnet/base/duration.h"

namespace gnet {

// The program uses an object in a way that its contract forbids: from a wrong thread, a second
// reader on one socket, releasing what is not held. Thrown in release builds too.
class Misuse : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

// An established connection broke, or ended before everything that was promised had come.
class ConnectionLost : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  ConnectionLost(const std::string& what, std::uint64_t session)
      : std::runtime_error(what), session_(session) {}

  // The session_id() of the Connection that it is about; 0: of something else.
  [[nodiscard]] std::uint64_t session() const noexcept { return session_; }

 private:
  std::uint64_t session_ = 0;
};

// What a fiber is interrupted with where it waits. Deliberately no std::exception, so that
// ordinary handlers do not swallow it.
class Interrupt {
 public:
  virtual ~Interrupt() = default;
  // One line for people.
  [[nodiscard]] virtual const char* what() const noexcept = 0;

 protected:
  Interrupt() = default;
  Interrupt(const Interrupt&) = default;
  Interrupt& operator=(const Interrupt&) = default;
};

// A std::system_error that speaks as this project does: what() is the context, a colon, and the
// reason in lower case.
class SystemError : public std::system_error {
 public:
  // context says what could not be done and to what: "cannot connect to tcp://127.0.0.1:1".
  SystemError(std::error_code code, std::string_view context);
  // With a reason that says more than the code does.
  SystemError(std::error_code code, std::string_view context, std::string_view reason);

  [[nodiscard]] const char* what() const noexcept override { return text_.what(); }
  // The text without its reason.
  [[nodiscard]] const char* context() const noexcept { return context_.what(); }

 private:
  // Strings in a thrown object must copy without throwing, as those of std::runtime_error do.
  std::runtime_error text_;
  std::runtime_error context_;
};

// A call was not done by its deadline: "receive from tcp://127.0.0.1:1: timed out after 2s". Of
// std::errc::timed_out always. Calls whose answer can be "not yet" give that instead: false, or
// nothing. The kernel giving up by itself is a SystemError of the same code.
class TimedOut : public SystemError {
 public:
  // The context is as SystemError's; `since` is when the wait began.
  TimedOut(std::string_view context, TimePoint since);
};

// errno, as an error code.
[[nodiscard]] std::error_code last_error() noexcept;

// Throws SystemError with this code.
[[noreturn]] void throw_error(std::error_code code, std::string_view context);

// Throws SystemError with errno, or with the number given.
[[noreturn]] void throw_errno(std::string_view context);
[[noreturn]] void throw_errno(int number, std::string_view context);

// Throws TimedOut.
[[noreturn]] void throw_timed_out(std::string_view context, TimePoint since);

// The reason alone, as in a sentence: "connection refused".
[[nodiscard]] std::string describe(const std::error_code& code);

// "std::vector<int>".
[[nodiscard]] std::string type_name(const std::type_info& type);

// The text of any exception at all, with those nested in it: "a: b". Empty for a null pointer.
[[nodiscard]] std::string describe(const std::exception_ptr& exception);
[[nodiscard]] std::string describe(const std::exception& exception);

// Its type, as C++ writes it: "std::runtime_error". Empty for a null pointer.
[[nodiscard]] std::string type_name(const std::exception_ptr& exception);

}  // namespace gnet
