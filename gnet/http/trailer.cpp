#include "gnet/http/trailer.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>

namespace gnet::http {
namespace {

consteval std::uint64_t names(std::initializer_list<FieldName> list) {
  std::uint64_t set = 0;
  for (const FieldName name : list) set |= std::uint64_t{1} << static_cast<unsigned>(name);
  return set;
}

consteval std::uint64_t names_of_no_trailer() {
  using enum FieldName;
  const auto framing = names({content_length, transfer_encoding, trailer, te});
  const auto routing = names({host, connection, keep_alive, upgrade, forwarded, via});
  const auto conditions = names({cache_control, expect, if_match, if_modified_since, if_none_match,
                                 if_range, if_unmodified_since, pragma, range});
  const auto identity =
      names({authorization, cookie, proxy_authenticate, proxy_authorization, set_cookie,
             sec_websocket_accept, sec_websocket_extensions, sec_websocket_key,
             sec_websocket_protocol, sec_websocket_version, www_authenticate, x_forwarded_for});
  const auto content = names({content_encoding, content_range, content_type});
  const auto answer = names({date, expires, location, retry_after, vary});
  return framing | routing | conditions | identity | content | answer;
}

static_assert(kFieldNames < 64, "a bit for each");
constexpr std::uint64_t kNoTrailers = names_of_no_trailer();

// Those that have no number.
constexpr std::array<std::string_view, 3> kOtherNoTrailers = {"Age", "Max-Forwards", "Warning"};

}  // namespace

bool may_be_trailer(FieldName name) noexcept {
  return name == FieldName::other || (kNoTrailers >> static_cast<unsigned>(name) & 1U) == 0;
}

bool may_be_trailer(std::string_view name) noexcept {
  return may_be_trailer(field_name(name)) &&
         std::ranges::none_of(kOtherNoTrailers, [&](std::string_view refused) {
           return equal_ignoring_case(refused, name);
         });
}

}  // namespace gnet::http
