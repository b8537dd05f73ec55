#include "gnet/sync/generator.h"

#include "gnet/base/error.h"
#include "gnet/fiber/interrupt.h"

namespace gnet {
namespace detail {
namespace {

constexpr WaitKind kAsked{"somebody to ask Generator"};

const FiberControl* body_of(const void* turns) {
  struct Access : AnyFiber {
    using AnyFiber::control_of;
  };
  return &Access::control_of(static_cast<const GeneratorTurns*>(turns)->body);
}

[[noreturn]] void refuse_to_be_destroyed() {
  throw Misuse("a Generator was destroyed by its own body");
}

constexpr WaitKind kAnswered{"a value of Generator", body_of, nullptr, nullptr, "made by"};

}  // namespace

void GeneratorTurns::check_can_ask() const {
  detail::Scheduler& hub = answered_.hub();
  hub.check_thread();
  hub.checkpoint();
  if (asking_) throw Misuse("a Generator was asked by two fibers at once");
  if (running_ && body.id() == this_fiber::id()) throw Misuse("a Generator asked itself");
}

void GeneratorTurns::check_can_be_told() const {
  check_can_ask();
  if (ended_) return;
  if (!started_)
    throw Misuse("a Generator that has not come to its first yield was sent something");
  if (running_) throw Misuse("a Generator that has not answered yet was sent something");
}

void GeneratorTurns::ask(bool answered) {
  check_can_ask();
  if (answered) return;
  if (!ended_) {
    if (!running_) resume();
    struct Asking {
      explicit Asking(bool& asking) noexcept : flag(asking) { flag = true; }
      ~Asking() { flag = false; }
      bool& flag;
    };
    const Asking asking(asking_);
    while (running_ && !closing_) answered_.wait(kAnswered, this);
    if (closing_) throw_destroyed(kAnswered);
  }
  if (auto error = std::exchange(error_, nullptr)) std::rethrow_exception(error);
}

void GeneratorTurns::resume() {
  running_ = true;
  if (std::exchange(started_, true)) {
    asked_.notify_one();
  } else {
    body.start();
  }
}

void GeneratorTurns::throw_into(std::exception_ptr error) {
  // There is nobody left to catch it.
  if (ended_) std::rethrow_exception(error);
  thrown_ = std::move(error);
}

void GeneratorTurns::hand_back() {
  if (closing_) throw FiberExit{};
  running_ = false;
  answered_.notify_one();
  while (!running_) asked_.wait(kAsked, this);
  if (auto error = std::exchange(thrown_, nullptr)) std::rethrow_exception(error);
}

void GeneratorTurns::end(std::exception_ptr error) noexcept {
  ended_ = true;
  running_ = false;
  error_ = std::move(error);
  answered_.notify_all();
}

void GeneratorTurns::close() noexcept {
  closing_ = true;
  if (body.dead()) return;
  if (body.state() == FiberState::running) refuse_to_be_destroyed();
  const Uninterruptible until_it_ends;
  body.kill();
}

}  // namespace detail
}  // namespace gnet
