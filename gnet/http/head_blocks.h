// The parts of a head as nearly all heads have them, read by blocks of 32 bytes. Part of
// head_scanner.cpp.
//
// Without AVX2 these find nothing, and all is read byte by byte.
//
// Threads: functions without state.

#pragma once

#include <cstddef>
#include <string_view>

#include "gnet/http/field_table.h"

namespace gnet::http::detail {

// Takes lines with a name of up to 31 letters, digits and hyphens, a space or none behind the
// colon, and no tab, until the table has `most`. It ends before the first line that is not so, or
// that is near `end`, and says where. Nothing is refused here.
[[nodiscard]] const char* read_usual_fields(const char* at, const char* end, std::size_t most,
                                            FieldTable& fields);

// What a request is for ends with the first byte that is no visible ASCII character, or is a '#'.
struct TargetScan {
  const char* end = nullptr;
  const char* question = nullptr;  // the first '?' before it, or null
};
[[nodiscard]] TargetScan scan_target(const char* at, const char* end) noexcept;

}  // namespace gnet::http::detail
