// Parks as many fibers as its argument says, all at once, and reports what they cost: memory in
// RAM, mappings, and whether each stack ends at a page that cannot be touched.

#include <sys/uio.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "gnet/fiber/fiber.h"
#include "gnet/sync/event.h"

namespace {

long resident_bytes() {
  std::ifstream rollup("/proc/self/smaps_rollup");
  for (std::string line; std::getline(rollup, line);) {
    if (line.rfind("Rss:", 0) == 0) return std::atol(line.c_str() + 4) * 1024;
  }
  return 0;
}

long mappings() {
  std::ifstream maps("/proc/self/maps");
  long count = 0;
  for (std::string line; std::getline(maps, line);) ++count;
  return count;
}

// Whether the kernel, on this process's behalf, can read the page.
bool readable(std::uintptr_t page) {
  char byte = 0;
  const iovec into{&byte, 1};
  const iovec from{reinterpret_cast<void*>(page), 1};
  return process_vm_readv(getpid(), &into, 1, &from, 1, 0) == 1;
}

// Looks for a page below `local` that faults, no further down than a stack is long.
bool guarded(const char* local) {
  constexpr std::uintptr_t kPage = 4096;
  constexpr std::uintptr_t kStackSize = 256 * 1024;
  const auto start = reinterpret_cast<std::uintptr_t>(local) & ~(kPage - 1);
  static std::uintptr_t likely = kPage;  // where the last one was
  if (!readable(start - likely)) return true;
  for (std::uintptr_t below = kPage; below <= kStackSize; below += kPage) {
    if (readable(start - below)) continue;
    likely = below;
    return true;
  }
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  const auto count = static_cast<std::size_t>(argc > 1 ? std::atol(argv[1]) : 1000);
  std::vector<gnet::Fiber<>> fibers;
  std::vector<const char*> locals;
  fibers.reserve(count);
  locals.reserve(count);
  locals.assign(count, nullptr);
  for (std::size_t i = 0; i < count; ++i) fibers.emplace_back();  // touch what is not the fibers'

  gnet::Event release;
  const long before = resident_bytes();
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < count; ++i) {
    fibers[i] = gnet::spawn([&release, &local = locals[i]] {
      const char here = 0;
      local = &here;
      release.wait();
    });
  }
  gnet::yield();  // now all have run, and wait
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
  const long after = resident_bytes();

  std::size_t parked = 0;
  std::size_t with_guard = 0;
  for (const char* local : locals) {
    if (local == nullptr) continue;
    ++parked;
    if (guarded(local)) ++with_guard;
  }
  std::printf("fibers %zu\nguarded %zu\nbytes_per_fiber %.1f\nmappings %ld\nspawn_ns %.1f\n",
              parked, with_guard, static_cast<double>(after - before) / static_cast<double>(count),
              mappings(), took.count() / static_cast<double>(count));
  release.set();
  for (auto& fiber : fibers) fiber.join();
}
