// Asking a server for TLS in the middle of a protocol that begins without it (STARTTLS).
//
//   gnet::AnyStream stream = gnet::connect("mail.example.org:25");
//   gnet::link::start_tls(stream, gnet::link::StartTLS::smtp, "mail.example.org", 5s);
//   gnet::TLSStream secured(std::move(stream), context, "mail.example.org");
//
// Nothing else is said: nobody logs in.
//
// Threads: of the hub of the stream.

#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "gnet/io/byte_stream.h"

namespace gnet::link {

enum class StartTLS { smtp, imap, pop3, ftp, xmpp, ldap, postgres, mysql };

// The server has no TLS, or does not speak the protocol: "smtp: the server refuses TLS: 454 not
// now".
class StartTLSError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// "smtp".
[[nodiscard]] std::string_view to_string(StartTLS protocol) noexcept;

// By that name, or "postgresql"; nothing for others.
[[nodiscard]] std::optional<StartTLS> start_tls_by_name(std::string_view name) noexcept;

// The port where servers of it are.
[[nodiscard]] std::uint16_t port_of(StartTLS protocol) noexcept;

// Suspends until the server is ready for a handshake; the host is for xmpp, which is told whom it
// is asked for. Throws StartTLSError, and what the stream throws. What a server sends of itself has
// a limit, and whoever sends more behind its consent than that has been tampered with.
void start_tls(ByteStream& stream, StartTLS protocol, const std::string& host, Deadline deadline);

}  // namespace gnet::link
