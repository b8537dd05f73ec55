// A socket on which fibers wait: the descriptor, its place in the poller, and the
// system calls around it.
//
// Reading and writing try the system call only when the poller has said that it
// may succeed, and park the fiber otherwise. One fiber may read while another
// writes; a second reader, or a second writer, is misuse. close() wakes whoever
// waits: they get the error bad_file_descriptor.
//
//   gnet::Socket socket(std::move(fd));
//   while (std::size_t n = socket.receive(buffer, sizeof buffer)) socket.send_all({buffer, n});
//
// Errors are thrown as std::system_error and name the operation. Every call that
// may suspend takes a Deadline; when it passes, std::errc::timed_out is thrown.
//
// Threads: a Socket belongs to the hub on which it was made.

#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "gnet/base/system_call.h"
#include "gnet/base/unique_fd.h"
#include "gnet/fiber/scheduler.h"
#include "gnet/io/bound_path.h"
#include "gnet/io/endpoint.h"

namespace gnet {

struct RawAddress;

namespace detail {

// The addresses of any descriptor that is a socket; throw std::system_error.
[[nodiscard]] Endpoint local_endpoint_of(int fd);
[[nodiscard]] Endpoint remote_endpoint_of(int fd);

}  // namespace detail

class Socket {
  enum Direction { kReading, kWriting };

 public:
  // No socket.
  Socket() noexcept = default;

  // Takes over a descriptor, makes it non-blocking and registers it. Throws
  // std::system_error.
  explicit Socket(UniqueFd fd);

  // As above, for a stream that is known to be non-blocking, and not to be one of messages.
  struct NonBlocking {};
  Socket(UniqueFd fd, NonBlocking);

  // A new socket, close-on-exec.
  static Socket open(int family, int type, int protocol = 0);

  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&& other) noexcept;
  ~Socket() { close(); }

  [[nodiscard]] bool is_open() const noexcept { return slot_ != nullptr; }
  explicit operator bool() const noexcept { return is_open(); }
  [[nodiscard]] int native_handle() const noexcept { return fd_.get(); }

  // Wakes whoever waits on the socket and closes the descriptor; removes the path that it owns.
  // Does not suspend.
  void close() noexcept;

  // Closes so that the peer sees a reset and what was not sent is dropped.
  void abort() noexcept;

  // Gives the descriptor away, out of the poller, and its path with it. Nobody may be waiting.
  [[nodiscard]] UniqueFd release();

  // Whether it is one of messages that stay apart (unixpacket), and no stream.
  [[nodiscard]] bool keeps_messages() const noexcept { return receive_flags_ != 0; }

  // The path to which it is bound, if it has made that.
  void own_path(BoundPath path) { path_ = std::make_unique<BoundPath>(std::move(path)); }

  // ---- readiness ----

  // Whether a read, or a write, may succeed without waiting. No: also when it is closed.
  [[nodiscard]] bool may_read() const noexcept { return is_open() && slot_->readable; }
  [[nodiscard]] bool may_write() const noexcept { return is_open() && slot_->writable; }

  // Suspends until a read may succeed. False: the deadline passed. Throws
  // std::errc::bad_file_descriptor when it is closed.
  bool wait_readable(Deadline deadline = Deadline::never()) {
    return may_read() || wait<kReading>(deadline);
  }
  bool wait_writable(Deadline deadline = Deadline::never()) {
    return may_write() || wait<kWriting>(deadline);
  }

  // As wait_readable(), and returns false as well when the fiber is woken and finds
  // `stop` set.
  bool wait_readable(Deadline deadline, const bool& stop) {
    return may_read() || wait<kReading>(deadline, &stop);
  }
  bool wait_writable(Deadline deadline, const bool& stop) {
    return may_write() || wait<kWriting>(deadline, &stop);
  }

  // What other calls than those below have found: nothing more to read; something to read that the
  // kernel does not tell of; no room to write; a turn taken without waiting.
  void exhausted() noexcept { slot_->readable = false; }
  // A short read has emptied the socket, unless the end, or another message, is behind it: the
  // kernel reports that only once.
  void emptied() noexcept {
    if (!slot_->read_on) slot_->readable = false;
  }
  void read_ahead() noexcept { slot_->readable = true; }
  void full() noexcept { slot_->writable = false; }
  void took_turn() { share_the_hub(); }

  // What the hub knows of it, for PeerWatch. It has to be open.
  [[nodiscard]] PollSlot& poll_slot() noexcept { return *slot_; }

  // ---- data ----

  // Receives at least one byte; 0 means that the peer has ended its side, or that
  // `size` is 0. Of a socket that keeps messages apart (unixpacket) it is one whole message;
  // throws std::errc::message_size for one that is longer, which is lost.
  std::size_t receive(void* buffer, std::size_t size, Deadline deadline = Deadline::never());

  // As receive(), without suspending: nothing when nothing is there.
  [[nodiscard]] std::optional<std::size_t> try_receive(void* buffer, std::size_t size) {
    const ssize_t count = detail::receive_bytes(fd_.get(), buffer, size, receive_flags_);
    if (count <= 0) [[unlikely]]
      return after_receive(count, buffer, size);
    if (static_cast<std::size_t>(count) >= size) [[unlikely]]
      return filled(static_cast<std::size_t>(count), size);
    emptied();
    return static_cast<std::size_t>(count);
  }

  // Sends what the kernel takes at once; 0 when it takes nothing now.
  [[nodiscard]] std::size_t try_send(std::string_view data) {
    const ssize_t count = detail::send_bytes(fd_.get(), data.data(), data.size());
    if (count == static_cast<ssize_t>(data.size())) [[likely]]
      return data.size();
    return after_send(count, data);
  }
  [[nodiscard]] std::size_t try_send(const iovec* parts, std::size_t count);

  // Suspends until at least one byte is sent.
  std::size_t send_some(std::string_view data, Deadline deadline = Deadline::never());

  // Suspends until everything is sent.
  void send_all(std::string_view data, Deadline deadline = Deadline::never());

  // Ends this side: the peer reads to the end.
  void shutdown_send();

  // ---- addresses and options ----

  [[nodiscard]] Endpoint local_endpoint() const { return detail::local_endpoint_of(fd_.get()); }

  // Throws std::system_error (not_connected) once the connection is gone.
  [[nodiscard]] Endpoint remote_endpoint() const { return detail::remote_endpoint_of(fd_.get()); }

  // The error that the kernel keeps for the socket, which this clears.
  [[nodiscard]] std::error_code take_error() noexcept;

  // As above, of a peer that has ended its side before: a reset is a reset.
  [[nodiscard]] std::error_code take_reset() noexcept;

  // Without effect on sockets that are not TCP.
  void set_no_delay(bool on) noexcept;
  void set_keep_alive(TimeSpan idle) noexcept;
  void set_option(int level, int name, int value);

 private:
  friend class Protocol;          // whose loop has the wait inline
  friend class QueuedConnection;  // which sends inline

  template <Direction direction>
  bool wait(Deadline deadline, const bool* stop = nullptr);
  template <Direction direction>
  bool wait_inline(Deadline deadline, const bool* stop);
  [[noreturn]] static void refuse_to_wait(Direction direction, bool open);
  [[noreturn]] static void closed_meanwhile();
  std::optional<std::size_t> after_receive(ssize_t count, void* buffer, std::size_t size);
  static std::size_t filled(std::size_t count, std::size_t size);
  void keep_messages() noexcept;
  [[nodiscard]] TimePoint start_of_wait(Deadline deadline) const noexcept;
  std::size_t send_some(std::string_view data, Deadline deadline, TimePoint since);
  std::size_t after_send(ssize_t count, std::string_view data);
  void share_the_hub();

  // Operations in a row that did not have to wait, before others get a turn.
  static constexpr int kBurst = 64;

  UniqueFd fd_;
  std::int16_t burst_ = 0;
  std::int16_t receive_flags_ = 0;
  PollSlot* slot_ = nullptr;
  detail::Scheduler* hub_ = nullptr;
  std::unique_ptr<BoundPath> path_;
};

}  // namespace gnet
