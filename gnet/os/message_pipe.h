// Messages between two processes, over a socket pair; each end both sends and receives.
//
//   gnet::MessagePipe pipe = gnet::MessagePipe::to_parent();
//   while (auto job = pipe.get<std::string>()) pipe.put(count_words(*job));
//
// A message has a type: strings, trivially copyable types and vectors of them go as they
// are in memory; others need a MessageCodec. It travels as two numbers of 32 bits in
// network order, the length of what follows them and the type's tag, and the bytes. Both
// ends should be the same program, or at least one compiled alike.
//
// A fiber that is interrupted in get() loses nothing. One that is interrupted in put()
// has either not sent its message, or its rest goes ahead of the next one.
//
// Threads: a MessagePipe belongs to the hub on which it was made. Several fibers may
// use either side of it; they take turns.

#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

#include "gnet/base/unique_fd.h"
#include "gnet/fiber/deadline.h"

namespace gnet {

// A message is of another type than was asked for: it stays to be got. Or its bytes are no
// value of that type.
class MessageMismatch : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// How a T travels: `static std::string encode(const T&)` and `static T decode(std::string_view)`,
// which throws MessageMismatch for what is no T. Specialise it for types of your own.
template <typename T>
struct MessageCodec {
  static_assert(std::is_trivially_copyable_v<T> && !std::is_pointer_v<T>,
                "specialise gnet::MessageCodec for this type");
  static std::string encode(const T& value) {
    return std::string(reinterpret_cast<const char*>(&value), sizeof value);
  }
  static T decode(std::string_view bytes) {
    if (bytes.size() != sizeof(T)) throw MessageMismatch("a message of the wrong size");
    T value;
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }
};

template <>
struct MessageCodec<std::string> {
  static std::string encode(const std::string& value) { return value; }
  static std::string decode(std::string_view bytes) { return std::string(bytes); }
};

template <typename T>
struct MessageCodec<std::vector<T>> {
  static_assert(std::is_trivially_copyable_v<T> && !std::is_same_v<T, bool>,
                "specialise gnet::MessageCodec for this type");
  static std::string encode(const std::vector<T>& values) {
    return std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
  }
  static std::vector<T> decode(std::string_view bytes) {
    if (bytes.size() % sizeof(T) != 0) throw MessageMismatch("a message of the wrong size");
    std::vector<T> values(bytes.size() / sizeof(T));
    if (!bytes.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
  }
};

class MessagePipe {
 public:
  // No pipe.
  MessagePipe() noexcept;

  // Takes over one end of a stream socket.
  explicit MessagePipe(UniqueFd fd);

  // Two ends that are connected with each other.
  static std::pair<MessagePipe, MessagePipe> make();

  // In a process that a PipedProcess has started: the end that leads to its parent. Once;
  // later, and in other processes, throws Misuse.
  static MessagePipe to_parent();

  MessagePipe(MessagePipe&& other) noexcept;
  MessagePipe& operator=(MessagePipe&& other) noexcept;
  ~MessagePipe();

  [[nodiscard]] bool is_open() const noexcept { return channel_ != nullptr; }
  explicit operator bool() const noexcept { return is_open(); }

  // The other end gets what was sent, and then the end. Fibers that wait get
  // bad_file_descriptor. Does not suspend.
  void close() noexcept;

  // Suspends until the message is sent. Throws std::system_error: broken_pipe when the other
  // end is closed, timed_out at the deadline.
  template <typename T>
  void put(const T& message, Deadline deadline = Deadline::never()) {
    put_bytes(tag<T>(), MessageCodec<T>::encode(message), deadline);
  }
  void put(std::string_view message, Deadline deadline = Deadline::never()) {
    put(std::string(message), deadline);
  }
  void put(const char* message, Deadline deadline = Deadline::never()) {
    put(std::string(message), deadline);
  }

  // Suspends until a message is there; nothing when the other end is closed. Throws
  // MessageMismatch when it is no T, ConnectionLost when it ends in the middle,
  // std::system_error (timed_out) at the deadline.
  template <typename T>
  [[nodiscard]] std::optional<T> get(Deadline deadline = Deadline::never()) {
    const auto bytes = get_bytes(tag<T>(), deadline);
    if (!bytes) return std::nullopt;
    return MessageCodec<T>::decode(*bytes);
  }

  // The longest message, in bytes. Sending more throws std::length_error; what claims to be
  // more ends the pipe with ConnectionLost.
  static constexpr std::size_t kLongest = 64 * 1024 * 1024;

 private:
  struct Channel;

  template <typename T>
  static std::uint32_t tag() {
    return hash(typeid(T).name());
  }
  static std::uint32_t hash(std::string_view name) noexcept;

  void put_bytes(std::uint32_t tag, const std::string& bytes, Deadline deadline);
  std::optional<std::string> get_bytes(std::uint32_t tag, Deadline deadline);
  [[nodiscard]] std::shared_ptr<Channel> channel() const;

  std::shared_ptr<Channel> channel_;  // shared with fibers that wait while it is closed
};

}  // namespace gnet
