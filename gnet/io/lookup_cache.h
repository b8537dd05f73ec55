// Answers to lookups, kept for as long as they hold.
//
// Threads: none of its own; whoever owns it sees to that.

#pragma once

#include <cstddef>
#include <map>
#include <memory>

#include "gnet/base/duration.h"
#include "gnet/io/lookup.h"

namespace gnet::detail {

class LookupCache {
 public:
  static constexpr std::size_t kMaxEntries = 256;

  // Keeps an answer until then. In a full cache it takes the place of what would end first.
  void put(const Question& question, std::shared_ptr<const Resolved> answer, TimePoint until,
           TimePoint now);

  // Null if none is kept, or it holds no longer.
  [[nodiscard]] std::shared_ptr<const Resolved> find(const Question& question, TimePoint now);

  void clear() noexcept { entries_.clear(); }
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

 private:
  struct Entry {
    std::shared_ptr<const Resolved> answer;
    TimePoint until;
  };

  void make_room(TimePoint now);

  std::map<Question, Entry> entries_;
};

}  // namespace gnet::detail
