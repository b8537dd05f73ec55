#include "gnet/os/pool_task.h"

#include "gnet/base/error.h"
#include "gnet/fiber/mailbox.h"

namespace gnet::detail {

void PoolJob::abandon(std::exception_ptr why) noexcept {
  error_ = std::move(why);
  seen_ = true;  // nothing has gone wrong that anybody should hear of
}

void PoolJob::send_home(std::shared_ptr<PoolJob> job) noexcept {
  const auto mailbox = job->mailbox_;  // the job may be gone before post() returns
  mailbox->post([job = std::move(job)] { job->finish(); });
}

void PoolJob::finish() {
  alive_.reset();
  done_.set();
  if (dropped_) report_if_unseen();
}

void PoolJob::wait_until(Deadline deadline) {
  const TimePoint since = Clock::now();
  if (!wait(deadline)) throw_timed_out("a function in a thread pool has not ended", since);
}

std::exception_ptr PoolJob::error() noexcept {
  if (!ready()) return nullptr;
  seen_ = true;
  return error_;
}

void PoolJob::throw_if_failed() {
  if (!error_) return;
  seen_ = true;
  std::rethrow_exception(error_);
}

void PoolJob::drop() noexcept {
  dropped_ = true;
  if (ready()) report_if_unseen();
}

void PoolJob::report_if_unseen() noexcept {
  if (error_ && !seen_) hub_.report_error("a function in a thread pool", error_);
}

}  // namespace gnet::detail
