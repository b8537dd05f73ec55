// Carrying bytes from one descriptor to another inside the kernel: splice(2), which wants a pipe
// on one side, and so goes through one that lies between.
//
//   detail::SplicePipe pipe;                       // throws when there are no descriptors left
//   while ((n = pipe.fill(source)) > 0) pipe.drain(sink);
//
// Of pump.cpp. Pipes that are empty again are kept for the next one, a few for each thread.
//
// Threads: as the descriptors.

#pragma once

#include <sys/types.h>

#include <cstddef>

#include "gnet/base/unique_fd.h"

namespace gnet::detail {

class SplicePipe {
 public:
  SplicePipe();
  SplicePipe(const SplicePipe&) = delete;
  SplicePipe& operator=(const SplicePipe&) = delete;
  ~SplicePipe();

  // Takes up to `most` bytes from `source` without waiting, as read(2) returns: 0 is the end, -1
  // with EAGAIN that nothing is there, -1 with EINVAL that this descriptor cannot be spliced. The
  // pipe is given room for as many, where the kernel lets it have that.
  ssize_t fill(int source, std::size_t most) noexcept;

  // Gives what is inside to `sink` without waiting, as write(2) returns; never a signal.
  ssize_t drain(int sink) noexcept;

  // Takes what is inside into this process, for a sink that cannot be spliced to.
  ssize_t take(char* buffer, std::size_t size) noexcept;

  // Bytes inside.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  UniqueFd out_;
  UniqueFd in_;
  std::size_t size_ = 0;
  std::size_t room_ = 0;
  unsigned forks_;  // of this process when it was made
};

}  // namespace gnet::detail
