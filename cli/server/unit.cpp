#include "cli/server/unit.h"

#include "cli/control/event_feed.h"
#include "cli/out/failure.h"

namespace cli {

std::string_view to_string(UnitState state) noexcept {
  switch (state) {
    case UnitState::stopped:
      return "stopped";
    case UnitState::starting:
      return "starting";
    case UnitState::running:
      return "running";
    case UnitState::paused:
      return "paused";
    case UnitState::draining:
      return "draining";
    case UnitState::waiting:
      return "waiting";
    case UnitState::failed:
      return "failed";
  }
  return "unknown";
}

void Unit::wait_for_uses() {
  while (uses_ > 0) {
    changed.clear();
    changed.wait();
  }
}

void Unit::wait_for_changes() {
  while (changes_ > 0) {
    changed.clear();
    changed.wait();
  }
}

void Unit::restart() {
  stop(gnet::Deadline(grace()));
  start();
}

void Unit::pause() {
  throw Failure(Exit::negative, "'" + name_ + "' cannot be paused");
}

void Unit::resume() {
  throw Failure(Exit::negative, "'" + name_ + "' cannot be paused");
}

bool Unit::notify(std::string_view) {
  return false;
}

const Factories& Unit::factories() const noexcept {
  static const Factories none;
  return none;
}

void Unit::enter(UnitState state) {
  if (state_ == state) return;
  state_ = state;
  since_ = gnet::Clock::now();
  changed.set();
  if (!event_is_wanted(false)) return;
  tell_event(event("service").add("service", name_).add("state", to_string(state)), false);
}

}  // namespace cli
