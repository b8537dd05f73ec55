#include "gnet/io/tls_buffers.h"

#include <openssl/ssl.h>

namespace gnet::detail {
namespace {

thread_local std::size_t count = 0;

// In the order in which their turn comes to give back. Use does not move them, which would touch
// two others each time: whose turn comes and was used meanwhile is passed over once.
IntrusiveList<TLSBuffers>& holders_in_turn() noexcept {
  thread_local IntrusiveList<TLSBuffers> holders;
  return holders;
}

}  // namespace

TLSBuffers::~TLSBuffers() {
  if (is_linked()) --count;
}

void TLSBuffers::hold(ssl_st* ssl) noexcept {
  auto& holders = holders_in_turn();
  if (count < kMaxHolders) {
    ++count;
  } else {
    TLSBuffers* next = holders.pop_front();
    for (; next->lately_; next = holders.pop_front()) {
      next->lately_ = false;
      holders.push_back(*next);
    }
    SSL_free_buffers(next->ssl_);  // refuses while something is in them
  }
  ssl_ = ssl;
  holders.push_back(*this);
}

std::size_t TLSBuffers::holders() noexcept {
  return count;
}

}  // namespace gnet::detail
