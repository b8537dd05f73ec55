#include "gnet/io/any_stream.h"

#include <cerrno>

#include "gnet/base/error.h"
#include "gnet/io/tls_stream.h"

namespace gnet {

TLSStream* AnyStream::tls() noexcept {
  return stream_ ? dynamic_cast<TLSStream*>(&stream_->concrete()) : nullptr;
}

void AnyStream::handshake(Deadline deadline) {
  if (TLSStream* secured = tls()) secured->handshake(deadline);
}

void AnyStream::refuse() {
  throw_errno(EBADF, "there is no stream");
}

}  // namespace gnet
