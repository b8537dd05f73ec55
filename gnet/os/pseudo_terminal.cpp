#include "gnet/os/pseudo_terminal.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>

#include <array>
#include <system_error>

#include "gnet/base/error.h"

namespace gnet {
namespace {

UniqueFd open_terminal() {
  UniqueFd fd(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!fd || unlockpt(fd.get()) != 0) throw_errno("cannot open a pseudo-terminal");
  return fd;
}

UniqueFd open_program_end(int terminal) {
  // Asked of the kernel: a path may lead elsewhere, as within a chroot.
  UniqueFd fd(ioctl(terminal, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (fd) return fd;
  std::array<char, 64> name{};  // Linux < 4.13
  if (ptsname_r(terminal, name.data(), name.size()) == 0) {
    fd.reset(open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC));
  }
  if (!fd) throw_errno("cannot open a pseudo-terminal");
  return fd;
}

}  // namespace

PseudoTerminal::PseudoTerminal(TerminalSize size) {
  UniqueFd terminal = open_terminal();
  program_end_ = open_program_end(terminal.get());
  keyboard_ = Pipe(std::move(terminal));
  resize(size);
}

void PseudoTerminal::resize(TerminalSize size) {
  winsize window{};
  window.ws_col = size.columns;
  window.ws_row = size.rows;
  if (ioctl(keyboard_.native_handle(), TIOCSWINSZ, &window) != 0) {
    throw_errno("cannot set the size of a terminal");
  }
}

std::size_t PseudoTerminal::receive(void* buffer, std::size_t size, Deadline deadline) {
  try {
    return keyboard_.receive(buffer, size, deadline);
  } catch (const std::system_error& error) {
    if (error.code() == std::errc::io_error) return 0;  // nobody has the other end
    throw;
  }
}

std::size_t PseudoTerminal::send_some(std::string_view data, Deadline deadline) {
  const std::size_t count = keyboard_.send_some(data, deadline);
  if (count > 0) within_line_ = data[count - 1] != '\n' && data[count - 1] != '\r';
  return count;
}

void PseudoTerminal::send_all(std::string_view data, Deadline deadline) {
  while (!data.empty()) data.remove_prefix(send_some(data, deadline));
}

void PseudoTerminal::shutdown_send(Deadline deadline) {
  termios settings{};
  if (tcgetattr(keyboard_.native_handle(), &settings) != 0) return;
  if ((settings.c_lflag & ICANON) == 0) return;
  const std::string key(1, static_cast<char>(settings.c_cc[VEOF]));
  // The first one only ends a line that has begun.
  keyboard_.send_all(within_line_ ? key + key : key, deadline);
}

}  // namespace gnet
