// UTF-8: the quick checker finds the same byte wrong as the plain words do, in whatever pieces the
// text comes and wherever in memory it lies.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "gnet/base/utf8.h"
#include "gnet/base/utf8_checker.h"
#include "tests/utf8_reference.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

void check(std::string_view text, std::size_t piece) {
  bool complete = false;
  const std::size_t expected = reference_utf8_prefix(text, &complete);
  gnet::Utf8Checker checker;
  for (std::size_t at = 0; at < text.size(); at += piece) {
    if (!checker.feed(text.substr(at, piece))) return require(at + checker.valid() == expected);
  }
  require(expected == text.size() && checker.complete() == complete);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece = data[0] % 100 + 1U;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  check(text, std::max<std::size_t>(text.size(), 1));
  check(text, piece);
  // The same in the middle of longer text, where it is looked at in blocks.
  const std::string longer = std::string(piece, 'x') + std::string(text) + std::string(130, 'y');
  check(longer, longer.size());
  bool complete = false;
  const bool whole = reference_utf8_prefix(text, &complete) == text.size() && complete;
  require(gnet::is_utf8(text) == whole);
  return 0;
}
