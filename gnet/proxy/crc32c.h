// CRC-32C (Castagnoli), as the PROXY protocol and iSCSI have it: RFC 3720, appendix B.4.
//
//   crc32c("123456789");   // 0xe3069283
//
// Threads: functions without state.

#pragma once

#include <cstdint>
#include <string_view>

namespace gnet::proxy::detail {

// Goes on where `before` has ended.
[[nodiscard]] std::uint32_t crc32c(std::string_view data, std::uint32_t before = 0) noexcept;

}  // namespace gnet::proxy::detail
