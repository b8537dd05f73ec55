// Answers of DNS, whatever comes: what is read is bounded by what has come, and safe to print; what
// cannot be read is malformed, and so is what is cut off, unless it says so.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "gnet/dns/message.h"

using namespace gnet::dns;

namespace {

// An answer of 64 KiB can name names of 255 bytes in each of its records, and each byte of those
// takes up to four letters.
constexpr std::size_t kMostGrowth = 1024;

void require(bool condition) {
  if (!condition) std::abort();
}

void check(const std::vector<Record>& records, std::size_t size) {
  require(records.size() <= size);
  std::size_t letters = 0;
  for (const Record& record : records) {
    const std::string line = record.to_string();
    letters += line.size();
    require(std::ranges::all_of(line, [](unsigned char letter) {
      return letter == '\t' || (letter >= 0x20 && letter < 0x7f);
    }));
    require(record.name.ends_with('.'));
  }
  require(letters <= (size + 1) * kMostGrowth);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 65535) return 0;
  // A copy of just this size: who reads behind its end is seen.
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const std::string query = build_query({"example.org"}, 0x1234);
  static_cast<void>(is_answer_to(query, bytes));
  try {
    const Message message = parse_message(bytes);
    check(message.answers, size);
    check(message.authority, size);
    check(message.additional, size);
    require(message.flags().size() < 32);
  } catch (const BadMessage&) {
  }
  return 0;
}
