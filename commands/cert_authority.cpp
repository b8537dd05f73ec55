#include "commands/cert_authority.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "cli/out/failure.h"
#include "gnet/base/error.h"
#include "gnet/base/unique_fd.h"
#include "gnet/io/make_certificate.h"
#include "gnet/io/tls_error.h"
#include "gnet/os/new_files.h"

namespace commands {
namespace {

// "ada@laptop": several of them are told apart in a browser's list.
std::string owner_of_authority() {
  std::array<char, 256> host{};
  static_cast<void>(gethostname(host.data(), host.size() - 1));
  const passwd* const user = getpwuid(geteuid());
  return fmt::format("{}@{}", user != nullptr ? user->pw_name : std::to_string(geteuid()),
                     host.data());
}

bool has_entry(const std::string& path) {
  struct stat status {};
  return lstat(path.c_str(), &status) == 0;
}

// One at a time: of two that find none the second one finds that of the first.
gnet::UniqueFd lock_folder(const std::string& folder) {
  gnet::UniqueFd fd(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || flock(fd.get(), LOCK_EX) != 0) gnet::throw_errno("cannot open " + folder);
  return fd;
}

}  // namespace

std::string default_authority_folder() {
  if (const char* data = std::getenv("XDG_DATA_HOME"); data != nullptr && *data == '/') {
    return std::string(data) + "/gnet/ca";
  }
  if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/') {
    return std::string(home) + "/.local/share/gnet/ca";
  }
  throw cli::Failure(cli::Exit::io,
                     "there is no place for an authority: neither XDG_DATA_HOME nor HOME is set",
                     "--ca DIR names one");
}

std::string authority_file(const std::string& folder) {
  return folder + "/ca.pem";
}

Authority open_authority(const std::string& folder) {
  const std::string certificate = authority_file(folder);
  const std::string key = folder + "/ca-key.pem";
  try {
    gnet::create_folders(folder, 0700);
    const gnet::UniqueFd locked = lock_folder(folder);
    Authority found;
    found.is_new = !has_entry(certificate) && !has_entry(key);
    if (found.is_new) {
      found.identity = gnet::make_authority("gnet CA of " + owner_of_authority());
      gnet::create_files({{.path = key, .content = found.identity.key, .mode = 0600},
                          {.path = certificate, .content = found.identity.certificate}});
    } else {
      found.identity = gnet::load_identity(certificate, key);
    }
    return found;
  } catch (const std::system_error& error) {
    throw cli::Failure(cli::Exit::io, gnet::describe(error), {}, {}, error.code());
  }
}

}  // namespace commands
