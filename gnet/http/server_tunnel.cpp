#include "gnet/http/server_tunnel.h"

#include <algorithm>
#include <cstring>

namespace gnet::http::detail {

std::size_t ServerTunnel::receive(void* buffer, std::size_t size, Deadline deadline) {
  if (!has_behind()) {
    return conversation_.on_stream([&] { return below().receive(buffer, size, deadline); });
  }
  const std::size_t count = std::min(size, behind_.size() - given_);
  if (count != 0) std::memcpy(buffer, behind_.data() + given_, count);
  given_ += count;
  if (!has_behind()) {
    std::string().swap(behind_);
    given_ = 0;
  }
  return count;
}

}  // namespace gnet::http::detail
