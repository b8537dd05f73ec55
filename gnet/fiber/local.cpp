#include "gnet/fiber/local.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <vector>

namespace gnet::detail {

class LocalStorage {
 public:
  struct Entry {
    std::uint64_t key;
    void* value;
    void (*destroy)(void*);
  };
  std::vector<Entry> entries;
};

std::uint64_t next_local_key() noexcept {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

void* find_local(FiberControl& fiber, std::uint64_t key) noexcept {
  if (fiber.locals == nullptr) return nullptr;
  for (const auto& entry : fiber.locals->entries) {
    if (entry.key == key) return entry.value;
  }
  return nullptr;
}

void add_local(FiberControl& fiber, std::uint64_t key, void* value, void (*destroy)(void*)) {
  std::unique_ptr<void, void (*)(void*)> owned(value, destroy);
  if (fiber.locals == nullptr) fiber.locals = new LocalStorage;
  fiber.locals->entries.push_back({key, value, destroy});
  static_cast<void>(owned.release());
}

void destroy_locals(FiberControl& fiber) noexcept {
  // A destructor may ask for locals again, so each value leaves before it goes.
  while (fiber.locals != nullptr && !fiber.locals->entries.empty()) {
    const auto last = fiber.locals->entries.back();
    fiber.locals->entries.pop_back();
    last.destroy(last.value);
  }
  delete std::exchange(fiber.locals, nullptr);
}

void forget_local(detail::Scheduler& hub, std::uint64_t key) noexcept {
  // Destroyed when all are out: a destructor may end other fibers.
  std::vector<LocalStorage::Entry> forgotten;
  hub.for_each_fiber([&](FiberControl& fiber) {
    if (fiber.locals == nullptr) return;
    auto& entries = fiber.locals->entries;
    const auto found = std::find_if(entries.begin(), entries.end(),
                                    [key](auto& entry) { return entry.key == key; });
    if (found == entries.end()) return;
    forgotten.push_back(*found);
    entries.erase(found);
  });
  for (const auto& entry : forgotten) entry.destroy(entry.value);
}

}  // namespace gnet::detail
