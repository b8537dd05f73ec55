// The compressors and decompressors that all WebSockets of a thread share. Part of codec.cpp.
//
//   detail::compress_shared({.level = 1}, message, payload);
//   auto decompressor = detail::borrow_decompressor();
//
// Threads: what one thread borrows may be given back on another.

#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "gnet/ws/compressor.h"

namespace gnet::ws::detail {

// As Compressor::compress(), by the thread's compressor with these options, which are without
// context takeover.
void compress_shared(const Compressor::Options& options, std::string_view message,
                     std::string& out);

// A decompressor of the largest window that remembers nothing, for one message.
[[nodiscard]] std::unique_ptr<Decompressor> borrow_decompressor();

// Keeps it for the next who borrows one, or frees it where there are enough.
void give_back(std::unique_ptr<Decompressor> decompressor) noexcept;

}  // namespace gnet::ws::detail
