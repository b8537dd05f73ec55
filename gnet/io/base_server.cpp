#include "gnet/io/base_server.h"

#include "gnet/base/error.h"
#include "gnet/fiber/cancel_scope.h"

namespace gnet {
namespace {

constexpr detail::WaitKind kRoom{"a handler to end, because the server is full"};
constexpr detail::WaitKind kHandlers{"the handlers of a server"};
constexpr detail::WaitKind kClosed{"the end of a server"};

// For what a handler that was killed still does.
constexpr Duration kCutGrace = std::chrono::seconds(2);

[[noreturn]] void refuse_destruction() {
  throw Misuse("a server was destroyed by its own handler");
}

}  // namespace

BaseServer::Task::Task(BaseServer& server)
    : fiber_(Fiber<>::adopt(detail::Scheduler::current().running())) {
  server.tasks_.push_back(*this);
}

// ---- life ----

void BaseServer::listen() {
  ended_.hub().check_thread();
  if (!is_open()) address_ = open();
}

void BaseServer::start() {
  listen();
  if (started_) return;
  resume();
  started_ = true;
}

void BaseServer::serve_forever(Duration grace) {
  start();
  try {
    while (!closed() || stopping_ > 0) closed_.wait(kClosed, this);
  } catch (...) {
    const Uninterruptible until_it_has_stopped;
    stop(grace);
    throw;
  }
  stop(grace);
}

void BaseServer::pause() {
  ended_.hub().check_thread();
  rest();
}

void BaseServer::resume() {
  ended_.hub().check_thread();
  if (closed()) throw Misuse("the server is closed");
  take(address().to_string());
}

void BaseServer::close() {
  ended_.hub().check_thread();
  shut();
  failed();
  rest();
}

void BaseServer::failed() noexcept {
  started_ = false;
  closed_.notify_all();
}

std::size_t BaseServer::stop(Deadline grace) {
  const Stopping stopping(*this);
  close();
  const std::uint64_t caller = this_fiber::id();
  const std::size_t own = is_handler(caller) ? 1 : 0;
  if (wait_for_tasks(own, grace)) return 0;
  const std::size_t cut = active_ - own;
  // All have begun: they were ready before this fiber was again. Killing runs nothing, so that
  // nobody leaves the list meanwhile.
  tasks_.for_each([&](Task& task) {
    if (task.fiber_.id() != caller) task.fiber_.kill_async();
  });
  if (!wait_for_tasks(own, kCutGrace)) {
    log_.error("{} handlers of {} do not end: they swallow their interrupt", active_ - own,
               address().to_string());
  }
  return cut;
}

void BaseServer::end() noexcept {
  if (detail::Scheduler::current_if_any() == nullptr)
    return;  // its hub has ended, and with it the handlers
  const Uninterruptible wait_out;
  stop(Duration::zero());
  if (active_ == 0) return;
  // It would wait for itself.
  if (is_handler(this_fiber::id())) refuse_destruction();
  // What they use is about to go: there is no way but to wait.
  tasks_.for_each([](Task& task) { task.abort(); });
  static_cast<void>(wait_for_tasks(0, Deadline::never()));
}

bool BaseServer::is_handler(std::uint64_t fiber) noexcept {
  bool found = false;
  tasks_.for_each([&](Task& task) { found = found || task.fiber_.id() == fiber; });
  return found;
}

bool BaseServer::wait_for_tasks(std::size_t left, Deadline deadline) {
  while (active_ > left) {
    if (!ended_.wait(kHandlers, this, deadline)) return active_ <= left;
  }
  return true;
}

const Endpoint& BaseServer::address() const {
  if (!address_) throw Misuse("the server does not listen yet");
  return *address_;
}

// ---- handlers ----

bool BaseServer::full() const noexcept {
  return (max_tasks_ > 0 && active_ >= max_tasks_) || (pool_ != nullptr && pool_->full());
}

void BaseServer::wait_for_end(Deadline deadline) {
  if (pool_ != nullptr && pool_->full()) {
    pool_->wait_available(deadline);
  } else {
    ended_.wait(kRoom, this, deadline);
  }
}

void BaseServer::task_ended() noexcept {
  --active_;
  ended_.notify_all();
}

}  // namespace gnet
