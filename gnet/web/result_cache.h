// Results of long computations on threads, of which there is one at a time for each key: files that
// were compressed, hashes of their content.
//
//   detail::ResultCache cache(64 * 1024 * 1024);
//   auto text = cache.get("a.css:br", [=](const std::atomic<bool>& stop) { return compress(file);
//   });
//
// It has no more than so many bytes; what was not asked for the longest goes first. Whoever asks
// for what is under way waits for it. Of gnet/web.
//
// Threads: all of it may be called from any hub.

#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>

#include "gnet/base/unique_function.h"

namespace gnet::web::detail {

class ResultCache {
 public:
  using Result = std::shared_ptr<const std::string>;
  // Runs on a thread and so owns what it uses. When `stop` becomes true it should throw: nobody
  // wants its result.
  using Compute = UniqueFunction<std::string(const std::atomic<bool>& stop)>;

  // Two of the computations run at the same time: others have the processor as well.
  explicit ResultCache(std::size_t bytes, std::size_t threads = 2);
  ResultCache(const ResultCache&) = delete;
  ResultCache& operator=(const ResultCache&) = delete;
  ~ResultCache();

  // Suspends while it is computed. Throws what the computation throws, which is not kept.
  [[nodiscard]] Result get(const std::string& key, Compute compute);

  // How many bytes it has, and how often something was computed.
  [[nodiscard]] std::size_t bytes() const;
  [[nodiscard]] std::size_t computations() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gnet::web::detail
