#include "gnet/io/byte_stream.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "gnet/base/error.h"
#include "gnet/io/buffer_lease.h"

namespace gnet {

// In pieces of what TLS makes one record of. The rest of one that was sent in part is read again.
std::size_t ByteStream::send_file_some(int file, std::uint64_t offset, std::size_t size,
                                       Deadline deadline) {
  constexpr std::size_t kPiece = 16 * 1024;
  const BufferLease buffer(detail::Scheduler::current(), kPiece);
  for (;;) {
    const ssize_t count =
        ::pread(file, buffer.data(), std::min(size, kPiece), static_cast<off_t>(offset));
    if (count > 0) return send_some({buffer.data(), static_cast<std::size_t>(count)}, deadline);
    if (count == 0) return 0;
    if (errno != EINTR) throw_errno("read");
  }
}

}  // namespace gnet
