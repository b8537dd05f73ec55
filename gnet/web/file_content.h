// Whole files, read on a thread: compressed, or as the hash of what they have in them.
//
//   const std::string hash = detail::hash_file(fd, size, stop);
//
// Of static_files.cpp. Both throw std::system_error when the file cannot be read, and
// std::runtime_error when it is not as long as it was, or `stop` has become true.
//
// Threads: any; they block it.

#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "gnet/http/content_coding.h"

namespace gnet::web::detail {

// In hexadecimal digits.
std::string hash_file(int fd, std::uint64_t size, const std::atomic<bool>& stop);

// Empty if it does not become shorter by it.
std::string compress_file(int fd, std::uint64_t size, http::ContentCoding coding,
                          const std::atomic<bool>& stop);

}  // namespace gnet::web::detail
