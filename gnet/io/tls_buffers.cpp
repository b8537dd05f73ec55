#include "gnet/io/tls_buffers.h"

#include <openssl/ssl.h>

namespace gnet::detail {
namespace {

thread_local std::size_t count = 0;

IntrusiveList<TLSBuffers>& holders_by_use() noexcept {
  thread_local IntrusiveList<TLSBuffers> holders;
  return holders;
}

}  // namespace

TLSBuffers::~TLSBuffers() {
  if (is_linked()) --count;
}

void TLSBuffers::used(ssl_st* ssl) noexcept {
  auto& holders = holders_by_use();
  if (holders.back_if_any() == this) return;
  ssl_ = ssl;
  if (is_linked()) {
    unlink();
  } else if (count == kMaxHolders) {
    SSL_free_buffers(holders.pop_front()->ssl_);  // refuses while something is in them
  } else {
    ++count;
  }
  holders.push_back(*this);
}

std::size_t TLSBuffers::holders() noexcept {
  return count;
}

}  // namespace gnet::detail
