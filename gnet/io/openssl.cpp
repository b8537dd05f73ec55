#include "gnet/io/openssl.h"

#include <arpa/inet.h>
#include <openssl/pem.h>

#include <array>
#include <new>

#include "gnet/io/tls_error.h"

namespace gnet::detail {

Bio reading(std::string_view text) {
  Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  if (!bio) throw std::bad_alloc();
  return bio;
}

Bio memory() {
  Bio bio(BIO_new(BIO_s_mem()));
  if (!bio) throw std::bad_alloc();
  return bio;
}

std::string content(const Bio& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string pem_of(X509* certificate) {
  const Bio out = memory();
  if (PEM_write_bio_X509(out.get(), certificate) != 1) {
    throw_tls_configuration("cannot write certificate");
  }
  return content(out);
}

std::string pem_of(EVP_PKEY* key) {
  const Bio out = memory();
  if (PEM_write_bio_PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    throw_tls_configuration("cannot write key");
  }
  return content(out);
}

int no_password(char*, int, int, void*) {
  return 0;
}

bool is_address(const std::string& name) {
  std::array<unsigned char, 16> bytes;
  return inet_pton(AF_INET, name.c_str(), bytes.data()) == 1 ||
         inet_pton(AF_INET6, name.c_str(), bytes.data()) == 1;
}

}  // namespace gnet::detail
