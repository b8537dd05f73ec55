#include "gnet/os/message_pipe.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <mutex>

#include "gnet/base/error.h"
#include "gnet/io/buffered.h"
#include "gnet/io/start_of_wait.h"
#include "gnet/io/stream.h"
#include "gnet/os/piped_process.h"
#include "gnet/sync/semaphore.h"

namespace gnet {
namespace {

constexpr std::size_t kHeader = 8;

void append_number(std::string& bytes, std::uint32_t number) {
  number = htonl(number);
  bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
}

std::uint32_t number_at(const char* bytes) {
  std::uint32_t number;
  std::memcpy(&number, bytes, sizeof number);
  return ntohl(number);
}

}  // namespace

struct MessagePipe::Channel {
  explicit Channel(UniqueFd fd) : stream(std::move(fd)) {}

  // Sends the rest of what was begun.
  void flush(Deadline deadline) {
    while (sent < output.size()) {
      sent += stream.socket().send_some(std::string_view(output).substr(sent), deadline);
    }
    output.clear();
    sent = 0;
  }

  Stream stream;
  Semaphore putting;
  Semaphore getting;
  std::string output;
  std::size_t sent = 0;  // of it
  BufferedReader<Stream> reader{stream};
  std::optional<std::pair<std::uint32_t, std::uint32_t>> header;  // read; its message is not
};

MessagePipe::MessagePipe() noexcept = default;
MessagePipe::MessagePipe(MessagePipe&& other) noexcept = default;

MessagePipe& MessagePipe::operator=(MessagePipe&& other) noexcept {
  if (this == &other) return *this;
  close();
  channel_ = std::move(other.channel_);
  return *this;
}

MessagePipe::~MessagePipe() {
  close();
}

MessagePipe::MessagePipe(UniqueFd fd) : channel_(std::make_shared<Channel>(std::move(fd))) {}

std::pair<MessagePipe, MessagePipe> MessagePipe::make() {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw_errno("cannot make a pipe for messages");
  }
  UniqueFd first(ends[0]);
  UniqueFd second(ends[1]);
  return {MessagePipe(std::move(first)), MessagePipe(std::move(second))};
}

MessagePipe MessagePipe::to_parent() {
  const char* number = std::getenv(PipedProcess::kDescriptorVariable);
  if (number == nullptr) throw Misuse("no PipedProcess has started this process");
  int fd = -1;
  std::from_chars(number, number + std::strlen(number), fd);
  // Those whom this process starts are not meant.
  unsetenv(PipedProcess::kDescriptorVariable);
  if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) throw_errno("cannot use the pipe to the parent");
  return MessagePipe(UniqueFd(fd));
}

void MessagePipe::close() noexcept {
  const auto channel = std::exchange(channel_, nullptr);
  if (channel) channel->stream.close();
}

// FNV-1a: the same in all processes.
std::uint32_t MessagePipe::hash(std::string_view name) noexcept {
  std::uint32_t hash = 2166136261u;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return hash;
}

std::shared_ptr<MessagePipe::Channel> MessagePipe::channel() const {
  if (!channel_) throw_errno(EBADF, "message");
  return channel_;
}

void MessagePipe::put_bytes(std::uint32_t tag, const std::string& bytes, Deadline deadline) {
  if (bytes.size() > kLongest) throw std::length_error("a message is too long");
  const auto channel = this->channel();
  const TimePoint since = detail::start_of_wait(deadline);
  if (!channel->putting.acquire(deadline)) throw_timed_out("send", since);
  const std::unique_lock turn(channel->putting, std::adopt_lock);
  channel->flush(deadline);
  append_number(channel->output, static_cast<std::uint32_t>(bytes.size()));
  append_number(channel->output, tag);
  channel->output += bytes;
  try {
    channel->flush(deadline);
  } catch (...) {
    if (channel->sent == 0) channel->output.clear();
    throw;
  }
}

std::optional<std::string> MessagePipe::get_bytes(std::uint32_t tag, Deadline deadline) {
  const auto channel = this->channel();
  const TimePoint since = detail::start_of_wait(deadline);
  if (!channel->getting.acquire(deadline)) throw_timed_out("receive", since);
  const std::unique_lock turn(channel->getting, std::adopt_lock);
  auto& header = channel->header;
  if (!header) {
    // The end is one only between two messages.
    if (!channel->reader.wait(deadline)) return std::nullopt;
    const std::string bytes = channel->reader.read_exactly(kHeader, deadline);
    header.emplace(number_at(bytes.data()), number_at(bytes.data() + 4));
  }
  if (header->first > kLongest) throw ConnectionLost("a message is too long");
  if (header->second != tag) throw MessageMismatch("a message is of another type");
  std::string bytes = channel->reader.read_exactly(header->first, deadline);
  header.reset();
  return bytes;
}

}  // namespace gnet
