#include "gnet/zmq/socket.h"

#include <cerrno>
#include <chrono>
#include <utility>

#include "gnet/base/c_string.h"
#include "gnet/base/error.h"
#include "gnet/io/descriptor_set.h"
#include "gnet/zmq/error.h"

// The descriptor of a ZeroMQ socket (ZMQ_FD) says that the socket's state has changed, and says it
// once: zmq_send(), zmq_msg_recv() and the question for ZMQ_EVENTS all notice the change, and then
// the descriptor is silent, although there may be messages. Two rules follow. A fiber asks for
// ZMQ_EVENTS before each wait. And whoever has noticed a change, for whatever reason, wakes those
// who wait for what has become possible.

namespace gnet::zmq {
namespace {

constexpr gnet::detail::WaitKind kReceive{"a message on ZeroMQ socket"};
constexpr gnet::detail::WaitKind kSend{"room on ZeroMQ socket"};

constexpr int kLinger = 1000;  // milliseconds
constexpr int kBurst = 64;     // messages between two turns of other fibers
constexpr int kMisses = 8;     // waits that ended for nothing, before there are pauses between them
constexpr Duration kPause = std::chrono::milliseconds(1);

struct SocketHook : ListHook {};

}  // namespace

// One wait of a fiber: for the descriptor, or for another fiber to notice.
struct Socket::Wait : gnet::detail::DescriptorInterest, SocketHook {
  Wait(State& socket, int event);
  Wait(const Wait&) = delete;
  Wait& operator=(const Wait&) = delete;
  ~Wait() {
    gnet::detail::DescriptorSet::remove(*this);
    --hub.poller().waiters;
  }

  void wake_up() noexcept {
    woken = true;
    hub.make_ready(fiber);
  }

  // False: the deadline passed.
  bool park(const void* socket, Deadline deadline) {
    while (!woken) {
      if (!hub.park(wanted == ZMQ_POLLIN ? kReceive : kSend, socket, deadline) && !woken) {
        return false;
      }
    }
    return true;
  }

  gnet::detail::Scheduler& hub;
  gnet::detail::FiberControl& fiber;
  int wanted;
  bool woken = false;
  bool socket_closed = false;
};

struct Socket::State {
  State(std::shared_ptr<void> from, int type)
      : context(std::move(from)),
        hub(gnet::detail::Scheduler::current()),
        handle(zmq_socket(context.get(), type)) {
    if (handle == nullptr) detail::throw_zmq_error("cannot make a ZeroMQ socket");
    zmq_setsockopt(handle, ZMQ_LINGER, &kLinger, sizeof kLinger);
    std::size_t size = sizeof descriptor;
    if (zmq_getsockopt(handle, ZMQ_FD, &descriptor, &size) != 0) {
      const int number = zmq_errno();
      zmq_close(handle);
      errno = number;
      detail::throw_zmq_error("cannot wait for a ZeroMQ socket of this type");
    }
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    while (Wait* wait = waits.pop_front()) {
      wait->socket_closed = true;
      wait->wake_up();
      gnet::detail::DescriptorSet::remove(*wait);
    }
    zmq_close(handle);
  }

  // What is possible now.
  int events() {
    int found = 0;
    std::size_t size = sizeof found;
    while (zmq_getsockopt(handle, ZMQ_EVENTS, &found, &size) != 0) {
      if (zmq_errno() != EINTR) detail::throw_zmq_error("cannot wait for a ZeroMQ socket");
    }
    waits.for_each([found](Wait& wait) {
      if ((wait.wanted & found) != 0) wait.wake_up();
    });
    return found;
  }

  // The socket has been used.
  void notice() {
    if (!waits.empty()) events();
  }

  std::shared_ptr<void> context;
  gnet::detail::Scheduler& hub;
  void* handle;
  int descriptor = -1;
  int burst = 0;
  IntrusiveList<Wait, SocketHook> waits;
};

Socket::Wait::Wait(State& socket, int event)
    : DescriptorInterest(
          socket.descriptor, POLLIN,
          [](DescriptorInterest& interest) noexcept { static_cast<Wait&>(interest).wake_up(); }),
      hub(socket.hub),
      fiber(socket.hub.running()),
      wanted(event) {
  gnet::detail::DescriptorSet::current().add(*this);
  socket.waits.push_back(*this);
  ++hub.poller().waiters;
}

Socket::Socket(const Context& context, int type)
    : state_(std::make_unique<State>(context.context_, type)) {}

Socket::Socket(Socket&& other) noexcept = default;

Socket& Socket::operator=(Socket&& other) noexcept {
  if (this == &other) return *this;
  close();
  state_ = std::move(other.state_);
  return *this;
}

Socket::~Socket() {
  close();
}

void Socket::close() noexcept {
  // Closing the last may end the context, which suspends.
  const auto gone = std::exchange(state_, nullptr);
}

void* Socket::native_handle() const noexcept {
  return state_ != nullptr ? state_->handle : nullptr;
}

Socket::State& Socket::state() const {
  if (state_ == nullptr) throw_errno(EBADF, "the ZeroMQ socket is closed");
  state_->hub.check_thread();
  return *state_;
}

void Socket::bind(const std::string& endpoint) {
  if (zmq_bind(state().handle, c_string(endpoint, "cannot bind", "the endpoint")) != 0) {
    detail::throw_zmq_error("cannot listen on " + endpoint);
  }
}

void Socket::connect(const std::string& endpoint) {
  if (zmq_connect(state().handle, c_string(endpoint, "cannot connect", "the endpoint")) != 0) {
    detail::throw_zmq_error("cannot connect to " + endpoint);
  }
}

std::string Socket::last_endpoint() const {
  char text[1024];
  std::size_t size = sizeof text;
  if (zmq_getsockopt(state().handle, ZMQ_LAST_ENDPOINT, text, &size) != 0) {
    detail::throw_zmq_error("cannot tell a ZeroMQ socket's endpoint");
  }
  return {text, size - 1};
}

void Socket::subscribe(std::string_view prefix) {
  set(ZMQ_SUBSCRIBE, prefix);
}

void Socket::set(int option, int value) {
  if (zmq_setsockopt(state().handle, option, &value, sizeof value) != 0) {
    detail::throw_zmq_error("cannot set an option of a ZeroMQ socket");
  }
}

void Socket::set(int option, std::string_view value) {
  if (zmq_setsockopt(state().handle, option, value.data(), value.size()) != 0) {
    detail::throw_zmq_error("cannot set an option of a ZeroMQ socket");
  }
}

void Socket::used() {
  state().notice();
}

// ---- waiting ----

bool Socket::wait(int event, Deadline deadline) {
  state().hub.checkpoint();
  for (;;) {
    State& here = state();
    if ((here.events() & event) != 0) return true;
    Wait wait(here, event);
    const bool in_time = wait.park(&here, deadline);
    // If it is closed, nothing is left of this object.
    if (wait.socket_closed) throw_errno(EBADF, "the ZeroMQ socket was closed during a wait");
    if (!in_time) return (here.events() & event) != 0;
  }
}

bool Socket::wait_readable(Deadline deadline) {
  return wait(ZMQ_POLLIN, deadline);
}

bool Socket::wait_writable(Deadline deadline) {
  return wait(ZMQ_POLLOUT, deadline);
}

void Socket::take_turn() {
  State& here = state();
  if (++here.burst < kBurst) return here.hub.checkpoint();
  here.burst = 0;
  here.hub.yield();
}

// ---- sending ----

bool Socket::try_send_part(std::string_view part, int flags) {
  State& here = state();
  int sent;
  do {
    sent = zmq_send(here.handle, part.data(), part.size(), flags | ZMQ_DONTWAIT);
  } while (sent < 0 && zmq_errno() == EINTR);
  if (sent < 0 && zmq_errno() != EAGAIN) detail::throw_zmq_error("send");
  here.notice();
  return sent >= 0;
}

bool Socket::try_send(std::string_view message) {
  return try_send_part(message, 0);
}

void Socket::send(std::string_view message, Deadline deadline) {
  take_turn();
  send_part(message, 0, deadline, Clock::now());
}

void Socket::send_part(std::string_view part, int flags, Deadline deadline, TimePoint since) {
  for (int misses = 0; !try_send_part(part, flags); ++misses) {
    if (!wait_writable(deadline)) throw_timed_out("send", since);
    state().burst = 0;
    // A ROUTER that must not drop messages is writable while one of its peers is.
    if (misses >= kMisses) state().hub.park(kSend, state_.get(), deadline.earlier(kPause));
  }
}

void Socket::send_parts(const std::vector<std::string>& parts, Deadline deadline) {
  if (parts.empty()) return send({}, deadline);
  take_turn();
  const TimePoint since = Clock::now();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    // Only the first may find no room: libzmq takes a message as a whole.
    send_part(parts[i], i + 1 < parts.size() ? ZMQ_SNDMORE : 0, deadline, since);
  }
}

// ---- receiving ----

std::optional<std::string> Socket::try_receive_part(bool& more) {
  State& here = state();
  struct Message {
    Message() { zmq_msg_init(&message); }
    Message(const Message&) = delete;
    Message& operator=(const Message&) = delete;
    ~Message() { zmq_msg_close(&message); }
    zmq_msg_t message;
  } received;
  int size;
  do {
    size = zmq_msg_recv(&received.message, here.handle, ZMQ_DONTWAIT);
  } while (size < 0 && zmq_errno() == EINTR);
  if (size < 0 && zmq_errno() != EAGAIN) detail::throw_zmq_error("receive");
  here.notice();
  if (size < 0) return std::nullopt;
  more = zmq_msg_more(&received.message) != 0;
  return std::string(static_cast<const char*>(zmq_msg_data(&received.message)),
                     static_cast<std::size_t>(size));
}

std::optional<std::string> Socket::try_receive() {
  bool more = false;
  auto message = try_receive_part(more);
  while (message && more) message->append(try_receive_part(more).value());
  return message;
}

std::string Socket::receive(Deadline deadline) {
  take_turn();
  const TimePoint since = Clock::now();
  for (;;) {
    if (auto message = try_receive()) return *std::move(message);
    if (!wait_readable(deadline)) throw_timed_out("receive", since);
    state().burst = 0;
  }
}

std::vector<std::string> Socket::receive_parts(Deadline deadline) {
  take_turn();
  const TimePoint since = Clock::now();
  std::vector<std::string> parts;
  for (bool more = true; more;) {
    // Once the first part is there, the others are.
    if (auto part = try_receive_part(more)) {
      parts.push_back(*std::move(part));
    } else {
      if (!wait_readable(deadline)) throw_timed_out("receive", since);
      state().burst = 0;
    }
  }
  return parts;
}

}  // namespace gnet::zmq
