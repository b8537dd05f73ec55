#include "gnet/web/result_cache.h"

#include <exception>
#include <list>
#include <map>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "gnet/os/thread_pool.h"
#include "gnet/sync/async_result.h"

namespace gnet::web::detail {

namespace {

constexpr std::size_t kOverhead = 200;  // of an entry, about

}  // namespace

struct ResultCache::State {
  using Waiting = std::vector<AsyncResult<Result>::Setter>;
  struct Entry {
    std::string key;
    Result result;
    [[nodiscard]] std::size_t cost() const noexcept {
      return key.size() + result->size() + kOverhead;
    }
  };

  State(std::size_t bytes, std::size_t threads)
      : most(bytes), pool(threads, {.name = "gnet-files"}) {}

  Result find(const std::string& key);
  void keep(const std::string& key, const Result& result);
  Waiting finished(const std::string& key, const Result& result);
  void begin(const std::string& key, Compute function);

  const std::size_t most;
  std::atomic<bool> stop = false;
  mutable std::mutex mutex;  // of all that follows, but for the pool
  std::list<Entry> entries;  // what was used last is first
  std::unordered_map<std::string, std::list<Entry>::iterator> index;
  std::map<std::string, Waiting> under_way;
  std::size_t bytes = 0;
  std::size_t computations = 0;
  ThreadPool pool;
};

ResultCache::ResultCache(std::size_t bytes, std::size_t threads)
    : state_(std::make_unique<State>(bytes, threads)) {}

ResultCache::~ResultCache() {
  state_->stop = true;
}

std::size_t ResultCache::bytes() const {
  const std::lock_guard lock(state_->mutex);
  return state_->bytes;
}

std::size_t ResultCache::computations() const {
  const std::lock_guard lock(state_->mutex);
  return state_->computations;
}

ResultCache::Result ResultCache::get(const std::string& key, Compute compute) {
  for (;;) {
    AsyncResult<Result> awaited;
    bool is_first = false;
    {
      const std::lock_guard lock(state_->mutex);
      if (Result result = state_->find(key)) return result;
      State::Waiting& waiting = state_->under_way[key];
      is_first = waiting.empty();
      waiting.push_back(awaited.setter());
      if (is_first) ++state_->computations;
    }
    if (is_first) {
      state_->begin(key, std::move(compute));
      return awaited.get();
    }
    try {
      return awaited.get();
    } catch (const ResultAbandoned&) {
      // Who wanted to begin was interrupted before: somebody else does it.
    }
  }
}

// The thread does the rest: whoever waits may leave.
void ResultCache::State::begin(const std::string& key, Compute function) {
  try {
    static_cast<void>(pool.spawn([this, key, function = std::move(function)]() mutable {
      Result result;
      std::exception_ptr failure;
      try {
        result = std::make_shared<const std::string>(function(stop));
      } catch (...) {
        failure = std::current_exception();
      }
      for (auto& waiting : finished(key, result)) {
        if (result) waiting.set(result);
        if (failure) waiting.set_exception(failure);
      }
    }));
  } catch (...) {
    finished(key, nullptr);
    throw;
  }
}

ResultCache::State::Waiting ResultCache::State::finished(const std::string& key,
                                                         const Result& result) {
  const std::lock_guard lock(mutex);
  Waiting waiting = std::move(under_way[key]);
  under_way.erase(key);
  if (result) keep(key, result);
  return waiting;
}

ResultCache::Result ResultCache::State::find(const std::string& key) {
  const auto found = index.find(key);
  if (found == index.end()) return nullptr;
  entries.splice(entries.begin(), entries, found->second);
  return found->second->result;
}

void ResultCache::State::keep(const std::string& key, const Result& result) {
  Entry entry{key, result};
  if (entry.cost() > most / 2) return;  // it would drive out too many others
  bytes += entry.cost();
  entries.push_front(std::move(entry));
  index[key] = entries.begin();
  while (bytes > most) {
    bytes -= entries.back().cost();
    index.erase(entries.back().key);
    entries.pop_back();
  }
}

}  // namespace gnet::web::detail
