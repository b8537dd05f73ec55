// The life of a process with several services, as a file has them.
//
//   return cli::serve_services(options, options.process, {.path = "gnet.toml"});

#pragma once

#include <string>

#include "cli/server/server_options.h"
#include "cli/server/services.h"

namespace cli {

struct ServicesToRun {
  std::string path;
  ServiceChoice choice = {};
  bool allow_none = false;
};

// Returns Exit::ok, or Exit::cut when something was cut. Throws Failure, where one cannot begin.
[[nodiscard]] Exit serve_services(const GlobalOptions& global, const ServerOptions& options,
                                  const ServicesToRun& what);

}  // namespace cli
