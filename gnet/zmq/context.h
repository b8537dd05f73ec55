// What ZeroMQ sockets have in common: libzmq's threads for input and output.
//
//   gnet::zmq::Context context;
//   gnet::zmq::Socket socket(context, ZMQ_REQ);
//
// Part of gnet::zmq, which is there when libzmq was when gnet was built.
//
// Threads: may be used from any.

#pragma once

#include <memory>

namespace gnet::zmq {

class Context {
 public:
  // Starts no thread yet. Throws std::system_error.
  Context();

  // Leaves the context to the sockets that still use it; the last that goes ends it. That
  // suspends the fiber until what the sockets have queued is sent, or their ZMQ_LINGER is over.
  ~Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  // libzmq's own, for zmq_ctx_set().
  [[nodiscard]] void* native_handle() const noexcept { return context_.get(); }

 private:
  friend class Socket;
  std::shared_ptr<void> context_;
};

}  // namespace gnet::zmq
