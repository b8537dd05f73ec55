// What the options of TLS have in common, be they of servers or of clients.

#pragma once

#include <string>
#include <system_error>
#include <vector>

#include "cli/line/flag.h"
#include "cli/out/failure.h"
#include "gnet/base/error.h"
#include "gnet/io/tls_context.h"

namespace cli {

// The versions of TLS that an option may name. A function: commands are made before main(), in no
// certain order.
[[nodiscard]] inline Words tls_versions() {
  return {"1.2", "1.3"};
}

// The items of a list that has commas between them.
[[nodiscard]] Words items_of(const std::string& list);

// Runs what reads and checks the files of TLS. Throws Failure: io for a file that cannot be read,
// usage for what is not valid.
template <typename F>
auto with_tls_failures(F&& f) {
  try {
    return f();
  } catch (const gnet::TLSError& error) {
    throw UsageError(error.what());
  } catch (const std::system_error& error) {
    throw Failure(Exit::io, gnet::describe(error), {}, {}, error.code());
  }
}

}  // namespace cli
