#include "gnet/ws/shared_deflate.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace gnet::ws::detail {
namespace {

// Some clients ask for smaller windows, each of which needs a compressor of its own.
constexpr std::size_t kCompressors = 4;
// Messages that are under way at the same time.
constexpr std::size_t kDecompressors = 4;

// Local to the thread, whose other local objects may still have WebSockets when these are gone.
thread_local bool gone = false;

struct Shared {
  Shared() = default;
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;
  ~Shared() { gone = true; }

  std::array<std::optional<Compressor>, kCompressors> compressors;  // the last that was used first
  std::array<std::unique_ptr<Decompressor>, kDecompressors> decompressors;
};

Shared* shared() {
  if (gone) return nullptr;
  thread_local Shared mine;
  return &mine;
}

}  // namespace

void compress_shared(const Compressor::Options& options, std::string_view message,
                     std::string& out) {
  Shared* const mine = shared();
  if (mine == nullptr) return Compressor(options).compress(message, out);
  auto& all = mine->compressors;
  const auto found = std::find_if(all.begin(), all.end() - 1, [&](const auto& compressor) {
    return !compressor || compressor->options() == options;
  });
  if (!*found || (*found)->options() != options) found->emplace(options);
  std::rotate(all.begin(), found, found + 1);
  all.front()->compress(message, out);
}

std::unique_ptr<Decompressor> borrow_decompressor() {
  if (Shared* const mine = shared()) {
    for (auto& decompressor : mine->decompressors) {
      if (decompressor == nullptr) continue;
      decompressor->reset();
      return std::move(decompressor);
    }
  }
  return std::make_unique<Decompressor>();
}

void give_back(std::unique_ptr<Decompressor> decompressor) noexcept {
  Shared* const mine = shared();
  if (decompressor == nullptr || mine == nullptr) return;
  for (auto& place : mine->decompressors) {
    if (place != nullptr) continue;
    place = std::move(decompressor);
    return;
  }
}

}  // namespace gnet::ws::detail
