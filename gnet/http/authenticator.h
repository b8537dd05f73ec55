// Says whether a user's password is right: those of files (htpasswd) and of flags.
//
//   gnet::http::Authenticator users;
//   users.add_file("/etc/gnet/users");
//   const auto basic = gnet::http::parse_basic(request.get("Authorization").value_or(""));
//   if (!basic || !users.verify(*basic)) response.set("WWW-Authenticate",
//   basic_challenge("files"));
//
// To check a password is slow by design, so it is done on threads of its own, while other fibers go
// on; a password that was right is remembered, in a form that is of no use to anybody else, and is
// checked in a microsecond from then on. A user that there is not takes as long as a wrong
// password. Wrong ones cannot take more than the threads: when these are busy, others wait. To make
// whoever guesses wait longer is up to the caller.
//
// Threads: may be used from any hub. It is made and destroyed once nobody uses it.

#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "gnet/http/auth.h"

namespace gnet::http {

struct AuthenticatorOptions {
  std::size_t threads = 2;        // that check passwords
  std::size_t remembered = 1024;  // passwords that were right, at most, 32 bytes each; 0: none
};

class Authenticator {
 public:
  explicit Authenticator(const AuthenticatorOptions& options = {});
  ~Authenticator();
  Authenticator(const Authenticator&) = delete;
  Authenticator& operator=(const Authenticator&) = delete;

  // A user whose password is known as it is. Throws std::invalid_argument for one that there is
  // already, and for a name that is empty or has a colon or a control character in it.
  void add(std::string_view user, std::string_view password);

  // The users of a file. Suspends. Throws what PasswordFile::read() does, and std::runtime_error
  // for one that there is already; then nothing has changed.
  void add_file(const std::string& path);

  // Reads the files again. Suspends. Throws as add_file() does; then nothing has changed. Who is
  // no longer in a file, or has another password there, is refused from then on.
  void reload();

  // Suspends, unless it is known.
  [[nodiscard]] bool verify(std::string_view user, std::string_view password);
  [[nodiscard]] bool verify(const BasicCredentials& credentials) {
    return verify(credentials.user, credentials.password);
  }

  // There is nobody who could be let in.
  [[nodiscard]] bool empty() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace gnet::http
