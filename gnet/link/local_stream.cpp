#include "gnet/link/local_stream.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "gnet/base/error.h"
#include "gnet/base/random.h"
#include "gnet/base/unique_function.h"
#include "gnet/base/words.h"
#include "gnet/fiber/fiber.h"
#include "gnet/io/pipe.h"
#include "gnet/io/stream.h"
#include "gnet/link/child.h"

namespace gnet::link {
namespace {

// What all of them have in common: a name, and no socket.
class LocalStream : public ByteStream {
 public:
  explicit LocalStream(Endpoint name) : name_(std::move(name)) {}

  void send_all(std::string_view data, Deadline deadline) override {
    while (!data.empty()) data.remove_prefix(send_some(data, deadline));
  }
  void abort() noexcept override { close(); }
  [[nodiscard]] Endpoint local_endpoint() const override { return name_; }
  [[nodiscard]] Endpoint remote_endpoint() const override { return name_; }

 protected:
  [[nodiscard]] const Endpoint& name() const noexcept { return name_; }

 private:
  Endpoint name_;
};

// Two descriptors, one for each way, of which either may be missing; behind both may be a program.
class TwoPipes final : public LocalStream {
 public:
  TwoPipes(const Endpoint& name, Pipe in, Pipe out)
      : LocalStream(name), own_in_(std::move(in)), own_out_(std::move(out)) {}
  TwoPipes(const Endpoint& name, std::unique_ptr<Child> child)
      : LocalStream(name), child_(std::move(child)), in_(child_->output()), out_(child_->input()) {}
  ~TwoPipes() override { close(); }

  std::size_t receive(void* buffer, std::size_t size, Deadline deadline) override {
    check_open("receive");
    return in_.is_open() ? in_.receive(buffer, size, deadline) : 0;
  }

  std::size_t send_some(std::string_view data, Deadline deadline) override {
    check_open("send");
    if (out_.is_open()) return out_.send_some(data, deadline);
    if (name().transport() == Transport::file) {
      throw_errno(EBADF, "cannot write to " + name().to_string() +
                             ", which is read without ?append=1 or ?truncate=1");
    }
    throw_errno(EPIPE, "send");
  }

  void shutdown_send(Deadline deadline) override {
    check_open("shutdown");
    if (child_) return out_.close();
    if (out_.is_open()) out_.shutdown_send(deadline);
  }

  bool wait_readable(Deadline deadline) override {
    check_open("wait");
    return !in_.is_open() || in_.wait_readable(deadline);
  }

  void close() noexcept override {
    if (!std::exchange(open_, false)) return;
    if (child_) return child_->end();
    in_.close();
    out_.close();
  }
  [[nodiscard]] bool is_open() const noexcept override { return open_; }

 private:
  void check_open(const char* what) const {
    if (!open_) throw_errno(EBADF, what);
  }

  std::unique_ptr<Child> child_;
  Pipe own_in_;
  Pipe own_out_;
  Pipe& in_ = own_in_;
  Pipe& out_ = own_out_;
  bool open_ = true;
};

// Gives what a function fills in, and takes everything.
class Source final : public LocalStream {
 public:
  // How much of the buffer it has filled; 0: the end.
  using Fill = UniqueFunction<std::size_t(char* buffer, std::size_t size)>;

  Source(const Endpoint& name, Fill fill) : LocalStream(name), fill_(std::move(fill)) {}

  std::size_t receive(void* buffer, std::size_t size, Deadline) override {
    take_turn("receive");
    return size == 0 ? 0 : fill_(static_cast<char*>(buffer), size);
  }
  std::size_t send_some(std::string_view data, Deadline) override {
    take_turn("send");
    return data.size();
  }
  void shutdown_send(Deadline) override {}
  bool wait_readable(Deadline) override {
    take_turn("wait");
    return true;
  }
  void close() noexcept override { open_ = false; }
  [[nodiscard]] bool is_open() const noexcept override { return open_; }

 private:
  // It never waits: others get their turn, and may have closed it then.
  void take_turn(const char* what) {
    checkpoint();
    if (!open_) throw_errno(EBADF, what);
  }

  Fill fill_;
  bool open_ = true;
};

std::size_t fill_random(char* buffer, std::size_t size) {
  for (std::size_t at = 0; at < size; at += sizeof(std::uint64_t)) {
    const std::uint64_t bits = random_bits();
    std::memcpy(buffer + at, &bits, std::min(sizeof bits, size - at));
  }
  return size;
}

Source::Fill from_text(const std::string& text) {
  return [text, at = std::size_t{0}](char* buffer, std::size_t size) mutable {
    const std::size_t count = std::min(size, text.size() - at);
    std::memcpy(buffer, text.data() + at, count);
    at += count;
    return count;
  };
}

Pipe copy_of(int fd, const Endpoint& name) {
  UniqueFd copy(fcntl(fd, F_DUPFD_CLOEXEC, 3));
  if (!copy) throw_errno("cannot use " + name.to_string());
  return Pipe::shared(std::move(copy));
}

AnyStream pipes(const Endpoint& endpoint, Pipe in, Pipe out) {
  return AnyStream(std::make_unique<TwoPipes>(endpoint, std::move(in), std::move(out)));
}

// A descriptor, the ways that it was opened for.
AnyStream open_descriptor(const Endpoint& endpoint) {
  const int fd = std::stoi(endpoint.argument());
  const int flags = fcntl(fd, F_GETFL);
  if (flags < 0) throw_errno("cannot use " + endpoint.to_string());
  const int mode = flags & O_ACCMODE;
  return pipes(endpoint, mode == O_WRONLY ? Pipe() : copy_of(fd, endpoint),
               mode == O_RDONLY ? Pipe() : copy_of(fd, endpoint));
}

// Where standard input is closed, as cron and daemons have it, there is nothing to read; so it is
// where something that cannot be read holds its place.
Pipe standard_input(const Endpoint& endpoint) {
  const int flags = fcntl(0, F_GETFL);
  const bool nothing = flags < 0 ? errno == EBADF : (flags & O_ACCMODE) == O_WRONLY;
  return nothing ? Pipe() : copy_of(0, endpoint);
}

UniqueFd open_path(const Endpoint& endpoint, int flags) {
  const int fd = ::open(endpoint.argument().c_str(), flags | O_CLOEXEC | O_NOCTTY, 0666);
  if (fd < 0) throw_errno("cannot open " + endpoint.to_string());
  return UniqueFd(fd);
}

AnyStream open_file(const Endpoint& endpoint) {
  const bool append = endpoint.option("append") == "1";
  const bool truncate = endpoint.option("truncate") == "1";
  if (append || truncate) {
    const int how = O_WRONLY | O_CREAT | O_NONBLOCK | (append ? O_APPEND : O_TRUNC);
    return pipes(endpoint, Pipe(), Pipe::shared(open_path(endpoint, how)));
  }
  struct stat status {};
  const bool known = ::stat(endpoint.argument().c_str(), &status) == 0;
  if (!known || !(S_ISCHR(status.st_mode) || S_ISFIFO(status.st_mode))) {
    return pipes(endpoint, Pipe::shared(open_path(endpoint, O_RDONLY)), Pipe());
  }
  UniqueFd fd = open_path(endpoint, O_RDWR | O_NONBLOCK);
  UniqueFd copy(fcntl(fd.get(), F_DUPFD_CLOEXEC, 3));
  if (!copy) throw_errno("cannot open " + endpoint.to_string());
  return pipes(endpoint, Pipe(std::move(fd)), Pipe(std::move(copy)));
}

// Descriptor 0, as inetd and systemd (Accept=yes) give it.
AnyStream open_inetd(const Endpoint& endpoint) {
  int type = 0;
  socklen_t size = sizeof type;
  if (getsockopt(0, SOL_SOCKET, SO_TYPE, &type, &size) != 0) {
    throw_errno("cannot use inetd:, descriptor 0");
  }
  if (type != SOCK_STREAM) throw_errno(EPROTOTYPE, "cannot use inetd:, descriptor 0");
  UniqueFd copy(fcntl(0, F_DUPFD_CLOEXEC, 3));
  if (!copy) throw_errno("cannot use " + endpoint.to_string());
  return Stream(std::move(copy));
}

AnyStream start(const Endpoint& endpoint, std::vector<std::string> arguments) {
  return AnyStream(std::make_unique<TwoPipes>(
      endpoint, std::make_unique<Child>(std::move(arguments), endpoint.to_string())));
}

}  // namespace

AnyStream open_local(const Endpoint& endpoint) {
  switch (endpoint.transport()) {
    case Transport::exec:
      return start(endpoint, split_words(endpoint.argument()).value());
    case Transport::shell:
      return start(endpoint, {"/bin/sh", "-c", endpoint.argument()});
    case Transport::stdio:
      return pipes(endpoint, standard_input(endpoint), copy_of(1, endpoint));
    case Transport::fd:
      return open_descriptor(endpoint);
    case Transport::file:
      return open_file(endpoint);
    case Transport::null:
      return Source(endpoint, [](char*, std::size_t) { return std::size_t{0}; });
    case Transport::echo: {
      auto [in, out] = Pipe::make();
      return pipes(endpoint, std::move(in), std::move(out));
    }
    case Transport::zero:
      return Source(endpoint, [](char* buffer, std::size_t size) {
        std::memset(buffer, 0, size);
        return size;
      });
    case Transport::random:
      return Source(endpoint, fill_random);
    case Transport::text:
      return Source(endpoint, from_text(endpoint.argument()));
    case Transport::inetd:
      return open_inetd(endpoint);
    default:
      throw BadEndpoint(endpoint.url(), "this is no local stream");
  }
}

}  // namespace gnet::link
