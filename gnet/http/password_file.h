// Users and their passwords, as htpasswd writes them: `user:hash` a line.
//
//   const auto users = gnet::http::PasswordFile::read("/etc/gnet/users");  // may suspend
//   const gnet::http::PasswordHash* hash = users.find("ada");
//
// Empty lines and those that begin with # are left out, and so is what stands behind another colon.
// Which hashes are known is said in password_hash.h; an Authenticator is who checks them.
//
// Threads: a value; const members may be called from any thread.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gnet/http/password_hash.h"

namespace gnet::http {

class PasswordFile {
 public:
  // The text of a file. Throws std::runtime_error that names the file and the line: "users:3: …"
  [[nodiscard]] static PasswordFile parse(std::string_view text, std::string_view name);

  // Suspends. Throws what parse() does, std::runtime_error for a file that everybody may write to
  // or that is larger than 16 MiB, and std::system_error for what cannot be read.
  [[nodiscard]] static PasswordFile read(const std::string& path);

  // Nothing for a user that there is not. Valid until another is added.
  [[nodiscard]] const PasswordHash* find(std::string_view user) const noexcept;

  // False if there is one of this name.
  bool add(std::string_view user, PasswordHash hash);

  [[nodiscard]] std::size_t size() const noexcept { return users_.size(); }
  [[nodiscard]] bool empty() const noexcept { return users_.empty(); }

  // In the order of their names.
  [[nodiscard]] auto begin() const noexcept { return users_.begin(); }
  [[nodiscard]] auto end() const noexcept { return users_.end(); }

 private:
  std::vector<std::pair<std::string, PasswordHash>> users_;
};

}  // namespace gnet::http
