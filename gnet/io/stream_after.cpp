#include "gnet/io/stream_after.h"

#include <algorithm>
#include <cstring>

namespace gnet {

std::size_t StreamAfter::receive(void* buffer, std::size_t size, Deadline deadline) {
  if (given_ == received_.size()) return below().receive(buffer, size, deadline);
  const std::size_t count = std::min(size, received_.size() - given_);
  if (count != 0) std::memcpy(buffer, received_.data() + given_, count);
  given_ += count;
  if (given_ == received_.size()) {
    std::string().swap(received_);
    given_ = 0;
  }
  return count;
}

}  // namespace gnet
