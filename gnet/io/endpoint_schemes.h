// The names that stand before "://" in an endpoint: one table for reading and for writing them.
//
// A name is a transport (tcp, unix), or layers together with what is below them unless something
// else is written there: tls is tls+tcp, and tls+unix is TLS over a unix socket. A layer that a
// later version understands needs a Layer, and a row here.
//
// Threads: functions without state.

#pragma once

#include <span>
#include <string>
#include <string_view>

#include "gnet/io/endpoint.h"

namespace gnet::detail {

struct EndpointScheme {
  std::string_view name;
  Transport transport;
  Family family = Family::any;
  std::span<const Layer> layers = {};  // outermost first
  bool abstract = false;               // of unix: without a file

  // Whether it may stand before another one and a '+'.
  [[nodiscard]] bool is_layer() const noexcept { return !layers.empty() && family == Family::any; }
};

// In either case of letters, by its own name or one of socat's; null if there is none.
[[nodiscard]] const EndpointScheme* find_endpoint_scheme(std::string_view name) noexcept;

// The shortest spelling: "tcp6", "tls", "tls+unix".
[[nodiscard]] std::string endpoint_scheme(Transport transport, Family family, bool abstract,
                                          std::span<const Layer> layers);

[[nodiscard]] std::string_view to_string(Layer layer) noexcept;

// Whether layers can stand on it: on datagrams and on messages they cannot.
[[nodiscard]] bool is_byte_stream(Transport transport) noexcept;

// What stands behind the scheme of a local stream.
enum class LocalTarget : std::uint8_t { nothing, command, text, path, number, name };
[[nodiscard]] LocalTarget local_target(Transport transport) noexcept;

}  // namespace gnet::detail
