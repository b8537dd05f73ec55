#include <openssl/rand.h>

#include <array>
#include <stdexcept>

#include "gnet/http/multipart.h"

namespace gnet::http {

std::string make_boundary() {
  std::array<unsigned char, 16> random{};
  if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) {
    throw std::runtime_error("no random bytes for a boundary");
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text = "gnet-";
  for (const unsigned byte : random) (text += kDigits[byte >> 4U]) += kDigits[byte & 15U];
  return text;
}

}  // namespace gnet::http
