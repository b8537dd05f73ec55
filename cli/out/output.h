// Standard output as commands use it.
//
// What goes to stdout is payload or a report; each call writes all of it at once,
// so that a script sees a line as soon as it is printed. When the reader has gone
// the program ends quietly with status 141, as a filter killed by SIGPIPE would.
//
// Threads: all of it may be used from any; what one call prints stays together.

#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "cli/out/exit_status.h"

namespace cli {

// Ignores SIGPIPE and makes sure that descriptors 0, 1 and 2 are taken, so that
// no socket can become "standard output" by accident. Called once, first thing: which descriptors
// the caller has opened is known from then on, see inherited_descriptors.h.
void prepare_standard_streams();

// Writes to standard output.
void print(std::string_view text);
void print_line(std::string_view line);

// Writes everything to a descriptor and waits if it has to; false: it could not.
bool write_all(int fd, std::string_view text) noexcept;

// Writes a file so that it appears under its name only when it is complete; false, and errno: it
// could not. A device or a pipe stays what it is, and is written to.
bool replace_file(const std::string& path, std::string_view text) noexcept;

// Ends the process at once: temporary files go, terminals get their modes back, destructors do not
// run.
[[noreturn]] void leave(Exit status) noexcept;

// A file that must not outlive the program: it is removed when the object goes
// out of scope, and by leave(). The file has to exist already; another that has its name
// later is left alone, and so is what is no regular file.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string path);
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  // Removes the file now.
  void remove() noexcept;

 private:
  friend void leave(Exit status) noexcept;

  void unlink_own() const noexcept;

  std::string path_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

// The modes of a terminal, for programs that change them: they are again as they were found when
// the object goes out of scope, and after leave(). One at a time. Does nothing for what is no
// terminal.
class TerminalModes {
 public:
  explicit TerminalModes(int fd) noexcept;
  ~TerminalModes();
  TerminalModes(const TerminalModes&) = delete;
  TerminalModes& operator=(const TerminalModes&) = delete;
};

// A process group that must not outlive the program: leave() kills what there is of it. Its number
// has to be kept from others while the object lives.
class OwnedGroup {
 public:
  explicit OwnedGroup(pid_t group);
  ~OwnedGroup();
  OwnedGroup(const OwnedGroup&) = delete;
  OwnedGroup& operator=(const OwnedGroup&) = delete;

 private:
  const pid_t group_;
};

}  // namespace cli
