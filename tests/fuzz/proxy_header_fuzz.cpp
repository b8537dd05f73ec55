// The PROXY header, whatever comes and in whatever pieces: what is made of it does not depend on
// the pieces, what is asked for is never more than the header, and what was read can be written
// again.

#include <asio/ip/address.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "gnet/proxy/proxy_header.h"

using namespace gnet::proxy;

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

void check(std::string_view bytes, ProxyVersions versions) {
  const auto whole = decode_proxy_header(bytes, versions);
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    const auto part = decode_proxy_header(bytes.substr(0, size), versions);
    if (part.malformed()) {
      require(whole.malformed());
      return;
    }
    if (part.complete()) {
      require(whole.complete() && part.size == size && whole.size == size);
      require(size <= kLongestProxyHeader);
      break;
    }
    require(part.size > size && part.size <= kLongestProxyHeader);
    require(!whole.complete() || part.size <= whole.size);
  }
  if (!whole.complete() || whole.message.local) return;
  const auto& header = whole.message;
  const auto again = decode_proxy_header(
      encode_proxy_header(header.version, header.source, header.destination), versions);
  require(again.complete());
  if (again.message.local) return;  // of two families: IPv4 in IPv6 is IPv4
  require(again.message.source.ip() == header.source.ip());
  require(again.message.source.port() == header.source.port());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const auto versions : {ProxyVersions::v1, ProxyVersions::v2, ProxyVersions::both}) {
    check(bytes, versions);
  }
  return 0;
}
