// The body of an answer that came compressed, as what it stands for.
//
//   auto body = detail::DecodedBody::of(headers, limits);
//   if (body) use(body->next([&] { return read_some(); }));
//
// What is wrong with it is ClientTrouble: protocol for what is damaged or cut off, limit for what
// would become too large.
//
// Threads: of the hub on which it is read.

#pragma once

#include <memory>
#include <string_view>

#include "gnet/http/content_decoder.h"
#include "gnet/http/headers.h"
#include "gnet/io/buffer_lease.h"

namespace gnet::http::detail {

class DecodedBody {
 public:
  // Null: it came as it is. Throws ClientTrouble for a coding that is not known.
  [[nodiscard]] static std::unique_ptr<DecodedBody> of(const Headers& headers,
                                                       const DecodeLimits& limits);

  explicit DecodedBody(ContentDecoder decoder);

  // The next piece; empty at the end. `read` gives the next one as it came, likewise. Valid until
  // the next call.
  template <typename F>
  [[nodiscard]] std::string_view next(F&& read) {
    while (!ended_) {
      if (const std::string_view piece = decode(); !piece.empty()) return piece;
      if (full_) continue;
      input_ = read();
      if (input_.empty()) finish();
    }
    return {};
  }

 private:
  [[nodiscard]] std::string_view decode();
  void finish();
  void check() const;

  ContentDecoder decoder_;
  BufferLease room_;
  std::string_view input_;
  bool full_ = false;  // there may be more without further input
  bool ended_ = false;
};

}  // namespace gnet::http::detail
