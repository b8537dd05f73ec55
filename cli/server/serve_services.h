// The life of a process with several services, as a file has them.
//
//   return cli::serve_services(options, options.process, {.path = "gnet.toml"});

#pragma once

#include <string>

#include "cli/server/server_options.h"
#include "cli/server/services.h"

namespace cli {

// What becomes of the others when one has failed that is not required.
enum class OnFailure { proceed, stop };

struct ServicesToRun {
  std::string path;
  ServiceChoice choice = {};
  bool allow_none = false;
  OnFailure on_failure = OnFailure::proceed;
  bool watch = false;  // the file is read again when it changes
};

// Until a signal, or until none of the services is left. Returns Exit::ok; Exit::negative when a
// service has failed that had to be, or the last ones did; Exit::cut when something was cut.
// Throws Failure, where a server cannot listen.
[[nodiscard]] Exit serve_services(const GlobalOptions& global, const ServerOptions& options,
                                  const ServicesToRun& what);

}  // namespace cli
