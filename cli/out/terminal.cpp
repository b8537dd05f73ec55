#include "cli/out/terminal.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "cli/out/output.h"

namespace cli {
namespace {

std::string_view environment(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? std::string_view() : std::string_view(text);
}

winsize terminal_size(int fd) {
  winsize size{};
  if (ioctl(fd, TIOCGWINSZ, &size) != 0) size = {};
  return size;
}

std::string pager() {
  for (const char* name : {"GNET_PAGER", "PAGER"}) {
    if (!environment(name).empty()) return std::string(environment(name));
  }
  return "less -FIRX";
}

// False: the pager could not be started, so the text is still to be printed.
bool page(const std::string& text, const std::string& command) {
  int ends[2];
  if (pipe(ends) != 0) return false;
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    close(ends[1]);
    execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    _exit(127);
  }
  close(ends[0]);
  if (child > 0) write_all(ends[1], text);  // a pager that is quit early is no error
  close(ends[1]);
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) < 0) return false;
  return !WIFEXITED(status) || WEXITSTATUS(status) != 127;
}

}  // namespace

bool wants_color(int fd, ColorWhen when) {
  if (when != ColorWhen::automatic) return when == ColorWhen::always;
  if (!environment("NO_COLOR").empty()) return false;
  for (const char* name : {"CLICOLOR_FORCE", "FORCE_COLOR"}) {
    if (!environment(name).empty() && environment(name) != "0") return true;
  }
  return isatty(fd) == 1 && environment("TERM") != "dumb";
}

bool prints_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string_view locale = environment(name);
    if (locale.empty()) continue;
    return locale.find("UTF-8") != locale.npos || locale.find("utf8") != locale.npos;
  }
  return false;
}

std::size_t help_width() {
  std::size_t width = 100;
  const std::string columns(environment("COLUMNS"));
  if (const long number = std::strtol(columns.c_str(), nullptr, 10); number > 0) {
    width = static_cast<std::size_t>(number);
  } else if (const winsize size = terminal_size(STDOUT_FILENO); size.ws_col > 0) {
    width = size.ws_col;
  }
  return std::clamp<std::size_t>(width, 40, 100);
}

void print_paged(const std::string& text) {
  const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n'));
  const winsize size = terminal_size(STDOUT_FILENO);
  const bool fits = size.ws_row == 0 || lines < size.ws_row;
  if (fits || isatty(STDOUT_FILENO) != 1 || pager() == "cat" || !page(text, pager())) print(text);
}

std::string Style::heading(std::string_view text) const {
  return color ? fmt::format("\x1b[1m{}\x1b[0m", text) : std::string(text);
}

}  // namespace cli
