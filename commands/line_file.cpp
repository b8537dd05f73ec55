#include "commands/line_file.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>

#include "cli/out/failure.h"
#include "cli/out/output.h"
#include "gnet/base/utf8.h"

namespace commands {
namespace {

[[noreturn]] void fail_to(std::string_view what, const std::string& path, int number) {
  throw cli::Failure(
      cli::Exit::io,
      fmt::format("cannot {} {}: {}", what, gnet::printable(path), cli::error_text(number)), {}, {},
      std::error_code(number, std::system_category()));
}

}  // namespace

LineFile::LineFile(const std::string& path) : path_(path) {
  if (path == "-") return;
  fd_ =
      gnet::UniqueFd(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666));
  if (!fd_) fail_to("open", path, errno);
}

void LineFile::write(std::string_view lines) {
  if (!fd_) return cli::print(lines);
  if (!cli::write_all(fd_.get(), lines)) fail_to("write", path_, errno);
}

}  // namespace commands
