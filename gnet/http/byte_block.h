// 32 bytes at a time: in which of them something is, as the bits of a number.
//
//   if (ByteBlock::usable()) …                                  // then 32 bytes at `at` are read:
//   const auto colon = std::countr_zero(ByteBlock(at).equal(':'));     // 32 if there is none
//
// For functions that are compiled for AVX2, which is what GNET_HTTP_AVX2 says of one. Where there
// is no such processor, usable() is false.
//
// Threads: a value.

#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__x86_64__)

#include <immintrin.h>

#define GNET_HTTP_AVX2 __attribute__((target("avx2,bmi,bmi2")))
#define GNET_HTTP_AVX2_INLINE __attribute__((target("avx2,bmi,bmi2"), always_inline)) inline

namespace gnet::http::detail {

// Inlined always: a vector is never passed to a function that might not have such registers.
class ByteBlock {
 public:
  static constexpr std::ptrdiff_t kSize = 32;

  static bool usable() noexcept {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2");
  }

  GNET_HTTP_AVX2_INLINE explicit ByteBlock(const char* at) noexcept
      : bytes_(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(at))) {}

  GNET_HTTP_AVX2_INLINE std::uint32_t equal(char c) const noexcept {
    return bits(_mm256_cmpeq_epi8(bytes_, all(c)));
  }

  // All but visible ASCII characters, and `c`. As signed numbers the bytes from 0x80 on are the
  // smallest.
  GNET_HTTP_AVX2_INLINE std::uint32_t not_visible_or(char c) const noexcept {
    const __m256i low = _mm256_cmpgt_epi8(all(0x21), bytes_);
    const __m256i other =
        _mm256_or_si256(_mm256_cmpeq_epi8(bytes_, all(0x7f)), _mm256_cmpeq_epi8(bytes_, all(c)));
    return bits(_mm256_or_si256(low, other));
  }

  // Letters, digits and hyphens.
  GNET_HTTP_AVX2_INLINE std::uint32_t usual_in_names() const noexcept {
    const __m256i letters = between(_mm256_or_si256(bytes_, all(0x20)), 'a', 'z');
    const __m256i others =
        _mm256_or_si256(between(bytes_, '0', '9'), _mm256_cmpeq_epi8(bytes_, all('-')));
    return bits(_mm256_or_si256(letters, others));
  }

  // Bytes that are those at `letters`, whatever the case of letters; there hyphens and letters in
  // lower case stand. A carriage return is taken for a hyphen.
  GNET_HTTP_AVX2_INLINE std::uint32_t equal_letters(const char* letters) const noexcept {
    const __m256i wanted = _mm256_load_si256(reinterpret_cast<const __m256i*>(letters));
    return bits(_mm256_cmpeq_epi8(_mm256_or_si256(bytes_, all(0x20)), wanted));
  }

 private:
  GNET_HTTP_AVX2_INLINE static __m256i all(char c) noexcept { return _mm256_set1_epi8(c); }
  GNET_HTTP_AVX2_INLINE static std::uint32_t bits(__m256i found) noexcept {
    return static_cast<std::uint32_t>(_mm256_movemask_epi8(found));
  }
  GNET_HTTP_AVX2_INLINE static __m256i between(__m256i bytes, char first, char last) noexcept {
    return _mm256_and_si256(_mm256_cmpgt_epi8(bytes, all(static_cast<char>(first - 1))),
                            _mm256_cmpgt_epi8(all(static_cast<char>(last + 1)), bytes));
  }

  __m256i bytes_;

  friend class ControlFinder;
};

// Finds control characters, tabs among them, in many blocks.
class ControlFinder {
 public:
  GNET_HTTP_AVX2_INLINE ControlFinder() noexcept
      : last_(_mm256_set1_epi8(0x1f)), delete_(_mm256_set1_epi8(0x7f)) {
    // A compiler that knows what is in these registers makes it anew for each block.
    asm("" : "+x"(last_), "+x"(delete_));
  }

  GNET_HTTP_AVX2_INLINE std::uint32_t operator()(ByteBlock block) const noexcept {
    const __m256i low = _mm256_cmpeq_epi8(_mm256_min_epu8(block.bytes_, last_), block.bytes_);
    return ByteBlock::bits(_mm256_or_si256(low, _mm256_cmpeq_epi8(block.bytes_, delete_)));
  }

 private:
  __m256i last_;
  __m256i delete_;
};

}  // namespace gnet::http::detail

#endif
