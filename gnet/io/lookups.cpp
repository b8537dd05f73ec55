#include "gnet/io/lookups.h"

#include <netdb.h>
#include <pthread.h>
#include <asio/ip/address.hpp>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <utility>

#include "gnet/io/ares_lookup.h"

namespace gnet::detail {
namespace {

// How long it is remembered that a name does not exist. A server that is starting gets its name
// soon, and somebody may be waiting for it.
constexpr Duration kNegativeTtl = std::chrono::seconds(1);

void deliver(Mailbox& mailbox, const std::shared_ptr<Request>& request,
             const std::shared_ptr<const Resolved>& result) {
  mailbox.post([request, result] {
    if (request->answered == nullptr) return;
    request->result = result;
    request->answered->set();
  });
}

}  // namespace

Lookups& Lookups::instance() {
  static Lookups& lookups = *new Lookups;
  return lookups;
}

Lookups::Lookups()
    : system_(*new SystemLookup(
          [this](const Question& question, Resolved resolved) { finish(question, resolved); })) {
  engines_.emplace_back(&system_);
  ::pthread_atfork(
      [] {
        instance().mutex_.lock();
        for (const auto& engine : instance().engines_) engine->before_fork();
      },
      [] {
        for (const auto& engine : instance().engines_) engine->after_fork_in_parent();
        instance().mutex_.unlock();
      },
      [] {
        for (const auto& engine : instance().engines_) engine->after_fork_in_child();
        instance().pending_.clear();
        instance().mutex_.unlock();
      });
  std::atexit([] {
    std::vector<LookupEngine*> engines;
    {
      const std::lock_guard lock(instance().mutex_);
      for (const auto& engine : instance().engines_) engines.push_back(engine.get());
    }
    for (LookupEngine* engine : engines) engine->end();
  });
}

std::shared_ptr<const Resolved> Lookups::ask(const Question& question,
                                             const std::shared_ptr<Mailbox>& mailbox,
                                             const std::shared_ptr<Request>& request) {
  const std::lock_guard lock(mutex_);
  if (auto known = cache_.find(question, Clock::now())) return known;
  auto found = pending_.find(question);
  if (found == pending_.end()) {
    LookupEngine& engine = engine_for(question.host);
    found = pending_.emplace(question, Lookup{.engine = &engine, .waiters = {}}).first;
    if (!engine.begin(question)) {
      pending_.erase(found);
      throw ResolveError(std::make_error_code(std::errc::resource_unavailable_try_again),
                         question.host);
    }
  }
  found->second.waiters.push_back({mailbox, request});
  return nullptr;
}

void Lookups::forget(const Question& question, const std::shared_ptr<Request>& request) {
  const std::lock_guard lock(mutex_);
  const auto found = pending_.find(question);
  if (found == pending_.end()) return;
  Lookup& lookup = found->second;
  std::erase_if(lookup.waiters, [&](const Waiter& waiter) { return waiter.request == request; });
  if (lookup.waiters.empty() && lookup.engine->withdraw(question)) pending_.erase(found);
}

void Lookups::configure(const ResolverOptions& options) {
  const std::lock_guard lock(mutex_);
  use(options);
}

void Lookups::set_look_up(LookUp look_up) {
  const std::lock_guard lock(mutex_);
  system_.set_look_up(std::move(look_up));
  engine_ = &system_;
  options_ = {};
  forget_answers();
}

std::size_t Lookups::pending() {
  const std::lock_guard lock(mutex_);
  return pending_.size();
}

// What the environment asks for in vain is an error of each lookup: there may be nobody else to
// tell.
LookupEngine& Lookups::engine_for(const std::string& host) {
  try {
    if (engine_ == nullptr) use(ResolverOptions::from_environment());
  } catch (const std::exception& error) {
    throw ResolveError({EAI_FAIL, resolve_category()}, host, error.what());
  }
  return *engine_;
}

void Lookups::use(const ResolverOptions& options) {
  engine_ = options.backend == ResolverBackend::thread ? &system_ : &ares(options.nameservers);
  options_ = options;
  forget_answers();
}

LookupEngine& Lookups::ares(const std::string& nameservers) {
  LookupEngine*& engine = ares_[nameservers];
  if (engine == nullptr) {
    engines_.push_back(std::make_unique<AresLookup>(
        [this](const Question& question, Resolved resolved) { finish(question, resolved); },
        nameservers));
    engine = engines_.back().get();
  }
  return *engine;
}

void Lookups::forget_answers() {
  cache_.clear();
  for (auto& [question, lookup] : pending_) lookup.outdated = true;
}

void Lookups::keep(const Question& question, const std::shared_ptr<const Resolved>& answer) {
  Duration ttl = answer->ttl.value_or(options_.ttl);
  if (answer->error) {
    if (answer->error != std::error_code(EAI_NONAME, resolve_category())) return;
    ttl = kNegativeTtl;
  }
  const TimePoint now = Clock::now();
  cache_.put(question, answer, TimeSpan(std::min<Duration>(ttl, options_.max_ttl)).after(now), now);
}

void Lookups::finish(const Question& question, Resolved resolved) {
  const auto answer = std::make_shared<const Resolved>(std::move(resolved));
  std::vector<Waiter> waiters;
  {
    const std::lock_guard lock(mutex_);
    const auto found = pending_.find(question);
    if (found == pending_.end()) return;
    waiters = std::move(found->second.waiters);
    if (!found->second.outdated) keep(question, answer);
    pending_.erase(found);
  }
  for (const auto& [mailbox, request] : waiters) deliver(*mailbox, request, answer);
}

}  // namespace gnet::detail
