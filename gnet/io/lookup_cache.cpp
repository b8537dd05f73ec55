#include "gnet/io/lookup_cache.h"

#include <algorithm>
#include <utility>

namespace gnet::detail {

void LookupCache::put(const Question& question, std::shared_ptr<const Resolved> answer,
                      TimePoint until, TimePoint now) {
  if (until <= now) return;
  if (entries_.size() >= kMaxEntries && !entries_.contains(question)) make_room(now);
  entries_[question] = {std::move(answer), until};
}

std::shared_ptr<const Resolved> LookupCache::find(const Question& question, TimePoint now) {
  const auto found = entries_.find(question);
  if (found == entries_.end()) return nullptr;
  if (found->second.until > now) return found->second.answer;
  entries_.erase(found);
  return nullptr;
}

void LookupCache::make_room(TimePoint now) {
  std::erase_if(entries_, [now](const auto& entry) { return entry.second.until <= now; });
  if (entries_.size() < kMaxEntries) return;
  entries_.erase(std::min_element(entries_.begin(), entries_.end(), [](auto& a, auto& b) {
    return a.second.until < b.second.until;
  }));
}

}  // namespace gnet::detail
