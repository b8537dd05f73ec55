#include "gnet/os/piped_process.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "gnet/base/error.h"

namespace gnet {
namespace {

// Those of the process, which are made before main().
std::vector<const PipedFunction*>& functions() {
  static std::vector<const PipedFunction*> all;
  return all;
}

}  // namespace

PipedFunction::PipedFunction(std::string name, std::function<int(MessagePipe)> function)
    : name_(std::move(name)), function_(std::move(function)) {
  if (std::ranges::find(functions(), name_, &PipedFunction::name) != functions().end()) {
    throw Misuse("two functions for processes are called '" + name_ + "'");
  }
  functions().push_back(this);
}

PipedFunction::~PipedFunction() {
  std::erase(functions(), this);
}

std::optional<int> run_piped_function() {
  const char* asked = std::getenv(PipedProcess::kFunctionVariable);
  if (asked == nullptr) return std::nullopt;
  const std::string name = asked;
  unsetenv(PipedProcess::kFunctionVariable);
  const auto found = std::ranges::find(functions(), name, &PipedFunction::name);
  if (found == functions().end())
    throw Misuse("no function for processes is called '" + name + "'");
  return (*found)->function_(MessagePipe::to_parent());
}

PipedProcess::PipedProcess(const PipedFunction& function, PopenOptions options)
    : PipedProcess({function.name()}, std::move(options), &function) {}

PipedProcess::PipedProcess(std::vector<std::string> arguments, PopenOptions options)
    : PipedProcess(std::move(arguments), std::move(options), nullptr) {}

PipedProcess::PipedProcess(std::vector<std::string> arguments, PopenOptions options,
                           const PipedFunction* function)
    : process_(start(std::move(arguments), std::move(options), function, pipe_)) {}

Popen PipedProcess::start(std::vector<std::string> arguments, PopenOptions options,
                          const PipedFunction* function, MessagePipe& pipe) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw_errno("cannot make a pipe for messages");
  }
  pipe = MessagePipe(UniqueFd(ends[0]));
  UniqueFd childs(ends[1]);
  if (childs.get() < 3) childs = UniqueFd(fcntl(childs.get(), F_DUPFD_CLOEXEC, 3));
  if (!options.environment) options.environment = environment();
  (*options.environment)[kDescriptorVariable] = std::to_string(childs.get());
  options.environment->erase(kFunctionVariable);
  if (function != nullptr) {
    (*options.environment)[kFunctionVariable] = function->name();
    options.program = "/proc/self/exe";
  }
  options.pass_fds.push_back(childs.get());
  return Popen(std::move(arguments), std::move(options));
}

}  // namespace gnet
