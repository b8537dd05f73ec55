// Reads one message from a stream, and no byte of what comes behind it.
//
//   const SocksAnswer answer = read_message(stream, decode_answer, kLongest, deadline);
//
// Threads: of the hub of the stream.

#pragma once

#include <cstddef>
#include <string>

#include "gnet/base/error.h"
#include "gnet/io/byte_stream.h"
#include "gnet/proxy/proxy_error.h"

namespace gnet::proxy::detail {

// `decode` is as in decoded.h. Throws ProxyError for what is malformed, ConnectionLost at the end.
template <typename Decode>
auto read_message(ByteStream& stream, Decode decode, const char* what, Deadline deadline) {
  std::string bytes;
  for (;;) {
    auto decoded = decode(bytes);
    if (decoded.complete()) return std::move(decoded.message);
    if (decoded.malformed()) {
      throw ProxyError(ProxyError::malformed, std::string(what) + " is malformed");
    }
    const std::size_t before = bytes.size();
    bytes.resize(decoded.size);
    const std::size_t count =
        stream.receive(bytes.data() + before, bytes.size() - before, deadline);
    if (count == 0) throw ConnectionLost("the connection ended in " + std::string(what));
    bytes.resize(before + count);
  }
}

}  // namespace gnet::proxy::detail
