// The messages of SOCKS, whatever comes and in whatever pieces: what is made of them does not
// depend on the pieces, what is asked for is never more than the message, and requests can be sent
// on.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "gnet/proxy/proxy_error.h"
#include "gnet/proxy/socks_message.h"

using namespace gnet::proxy;

namespace {

constexpr std::size_t kLongest = 1024;

void require(bool condition) {
  if (!condition) std::abort();
}

template <typename Decode>
auto check(std::string_view bytes, Decode decode) {
  auto whole = decode(bytes);
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    const auto part = decode(bytes.substr(0, size));
    if (part.malformed()) {
      require(whole.malformed());
      break;
    }
    if (part.complete()) {
      require(whole.complete() && part.size == size && whole.size == size && size <= kLongest);
      break;
    }
    require(part.size > size && part.size <= kLongest);
    require(!whole.complete() || part.size <= whole.size);
  }
  return whole;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check(bytes, decode_greeting);
  check(bytes, decode_method);
  check(bytes, decode_login);
  check(bytes, decode_login_answer);
  check(bytes, decode_answer);
  check(bytes, decode_socks4_answer);
  if (const auto request = check(bytes, decode_request); request.complete()) {
    const auto again =
        decode_request(encode_request(request.message.command, request.message.target));
    require(again.complete() && again.message.target.port == request.message.target.port);
  }
  if (const auto request = check(bytes, decode_socks4_request); request.complete()) {
    try {
      const auto again = decode_socks4_request(encode_socks4_request(
          request.message.command, request.message.target, request.message.user));
      require(again.complete() && again.message.user == request.message.user);
      require(again.message.target.port == request.message.target.port);
    } catch (const ProxyError& error) {
      // A name that is an address of IPv6.
      require(error.kind() == ProxyError::impossible);
    }
  }
  if (const auto datagram = decode_datagram(bytes)) {
    require(datagram->payload.size() < bytes.size());
    static_cast<void>(encode_datagram_header(datagram->target));
  }
  return 0;
}
