// What goes wrong with TLS.
//
//   } catch (const gnet::TLSError& error) {
//     if (error.code() == gnet::TLSErrc::refused) ask_for_another_certificate();
//   }
//
// Threads: exceptions are values; functions without state.

#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace gnet {

enum class TLSErrc {
  handshake = 1,  // the two did not come to terms: no common version or cipher, no TLS at all
  certificate,    // that of the peer was not accepted here, or it has none to show
  refused,        // the peer does not accept that of this side, or wants one
  truncated,      // the peer ended the connection without saying so (RFC 8446, 6.1)
  protocol,       // what came is no TLS, or was changed on its way
  configuration,  // a file has not what is wanted, an option is not valid
};

[[nodiscard]] const std::error_category& tls_category() noexcept;
[[nodiscard]] std::error_code make_error_code(TLSErrc code) noexcept;

// "TLS handshake with example.org: certificate has expired".
class TLSError : public std::system_error {
 public:
  // The reason in words, for there are many more of them than codes.
  TLSError(TLSErrc code, std::string_view context, std::string_view reason);

  [[nodiscard]] const char* what() const noexcept override { return text_.what(); }

 private:
  std::runtime_error text_;  // copies without throwing
};

namespace detail {

// The reason that OpenSSL keeps for the thread, which this clears; `otherwise` if it keeps none.
[[nodiscard]] std::string take_tls_reason(std::string_view otherwise);

// Throws TLSError (configuration) with that reason.
[[noreturn]] void throw_tls_configuration(std::string_view context);

}  // namespace detail

}  // namespace gnet

template <>
struct std::is_error_code_enum<gnet::TLSErrc> : std::true_type {};
