// UTF-8 by blocks of 32 bytes, where the processor has AVX2. Part of utf8_checker.cpp.
//
//   if (end - at >= kUtf8Block && has_avx2()) at = skip_utf8_blocks(at, end);
//
// Threads: functions without state.

#pragma once

namespace gnet::detail {

inline constexpr int kUtf8Block = 32;

[[nodiscard]] inline bool has_avx2() noexcept {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx2");
#else
  return false;
#endif
}

// Goes over characters that are well-formed: returns where a character begins that is wrong or not
// whole, or less than two blocks before it or the end. `at` has to be where a character begins.
[[nodiscard]] const char* skip_utf8_blocks(const char* at, const char* end) noexcept;

}  // namespace gnet::detail
