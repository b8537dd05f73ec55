#include "gnet/web/file_content.h"

#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <string_view>

#include "gnet/base/error.h"
#include "gnet/http/content_encoder.h"
#include "gnet/http/sha256.h"

namespace gnet::web::detail {
namespace {

constexpr std::size_t kPiece = 128 * 1024;

// Calls f(piece, is_last) with all of the file.
template <typename F>
void read_pieces(int fd, std::uint64_t size, const std::atomic<bool>& stop, F f) {
  std::string buffer(kPiece, '\0');
  std::uint64_t offset = 0;
  while (offset < size) {
    if (stop) throw std::runtime_error("the server stops");
    const ssize_t count = ::pread(fd, buffer.data(), buffer.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_errno("read");
    offset += static_cast<std::uint64_t>(count);
    if (count == 0 || offset > size) throw std::runtime_error("a file has changed meanwhile");
    f(std::string_view(buffer.data(), static_cast<std::size_t>(count)), offset == size);
  }
}

}  // namespace

std::string hash_file(int fd, std::uint64_t size, const std::atomic<bool>& stop) {
  http::Sha256 hash;
  read_pieces(fd, size, stop, [&](std::string_view piece, bool) { hash.update(piece); });
  return hash.hex();
}

std::string compress_file(int fd, std::uint64_t size, http::ContentCoding coding,
                          const std::atomic<bool>& stop) {
  using Then = http::ContentEncoder::Then;
  http::ContentEncoder encoder(coding, {.size = size});
  std::string out;
  read_pieces(fd, size, stop, [&](std::string_view piece, bool is_last) {
    encoder.append(out, piece, is_last ? Then::finish : Then::more);
  });
  if (out.size() >= size) out.clear();
  out.shrink_to_fit();
  return out;
}

}  // namespace gnet::web::detail
