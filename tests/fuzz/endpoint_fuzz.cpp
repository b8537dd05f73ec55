// Any text is either refused with BadEndpoint or an endpoint that comes back from its own URL.

#include <asio/ip/address.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "gnet/io/endpoint.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const auto endpoint = gnet::Endpoint::parse(text);
    if (gnet::Endpoint::parse(endpoint.url()) != endpoint) std::abort();
    if (gnet::Endpoint::parse(endpoint.to_string()).to_string() != endpoint.to_string()) {
      std::abort();
    }
    static_cast<void>(endpoint.address());
    static_cast<void>(endpoint.short_name());
    static_cast<void>(endpoint.server_name());
    const auto below = endpoint.without_layers();
    if (!below.layers().empty() || gnet::Endpoint::parse(below.url()) != below) std::abort();
    // What listens was found to do so.
    if (endpoint.is_listen()) endpoint.check_listens();
  } catch (const gnet::BadEndpoint& error) {
    const std::string_view what = error.what();
    if (!what.starts_with("bad endpoint '") || what.find('\n') != what.npos) std::abort();
  }
  return 0;
}
