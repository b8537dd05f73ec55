// The lookups of the process: fibers that ask for the same name share one, and its answer is kept
// for as long as it holds.
//
// Threads: may be used from any.

#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "gnet/fiber/mailbox.h"
#include "gnet/io/lookup.h"
#include "gnet/io/lookup_cache.h"
#include "gnet/io/resolver.h"
#include "gnet/io/system_lookup.h"
#include "gnet/sync/event.h"

namespace gnet::detail {

// A fiber that waits for an answer. Used on its hub's thread only; others just hold it.
struct Request {
  Event* answered = nullptr;  // null once the fiber has lost its interest
  std::shared_ptr<const Resolved> result;
};

class Lookups {
 public:
  // Never destroyed: a thread may still be inside getaddrinfo() when the process ends.
  static Lookups& instance();

  // The answer if it is known already. If not, null, and the request gets it, through the mailbox
  // of its hub. Throws ResolveError if too much is asked already.
  std::shared_ptr<const Resolved> ask(const Question& question,
                                      const std::shared_ptr<Mailbox>& mailbox,
                                      const std::shared_ptr<Request>& request);

  // The request's fiber waits no longer. A lookup that nobody waits for is not begun.
  void forget(const Question& question, const std::shared_ptr<Request>& request);

  void configure(const ResolverOptions& options);
  void set_look_up(LookUp look_up);
  [[nodiscard]] std::size_t pending();

 private:
  struct Waiter {
    std::shared_ptr<Mailbox> mailbox;
    std::shared_ptr<Request> request;
  };

  struct Lookup {
    LookupEngine* engine;
    std::vector<Waiter> waiters;
    bool outdated = false;  // begun before the last change: its answer is not kept
  };

  Lookups();
  LookupEngine& engine_for(const std::string& host);
  void use(const ResolverOptions& options);
  LookupEngine& ares(const std::string& nameservers);
  void forget_answers();
  void keep(const Question& question, const std::shared_ptr<const Resolved>& answer);
  void finish(const Question& question, Resolved resolved);

  std::mutex mutex_;
  std::map<Question, Lookup> pending_;
  LookupCache cache_;
  ResolverOptions options_;
  SystemLookup& system_;
  LookupEngine* engine_ = nullptr;                      // null: GNET_RESOLVER has not been read
  std::vector<std::unique_ptr<LookupEngine>> engines_;  // all that were ever used
  std::map<std::string, LookupEngine*> ares_;           // of these, by their name servers
};

}  // namespace gnet::detail
