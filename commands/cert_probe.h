// What a server of TLS agrees to, tried out: a connection for each version, and for each
// application protocol.
//
//   const CertProbe probe = probe_server(target, options);
//   for (const CertProbe::Try& one : probe.versions) tell(one.name, one.agreed);
//
// Threads: of the hub that looks.

#pragma once

#include <string>
#include <vector>

#include "commands/cert_target.h"

namespace commands {

struct CertProbe {
  struct Try {
    std::string name;  // "1.2", "h2"
    bool agreed = false;
    std::string detail = {};  // the cipher of a version; why not
  };
  std::vector<Try> versions;
  std::vector<Try> protocols;
};

// Suspends. A connection that cannot be made is a try that has failed.
[[nodiscard]] CertProbe probe_server(const CertTarget& target, const CertOptions& options);

}  // namespace commands
