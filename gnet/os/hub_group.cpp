#include "gnet/os/hub_group.h"

#include <pthread.h>

#include <algorithm>
#include <future>

#include "gnet/base/error.h"
#include "gnet/base/signals_blocked.h"

namespace gnet {
namespace {

// The longest name that the kernel takes.
constexpr std::size_t kLongestThreadName = 15;

}  // namespace

HubGroup::HubGroup(std::size_t size, std::string name) {
  if (size == 0) throw Misuse("a group of hubs has at least one");
  members_.reserve(size);
  members_.push_back(
      {.hub = &detail::Scheduler::current(), .mailbox = detail::Scheduler::current().mailbox()});
  try {
    while (members_.size() < size) {
      members_.push_back(start(name + "-" + std::to_string(members_.size())));
    }
  } catch (...) {
    stop();
    throw;
  }
}

HubGroup::Member HubGroup::start(std::string name) {
  name.resize(std::min(name.size(), kLongestThreadName));
  std::promise<Member> promise;
  std::future<Member> started = promise.get_future();
  std::thread thread;
  {
    const detail::SignalsBlocked blocked;
    thread = std::thread([name = std::move(name), promise = std::move(promise)]() mutable {
      pthread_setname_np(pthread_self(), name.c_str());
      std::optional<AsyncResult<>> stop;
      try {
        detail::Scheduler& hub = detail::Scheduler::current();
        stop.emplace();
        promise.set_value({.hub = &hub, .mailbox = hub.mailbox(), .stop = stop->setter()});
      } catch (...) {
        promise.set_exception(std::current_exception());
        return;
      }
      stop->wait();
    });
  }
  try {
    Member member = started.get();
    member.thread = std::move(thread);
    return member;
  } catch (...) {
    thread.join();
    throw;
  }
}

std::size_t HubGroup::index() const {
  const detail::Scheduler* current = detail::Scheduler::current_if_any();
  const auto found = std::ranges::find(members_, current, &Member::hub);
  if (found == members_.end()) throw Misuse("this thread's hub is none of the group");
  return static_cast<std::size_t>(found - members_.begin());
}

bool HubGroup::post(std::size_t hub, UniqueFunction<void()> callback) {
  return members_.at(hub).mailbox->post(std::move(callback));
}

void HubGroup::stop() noexcept {
  if (stopped_) return;
  for (Member& member : members_) {
    if (member.stop) member.stop->set();
  }
  for (Member& member : members_) {
    if (!member.thread.joinable()) continue;
    if (process_ == getpid()) {
      member.thread.join();
    } else {
      new std::thread(std::move(member.thread));  // which the child of a fork() does not have
    }
  }
  stopped_ = true;
}

std::size_t HubGroup::least_busy() const {
  if (stopped_) return 0;
  const auto least = std::ranges::min_element(members_, {}, &Member::tasks);
  return static_cast<std::size_t>(least - members_.begin());
}

void HubGroup::begin_task(std::size_t hub) {
  members_[0].hub->check_thread();
  ++members_.at(hub).tasks;
  if (hub > 0 && tasks_elsewhere_++ == 0) keep_alive_.emplace(*members_[0].hub);
}

void HubGroup::end_task(std::size_t hub) {
  members_[0].hub->check_thread();
  --members_.at(hub).tasks;
  if (hub > 0 && --tasks_elsewhere_ == 0) keep_alive_.reset();
}

}  // namespace gnet
