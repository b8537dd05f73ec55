#include "gnet/io/tls_error.h"

#include <fmt/format.h>
#include <openssl/err.h>

namespace gnet {
namespace {

class Category : public std::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "tls"; }
  [[nodiscard]] std::string message(int code) const override {
    switch (static_cast<TLSErrc>(code)) {
      case TLSErrc::handshake:
        return "no TLS handshake";
      case TLSErrc::certificate:
        return "certificate not accepted";
      case TLSErrc::refused:
        return "certificate not accepted by the peer";
      case TLSErrc::truncated:
        return "the peer ended the connection without saying so";
      case TLSErrc::protocol:
        return "not TLS, or damaged";
      case TLSErrc::configuration:
        return "TLS configuration not valid";
    }
    return "unknown TLS error";
  }
};

}  // namespace

const std::error_category& tls_category() noexcept {
  static const Category category;
  return category;
}

std::error_code make_error_code(TLSErrc code) noexcept {
  return {static_cast<int>(code), tls_category()};
}

TLSError::TLSError(TLSErrc code, std::string_view context, std::string_view reason)
    : std::system_error(code), text_(fmt::format("{}: {}", context, reason)) {}

namespace detail {

std::string take_tls_reason(std::string_view otherwise) {
  // The first is the cause; those after it say where it was seen.
  const unsigned long error = ERR_get_error();
  ERR_clear_error();
  if (error == 0) return std::string(otherwise);
  if (ERR_SYSTEM_ERROR(error)) return std::generic_category().message(ERR_GET_REASON(error));
  const char* reason = ERR_reason_error_string(error);
  return reason != nullptr ? reason : std::string(otherwise);
}

void throw_tls_configuration(std::string_view context) {
  throw TLSError(TLSErrc::configuration, context, take_tls_reason("not valid"));
}

}  // namespace detail

}  // namespace gnet
