// SHA-256 of text that comes in pieces (FIPS 180-4).
//
//   gnet::http::Sha256 hash;
//   while (auto piece = next()) hash.update(*piece);
//   hash.hex();                                       // "ba7816bf…", 64 characters
//
// Threads: an object belongs to one thread at a time.

#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace gnet::http {

class Sha256 {
 public:
  Sha256();  // throws std::bad_alloc
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  ~Sha256();

  void update(std::string_view text);

  // Once, at the end.
  [[nodiscard]] std::string hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gnet::http
