#include "gnet/sync/async_result.h"

#include "gnet/base/error.h"

namespace gnet {
namespace {

constexpr detail::WaitKind kAsyncResult{"AsyncResult"};

}  // namespace

ResultAbandoned::ResultAbandoned()
    : std::runtime_error("whoever was to set this result went away without doing so") {}

AnyAsyncResult::~AnyAsyncResult() {
  if (address_) address_->result = nullptr;
}

void AnyAsyncResult::set_exception(std::exception_ptr error) {
  if (!try_set_exception(std::move(error))) throw_set_before();
}

bool AnyAsyncResult::try_set_exception(std::exception_ptr error) {
  check_thread();
  if (ready_) return false;
  if (!error) throw Misuse("an AsyncResult was set to an error that is none");
  error_ = std::move(error);
  complete();
  return true;
}

void AnyAsyncResult::complete() {
  ready_ = true;
  keep_alive_.reset();
  while (waiters_.grant_one()) {
  }
  watchers_.notify_all();
}

bool AnyAsyncResult::wait(Deadline deadline) const {
  detail::Scheduler& hub = waiters_.hub();
  hub.check_thread();
  hub.checkpoint();
  if (ready_) return true;
  return waiters_.wait(kAsyncResult, this, deadline, [] {}) == Granted::yes;
}

void AnyAsyncResult::wait_until(Deadline deadline) const {
  const TimePoint since = Clock::now();
  if (!wait(deadline)) throw_timed_out("an AsyncResult has not been set", since);
}

void AnyAsyncResult::throw_set_before() {
  throw Misuse("an AsyncResult is set only once");
}

void AnyAsyncResult::AnySetter::throw_no_result() {
  throw Misuse("this Setter was moved from");
}

AnyAsyncResult::AnySetter::AnySetter(AnyAsyncResult& result) {
  result.check_thread();
  detail::Scheduler& hub = result.waiters_.hub();
  if (!result.address_) result.address_ = std::make_shared<Address>(Address{&result});
  address_ = result.address_;
  mailbox_ = hub.mailbox();
  ++result.setters_;
  if (!result.ready_ && !result.keep_alive_) result.keep_alive_.emplace(hub);
}

AnyAsyncResult::AnySetter::~AnySetter() {
  if (!address_) return;
  mailbox_->post([address = std::move(address_)] {
    AnyAsyncResult* result = address->result;
    if (result == nullptr || --result->setters_ > 0) return;
    result->try_set_exception(std::make_exception_ptr(ResultAbandoned()));
  });
}

}  // namespace gnet
