#include "gnet/http/sha256.h"

#include <openssl/evp.h>

#include <array>
#include <new>

namespace gnet::http {

struct Sha256::State {
  State() : context(EVP_MD_CTX_new()) {
    if (context == nullptr) throw std::bad_alloc();
    check(EVP_DigestInit_ex(context, EVP_sha256(), nullptr));
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { EVP_MD_CTX_free(context); }

  // There is nothing else that OpenSSL could fail for.
  static void check(int result) {
    if (result != 1) throw std::bad_alloc();
  }

  EVP_MD_CTX* context;
};

Sha256::Sha256() : state_(std::make_unique<State>()) {}
Sha256::~Sha256() = default;

void Sha256::update(std::string_view text) {
  State::check(EVP_DigestUpdate(state_->context, text.data(), text.size()));
}

std::string Sha256::hex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  State::check(EVP_DigestFinal_ex(state_->context, bytes.data(), &size));
  constexpr const char* kDigits = "0123456789abcdef";
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    text += kDigits[bytes[i] >> 4U];
    text += kDigits[bytes[i] & 15U];
  }
  return text;
}

}  // namespace gnet::http
