// Looks host names up with c-ares: one thread for any number of lookups, which the first one starts
// and which ends when there has been none for ten seconds. It reads /etc/hosts and /etc/resolv.conf
// itself and asks the name servers; other name services of the system it does not know.
//
// Threads: may be used from any.

#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <string>

#include "gnet/base/unique_fd.h"
#include "gnet/io/lookup.h"

namespace gnet::detail {

class AresLookup : public LookupEngine {
 public:
  static constexpr std::size_t kMaxLookups = 4096;

  // `nameservers` as "192.0.2.1,[2001:db8::1]:5353"; empty: the system's. Throws
  // std::invalid_argument if they are not written so, std::runtime_error if c-ares cannot start.
  AresLookup(Finish finish, std::string nameservers);

  bool begin(const Question& question) override;
  bool withdraw(const Question& question) override;
  void end() override;
  void before_fork() override;
  void after_fork_in_parent() override;
  void after_fork_in_child() override;

 private:
  class Channel;

  void wake() noexcept;
  void answered(const Question& question, Resolved resolved);
  void work();

  const Finish finish_;
  const std::string nameservers_;
  std::mutex mutex_;
  std::condition_variable ended_;
  std::deque<Question> queue_;  // not begun
  std::size_t pending_ = 0;     // those, and what is begun and not answered
  bool running_ = false;        // there is a thread
  bool ending_ = false;
  UniqueFd wake_;
};

}  // namespace gnet::detail
