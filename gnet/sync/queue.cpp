#include "gnet/sync/queue.h"

#include "gnet/base/error.h"
#include "gnet/sync/joinable_queue.h"

namespace gnet {

QueueClosed::QueueClosed() : std::runtime_error("the queue is closed") {}
QueueFull::QueueFull() : std::runtime_error("the queue is full") {}
QueueEmpty::QueueEmpty() : std::runtime_error("the queue is empty") {}

void detail::check_queue_capacity(std::size_t capacity) {
  if (capacity == 0) throw Misuse("a queue that has room for nothing");
}

void detail::throw_too_many_done() {
  throw Misuse("more tasks done than were put into the queue");
}

}  // namespace gnet
