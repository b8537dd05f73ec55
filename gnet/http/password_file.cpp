#include "gnet/http/password_file.h"

#include <sys/stat.h>

#include <algorithm>
#include <stdexcept>

#include "gnet/http/scanner.h"
#include "gnet/os/file.h"

namespace gnet::http {
namespace {

constexpr std::uint64_t kMostPasswordFile = 16 << 20;  // bytes

// One line. Throws what is said about it, without its place.
void read_user(std::string_view line, PasswordFile& users) {
  const auto colon = line.find(':');
  const std::string_view user = line.substr(0, colon);
  if (colon == line.npos || user.empty()) throw std::invalid_argument("this is not user:hash");
  if (std::ranges::any_of(user, detail::is_control)) {
    throw std::invalid_argument("a user with a control character in it");
  }
  const std::string_view rest = line.substr(colon + 1);
  if (!users.add(user, PasswordHash::parse(rest.substr(0, rest.find(':'))))) {
    throw std::invalid_argument("user '" + std::string(user) + "' is there twice");
  }
}

}  // namespace

PasswordFile PasswordFile::parse(std::string_view text, std::string_view name) {
  PasswordFile users;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) continue;
    try {
      read_user(line, users);
    } catch (const std::invalid_argument& error) {
      throw std::runtime_error(std::string(name) + ":" + std::to_string(number) + ": " +
                               error.what());
    }
  }
  return users;
}

PasswordFile PasswordFile::read(const std::string& path) {
  File file = File::open(path);
  const struct stat status = file.status();
  // Who may write to it may let himself in.
  if ((status.st_mode & S_IWOTH) != 0 && S_ISREG(status.st_mode)) {
    throw std::runtime_error(path + ": everybody may write to this file of passwords");
  }
  if (file.size() > kMostPasswordFile) throw std::runtime_error(path + ": larger than 16 MiB");
  return parse(file.read_all(), path);
}

const PasswordHash* PasswordFile::find(std::string_view user) const noexcept {
  const auto found = std::ranges::lower_bound(
      users_, user, {}, [](const auto& entry) { return std::string_view(entry.first); });
  return found != users_.end() && found->first == user ? &found->second : nullptr;
}

bool PasswordFile::add(std::string_view user, PasswordHash hash) {
  const auto place = std::ranges::lower_bound(
      users_, user, {}, [](const auto& entry) { return std::string_view(entry.first); });
  if (place != users_.end() && place->first == user) return false;
  users_.emplace(place, user, std::move(hash));
  return true;
}

}  // namespace gnet::http
