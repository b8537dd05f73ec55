#include "gnet/http/head_blocks.h"

#include <array>
#include <cstdint>
#include <cstring>

#include "gnet/http/ascii.h"
#include "gnet/http/byte_block.h"
#include "gnet/http/known_names.h"

namespace gnet::http::detail {

namespace {

#if defined(__x86_64__)

// Two bytes as a number.
[[gnu::always_inline]] inline std::uint16_t two_bytes(const char* at) noexcept {
  std::uint16_t value = 0;
  std::memcpy(&value, at, sizeof value);
  return value;
}

// Where the next control character is; null if there is none. `controls` are those at `at`.
GNET_HTTP_AVX2_INLINE const char* find_control(const char* at, const char* end,
                                               std::uint32_t controls,
                                               const ControlFinder& controls_of) noexcept {
  const char* const last = end - ByteBlock::kSize;
  while (controls == 0) {
    at += ByteBlock::kSize;
    if (at > last) [[unlikely]] {
      if (at == end) return nullptr;
      // It overlaps the one before.
      controls = controls_of(ByteBlock(last)) >> (at - last);
      if (controls == 0) return nullptr;
      break;
    }
    controls = controls_of(ByteBlock(at));
  }
  return at + _tzcnt_u32(controls);
}

// How far behind `base` it is.
[[gnu::always_inline]] inline std::uint32_t behind(std::uintptr_t base, const char* at) noexcept {
  return static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(at) - base);
}

// What a line needs that begins somewhere: a block, and two bytes behind a colon in it.
constexpr std::ptrdiff_t kRoom = ByteBlock::kSize + 2;

// `base`: where the table's bytes would begin, if they were where these are.
GNET_HTTP_AVX2 const char* read_fields_by_blocks(const char* at, const char* end,
                                                 std::uintptr_t base, std::size_t most,
                                                 FieldTable& fields) {
  const char* const last_begin = end - kRoom;
  const ControlFinder controls_of;
  FieldTable::Appender lines(fields, most);
  while (at <= last_begin && lines.has_room()) {  // and nothing is called, for the registers' sake
    const ByteBlock block(at);
    const std::uint32_t colon = block.equal(':');
    const std::uint32_t controls = controls_of(block);
    const std::uint32_t size = _tzcnt_u32(colon);
    if (size - 1 >= ByteBlock::kSize - 1) break;            // no colon, or no name
    const std::uint32_t in_name = _blsmsk_u32(colon) >> 1;  // a bit for each byte of it
    FieldName id = kPlaces[place({at, size})];
    const LowerName& known = kLowerNames[static_cast<std::size_t>(id)];
    if (known.bits != in_name ||
        (block.equal_letters(known.letters.data()) & ~controls & in_name) != in_name) [[unlikely]] {
      if ((block.usual_in_names() & in_name) != in_name) break;
      id = FieldName::other;
    }
    const char* value = at + size + 2;
    if (value[-1] != ' ') [[unlikely]]
      --value;
    const char* const stop = find_control(at, end - 1, controls, controls_of);
    if (stop == nullptr || two_bytes(stop) != two_bytes("\r\n") || *value == ' ') break;
    const char* last = stop;
    while (last[-1] == ' ' && last != value) [[unlikely]]-- last;
    lines.add(id, behind(base, at), size, behind(base, value),
              static_cast<std::uint32_t>(last - value));
    at = stop + 2;
  }
  return at;
}

// Of fewer bytes than there have to be: a copy has room behind it, where no line ends.
const char* read_near_end(const char* at, const char* end, std::size_t most, FieldTable& fields) {
  std::array<char, 2 * kRoom> copy{};
  const auto size = static_cast<std::size_t>(end - at);
  std::memcpy(copy.data(), at, size);
  const auto before = static_cast<std::uintptr_t>(at - fields.base());
  const auto base = reinterpret_cast<std::uintptr_t>(copy.data()) - before;
  const char* const copy_end = copy.data() + size + kRoom;
  return at + (read_fields_by_blocks(copy.data(), copy_end, base, most, fields) - copy.data());
}

GNET_HTTP_AVX2 TargetScan scan_target_by_blocks(const char* at, const char* end) noexcept {
  const char* question = nullptr;
  for (; end - at >= ByteBlock::kSize; at += ByteBlock::kSize) {
    const ByteBlock block(at);
    const std::uint32_t stop = block.not_visible_or('#');
    const std::uint32_t found = block.equal('?') & _blsmsk_u32(stop);
    if (found != 0 && question == nullptr) question = at + _tzcnt_u32(found);
    if (stop != 0) return {at + _tzcnt_u32(stop), question};
  }
  return {at, question};
}

#endif

}  // namespace

const char* read_usual_fields(const char* at, [[maybe_unused]] const char* end,
                              [[maybe_unused]] std::size_t most,
                              [[maybe_unused]] FieldTable& fields) {
#if defined(__x86_64__)
  if (!ByteBlock::usable()) return at;
  do {
    if (end - at >= kRoom) {
      const auto base = reinterpret_cast<std::uintptr_t>(fields.base());
      at = read_fields_by_blocks(at, end, base, most, fields);
    }
    if (end - at < kRoom && end - at > 2) at = read_near_end(at, end, most, fields);
  } while (fields.make_room(most));
#endif
  return at;
}

TargetScan scan_target(const char* at, const char* end) noexcept {
  const char* question = nullptr;
#if defined(__x86_64__)
  if (ByteBlock::usable()) {
    const TargetScan scan = scan_target_by_blocks(at, end);
    at = scan.end, question = scan.question;
  }
#endif
  for (; at != end && is_visible(*at) && *at != '#'; ++at) {
    if (*at == '?' && question == nullptr) question = at;
  }
  return {at, question};
}

}  // namespace gnet::http::detail
