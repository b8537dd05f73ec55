#include "gnet/base/background_thread.h"

#include <pthread.h>

#include <memory>
#include <string>
#include <utility>

#include "gnet/base/signals_blocked.h"

namespace gnet::detail {
namespace {

// The caller may be gone before the thread has begun.
struct Start {
  std::string name;
  UniqueFunction<void()> body;
};

void* run(void* argument) {
  const std::unique_ptr<Start> start(static_cast<Start*>(argument));
  ::pthread_setname_np(::pthread_self(), start->name.c_str());
  start->body();
  return nullptr;
}

}  // namespace

bool start_background_thread(const char* name, std::size_t stack_size,
                             UniqueFunction<void()> body) noexcept {
  auto start = std::make_unique<Start>(Start{name, std::move(body)});
  const SignalsBlocked blocked;
  pthread_attr_t attributes;
  ::pthread_attr_init(&attributes);
  ::pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  ::pthread_attr_setstacksize(&attributes, stack_size);
  pthread_t thread{};
  const bool started = ::pthread_create(&thread, &attributes, &run, start.get()) == 0;
  if (started) static_cast<void>(start.release());
  ::pthread_attr_destroy(&attributes);
  return started;
}

}  // namespace gnet::detail
