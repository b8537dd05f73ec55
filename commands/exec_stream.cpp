#include "commands/exec_stream.h"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <optional>

#include "cli/server/paced_stream.h"
#include "commands/exec_environment.h"
#include "gnet/base/error.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/fiber/hub.h"
#include "gnet/io/buffer_lease.h"
#include "gnet/io/peer_watch.h"
#include "gnet/io/pump.h"
#include "gnet/io/stream.h"

namespace commands {
namespace {

// How long a client that still sends may take to see the end, before it sees a reset.
constexpr gnet::Duration kStreamFarewell = std::chrono::seconds(2);

constexpr std::uint64_t kStretch = 1024 * 1024;

// What the kernel's tcp_info has from Linux 4.19 on, and libc's does not.
struct Counters {
  std::uint8_t state;
  char before[127];
  std::uint64_t bytes_received;  // and one for the end of the peer's side
  char segments[8];
  std::uint32_t bytes_unsent;
  char between[52];
  std::uint64_t bytes_sent;
  std::uint64_t bytes_retransmitted;

  [[nodiscard]] bool has_ended() const noexcept {
    return state == TCP_CLOSE_WAIT || state == TCP_LAST_ACK || state == TCP_CLOSING ||
           state == TCP_TIME_WAIT;
  }
};
static_assert(sizeof(Counters) == 216);

void set_blocking(int fd, bool blocking) {
  const int flags = fcntl(fd, F_GETFL);
  fcntl(fd, F_SETFL, blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
}

// Closing what has unread bytes would reset it, and take what is on its way along.
void say_farewell(gnet::ByteStream& stream, gnet::Connection& connection) {
  gnet::Socket* const socket = connection.lowest_socket();
  int unread = 0;
  if (socket == nullptr || ioctl(socket->native_handle(), FIONREAD, &unread) != 0 || unread == 0) {
    return;
  }
  try {
    stream.shutdown_send();
    const gnet::Deadline deadline(kStreamFarewell);
    const gnet::BufferLease buffer(gnet::detail::Scheduler::current(), 64 * 1024);
    while (stream.receive(buffer.data(), buffer.size(), deadline) > 0) {
    }
  } catch (const std::system_error&) {
    // It has gone, or does not end.
  }
}

// A client that has gone ends the program, whatever that is at.
struct LeaveWhenGone {
  void operator()(gnet::PeerChange change) const {
    if (change == gnet::PeerChange::gone && child != nullptr) child->leave();
  }
  ExecChild* child;
};

}  // namespace

// The child that the connection has, for whoever is to end it.
class ExecStream::AtWork {
 public:
  AtWork(ExecStream& stream, ExecChild& child) : stream_(stream) { stream_.child_ = &child; }
  AtWork(const AtWork&) = delete;
  AtWork& operator=(const AtWork&) = delete;
  ~AtWork() { stream_.child_ = nullptr; }

 private:
  ExecStream& stream_;
};

void ExecStream::converse(gnet::AnyStream& stream, const gnet::Endpoint& peer) {
  struct EndWatcher {
    ~EndWatcher() {
      const gnet::Uninterruptible wait_out;
      if (watcher) watcher.kill();
    }
    gnet::Fiber<>& watcher;
  } const end_watcher{watcher_};
  auto place = context_.slots.take(gnet::Deadline(context_.rules.queue));
  if (!place) {
    log().warn("refused: {} programs run already", context_.options.max_procs.number);
    return;
  }
  ExecChild::Start start{.program = *context_.programs.only(),
                         .environment = connection_variables(peer, stream.local_endpoint(),
                                                             stream.tls() != nullptr, session_id()),
                         .log = log(),
                         .session = session_id()};
  try {
    if (can_give_away(stream)) return give_away(stream, std::move(start), std::move(*place));
    ExecChild child(context_, std::move(*place), std::move(start));
    pass_on(stream, child);
  } catch (const gnet::SystemError& error) {
    log().error("{}", gnet::describe(error));
  }
}

// ---- the socket itself ----

bool ExecStream::can_give_away(gnet::AnyStream& stream) const {
  return stream.as<gnet::Stream>() != nullptr && !stream.local_endpoint().is_unix() &&
         !pacer_.limited() && !context_.rules.terminal &&
         rules_.settings->idle_timeout <= gnet::Duration::zero();
}

void ExecStream::give_away(gnet::AnyStream& stream, ExecChild::Start start,
                           ExecSlots::Place place) {
  gnet::Socket& socket = *stream.lowest_socket();
  set_blocking(socket.native_handle(),
               true);  // as a program expects it; here it is only waited for
  struct Restore {
    ~Restore() {
      // It may have been closed meanwhile, and another have its number.
      if (gnet::Socket* const open = stream->lowest_socket()) {
        set_blocking(open->native_handle(), false);
      }
    }
    ExecStream* stream;
  };
  given_away_ = true;
  {
    const Restore restore{this};
    start.socket = socket.native_handle();
    ExecChild child(context_, std::move(place), std::move(start));
    const AtWork at_work(*this, child);
    const gnet::PeerWatch watch(socket, LeaveWhenGone{&child});
    if (draining_) begin_ending();
    child.converse({}, [] {});
  }
  count();
  say_farewell(stream, *this);
}

// What the kernel has counted, since nothing has gone through here.
void ExecStream::count() {
  gnet::Socket* const socket = lowest_socket();
  Counters counters{};
  socklen_t size = sizeof counters;
  if (socket == nullptr) return;
  if (getsockopt(socket->native_handle(), IPPROTO_TCP, TCP_INFO, &counters, &size) != 0) return;
  if (size < sizeof counters) return;
  received_ = counters.bytes_received - (counters.has_ended() ? 1 : 0);
  sent_ = counters.bytes_sent - counters.bytes_retransmitted + counters.bytes_unsent;
}

// ---- pipes ----

// In pieces, so that it is known meanwhile how much has gone.
void ExecStream::copy_all(gnet::ByteStream& from, gnet::ByteStream& to,
                          std::uint64_t& counter) const {
  for (;;) {
    const gnet::PumpDirection piece = gnet::copy(from, to, {.max_bytes = kStretch});
    counter += piece.spliced;  // the others were counted where they came through
    if (piece.error) std::rethrow_exception(piece.error);
    if (piece.end == gnet::PumpEnd::eof) return;
  }
}

void ExecStream::pass_on(gnet::AnyStream& stream, ExecChild& child) {
  const AtWork at_work(*this, child);
  gnet::Socket* const socket = stream.lowest_socket();
  std::optional<gnet::PeerWatch<LeaveWhenGone>> watch;
  if (socket != nullptr) watch.emplace(*socket, LeaveWhenGone{&child});
  if (draining_) begin_ending();
  const gnet::Duration idle = rules_.settings->idle_timeout;
  if (idle > gnet::Duration::zero() && !watcher_) {
    watcher_ = gnet::spawn({.name = "idle"}, [this, idle] { end_when_idle(idle); });
  }
  cli::PacedStream paced(stream, pacer_);
  gnet::ByteStream& client = pacer_.limited() ? static_cast<gnet::ByteStream&>(paced) : stream;
  child.converse([&] { copy_all(client, child.input(), received_); },
                 [&] {
                   copy_all(child.output(), client, sent_);
                   stream.shutdown_send();
                 });
  if (!child.is_left()) say_farewell(stream, *this);
}

// ---- when somebody resets it, when the server stops, and when nothing moves ----

// The program may have the connection, too: it has to go for that to end.
void ExecStream::abort() {
  if (child_ != nullptr) child_->leave();
  StreamConnection::abort();
}

std::uint64_t ExecStream::moved() {
  if (given_away_) count();
  return received_ + sent_;
}

void ExecStream::drain(gnet::Duration quiet) {
  quiet_ = quiet;
  StreamConnection::drain(quiet);
  if (child_ != nullptr) begin_ending();
}

void ExecStream::begin_ending() {
  if (watcher_) watcher_.kill_async();
  watcher_ = gnet::spawn({.name = "end when quiet"}, [this] { end_when_quiet(); });
}

void ExecStream::end_when_quiet() {
  std::uint64_t before = 0;
  do {
    before = moved();
    gnet::sleep(quiet_);
  } while (moved() != before);
  end_input();
  if (child_ != nullptr) child_->stop();
}

void ExecStream::end_when_idle(gnet::Duration idle) {
  std::uint64_t before = 0;
  do {
    before = moved();
    gnet::sleep(idle);
  } while (moved() != before);
  if (child_ != nullptr) child_->leave();
}

}  // namespace commands
