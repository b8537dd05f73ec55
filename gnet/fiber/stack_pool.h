// The stacks of a hub's fibers: mapped in slabs, guarded, and used again.
//
// A stack is a stretch of address space of which only the touched pages are
// resident. Its lowest page is a guard. Finished stacks are kept: a number of
// them warm, with their pages; the rest cold, their pages given back to the
// kernel. Address space is returned when the pool ends.
//
// Threads: a pool belongs to one hub.

#pragma once

#include <cstddef>
#include <vector>

namespace gnet::detail {

struct Stack {
  char* base = nullptr;  // the lowest address, where the guard page lies
  std::size_t size = 0;  // with the guard page

  [[nodiscard]] char* top() const noexcept { return base + size; }
  [[nodiscard]] char* usable() const noexcept;  // just above the guard page
};

class StackPool {
 public:
  // The stack size where nothing else is asked for: 256 KiB, more where a
  // sanitizer makes frames larger; GNET_STACK_SIZE in the environment changes it.
  static std::size_t default_size();

  StackPool() noexcept;
  StackPool(const StackPool&) = delete;
  StackPool& operator=(const StackPool&) = delete;
  ~StackPool();

  // A stack of at least `size` bytes, rounded up to a power of two. Throws
  // std::bad_alloc when the kernel refuses more address space.
  Stack take(std::size_t size);

  // Takes back a stack. The caller may still be running on it until the next
  // take() or trim().
  void give(Stack stack);

  // Gives the pages of stacks beyond the warm ones back to the kernel. Must not
  // be called on a stack of this pool that was given back.
  void trim() noexcept;

  [[nodiscard]] bool wants_trim() const noexcept { return wants_trim_; }

  // The stacks on which control blocks still lie after the hub has ended.
  std::size_t orphans = 0;

 private:
  struct SizeClass {
    std::size_t size;
    std::vector<char*> warm;
    std::vector<char*> cold;
  };
  struct Slab {
    char* base;
    std::size_t size;
  };

  SizeClass& class_of(std::size_t size);
  SizeClass& add_class(std::size_t size);
  void map_slab(SizeClass& size_class);

  std::vector<SizeClass> classes_;
  std::vector<Slab> slabs_;
  bool wants_trim_ = false;
  bool watched_;  // by valgrind, which has to be told what is a stack
  std::vector<unsigned> watched_ids_;
};

}  // namespace gnet::detail
