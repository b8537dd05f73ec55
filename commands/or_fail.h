// What reading a file of users or passwords throws, as a failure of the command.
//
//   or_fail([&] { users.add_file(options.auth_file); });

#pragma once

#include <stdexcept>
#include <system_error>

#include "cli/out/failure.h"
#include "gnet/base/error.h"

namespace commands {

// Returns what f does. A file that cannot be read is a cli::Failure (io); what cannot be what it is
// given for is a cli::UsageError.
template <typename F>
auto or_fail(F f) {
  try {
    return f();
  } catch (const std::system_error& error) {
    throw cli::Failure(cli::Exit::io, gnet::describe(error), {}, {}, error.code());
  } catch (const std::runtime_error& error) {
    throw cli::UsageError(error.what());
  } catch (const std::invalid_argument& error) {
    throw cli::UsageError(error.what());
  }
}

}  // namespace commands
