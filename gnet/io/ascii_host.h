// International host names as DNS and certificates have them.
//
//   gnet::ascii_host("b\u00fccher.test");     // "xn--bcher-kva.test"
//
// Threads: a function without state.

#pragma once

#include <string>

namespace gnet {

// The A-labels of a name (IDNA 2008, RFC 5890); what is ASCII already stays as it is. Throws
// ResolveError for what is no name.
[[nodiscard]] std::string ascii_host(std::string name);

}  // namespace gnet
