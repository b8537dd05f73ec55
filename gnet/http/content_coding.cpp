#include "gnet/http/content_coding.h"

#include <array>
#include <cstddef>
#include <vector>

#include "gnet/http/field_name.h"

namespace gnet::http {
namespace {

constexpr std::array<std::string_view, 5> kCodingNames = {"identity", "gzip", "deflate", "br",
                                                          "zstd"};

}  // namespace

std::string_view to_string(ContentCoding coding) noexcept {
  return kCodingNames[static_cast<std::size_t>(coding)];
}

std::optional<ContentCoding> parse_content_coding(std::string_view name) noexcept {
  if (equal_ignoring_case(name, "x-gzip")) return ContentCoding::gzip;  // RFC 9110 §8.4.1.3
  for (std::size_t i = 0; i < kCodingNames.size(); ++i) {
    if (equal_ignoring_case(name, kCodingNames[i])) return static_cast<ContentCoding>(i);
  }
  return std::nullopt;
}

std::optional<ContentCoding> choose_content_coding(AcceptField accept_encoding,
                                                   std::span<const ContentCoding> offers) {
  std::vector<std::string_view> names;
  for (const ContentCoding offer : offers) names.push_back(to_string(offer));
  names.push_back(to_string(ContentCoding::identity));  // last: it is what comes after all others
  const auto choice = choose_encoding(accept_encoding, names);
  return choice ? parse_content_coding(names[*choice]) : std::nullopt;
}

}  // namespace gnet::http
