// A password as it is kept: what can be checked, and not read.
//
//   const auto hash = gnet::http::PasswordHash::parse("$2y$05$…");
//   const bool in = pool.apply([hash] { return hash.matches("secret"); });
//
// Known are bcrypt ($2y$, $2b$, $2a$), SHA-512 and SHA-256 ($6$, $5$), yescrypt ($y$),
// gost-yescrypt
// ($gy$) and scrypt ($7$), as crypt(3) has them, and {SHA} of htpasswd. All but the last are slow
// by design; the last one is easily guessed by whoever gets at it.
//
// Threads: a value; const members may be called from any thread.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gnet::http {

class PasswordHash {
 public:
  // Throws std::invalid_argument, whose text does not have the hash in it, for one of another kind
  // (MD5, which `htpasswd` makes unless told otherwise, DES) and for one that is cut off.
  [[nodiscard]] static PasswordHash parse(std::string_view text);

  // Of a password that is known as it is.
  [[nodiscard]] static PasswordHash plain(std::string_view password);

  // Takes as long for a guess that is nearly right as for any other. Blocks its thread, for a tenth
  // of a second or so, if is_slow(). False for a password that crypt(3) does not take: one of more
  // than 512 bytes. Of bcrypt the first 72 bytes count. Throws std::bad_alloc.
  [[nodiscard]] bool matches(std::string_view password) const;

  [[nodiscard]] bool is_slow() const noexcept { return kind_ == Kind::crypt; }

  // As it was given: what a file has. Two users with the same password have different ones.
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  enum class Kind : std::uint8_t { plain, sha, crypt };

  PasswordHash(Kind kind, std::string_view text) : text_(text), kind_(kind) {}

  std::string text_;
  Kind kind_;
};

}  // namespace gnet::http
