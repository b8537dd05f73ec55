// A child process with a pipe for messages to it: work for another processor, or for a
// process that may crash.
//
// The child is started by fork and exec, never by fork alone, so that it begins with
// nothing of this process's fibers and threads. It is a program, or a function of this
// one, which main() has to look for:
//
//   const gnet::PipedFunction square("square", [](gnet::MessagePipe parent) {
//     while (auto number = parent.get<int>()) parent.put(*number * *number);
//     return 0;
//   });
//
//   int main() {
//     if (auto status = gnet::run_piped_function()) return *status;
//     gnet::PipedProcess child(square);
//     child.pipe().put(7);
//     std::cout << child.pipe().get<int>().value() << '\n';   // 49
//     child.pipe().close();                                   // it ends
//     return child.wait();
//   }
//
// Threads: a PipedProcess belongs to the hub on which it was made.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gnet/base/function.h"
#include "gnet/os/message_pipe.h"
#include "gnet/os/subprocess.h"

namespace gnet {

// A function that a child process can be made of; its result is the child's exit status. A
// static object, with a name of its own.
class PipedFunction {
 public:
  PipedFunction(std::string name, std::function<int(MessagePipe)> function);
  PipedFunction(const PipedFunction&) = delete;
  PipedFunction& operator=(const PipedFunction&) = delete;
  ~PipedFunction();

  [[nodiscard]] const std::string& name() const noexcept { return name_; }

 private:
  friend std::optional<int> run_piped_function();
  std::string name_;
  std::function<int(MessagePipe)> function_;
};

// To be called first in main(): if this process was started to be a PipedFunction, calls it and
// returns its result, with which main() ends; otherwise returns nothing at once.
[[nodiscard]] std::optional<int> run_piped_function();

class PipedProcess {
 public:
  // Starts this program again, as the function. Does not suspend. Throws std::system_error.
  explicit PipedProcess(const PipedFunction& function, PopenOptions options = {});

  // Starts a program, which calls MessagePipe::to_parent(). As Popen.
  explicit PipedProcess(std::vector<std::string> arguments, PopenOptions options = {});

  // The end goes with the object: a child that reads messages to their end ends too. See Popen
  // for one that does not.
  PipedProcess(PipedProcess&& other) noexcept = default;
  PipedProcess& operator=(PipedProcess&& other) noexcept = default;

  [[nodiscard]] MessagePipe& pipe() noexcept { return pipe_; }
  [[nodiscard]] Popen& process() noexcept { return process_; }

  // As those of Popen.
  int wait() { return process_.wait(); }
  [[nodiscard]] std::optional<int> wait(Deadline deadline) { return process_.wait(deadline); }
  void kill() { process_.kill(); }

  // The names of what a child is told by its environment.
  static constexpr const char* kDescriptorVariable = "GNET_PIPE_FD";
  static constexpr const char* kFunctionVariable = "GNET_PIPE_FUNCTION";

 private:
  PipedProcess(std::vector<std::string> arguments, PopenOptions options,
               const PipedFunction* function);
  static Popen start(std::vector<std::string> arguments, PopenOptions options,
                     const PipedFunction* function, MessagePipe& pipe);

  MessagePipe pipe_;
  Popen process_;
};

}  // namespace gnet
