// The suspension points of locks, channels, pools, generators and actors, interrupted in
// every way. A new one is one more row in points().

#include <mutex>
#include <optional>

#include "gnet/sync/actor.h"
#include "gnet/sync/channel.h"
#include "gnet/sync/condition.h"
#include "gnet/sync/event.h"
#include "gnet/sync/generator.h"
#include "gnet/sync/joinable_queue.h"
#include "gnet/sync/mutex.h"
#include "gnet/sync/pool.h"
#include "gnet/sync/rlock.h"
#include "gnet/sync/select.h"
#include "gnet/sync/thread_channel.h"
#include "tests/unit/interrupts.h"

BOOST_AUTO_TEST_SUITE(sync_interrupts)

using namespace test;

namespace {

// The main fiber holds the lock until it wakes the victim.
template <typename Lock, typename Use>
std::function<Scene()> lock_scene(Use use) {
  return [use]() -> Scene {
    auto lock = std::make_shared<Lock>();
    lock->lock();
    return {[=] { use(*lock); }, [=] { lock->unlock(); },
            [=](bool woken, bool) {
              if (!woken) lock->unlock();
              const bool free = !lock->locked() && lock->try_lock();
              lock->unlock();
              return free;
            }};
  };
}

template <typename Lock>
std::function<Scene()> condition_scene() {
  struct Both {
    Lock lock;
    gnet::Condition changed{lock};
  };
  return []() -> Scene {
    auto both = std::make_shared<Both>();
    return {[=] {
              const std::lock_guard guard(both->lock);
              both->changed.wait();
            },
            [=] { both->changed.notify(); },
            [=](bool, bool) { return both->changed.waiting() == 0 && !both->lock.locked(); }};
  };
}

// What was handed over is kept: whoever was served returns.
template <typename Get>
std::function<Scene()> channel_get_scene(Get get) {
  return [get]() -> Scene {
    auto channel = std::make_shared<gnet::Channel<int>>();
    auto served = std::make_shared<bool>(false);
    return {[=] { get(*channel); }, [=] { *served = channel->try_put(1); },
            [=](bool, bool returned) {
              return *served == returned && channel->balance() == 0 && !channel->try_put(2);
            }};
  };
}

template <typename Put>
std::function<Scene()> channel_put_scene(Put put) {
  return [put]() -> Scene {
    auto channel = std::make_shared<gnet::Channel<int>>();
    auto served = std::make_shared<bool>(false);
    return {[=] { put(*channel); }, [=] { *served = channel->try_get().has_value(); },
            [=](bool, bool returned) {
              return *served == returned && channel->balance() == 0 && !channel->try_get();
            }};
  };
}

template <typename Receive>
std::function<Scene()> queue_receive_scene(Receive receive) {
  return [receive]() -> Scene {
    auto queue = std::make_shared<gnet::Queue<int>>();
    return {[=] { receive(*queue); }, [=] { queue->put(1); },
            [=](bool woken, bool returned) {
              const bool none_lost = queue->size() == (woken && !returned ? 1u : 0u);
              queue->put(2);
              return none_lost && queue->try_get().has_value();
            }};
  };
}

// A pool, and what keeps its members.
struct Work {
  explicit Work(std::size_t slots) : pool(slots) {}
  ~Work() { pool.kill(); }
  gnet::Event go;
  gnet::Pool pool;
};

template <typename Use>
std::function<Scene()> pool_scene(Use use, bool full) {
  return [use, full]() -> Scene {
    auto work = std::make_shared<Work>(2u);
    for (int i = 0; full && i < 2; ++i) work->pool.spawn([&go = work->go] { go.wait(); });
    return {[=] { use(*work); }, [=] { work->go.set(); },
            [=](bool, bool) {
              work->go.set();
              work->pool.join();
              return work->pool.free_count() == 2 && work->pool.empty();
            }};
  };
}

std::function<Scene()> generator_scene() {
  struct Asked {
    gnet::Event go;
    gnet::Generator<int> generator{[this](auto& yield) {
      go.wait();
      yield(1);
    }};
  };
  return []() -> Scene {
    auto asked = std::make_shared<Asked>();
    return {[=] { static_cast<void>(asked->generator.next()); }, [=] { asked->go.set(); },
            [=](bool, bool returned) {
              asked->go.set();
              if (!returned && asked->generator.next() != 1) return false;
              return !asked->generator.next().has_value();
            }};
  };
}

std::function<Scene()> actor_scene() {
  struct Slow {
    gnet::Event go;
    int handled = 0;
    gnet::Actor<int> actor{[this](int) {
                             go.wait();
                             ++handled;
                           },
                           {.mailbox = 1}};
  };
  return []() -> Scene {
    auto slow = std::make_shared<Slow>();
    slow->actor.send(1);
    return {[=] { slow->actor.send(2); }, [=] { slow->go.set(); },
            [=](bool, bool returned) {
              slow->go.set();
              slow->actor.stop();
              slow->actor.join();
              return slow->handled == (returned ? 2 : 1);
            }};
  };
}

template <typename Get>
std::function<Scene()> thread_get_scene(Get get) {
  return [get]() -> Scene {
    auto channel = std::make_shared<gnet::ThreadChannel<int>>(1u);
    return {[=] { get(*channel); }, [=] { static_cast<void>(channel->try_put(1)); },
            [=](bool woken, bool returned) {
              const bool none_lost = channel->size() == (woken && !returned ? 1u : 0u);
              static_cast<void>(channel->try_get());
              return none_lost && channel->try_put(2) && channel->try_get() == 2;
            }};
  };
}

template <typename Put>
std::function<Scene()> thread_put_scene(Put put) {
  return [put]() -> Scene {
    auto channel = std::make_shared<gnet::ThreadChannel<int>>(1u);
    channel->put(0);
    return {[=] { put(*channel); }, [=] { static_cast<void>(channel->try_get()); },
            [=](bool woken, bool returned) {
              if (!woken) static_cast<void>(channel->try_get());
              const bool stored = channel->try_get() == 1;
              const bool room = channel->try_put(2) && !channel->try_put(3);
              return stored == returned && room;
            }};
  };
}

std::vector<Point> points() {
  using Channel = gnet::Channel<int>;
  using Threads = gnet::ThreadChannel<int>;
  const auto hold = [](auto& lock) { const std::lock_guard guard(lock); };
  const auto try_hold = [](auto& lock) {
    if (lock.lock(30s)) lock.unlock();
  };
  return {
      {"JoinableQueue::join",
       [] {
         auto queue = std::make_shared<gnet::JoinableQueue<int>>();
         queue->put(1);
         return Scene{[=] { queue->join(); }, [=] { queue->task_done(); },
                      [=](bool woken, bool) {
                        if (!woken) queue->task_done();
                        return queue->join(0ms);
                      }};
       }},
      {"Mutex::lock", lock_scene<gnet::Mutex>(hold)},
      {"Mutex::lock, deadline", lock_scene<gnet::Mutex>(try_hold)},
      {"RLock::lock", lock_scene<gnet::RLock>(hold)},
      {"RLock::lock, deadline", lock_scene<gnet::RLock>(try_hold)},
      {"Condition::wait", condition_scene<gnet::Mutex>()},
      {"Condition::wait, RLock", condition_scene<gnet::RLock>()},
      {"Channel::get", channel_get_scene([](Channel& channel) { channel.get(); })},
      {"Channel::get, deadline",
       channel_get_scene([](Channel& channel) { static_cast<void>(channel.get(30s)); })},
      {"Channel::put", channel_put_scene([](Channel& channel) { channel.put(1); })},
      {"Channel::put, deadline",
       channel_put_scene([](Channel& channel) { static_cast<void>(channel.put(1, 30s)); })},
      {"select, Receive from Channel", channel_get_scene([](Channel& channel) {
         Channel other;
         gnet::Receive receive(channel);
         gnet::Receive from_other(other);
         gnet::select(from_other, receive);
       })},
      {"select, Send to Channel", channel_put_scene([](Channel& channel) {
         gnet::Send send(channel, 1);
         gnet::select(send);
       })},
      {"select, Receive from Queue", queue_receive_scene([](gnet::Queue<int>& queue) {
         gnet::Receive receive(queue);
         static_cast<void>(gnet::select(30s, receive));
       })},
      {"Group::join", pool_scene([](Work& work) { work.pool.join(); }, true)},
      {"Pool::spawn", pool_scene([](Work& work) { work.pool.spawn([] {}); }, true)},
      {"Pool::wait_available", pool_scene([](Work& work) { work.pool.wait_available(); }, true)},
      {"Pool::apply",
       pool_scene([](Work& work) { work.pool.apply([&] { work.go.wait(); }); }, false)},
      {"Pool::map",
       pool_scene(
           [](Work& work) { work.pool.map(std::vector<int>(5), [&](int) { work.go.wait(); }); },
           false)},
      {"Pool::imap", pool_scene(
                         [](Work& work) {
                           auto results = work.pool.imap(std::vector<int>(5), [&](int item) {
                             work.go.wait();
                             return item;
                           });
                           while (results.next()) {
                           }
                         },
                         false)},
      {"Generator::next", generator_scene()},
      {"Actor::send", actor_scene()},
      {"ThreadChannel::get", thread_get_scene([](Threads& channel) { channel.get(); })},
      {"ThreadChannel::get, deadline",
       thread_get_scene([](Threads& channel) { static_cast<void>(channel.get(30s)); })},
      {"ThreadChannel::put", thread_put_scene([](Threads& channel) { channel.put(1); })},
      {"ThreadChannel::put, deadline",
       thread_put_scene([](Threads& channel) { static_cast<void>(channel.put(1, 30s)); })},
  };
}

}  // namespace

BOOST_AUTO_TEST_CASE(while_a_fiber_waits) {
  try_every_blow(points(), When::while_it_waits);
}

BOOST_AUTO_TEST_CASE(after_a_fiber_was_woken_and_before_it_runs) {
  try_every_blow(points(), When::after_it_was_woken);
}

BOOST_AUTO_TEST_SUITE_END()
