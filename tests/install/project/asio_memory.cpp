// What Asio allocates in the library's files is given back in the program's, and the other way
// round: both have to do it alike, whatever was included before Asio.

#ifdef ASIO_FIRST
#include <asio.hpp>
#endif
#include <gnet/gnet.h>

#include <asio.hpp>

#include <cstdio>
#include <cstdlib>
#include <new>

namespace {

constexpr unsigned long kMine = 0x6d696e65'6d696e65;
int strangers = 0;

struct alignas(std::max_align_t) Label {
  unsigned long whose;
};

}  // namespace

void* operator new(std::size_t size) {
  void* block = std::malloc(sizeof(Label) + size);
  if (block == nullptr) throw std::bad_alloc();
  return new (block) Label{kMine} + 1;
}

void operator delete(void* memory) noexcept {
  if (memory == nullptr) return;
  Label* label = static_cast<Label*>(memory) - 1;
  if (label->whose == kMine) {
    label->whose = 0;
    std::free(label);
  } else {
    ++strangers;
  }
}

void operator delete(void* memory, std::size_t) noexcept {
  operator delete(memory);
}

int main() {
  struct alignas(64) Wide {
    unsigned char bytes[64];
  };
  int run = 0;
  int misplaced = 0;
  asio::io_context& io = gnet::Hub::current().io_context();
  for (int i = 0; i < 50; ++i) {
    asio::post(io, [&run] { ++run; });
    asio::post(io, [&, wide = Wide{}] {
      ++run;
      if (reinterpret_cast<std::uintptr_t>(&wide) % alignof(Wide) != 0) ++misplaced;
    });
    asio::steady_timer timer(io, std::chrono::milliseconds(0));
    timer.async_wait([&run](asio::error_code) { ++run; });
    gnet::sleep(std::chrono::milliseconds(1));
  }
  gnet::wait();
  std::printf("%d run, %d strangers, %d misplaced\n", run, strangers, misplaced);
}
