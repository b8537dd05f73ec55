// What factories take to make the Protocol of a new connection: a function of its peer, or of
// nothing.
//
//   server.set_builder([](const SocketAddress& peer) { return std::make_unique<Echo>(peer); });
//   server.set_builder([] { return std::make_unique<Echo>(); });
//
// Threads: the function is called on the hub where the connection lives.

#pragma once

#include <concepts>
#include <memory>
#include <utility>

#include "gnet/base/function.h"
#include "gnet/base/unique_function.h"
#include "gnet/io/address.h"
#include "gnet/protocol/protocol.h"

namespace gnet::detail {

template <typename F>
concept BuilderOfPeer = requires(F& builder, const SocketAddress& peer) {
  { builder(peer) } -> std::convertible_to<std::unique_ptr<Protocol>>;
};

template <typename F>
concept ProtocolBuilder = BuilderOfPeer<F> || requires(F& builder) {
  { builder() } -> std::convertible_to<std::unique_ptr<Protocol>>;
};

// Throws Misuse for a function that is empty.
template <ProtocolBuilder F>
std::function<std::unique_ptr<Protocol>(const SocketAddress&)> protocol_builder(F builder) {
  if (is_empty_function(builder)) throw_empty_function();
  if constexpr (BuilderOfPeer<F>) {
    return builder;
  } else {
    return [builder = std::move(builder)](const SocketAddress&) mutable { return builder(); };
  }
}

}  // namespace gnet::detail
