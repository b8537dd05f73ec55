// A ZeroMQ socket that suspends fibers.
//
// It is an ordinary libzmq socket, of any type that has a ZMQ_FD: REQ and REP, DEALER and
// ROUTER, PUB and SUB, PUSH and PULL, PAIR. Its peers may be programs in any language, other
// fibers and other threads.
//
//   gnet::zmq::Context context;
//   gnet::zmq::Socket answers(context, ZMQ_REP);
//   answers.bind("tcp://127.0.0.1:5000");
//   for (;;) answers.send("you said " + answers.receive());
//
// Messages are bytes; one may have several parts, which arrive all or none. One fiber may send
// while another receives, and several may do each. A fiber that is killed or timed out while it
// waits leaves nothing behind, and no message is lost or sent twice by it.
//
// What is not sent yet when a socket is closed is sent for up to a second: ZMQ_LINGER.
//
// Threads: belongs to the hub on which it was made; use from another thread throws Misuse.

#pragma once

#include <zmq.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gnet/fiber/deadline.h"
#include "gnet/zmq/context.h"

namespace gnet::zmq {

class Socket {
 public:
  // `type`: ZMQ_REQ and so on. Throws std::system_error.
  Socket(const Context& context, int type);
  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&& other) noexcept;
  ~Socket();

  // Listens, "tcp://127.0.0.1:5000", "ipc:///run/it", "inproc://name", or connects, for which
  // nobody need listen yet. A socket may do both, and several times. Throws std::system_error.
  void bind(const std::string& endpoint);
  void connect(const std::string& endpoint);

  // Where bind() has bound it to: what "tcp://127.0.0.1:*" has become.
  [[nodiscard]] std::string last_endpoint() const;

  // A SUB socket gets the messages that begin so.
  void subscribe(std::string_view prefix);

  // Options of libzmq by their names, ZMQ_SNDHWM and so on. Not ZMQ_RCVTIMEO and ZMQ_SNDTIMEO:
  // there are deadlines.
  void set(int option, int value);
  void set(int option, std::string_view value);

  // Suspends until there is room for the message. Throws std::system_error: timed_out at the
  // deadline, in which case it has not been sent.
  void send(std::string_view message, Deadline deadline = Deadline::never());

  // A message of several parts. None: an empty message.
  void send_parts(const std::vector<std::string>& parts, Deadline deadline = Deadline::never());

  // As send(), but false where send() would wait. Does not suspend.
  [[nodiscard]] bool try_send(std::string_view message);

  // Suspends until there is a message. Of one with several parts these are the bytes of all.
  // Throws std::system_error: timed_out at the deadline.
  [[nodiscard]] std::string receive(Deadline deadline = Deadline::never());

  // The parts of the next message.
  [[nodiscard]] std::vector<std::string> receive_parts(Deadline deadline = Deadline::never());

  // As receive(), but nothing where receive() would wait. Does not suspend.
  [[nodiscard]] std::optional<std::string> try_receive();

  // Suspends until receive(), or send(), would not wait. False: the deadline passed.
  [[nodiscard]] bool wait_readable(Deadline deadline = Deadline::never());
  [[nodiscard]] bool wait_writable(Deadline deadline = Deadline::never());

  // Fibers that wait get bad_file_descriptor.
  void close() noexcept;

  // libzmq's own, or null once closed. Whoever calls zmq_send() and the like with it calls
  // used() afterwards.
  [[nodiscard]] void* native_handle() const noexcept;

  // Wakes the fibers for which there is something now: the descriptor of a ZeroMQ socket does
  // not tell again what somebody has noticed already.
  void used();

 private:
  struct State;
  struct Wait;

  [[nodiscard]] State& state() const;
  [[nodiscard]] bool wait(int event, Deadline deadline);
  [[nodiscard]] bool try_send_part(std::string_view part, int flags);
  void send_part(std::string_view part, int flags, Deadline deadline, TimePoint since);
  [[nodiscard]] std::optional<std::string> try_receive_part(bool& more);
  void take_turn();

  std::unique_ptr<State> state_;
};

}  // namespace gnet::zmq
