#include "gnet/http/password_hash.h"

#include <crypt.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <stdexcept>

#include "gnet/http/ascii.h"
#include "gnet/http/auth.h"
#include "gnet/http/base64.h"

namespace gnet::http {
namespace {

// How a hash of crypt(3) looks: what is behind its last dollar, which for bcrypt is the salt too.
struct CryptMethod {
  std::string_view prefix;
  std::size_t tail;  // characters
};
constexpr std::array<CryptMethod, 8> kCryptMethods = {{{"$2y$", 53},
                                                       {"$2b$", 53},
                                                       {"$2a$", 53},
                                                       {"$6$", 86},
                                                       {"$5$", 43},
                                                       {"$y$", 43},
                                                       {"$gy$", 43},
                                                       {"$7$", 43}}};

constexpr std::string_view kShaPrefix = "{SHA}";
constexpr std::string_view kAdvice = "make one with 'htpasswd -B'";

bool is_crypt_char(char c) {
  return detail::is_alnum(c) || c == '.' || c == '/';
}

// Long enough, so that it can match at all, and of a kind that this libcrypt has. $5$ is an old one
// to it.
bool is_sound(std::string_view hash, const CryptMethod& method) {
  const std::string_view tail = hash.substr(hash.rfind('$') + 1);
  return tail.size() == method.tail && std::ranges::all_of(tail, is_crypt_char) &&
         crypt_checksalt(std::string(hash).c_str()) != CRYPT_SALT_INVALID;
}

[[noreturn]] void refuse_hash(std::string_view why) {
  throw std::invalid_argument(std::string(why).append(", ").append(kAdvice));
}

std::string sha_of(std::string_view password) {
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
  SHA1(reinterpret_cast<const unsigned char*>(password.data()), password.size(), digest.data());
  return base64_encode({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

bool matches_crypt(std::string_view password, const std::string& hash) {
  // It is 32 KiB large, and has what would help to guess the password when it is done.
  struct Clear {
    void operator()(crypt_data* data) const noexcept {
      OPENSSL_cleanse(data, sizeof *data);
      delete data;
    }
  };
  const std::unique_ptr<crypt_data, Clear> data(new crypt_data());
  std::string phrase(password);
  const char* const made = crypt_rn(phrase.c_str(), hash.c_str(), data.get(), sizeof *data);
  OPENSSL_cleanse(phrase.data(), phrase.size());
  return made != nullptr && equal_in_constant_time(made, hash);
}

}  // namespace

PasswordHash PasswordHash::parse(std::string_view text) {
  if (text.starts_with(kShaPrefix)) {
    const auto digest = base64_decode(text.substr(kShaPrefix.size()));
    if (!digest || digest->size() != SHA_DIGEST_LENGTH) refuse_hash("the hash is cut off");
    return {Kind::sha, text};
  }
  if (text.starts_with("$apr1$") || text.starts_with("$1$")) {
    refuse_hash("hashes of MD5 are not supported");
  }
  for (const CryptMethod& method : kCryptMethods) {
    if (!text.starts_with(method.prefix)) continue;
    if (!is_sound(text, method)) refuse_hash("the hash is cut off or damaged");
    return {Kind::crypt, text};
  }
  refuse_hash("this is no hash of a password that is supported");
}

PasswordHash PasswordHash::plain(std::string_view password) {
  return {Kind::plain, password};
}

bool PasswordHash::matches(std::string_view password) const {
  // What C would cut there.
  if (password.find('\0') != password.npos) return false;
  switch (kind_) {
    case Kind::plain:
      return equal_in_constant_time(password, text_);
    case Kind::sha:
      return equal_in_constant_time(sha_of(password),
                                    std::string_view(text_).substr(kShaPrefix.size()));
    case Kind::crypt:
      break;
  }
  return matches_crypt(password, text_);
}

}  // namespace gnet::http
