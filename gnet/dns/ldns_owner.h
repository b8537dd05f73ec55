// Who frees what ldns has allocated. For gnet/dns alone.

#pragma once

#include <ldns/ldns.h>

#include <cstdlib>
#include <memory>
#include <string>

namespace gnet::dns::detail {

template <auto free>
struct Freed {
  template <typename T>
  void operator()(T* object) const noexcept {
    free(object);
  }
};

using OwnedRecord = std::unique_ptr<ldns_rr, Freed<ldns_rr_free>>;
using OwnedData = std::unique_ptr<ldns_rdf, Freed<ldns_rdf_deep_free>>;
using OwnedPacket = std::unique_ptr<ldns_pkt, Freed<ldns_pkt_free>>;
using OwnedBytes = std::unique_ptr<uint8_t, Freed<std::free>>;

// Takes over a text; empty for none.
inline std::string text_of(char* text) {
  const std::unique_ptr<char, Freed<std::free>> owned(text);
  return owned ? std::string(owned.get()) : std::string();
}

}  // namespace gnet::dns::detail
