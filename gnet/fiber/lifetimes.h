// The hubs of the process, one a thread, and the lock under which they come and go.
//
//   const std::lock_guard lock(detail::lifetimes);
//
// Threads: all.

#pragma once

#include <mutex>

namespace gnet::detail {

class Scheduler;

// Guards what happens to a fiber's handles on other threads against the end of the
// fiber's hub. While it is held, a fiber that has a hub has one that takes letters; and the
// references of one that has none are counted under it, by whatever thread.
extern std::mutex lifetimes;

// For fork(): its child has one of these hubs, that of the thread that called it.
void enlist_hub(Scheduler& hub);
void strike_off_hub(Scheduler& hub) noexcept;

}  // namespace gnet::detail
