#include "gnet/io/pump.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "gnet/base/error.h"
#include "gnet/fiber/fiber.h"
#include "gnet/io/buffer_lease.h"
#include "gnet/io/long_wait.h"
#include "gnet/io/pipe.h"
#include "gnet/io/splice.h"
#include "gnet/io/stream.h"
#include "gnet/io/two_way.h"
#include "gnet/io/wait_fd.h"

namespace gnet {
namespace {

using detail::Course;
using detail::Half;

// The most that is copied at once: a buffer of the hub's.
constexpr std::size_t kAtOnce = 64 * 1024;

// From this size of a piece on the kernel carries the next one more cheaply than copying does: a
// splice moves pages, and costs as much for one byte as for thousands.
constexpr std::size_t kBulk = 16 * 1024;

// After so long nothing more is likely to come in bulk.
constexpr Duration kRest = std::chrono::seconds(1);

// Rounds in a row that did not have to wait, before others get a turn.
constexpr int kBurst = 16;

// The end of a spliced direction: a stream that is a descriptor, and nothing stands before it.
// The stream may be closed at any time, and its number be somebody else's: it is asked anew.
class PlainEnd {
 public:
  // Nothing where splice(2) could block, or would go around a layer.
  static std::optional<PlainEnd> of(ByteStream& stream) {
    ByteStream& concrete = stream.concrete();
    if (auto* connection = dynamic_cast<Stream*>(&concrete)) return PlainEnd(connection, nullptr);
    if (auto* pipe = dynamic_cast<Pipe*>(&concrete)) {
      const int flags = fcntl(pipe->native_handle(), F_GETFL);
      if (flags < 0 || (flags & O_NONBLOCK) == 0 || (flags & O_APPEND) != 0) return std::nullopt;
      return PlainEnd(nullptr, pipe);
    }
    return std::nullopt;
  }

  // Throws bad_file_descriptor.
  [[nodiscard]] int fd(const char* operation) const {
    if (!(stream_ != nullptr ? stream_->is_open() : pipe_->is_open())) {
      throw_errno(EBADF, operation);
    }
    return stream_ != nullptr ? stream_->socket().native_handle() : pipe_->native_handle();
  }

  [[nodiscard]] bool is_pipe() const noexcept { return pipe_ != nullptr; }

  // Suspends until there may be something; false: the deadline passed.
  [[nodiscard]] bool wait_for_data(Deadline deadline) const {
    return stream_ != nullptr ? stream_->socket().wait_readable(deadline)
                              : pipe_->wait_readable(deadline);
  }

  // Behind the end of what it has to give: suspends until it is found to take nothing either,
  // which is thrown. Of a pipe nothing is found.
  void watch() const {
    while (stream_ != nullptr) {
      static_cast<void>(fd("receive"));
      Socket& socket = stream_->socket();
      socket.exhausted();  // there is the end, always: only what happens from now on wakes
      if (const auto error = socket.take_reset()) throw SystemError(error, "receive");
      socket.wait_readable();
    }
  }

  // The kernel said EAGAIN. Only now may a wait begin.
  void exhausted() const noexcept {
    if (stream_ != nullptr && stream_->is_open()) stream_->socket().exhausted();
  }
  void wait_for_room() const {
    const int number = fd("send");
    if (stream_ == nullptr) return static_cast<void>(wait_write(number));
    stream_->socket().full();
    stream_->socket().wait_writable();
  }

 private:
  PlainEnd(Stream* stream, Pipe* pipe) noexcept : stream_(stream), pipe_(pipe) {}

  Stream* stream_;
  Pipe* pipe_;
};

class Direction {
 public:
  Direction(ByteStream& source, ByteStream& sink, const PumpOptions& options, Course& course)
      : source_(source),
        sink_(sink),
        course_(course),
        max_bytes_(options.max_bytes),
        at_once_(std::max<std::size_t>(options.buffer_size, 1)) {
    plain_source_ = PlainEnd::of(source);
    plain_sink_ = PlainEnd::of(sink);
    may_splice_ = options.splice && plain_source_ && plain_sink_;
  }

  // To the end; what is thrown interrupts the fiber.
  void run() {
    try {
      result.end = carry();
    } catch (const std::system_error&) {
      result.end = PumpEnd::error;
      result.error = std::current_exception();
    }
  }

  void hand_on_end() { sink_.shutdown_send(); }

  // After the end of the source: suspends until it is known to be no sink any more; why.
  [[nodiscard]] std::exception_ptr watch_source() const {
    try {
      if (plain_source_) plain_source_->watch();
    } catch (const std::system_error&) {
      return std::current_exception();
    }
    return nullptr;
  }

  void discard() {
    const BufferLease buffer(detail::Scheduler::current(), kAtOnce);
    try {
      while (source_.receive(buffer.data(), buffer.size()) > 0) yield();
    } catch (const std::system_error&) {
      // That is its end, too.
    }
  }

  // Whose fault an error is.
  [[nodiscard]] bool source_failed() const noexcept {
    return result.end == PumpEnd::error && !sending_;
  }

  PumpDirection result;

 private:
  PumpEnd carry() {
    for (int burst = 0;;) {
      std::size_t most = at_once_;
      if (max_bytes_ > 0) {
        if (result.bytes >= max_bytes_) return PumpEnd::limit;
        most = static_cast<std::size_t>(std::min<std::uint64_t>(most, max_bytes_ - result.bytes));
      }
      wait_for_source();
      const auto ended = bulk_ && may_splice_ ? splice_some(most) : copy_some(most);
      if (ended) return *ended;
      if (++burst == kBurst) {
        burst = 0;
        yield();
      }
    }
  }

  // An idle direction holds no buffer. That there may be nothing after all does no harm. Where it
  // rests, the wait is the stream's own, of which those know who lie between: a server that stops
  // ends connections that are quiet.
  void wait_for_source() {
    if (plain_source_ && bulk_) {
      if (plain_source_->wait_for_data(kRest)) return;
      bulk_ = false;
    }
    static_cast<void>(detail::wait_long(source_, Deadline::never()));
  }

  // One piece; nothing: it goes on.
  std::optional<PumpEnd> copy_some(std::size_t most) {
    detail::Scheduler& hub = detail::Scheduler::current();
    const std::size_t size = std::min(most, kAtOnce);
    const BufferLease buffer(hub, size);
    const std::size_t count = source_.receive(buffer.data(), size);
    if (count == 0) return PumpEnd::eof;
    bulk_ = count >= kBulk;
    sending_ = true;
    send(std::string_view(buffer.data(), count));
    sending_ = false;
    return std::nullopt;
  }

  std::optional<PumpEnd> splice_some(std::size_t most) {
    std::optional<detail::SplicePipe> pipe;
    try {
      pipe.emplace();
    } catch (const std::system_error&) {
      may_splice_ = false;  // no descriptors are left: copying needs none
      return std::nullopt;
    }
    const ssize_t count = pipe->fill(plain_source_->fd("receive"), most);
    if (count == 0) return PumpEnd::eof;
    if (count < 0) {
      if (errno == EIO && plain_source_->is_pipe()) return PumpEnd::eof;  // as Pipe has it
      if (errno == EAGAIN) {
        plain_source_->exhausted();
      } else if (is_not_for_splice(errno)) {
        may_splice_ = false;
      } else {
        throw_errno("receive");
      }
      return std::nullopt;
    }
    bulk_ = static_cast<std::size_t>(count) >= kBulk;
    sending_ = true;
    while (pipe->size() > 0) {
      const ssize_t sent = pipe->drain(plain_sink_->fd("send"));
      if (sent > 0) {
        result.bytes += static_cast<std::uint64_t>(sent);
        result.spliced += static_cast<std::uint64_t>(sent);
        course_.moved();
      } else if (sent == 0 || errno == EAGAIN) {
        plain_sink_->wait_for_room();
      } else if (is_not_for_splice(errno)) {
        may_splice_ = false;
        send_rest_of(*pipe);
      } else {
        throw_errno("send");
      }
    }
    sending_ = false;
    return std::nullopt;
  }

  static bool is_not_for_splice(int error) noexcept {
    return error == EINVAL || error == ENOSYS || error == EOPNOTSUPP;
  }

  // The sink cannot be spliced to, which it says only when something is on the way.
  void send_rest_of(detail::SplicePipe& pipe) {
    detail::Scheduler& hub = detail::Scheduler::current();
    const BufferLease buffer(hub, kAtOnce);
    while (pipe.size() > 0) {
      const ssize_t count = pipe.take(buffer.data(), kAtOnce);
      if (count <= 0) throw_errno("receive");
      send(std::string_view(buffer.data(), static_cast<std::size_t>(count)));
    }
  }

  void send(std::string_view left) {
    while (!left.empty()) {
      const std::size_t sent = sink_.send_some(left);
      left.remove_prefix(sent);
      result.bytes += sent;
      course_.moved();
    }
  }

  ByteStream& source_;
  ByteStream& sink_;
  Course& course_;
  std::optional<PlainEnd> plain_source_;
  std::optional<PlainEnd> plain_sink_;
  const std::uint64_t max_bytes_;
  const std::size_t at_once_;
  bool may_splice_ = false;
  bool bulk_ = false;  // the last piece was so large that more of them are likely
  bool sending_ = false;
};

struct BothWays {
  BothWays(ByteStream& first, ByteStream& second, const PumpOptions& options)
      : course(options.idle_timeout, options.half_close_timeout, options.deadline),
        forward(course, first, second, options, course),
        backward(course, second, first, options, course) {
    course.any_error_ends = options.any_error_ends;
  }

  Course course;
  Half<Direction> forward;
  Half<Direction> backward;
};

}  // namespace

PumpResult pump(ByteStream& first, ByteStream& second, const PumpOptions& options) {
  // Not on the stack, of which a pair that is idle shall need one page.
  const auto pair = std::make_unique<BothWays>(first, second, options);
  detail::run_both_ways(pair->forward, pair->backward, pair->course);
  return {pair->forward.result(), pair->backward.result()};
}

void abort_cut_short(ByteStream& first, ByteStream& second, const PumpResult& result) noexcept {
  if (!result.failed()) return;
  if (result.forward.end != PumpEnd::eof) second.abort();
  if (result.backward.end != PumpEnd::eof) first.abort();
}

PumpDirection copy(ByteStream& source, ByteStream& sink, const PumpOptions& options) {
  Course course(options.idle_timeout, options.half_close_timeout, options.deadline);
  Half<Direction> half(course, source, sink, options, course);
  detail::run_one_way(half, course);
  return half.result();
}

}  // namespace gnet
