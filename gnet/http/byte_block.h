// 32 bytes at a time: in which of them something is, as the bits of a number.
//
//   const ByteBlock block(at);                                  // 32 bytes there may be read
//   const auto colon = std::countr_zero(block.equal(':'));      // 32 if there is none
//
// Only where the processor has SSE2, which every x86-64 has.
//
// Threads: a value.

#pragma once

#ifdef __SSE2__

#include <emmintrin.h>

#include <cstddef>
#include <cstdint>

namespace gnet::http::detail {

class ByteBlock {
 public:
  static constexpr std::ptrdiff_t kSize = 32;

  [[gnu::always_inline]] explicit ByteBlock(const char* at) noexcept
      : low_(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at))),
        high_(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at + 16))) {}

  [[gnu::always_inline]] std::uint32_t equal(char c) const noexcept {
    const __m128i wanted = _mm_set1_epi8(c);
    return bits(_mm_cmpeq_epi8(low_, wanted), _mm_cmpeq_epi8(high_, wanted));
  }

  // Control characters, tabs among them.
  [[gnu::always_inline]] std::uint32_t controls() const noexcept {
    return bits(controls(low_), controls(high_));
  }

  // Letters, digits and hyphens.
  [[gnu::always_inline]] std::uint32_t usual_in_names() const noexcept {
    return bits(usual_in_names(low_), usual_in_names(high_));
  }

  // The same of 16 bytes, as a vector.
  [[gnu::always_inline]] static __m128i usual_in_names(__m128i bytes) noexcept {
    const __m128i letters = between(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), 'a', 'z');
    const __m128i others =
        _mm_or_si128(between(bytes, '0', '9'), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('-')));
    return _mm_or_si128(letters, others);
  }

  // Bytes that are those at `letters`, whatever the case of letters; there hyphens and letters in
  // lower case stand. A carriage return is taken for a hyphen.
  [[gnu::always_inline]] std::uint32_t equal_letters(const char* letters) const noexcept {
    const __m128i lower = _mm_set1_epi8(0x20);
    const auto* const wanted = reinterpret_cast<const __m128i*>(letters);
    return bits(_mm_cmpeq_epi8(_mm_or_si128(low_, lower), _mm_load_si128(wanted)),
                _mm_cmpeq_epi8(_mm_or_si128(high_, lower), _mm_load_si128(wanted + 1)));
  }

 private:
  [[gnu::always_inline]] static std::uint32_t bits(__m128i low, __m128i high) noexcept {
    return static_cast<std::uint32_t>(_mm_movemask_epi8(low)) |
           static_cast<std::uint32_t>(_mm_movemask_epi8(high)) << 16;
  }
  [[gnu::always_inline]] static __m128i controls(__m128i bytes) noexcept {
    return _mm_or_si128(_mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes),
                        _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f)));
  }
  // As signed numbers the bytes from 0x80 on are the smallest.
  [[gnu::always_inline]] static __m128i between(__m128i bytes, char first, char last) noexcept {
    return _mm_and_si128(_mm_cmpgt_epi8(bytes, _mm_set1_epi8(static_cast<char>(first - 1))),
                         _mm_cmplt_epi8(bytes, _mm_set1_epi8(static_cast<char>(last + 1))));
  }
  __m128i low_;
  __m128i high_;
};

}  // namespace gnet::http::detail

#endif
