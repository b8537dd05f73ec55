#include "cli/server/ready.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <string_view>

#include "cli/out/failure.h"
#include "cli/out/inherited_descriptors.h"
#include "cli/out/json.h"
#include "cli/server/background.h"
#include "gnet/base/unique_fd.h"
#include "gnet/io/address.h"

namespace cli {
namespace {

// Left by a server that was killed it has endpoints. What has something else in it is somebody's,
// who wants to have it back.
void check_ready_file(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode) || status.st_size == 0) return;
  const gnet::UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return;  // which writing to it tells
  std::array<char, 64> text{};
  const ssize_t size = read(fd.get(), text.data(), text.size());
  const std::string_view found(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  if (found.substr(0, found.find('\n')).find("://") != found.npos) return;
  throw Failure(Exit::io, path + " is no ready file, and is left as it is");
}

}  // namespace

Notifier::Notifier() {
  const char* name = std::getenv("NOTIFY_SOCKET");
  if (name == nullptr || (*name != '/' && *name != '@')) return;
  gnet::RawAddress address;
  try {
    address = gnet::SocketAddress::unix_path(name).raw();
  } catch (const std::invalid_argument&) {
    return;  // too long
  }
  socket_.reset(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (connect(socket_.get(), address.data(), address.size) != 0) socket_.reset();
}

void Notifier::send(std::string_view state) const noexcept {
  if (socket_) ::send(socket_.get(), state.data(), state.size(), MSG_NOSIGNAL);
}

void Readiness::announce(const std::vector<Listening>& endpoints) {
  std::string lines;
  std::string line;
  for (const Listening& listening : endpoints) {
    if (options_.print_port && listening.primary && listening.port != 0) {
      print_line(std::to_string(listening.port));
    }
    lines += listening.endpoint + "\n";
    line += (line.empty() ? "" : " ") + listening.endpoint;
  }
  if (json_) {
    for (const Listening& listening : endpoints) {
      JsonObject object = event("listening");
      object.add("endpoint", listening.endpoint);
      if (listening.port != 0) object.add("port", listening.port);
      if (!listening.pin.empty()) {
        object.add("fingerprint", listening.fingerprint).add("pin", listening.pin);
      }
      print_line(object.text());
    }
  }
  if (!options_.ready_file.empty()) {
    publish(lines);
  }
  if (options_.ready_fd >= 0) {
    if (!write_all(options_.ready_fd, line + "\n")) {
      throw Failure(Exit::io, fmt::format("cannot write to descriptor {}: {}", options_.ready_fd,
                                          error_text(errno)));
    }
    // Standard output and error are still needed.
    if (options_.ready_fd > STDERR_FILENO) {
      keep_inherited_descriptor(options_.ready_fd);
      close(options_.ready_fd);
    }
  }
  status_ = "listening on " + line;
  notifier_.send(fmt::format("READY=1\nMAINPID={}\nSTATUS={}", getpid(), status_));
  tell_parent(Exit::ok);
}

void Readiness::publish(const std::string& lines) {
  const std::string& path = options_.ready_file;
  check_ready_file(path);
  if (steward_ != nullptr) return steward_->publish(lines);
  if (!replace_file(path, lines)) {
    throw Failure(Exit::io, fmt::format("cannot write {}: {}", path, error_text(errno)));
  }
  ready_file_ = std::make_unique<TemporaryFile>(path);
}

void Readiness::reloading() noexcept {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  notifier_.send(fmt::format("RELOADING=1\nMONOTONIC_USEC={}\nSTATUS=reading the options again",
                             now.tv_sec * 1'000'000LL + now.tv_nsec / 1000));
}

void Readiness::reloaded() noexcept {
  notifier_.send("READY=1\nSTATUS=" + status_);
}

void Readiness::withdraw() noexcept {
  ready_file_.reset();
  if (steward_ != nullptr) steward_->withdraw();
  notifier_.send("STOPPING=1\nSTATUS=no longer listening");
}

}  // namespace cli
