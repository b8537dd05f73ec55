// A reference to a connection that knows whether it is still there: for maps of members, for
// fibers that speak later, for whatever is kept while a fiber suspends.
//
//   std::map<std::string, gnet::ConnectionRef<Member>> members;
//   …
//   if (Member* one = members["ann"].get()) one->send_data("hello\n");
//   members["ann"]->send_data("hello\n");   // ConnectionLost when she has gone
//
// Threads: as the connection.

#pragma once

#include <concepts>
#include <memory>

#include "gnet/base/error.h"
#include "gnet/protocol/connection.h"

namespace gnet {

template <typename C = Connection>
class ConnectionRef {
 public:
  // To none.
  ConnectionRef() noexcept = default;

  ConnectionRef(C& connection)  // NOLINT: implicit on purpose
      : connection_(&connection) {
    Connection& base = connection;
    if (!base.life_) base.life_ = std::make_shared<bool>(true);
    life_ = base.life_;
  }

  // Null once its connection_lost() has returned. What is not null may be gone after the next
  // suspension; see Connection::Stay.
  [[nodiscard]] C* get() const noexcept { return life_ && *life_ ? connection_ : nullptr; }
  explicit operator bool() const noexcept { return get() != nullptr; }

  // Throw ConnectionLost when it has gone.
  C& operator*() const {
    if (C* const connection = get()) return *connection;
    throw ConnectionLost("the connection has gone");
  }
  C* operator->() const { return &**this; }

  // Whether they are to the same connection, also when it has gone.
  friend bool operator==(const ConnectionRef& a, const ConnectionRef& b) noexcept {
    return a.life_ == b.life_;
  }
  friend auto operator<=>(const ConnectionRef& a, const ConnectionRef& b) noexcept {
    return a.life_ <=> b.life_;
  }

 private:
  C* connection_ = nullptr;
  std::shared_ptr<const bool> life_;
};

}  // namespace gnet
