// The buffers that OpenSSL has for each session, 34 KiB: the sessions of a thread that were used
// lately keep theirs, and the others give them back, so that idle connections hold no buffer and
// busy ones do not allocate.
//
// When the most of many sessions have ended, what they held goes back to the system: of itself the
// heap would keep it.
//
// Threads: as the session.

#pragma once

#include <cstddef>

#include "gnet/base/intrusive_list.h"

struct ssl_st;  // OpenSSL's SSL

namespace gnet::detail {

class TLSBuffers : public ListHook {
 public:
  static constexpr std::size_t kMaxHolders = 128;  // a thread; four megabytes

  TLSBuffers() noexcept;
  TLSBuffers(const TLSBuffers&) = delete;
  TLSBuffers& operator=(const TLSBuffers&) = delete;
  ~TLSBuffers();

  // The session has been used. The buffers of one that was not used for a while may go.
  void used(ssl_st* ssl) noexcept {
    lately_ = true;
    if (!is_linked()) hold(ssl);
  }

  // How many sessions of this thread keep theirs.
  [[nodiscard]] static std::size_t holders() noexcept;

 private:
  void hold(ssl_st* ssl) noexcept;

  bool lately_ = false;  // used since its turn to give back came last
  ssl_st* ssl_ = nullptr;
};

}  // namespace gnet::detail
