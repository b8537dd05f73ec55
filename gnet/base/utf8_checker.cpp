#include "gnet/base/utf8_checker.h"

#include <cstring>

#include "gnet/base/utf8_avx2.h"
#include "gnet/base/utf8_lead.h"

namespace gnet {
namespace {

// The first byte that is not ASCII, or the end.
const char* skip_ascii(const char* at, const char* end) noexcept {
  constexpr std::uint64_t kHigh = 0x8080808080808080U;
  while (end - at >= 32) {
    std::uint64_t words[4];
    std::memcpy(words, at, sizeof words);
    if (((words[0] | words[1] | words[2] | words[3]) & kHigh) != 0) break;
    at += sizeof words;
  }
  while (end - at >= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    if ((word & kHigh) != 0) break;
    at += sizeof word;
  }
  while (at != end && static_cast<unsigned char>(*at) < 0x80) ++at;
  return at;
}

}  // namespace

// The character that has begun, then what goes quickly, then what is left.
bool Utf8Checker::feed(std::string_view piece) noexcept {
  const char* at = piece.data();
  const char* const end = at + piece.size();
  const auto wrong = [&] {
    valid_ = static_cast<std::size_t>(at - piece.data());
    return false;
  };
  for (; left_ != 0 && at != end; ++at) {
    if (!step(static_cast<unsigned char>(*at))) return wrong();
  }
  at = skip_ascii(at, end);
  if (end - at >= detail::kUtf8Block && detail::has_avx2()) at = detail::skip_utf8_blocks(at, end);
  while (at != end) {
    const auto byte = static_cast<unsigned char>(*at);
    if (left_ == 0 && byte < 0x80) {
      at = skip_ascii(at, end);
    } else {
      if (!step(byte)) return wrong();
      ++at;
    }
  }
  return true;
}

bool Utf8Checker::step(unsigned char byte) noexcept {
  if (left_ == 0) {
    const detail::Utf8Lead lead = detail::utf8_lead(byte);
    left_ = lead.more;
    low_ = lead.low;
    high_ = lead.high;
    return left_ != kWrong;
  }
  if (left_ == kWrong || byte < low_ || byte > high_) {
    left_ = kWrong;
    return false;
  }
  --left_;
  low_ = 0x80;
  high_ = 0xbf;
  return true;
}

}  // namespace gnet
