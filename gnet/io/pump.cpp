#include "gnet/io/pump.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <initializer_list>
#include <optional>
#include <system_error>
#include <utility>

#include "gnet/base/error.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/fiber/fiber.h"
#include "gnet/io/buffer_lease.h"
#include "gnet/io/pipe.h"
#include "gnet/io/splice.h"
#include "gnet/io/stream.h"
#include "gnet/io/wait_fd.h"
#include "gnet/sync/event.h"

namespace gnet {
namespace {

// The most that is taken from a source before its sink gets it: what a pipe of the kernel holds.
constexpr std::size_t kAtOnce = 64 * 1024;

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

  // Suspends until there may be something.
  void wait_for_data() const {
    if (stream_ != nullptr) {
      stream_->socket().wait_readable();
    } else {
      static_cast<void>(pipe_->wait_readable());
    }
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

// What both directions go by.
struct Course {
  explicit Course(const PumpOptions& given) : options(given), last_active(Clock::now()) {}

  [[nodiscard]] bool is_limited() const noexcept {
    return !options.deadline.is_never() || options.idle_timeout > Duration::zero() ||
           options.half_close_timeout > Duration::zero();
  }

  // When it is enough, as things stand.
  [[nodiscard]] Deadline limit() const {
    const Duration idle = half_closed && options.half_close_timeout > Duration::zero()
                              ? options.half_close_timeout
                              : options.idle_timeout;
    if (idle <= Duration::zero()) return options.deadline;
    return options.deadline.earlier(Deadline(Deadline::after(last_active, idle)));
  }

  void moved() noexcept { last_active = detail::Scheduler::current().now(); }

  void direction_ended() {
    half_closed = true;
    moved();
    changed.set();
  }

  const PumpOptions& options;
  TimePoint last_active;
  bool half_closed = false;
  bool expired = false;
  Event changed;  // the limit is another one now
};

class Direction {
 public:
  Direction(ByteStream& source, ByteStream& sink, Course& course)
      : source_(source), sink_(sink), course_(course) {
    plain_source_ = PlainEnd::of(source);
    plain_sink_ = PlainEnd::of(sink);
    result.spliced = course.options.splice && plain_source_ && plain_sink_;
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

  // After the end of the source: suspends until it is known to be no sink any more; why.
  [[nodiscard]] std::exception_ptr watch_source() const {
    try {
      if (plain_source_) plain_source_->watch();
    } catch (const std::system_error&) {
      return std::current_exception();
    }
    return nullptr;
  }

  // Whose fault an error is.
  [[nodiscard]] bool source_failed() const noexcept {
    return result.end == PumpEnd::error && !sending_;
  }

  PumpDirection result;

 private:
  PumpEnd carry() {
    for (int burst = 0;;) {
      std::size_t most = kAtOnce;
      if (const std::uint64_t limit = course_.options.max_bytes; limit > 0) {
        if (result.bytes >= limit) return PumpEnd::limit;
        most = static_cast<std::size_t>(std::min<std::uint64_t>(most, limit - result.bytes));
      }
      wait_for_source();
      const auto ended = result.spliced ? splice_some(most) : copy_some(most);
      if (ended) return *ended;
      if (++burst == kBurst) {
        burst = 0;
        yield();
      }
    }
  }

  // An idle direction holds no buffer. That there may be nothing after all does no harm.
  void wait_for_source() {
    if (plain_source_) {
      plain_source_->wait_for_data();
    } else {
      static_cast<void>(source_.wait_readable());
    }
  }

  // One piece; nothing: it goes on.
  std::optional<PumpEnd> copy_some(std::size_t most) {
    detail::Scheduler& hub = detail::Scheduler::current();
    const BufferLease buffer(hub, most);
    const std::size_t count = source_.receive(buffer.data(), most);
    if (count == 0) return PumpEnd::eof;
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
      result.spliced = false;  // no descriptors are left: copying needs none
      return std::nullopt;
    }
    const ssize_t count = pipe->fill(plain_source_->fd("receive"), most);
    if (count == 0) return PumpEnd::eof;
    if (count < 0) {
      if (errno == EIO && plain_source_->is_pipe()) return PumpEnd::eof;  // as Pipe has it
      if (errno == EAGAIN) {
        plain_source_->exhausted();
      } else if (is_not_for_splice(errno)) {
        result.spliced = false;
      } else {
        throw_errno("receive");
      }
      return std::nullopt;
    }
    sending_ = true;
    while (pipe->size() > 0) {
      const ssize_t sent = pipe->drain(plain_sink_->fd("send"));
      if (sent > 0) {
        result.bytes += static_cast<std::uint64_t>(sent);
        course_.moved();
      } else if (sent == 0 || errno == EAGAIN) {
        plain_sink_->wait_for_room();
      } else if (is_not_for_splice(errno)) {
        result.spliced = false;
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
  bool sending_ = false;
};

// A direction in a scope, by which it is ended from outside.
class Half {
 public:
  Half(ByteStream& source, ByteStream& sink, Course& course)
      : direction_(source, sink, course), sink_(sink), course_(course) {}

  // Null for `other`: there is no direction the other way, and the end is not handed on.
  void run(Half* other) {
    const bool completed = scope_.run([&] {
      direction_.run();
      if (other != nullptr && direction_.result.end == PumpEnd::eof) hand_on_end();
    });
    if (!completed) {
      direction_.result.end = course_.expired ? PumpEnd::timed_out : PumpEnd::cut;
      if (sink_failure_) fail(sink_failure_);
    }
    ended_ = true;
    course_.direction_ended();
    if (other == nullptr) return;
    other->watch_.cancel();
    if (direction_.result.end == PumpEnd::eof && !other->ended_) watch_sink_of(*other);
  }

  void cancel() {
    scope_.cancel();
    watch_.cancel();
  }

  // Whether the other direction has nothing to go on for. A source that has failed takes nothing
  // either; a sink that has failed may still have something to say.
  [[nodiscard]] bool ends_both() const noexcept {
    return direction_.source_failed() || direction_.result.end == PumpEnd::limit;
  }

  [[nodiscard]] const PumpDirection& result() const noexcept { return direction_.result; }

 private:
  // Everything was sent before: that the sink could not be told is no error of the direction.
  void hand_on_end() {
    try {
      sink_.shutdown_send();
    } catch (const std::system_error&) {
      direction_.result.error = std::current_exception();
    }
  }

  // Nothing comes from there any more. That nothing arrives there either would show only when
  // there is something to send.
  void watch_sink_of(Half& other) {
    std::exception_ptr failure;
    watch_.run([&] { failure = direction_.watch_source(); });
    if (!failure || other.ended_) return;
    other.sink_failure_ = failure;
    other.scope_.cancel();
  }

  void fail(const std::exception_ptr& error) {
    direction_.result.end = PumpEnd::error;
    direction_.result.error = error;
  }

  Direction direction_;
  ByteStream& sink_;
  Course& course_;
  CancelScope scope_;
  CancelScope watch_;  // of watch_sink_of()
  std::exception_ptr sink_failure_;
  bool ended_ = false;
};

// A fiber that ends with this block, at the latest.
class Companion {
 public:
  template <typename F>
  explicit Companion(const char* name, F&& function)
      : fiber_(spawn({.name = name}, std::forward<F>(function))) {}
  Companion(const Companion&) = delete;
  Companion& operator=(const Companion&) = delete;
  ~Companion() {
    const Uninterruptible until_it_has_ended;
    fiber_.kill();
  }

  void get() { fiber_.get(); }

 private:
  Fiber<> fiber_;
};

// Cancels the halves when their course has come to its limit.
void watch(Course& course, std::initializer_list<Half*> halves) {
  while (!course.limit().passed()) {
    course.changed.clear();
    static_cast<void>(course.changed.wait(course.limit()));
    // After a long turn of somebody else what has come meanwhile is looked at first.
    if (course.limit().passed()) sleep(Duration::zero());
  }
  course.expired = true;
  for (Half* half : halves) half->cancel();
}

}  // namespace

PumpResult pump(ByteStream& first, ByteStream& second, const PumpOptions& options) {
  Course course(options);
  Half forward(first, second, course);
  Half backward(second, first, course);
  Companion other("pump", [&] {
    try {
      backward.run(&forward);
    } catch (...) {
      forward.cancel();
      throw;
    }
    if (backward.ends_both()) forward.cancel();
  });
  std::optional<Companion> clock;
  if (course.is_limited()) {
    clock.emplace("pump's clock", [&] { watch(course, {&forward, &backward}); });
  }
  forward.run(&backward);
  if (forward.ends_both()) backward.cancel();
  other.get();
  return {forward.result(), backward.result()};
}

PumpDirection copy(ByteStream& source, ByteStream& sink, const PumpOptions& options) {
  Course course(options);
  Half half(source, sink, course);
  std::optional<Companion> clock;
  if (course.is_limited()) clock.emplace("pump's clock", [&] { watch(course, {&half}); });
  half.run(nullptr);
  return half.result();
}

}  // namespace gnet
