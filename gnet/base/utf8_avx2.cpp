#include "gnet/base/utf8_avx2.h"

#include <cstdint>

#if defined(__x86_64__)
#include <immintrin.h>

// Inlined always: a vector is never passed to a function that might not have such registers.
#define GNET_AVX2 __attribute__((target("avx2"), always_inline)) inline

namespace gnet::detail {
namespace {

// What can be wrong with two bytes that follow each other, a bit each. Three tables, for the first
// byte's upper half, its lower half and the second's upper half, say what each half allows of it:
// what all three allow is wrong. The method is that of Keiser and Lemire, "Validating UTF-8 in less
// than one instruction per byte" (2021).
enum Wrong : std::uint8_t {
  kTooShort = 1 << 0,   // 11______ 0_______ or 11______: one begins, and is not gone on with
  kTooLong = 1 << 1,    // 0_______ 10______: nothing has begun
  kOverlong3 = 1 << 2,  // 11100000 100_____
  kSurrogate = 1 << 3,  // 11101101 101_____
  kOverlong2 = 1 << 4,  // 1100000_ 10______
  kTooLarge = 1 << 5,   // 11110100 1001____, 11110100 101_____, and all after 11110101 and more
  kOverlong4 = 1 << 6,  // 11110000 1000____, and 1000____ after 11110101 and more
  kTwoMore = 1 << 7,    // 10______ 10______: right in the third and the fourth place only
};
constexpr std::uint8_t kAnyLower = kTooShort | kTooLong | kTwoMore;

struct Table {
  alignas(16) std::uint8_t entries[16];
};

constexpr Table kFirstUpper = {{
    kTooLong, kTooLong, kTooLong, kTooLong, kTooLong, kTooLong, kTooLong, kTooLong,  // 0 to 7
    kTwoMore, kTwoMore, kTwoMore, kTwoMore,                                          // 8 to b
    kTooShort | kOverlong2,                                                          // c
    kTooShort,                                                                       // d
    kTooShort | kOverlong3 | kSurrogate,                                             // e
    kTooShort | kTooLarge | kOverlong4,                                              // f
}};

constexpr std::uint8_t kFrom5 = kAnyLower | kTooLarge | kOverlong4;
constexpr Table kFirstLower = {{
    kAnyLower | kOverlong3 | kOverlong2 | kOverlong4,  // 0
    kAnyLower | kOverlong2,                            // 1
    kAnyLower,
    kAnyLower,              // 2, 3
    kAnyLower | kTooLarge,  // 4
    kFrom5,
    kFrom5,
    kFrom5,
    kFrom5,
    kFrom5,
    kFrom5,
    kFrom5,
    kFrom5,
    kFrom5 | kSurrogate,  // d
    kFrom5,
    kFrom5,
}};

constexpr std::uint8_t kGoesOn = kTooLong | kOverlong2 | kTwoMore;
constexpr Table kSecondUpper = {{
    kTooShort, kTooShort, kTooShort, kTooShort, kTooShort, kTooShort, kTooShort, kTooShort,
    kGoesOn | kOverlong3 | kOverlong4,           // 8
    kGoesOn | kOverlong3 | kTooLarge,            // 9
    kGoesOn | kSurrogate | kTooLarge,            // a
    kGoesOn | kSurrogate | kTooLarge,            // b
    kTooShort, kTooShort, kTooShort, kTooShort,  // c to f
}};

GNET_AVX2 __m256i looked_up(const Table& table, __m256i halves) noexcept {
  const __m128i entries = _mm_load_si128(reinterpret_cast<const __m128i*>(table.entries));
  return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(entries), halves);
}

GNET_AVX2 __m256i all(int byte) noexcept {
  return _mm256_set1_epi8(static_cast<char>(byte));
}

GNET_AVX2 __m256i upper_halves(__m256i bytes) noexcept {
  return _mm256_and_si256(_mm256_srli_epi16(bytes, 4), all(0x0f));
}

// The bytes that are `count` places before those of `block`.
template <int count>
GNET_AVX2 __m256i earlier(__m256i block, __m256i before) noexcept {
  return _mm256_alignr_epi8(block, _mm256_permute2x128_si256(before, block, 0x21), 16 - count);
}

// Not zero where a byte of `block` cannot follow the one before it.
GNET_AVX2 __m256i wrong(__m256i block, __m256i before) noexcept {
  const __m256i first = earlier<1>(block, before);
  const __m256i pairs =
      _mm256_and_si256(_mm256_and_si256(looked_up(kFirstUpper, upper_halves(first)),
                                        looked_up(kFirstLower, _mm256_and_si256(first, all(0x0f)))),
                       looked_up(kSecondUpper, upper_halves(block)));
  // Where a third or a fourth byte belongs, kTwoMore is how it has to be: its top bit.
  const __m256i third = _mm256_subs_epu8(earlier<2>(block, before), all(0xe0 - 0x80));
  const __m256i fourth = _mm256_subs_epu8(earlier<3>(block, before), all(0xf0 - 0x80));
  return _mm256_xor_si256(pairs, _mm256_and_si256(_mm256_or_si256(third, fourth), all(kTwoMore)));
}

GNET_AVX2 __m256i load(const char* from) noexcept {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
}

// Where the character begins that is not whole at `at`; else `at`.
const char* before_part(const char* begin, const char* at) noexcept {
  for (int back = 1; back <= 3 && at - back >= begin; ++back) {
    const auto byte = static_cast<unsigned char>(at[-back]);
    if (byte < 0x80) return at;
    if (byte < 0xc0) continue;
    const int length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return length > back ? at - back : at;
  }
  return at;
}

}  // namespace

__attribute__((target("avx2"))) const char* skip_utf8_blocks(const char* const begin,
                                                             const char* const end) noexcept {
  const char* at = begin;
  __m256i before = _mm256_setzero_si256();
  while (end - at >= kUtf8Block) {
    const __m256i block = load(at);
    const __m256i errors = wrong(block, before);
    if (_mm256_testz_si256(errors, errors) == 0) break;
    before = block;
    at += kUtf8Block;
  }
  return before_part(begin, at);
}

}  // namespace gnet::detail

#else

namespace gnet::detail {

const char* skip_utf8_blocks(const char* at, const char*) noexcept {
  return at;
}

}  // namespace gnet::detail

#endif
