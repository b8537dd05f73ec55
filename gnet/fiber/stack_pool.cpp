#include "gnet/fiber/stack_pool.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstdlib>
#include <new>
#include <optional>

#include "gnet/base/log.h"
#include "gnet/base/size.h"
#include "gnet/fiber/context.h"

#if defined(GNET_VALGRIND)
#include <valgrind/memcheck.h>
#else
#define RUNNING_ON_VALGRIND 0
#define VALGRIND_STACK_REGISTER(base, top) 0
#define VALGRIND_STACK_DEREGISTER(id) static_cast<void>(id)
#define VALGRIND_MAKE_MEM_UNDEFINED(base, size) static_cast<void>(base)
#endif

namespace gnet::detail {
namespace {

constexpr std::size_t kMinStack = 16 * 1024;
constexpr std::size_t kMaxStack = std::size_t{1} << 30;
constexpr std::size_t kSlabBytes = 16 * 1024 * 1024;  // one mmap serves 64 default stacks
constexpr std::size_t kWarmStacks = 1024;

// Linux 6.13: a guard inside a mapping, without a mapping of its own. mprotect
// splits the mapping at every guard, and a process has only 65,530 of them.
constexpr int kMadvGuardInstall = 102;

std::size_t page_size() {
  static const auto size = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return size;
}

void guard(char* page) {
  enum class Kind { install, protect, none };
  static thread_local Kind kind = Kind::install;
  if (kind == Kind::install) {
    if (madvise(page, page_size(), kMadvGuardInstall) == 0) return;
    kind = Kind::protect;
  }
  if (kind == Kind::protect) {
    if (mprotect(page, page_size(), PROT_NONE) == 0) return;
    kind = Kind::none;
    Logger("gnet").warn(
        "no more stack guards to be had (vm.max_map_count): further fibers run on unguarded "
        "stacks");
  }
}

}  // namespace

char* Stack::usable() const noexcept {
  return base + page_size();
}

std::size_t StackPool::default_size() {
  static const std::size_t size = [] {
#if defined(GNET_ASAN) || defined(GNET_TSAN)
    std::size_t chosen = 1024 * 1024;
#else
    std::size_t chosen = 256 * 1024;
#endif
    if (const char* text = std::getenv("GNET_STACK_SIZE")) {
      if (const auto asked = parse_size(text)) chosen = static_cast<std::size_t>(*asked);
    }
    return chosen;
  }();
  return size;
}

StackPool::StackPool() noexcept : watched_(RUNNING_ON_VALGRIND != 0) {}

StackPool::~StackPool() {
  for (const unsigned id : watched_ids_) VALGRIND_STACK_DEREGISTER(id);
  for (const Slab& slab : slabs_) munmap(slab.base, slab.size);
}

// Most programs have one class: it is the first.
inline StackPool::SizeClass& StackPool::class_of(std::size_t size) {
  for (SizeClass& candidate : classes_) {
    if (candidate.size == size) return candidate;
  }
  return add_class(size);
}

StackPool::SizeClass& StackPool::add_class(std::size_t size) {
  return classes_.emplace_back(SizeClass{size, {}, {}});
}

Stack StackPool::take(std::size_t size) {
  if (size > kMaxStack) throw std::bad_alloc();
  SizeClass& from = class_of(std::bit_ceil(std::max(size, kMinStack)));
  if (from.warm.empty() && from.cold.empty()) map_slab(from);
  auto& list = from.warm.empty() ? from.cold : from.warm;
  char* base = list.back();
  list.pop_back();
  if (watched_) [[unlikely]] {
    // To valgrind what a finished fiber's frames covered is beyond the end of the stack.
    VALGRIND_MAKE_MEM_UNDEFINED(base + page_size(), from.size - page_size());
  }
#if defined(GNET_ASAN)
  __asan_unpoison_memory_region(base, from.size);
#endif
  return Stack{base, from.size};
}

void StackPool::map_slab(SizeClass& size_class) {
  const std::size_t count = std::max<std::size_t>(1, kSlabBytes / size_class.size);
  const std::size_t bytes = count * size_class.size;
  size_class.cold.reserve(size_class.cold.size() + count);
  slabs_.reserve(slabs_.size() + 1);
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  // A huge page would make every stack that it covers resident.
  madvise(memory, bytes, MADV_NOHUGEPAGE);
  auto* base = static_cast<char*>(memory);
  slabs_.push_back(Slab{base, bytes});
  for (std::size_t i = count; i-- > 0;) {
    char* stack = base + i * size_class.size;
    guard(stack);
    if (watched_) {
      watched_ids_.push_back(VALGRIND_STACK_REGISTER(stack + page_size(), stack + size_class.size));
    }
    size_class.cold.push_back(stack);
  }
}

void StackPool::give(Stack stack) {
  SizeClass& to = class_of(stack.size);
  to.warm.push_back(stack.base);
  if (to.warm.size() > kWarmStacks) wants_trim_ = true;
}

void StackPool::trim() noexcept {
  wants_trim_ = false;
  for (SizeClass& one : classes_) {
    if (one.warm.size() <= kWarmStacks) continue;
    // The stacks given back first are the coldest in the cache as well.
    const auto keep = one.warm.end() - static_cast<std::ptrdiff_t>(kWarmStacks);
    for (auto it = one.warm.begin(); it != keep; ++it) {
      madvise(*it + page_size(), one.size - page_size(), MADV_DONTNEED);
      one.cold.push_back(*it);
    }
    one.warm.erase(one.warm.begin(), keep);
  }
}

}  // namespace gnet::detail
