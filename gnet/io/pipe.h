// One end of a pipe, or of anything else that is read and written as bytes: FIFO,
// terminal, what a shell has made standard input. As a ByteStream it has the direction
// that its descriptor has.
//
//   auto [reader, writer] = gnet::Pipe::make();
//   gnet::spawn([&] { writer.send_all("hello\n"); writer.close(); });
//   std::cout << reader.receive_all();
//
//   gnet::Pipe input = gnet::Pipe::standard_input();
//
// Calls block only their own fiber. One fiber may read while another writes; close()
// wakes whoever waits: they get the error bad_file_descriptor. Writing where nobody
// reads any more is the error broken_pipe, never a signal.
//
// Errors are thrown as std::system_error. Every call that may suspend takes a Deadline;
// when it passes, std::errc::timed_out is thrown.
//
// Threads: a Pipe belongs to the hub on which it is used.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "gnet/base/unique_fd.h"
#include "gnet/io/byte_stream.h"

namespace gnet {

class Pipe final : public ByteStream {
 public:
  // No pipe.
  Pipe() noexcept = default;

  // Takes over a descriptor, which nobody else uses, and makes it non-blocking.
  explicit Pipe(UniqueFd fd);

  // Uses a descriptor that other processes may share, as they do standard input and
  // output: its flags are left alone, for O_NONBLOCK would be theirs as well. Each call
  // waits until the descriptor is ready and then reads or writes no more than goes
  // without blocking; where the kernel cannot promise that (before Linux 6.4, and for
  // terminals), the thread may block for as long as it takes when another process has
  // been quicker. Regular files are read and written directly.
  static Pipe shared(UniqueFd fd);

  // Descriptors 0, 1 and 2, as shared(); closing the Pipe leaves them open.
  static Pipe standard_input();
  static Pipe standard_output();
  static Pipe standard_error();

  // A new pipe, close-on-exec: the end to read from, the end to write to.
  static std::pair<Pipe, Pipe> make();

  Pipe(Pipe&& other) noexcept = default;
  Pipe& operator=(Pipe&& other) noexcept;
  ~Pipe() override { close(); }

  [[nodiscard]] bool is_open() const noexcept override { return static_cast<bool>(fd_); }
  explicit operator bool() const noexcept { return is_open(); }
  [[nodiscard]] int native_handle() const noexcept { return fd_.get(); }

  // Wakes whoever waits and closes the descriptor. Does not suspend.
  void close() noexcept override;
  void abort() noexcept override { close(); }

  // Gives the descriptor away. It stays non-blocking, if it is.
  [[nodiscard]] UniqueFd release() noexcept { return std::move(fd_); }

  // Suspends until something is there, and reads it; 0 at the end, or when `size` is 0.
  std::size_t receive(void* buffer, std::size_t size,
                      Deadline deadline = Deadline::never()) override;

  // As receive(), without suspending: nothing when nothing is there.
  [[nodiscard]] std::optional<std::size_t> try_receive(void* buffer, std::size_t size);

  // Suspends until the end; everything up to it. What was read before a deadline or an
  // interrupt is lost: pass `into` to have it appended there instead.
  std::string receive_all(Deadline deadline = Deadline::never());
  void receive_all(std::string& into, Deadline deadline = Deadline::never());

  // Suspends until at least one byte is written.
  std::size_t send_some(std::string_view data, Deadline deadline = Deadline::never()) override;

  // As send_some(), without suspending: 0 when there is no room.
  [[nodiscard]] std::size_t try_send(std::string_view data);

  // Suspends until everything is written.
  void send_all(std::string_view data, Deadline deadline = Deadline::never()) override;

  // Whoever reads the other end comes to its end: closes what can only be written, and ends the
  // sending side of a descriptor that is a socket. Does nothing to what can be read as well, such
  // as a terminal, which has no such end. Does not suspend.
  void shutdown_send(Deadline deadline = Deadline::never()) override;

  [[nodiscard]] bool wait_readable(Deadline deadline = Deadline::never()) override;

  // Of a descriptor that is a socket; others have no such thing, which is the error not_a_socket.
  [[nodiscard]] Endpoint local_endpoint() const override;
  [[nodiscard]] Endpoint remote_endpoint() const override;

 private:
  enum class Kind : unsigned char { own, shared, file };

  Pipe(UniqueFd fd, Kind kind) noexcept : fd_(std::move(fd)), kind_(kind) {}
  void check_open(const char* operation) const;
  std::size_t send_some(std::string_view data, Deadline deadline, TimePoint since);
  void take_turn();

  // Operations in a row that did not have to wait, before others get a turn.
  static constexpr int kBurst = 64;

  UniqueFd fd_;
  Kind kind_ = Kind::own;
  int burst_ = 0;
};

}  // namespace gnet
