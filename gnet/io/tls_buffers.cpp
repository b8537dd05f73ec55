#include "gnet/io/tls_buffers.h"

#include <malloc.h>
#include <openssl/ssl.h>

#include <algorithm>

namespace gnet::detail {
namespace {

// Sessions from which on it is worth the milliseconds that it takes to give memory back.
constexpr std::size_t kPeak = 128;

thread_local std::size_t alive = 0;
thread_local std::size_t peak = 0;
thread_local std::size_t count = 0;
thread_local bool gone = false;  // the list, which goes before the last fibers of the thread

// In the order in which their turn comes to give back. Use does not move them, which would touch
// two others each time: whose turn comes and was used meanwhile is passed over once.
struct Holders : IntrusiveList<TLSBuffers> {
  ~Holders() { gone = true; }
};

Holders& holders_in_turn() noexcept {
  thread_local Holders holders;
  return holders;
}

}  // namespace

TLSBuffers::TLSBuffers() noexcept {
  peak = std::max(peak, ++alive);
}

TLSBuffers::~TLSBuffers() {
  if (is_linked()) --count;
  // So rarely that it costs next to nothing for each of them.
  if (--alive > peak / 4 || peak < kPeak) return;
  peak = alive;
#if defined(__GLIBC__)
  malloc_trim(0);
#endif
}

void TLSBuffers::hold(ssl_st* ssl) noexcept {
  if (gone) return;
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
