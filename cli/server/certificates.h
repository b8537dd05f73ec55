// The certificates of a server: those that its options name, and those of endpoints that have their
// own.
//
// Threads: hub 0; connections have contexts of their own, which share what is read anew.

#pragma once

#include <vector>

#include "cli/server/session.h"
#include "gnet/io/certificate.h"

namespace cli {

// Makes the contexts of TLS that the endpoints need. Throws Failure, and UsageError for options of
// TLS that nothing wants.
void set_up_tls(SessionRules& rules);

// Reads them all anew, or none: throws as reload(). Returns those that are other ones now.
std::vector<gnet::Certificate> reload_certificates(SessionRules& rules);

}  // namespace cli
