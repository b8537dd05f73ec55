#include "cli/line/password.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "cli/line/read_file.h"
#include "cli/out/failure.h"
#include "cli/out/output.h"
#include "gnet/base/unique_fd.h"
#include "gnet/base/utf8.h"

namespace cli {
namespace {

constexpr std::size_t kLongest = 1024;
constexpr char kInterrupt = 3;   // Ctrl-C
constexpr char kEndOfInput = 4;  // Ctrl-D
constexpr char kErase = 0x7f;
constexpr char kBackspace = 8;
constexpr char kEraseLine = 0x15;  // Ctrl-U

// A key at a time and without showing them. Signals of keys come as keys: whoever is ended by one
// would leave the terminal as it is now.
void be_silent(int terminal) {
  termios modes{};
  if (tcgetattr(terminal, &modes) != 0) return;
  modes.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON | ISIG);
  tcsetattr(terminal, TCSAFLUSH, &modes);
}

std::string typed_line(int terminal) {
  std::string line;
  for (char key = 0;;) {
    const ssize_t count = read(terminal, &key, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0 || key == '\n' || key == '\r' || key == kEndOfInput) return line;
    if (key == kInterrupt) throw Failure(Exit::interrupted, "interrupted");
    if (key == kEraseLine) {
      line.clear();
    } else if (key == kErase || key == kBackspace) {
      if (!line.empty()) line.pop_back();
    } else if (line.size() < kLongest) {
      line += key;
    }
  }
}

std::optional<std::string> ask(const std::string& prompt) {
  const gnet::UniqueFd terminal(open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
  if (!terminal) return std::nullopt;
  const TerminalModes as_before(terminal.get());
  be_silent(terminal.get());
  write_all(terminal.get(), gnet::printable(prompt));
  std::string line;
  try {
    line = typed_line(terminal.get());
  } catch (...) {
    write_all(terminal.get(), "\n");
    throw;
  }
  write_all(terminal.get(), "\n");
  return line;
}

}  // namespace

std::optional<std::string> read_password(const PasswordSource& source) {
  if (!source.file.empty()) {
    std::string text = read_file(source.file);
    text.resize(std::min(text.find('\n'), text.size()));
    if (text.ends_with('\r')) text.pop_back();
    return text;
  }
  if (const char* const value = std::getenv(source.variable.c_str())) return value;
  if (source.prompt.empty()) return std::nullopt;
  return ask(source.prompt);
}

}  // namespace cli
