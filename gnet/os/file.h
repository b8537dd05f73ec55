// A regular file, read and written on threads, so that a slow disk holds up one fiber
// only.
//
//   gnet::File log = gnet::File::open("app.log", O_WRONLY | O_CREAT | O_APPEND);
//   log.write_all("started\n");
//   const std::string text = gnet::read_file("/etc/hostname");
//
// Each operation is one round trip through default_thread_pool(), some microseconds:
// read and write blocks, or use BufferedReader. Operations of several fibers on one File
// run one after the other, in the order in which they came. A fiber that is interrupted
// leaves at once, with the operation still under way: how much of it was done is not
// known then, and close() waits for it. Those that name an offset need no turn.
//
// Errors are std::system_error. Sockets, pipes and terminals, which would keep a thread of the
// pool for as long as nobody writes, are not opened: see Stream and Pipe. A device that has nothing
// to give fails with std::errc::resource_unavailable_try_again.
//
// Threads: a File belongs to the hub on which it was made.

#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "gnet/base/unique_fd.h"
#include "gnet/io/stream.h"
#include "gnet/os/thread_pool.h"

namespace gnet {

class File {
 public:
  // No file.
  File() noexcept;

  // open(2); close-on-exec. Suspends. Throws std::system_error: "cannot open 'path': no such
  // file or directory"; "cannot open 'path': a pipe is no file", with std::errc::invalid_argument.
  [[nodiscard]] static File open(const std::string& path, int flags = O_RDONLY, mode_t mode = 0666);

  // Takes over a descriptor. It should be a file's: a thread waits for what another kind has not
  // got yet.
  explicit File(UniqueFd fd);

  File(File&& other) noexcept;
  File& operator=(File&& other) noexcept;

  // Closes without waiting, and so without telling of errors.
  ~File();

  [[nodiscard]] bool is_open() const noexcept { return state_ != nullptr; }
  explicit operator bool() const noexcept { return is_open(); }
  [[nodiscard]] int native_handle() const noexcept;

  // Suspends until the operations under way and the close itself are done. Throws what
  // close(2) reports: for some file systems that is where a write fails.
  void close();

  // All of these suspend. Reads and writes without an offset happen at the File's position and
  // move it.

  // Reads at most `size` bytes; 0 at the end.
  std::size_t read(void* buffer, std::size_t size);
  std::size_t pread(void* buffer, std::size_t size, std::uint64_t offset);

  // From the position to the end.
  std::string read_all();

  // Writes at least one byte, unless there is none to write.
  std::size_t write(std::string_view data);
  void write_all(std::string_view data);
  void pwrite_all(std::string_view data, std::uint64_t offset);

  // lseek(2); the new position.
  std::uint64_t seek(std::int64_t offset, int whence = SEEK_SET);

  [[nodiscard]] struct stat status() const;
  [[nodiscard]] std::uint64_t size() const;
  void truncate(std::uint64_t size);

  // Returns when the data is on the disk.
  void sync();

 private:
  struct State;
  struct Turn;

  template <typename F>
  auto beside(F&& operation) const;
  template <typename F>
  auto in_turn(F&& operation);

  std::shared_ptr<State> state_;
  std::unique_ptr<Turn> turn_;
};

// The whole content of a file. Suspends.
[[nodiscard]] std::string read_file(const std::string& path);

// Makes `data` the whole content of a file, which is created when it is missing. Suspends.
void write_file(const std::string& path, std::string_view data);

// Sends `count` bytes of a file from `offset` on, fewer if it ends before, without copying
// them through this process: sendfile(2). Suspends; returns how many it sent. What is not in
// memory yet is first read on a thread. Throws std::errc::timed_out at the deadline.
std::uint64_t sendfile(Stream& stream, const File& file, std::uint64_t offset, std::uint64_t count,
                       Deadline deadline = Deadline::never());

}  // namespace gnet
