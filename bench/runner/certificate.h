// A certificate for the servers of a row over TLS.

#pragma once

#include <string>

#include "bench/runner/bench.h"

namespace bench {

struct Certificate {
  std::string file;
  std::string key;
};

// ECDSA with P-256, as most servers have it. Takes the openssl command.
Certificate make_certificate(const Bench& bench);

}  // namespace bench
