// Looks host names up as the system is configured: getaddrinfo() on up to four threads, which the
// first lookup starts and which end when there has been none for ten seconds.
//
// Threads: may be used from any.

#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>

#include "gnet/io/lookup.h"
#include "gnet/io/resolver.h"

namespace gnet::detail {

class SystemLookup : public LookupEngine {
 public:
  static constexpr std::size_t kMaxThreads = 4;
  static constexpr std::size_t kMaxQueue = 1024;

  explicit SystemLookup(Finish finish);

  bool begin(const Question& question) override;
  bool withdraw(const Question& question) override;
  void end() override;
  void before_fork() override;
  void after_fork_in_parent() override;
  void after_fork_in_child() override;

  // Has this function asked instead of getaddrinfo(); an empty one brings that back.
  void set_look_up(LookUp look_up);

 private:
  bool enough_threads(std::size_t lookups);
  void work();

  const Finish finish_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable ended_;
  std::deque<Question> queue_;  // not begun
  LookUp look_up_;
  bool ending_ = false;
  std::size_t threads_ = 0;
  std::size_t busy_ = 0;  // of them, inside a lookup
};

}  // namespace gnet::detail
