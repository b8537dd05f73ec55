#include "commands/http_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "cli/line/read_file.h"
#include "cli/out/failure.h"

namespace commands {

HttpFile::HttpFile(std::string path, bool resumable)
    : path_(std::move(path)), resumable_(resumable) {
  struct stat status {};
  special_ = stat(path_.c_str(), &status) == 0 && !S_ISREG(status.st_mode);
  if (special_ && S_ISDIR(status.st_mode)) fail(EISDIR);
  if (special_) {
    part_ = path_;
  } else if (resumable_) {
    part_ = path_ + ".part";
    find_part();
  } else {
    part_ = fmt::format("{}.{}", path_, getpid());
  }
}

void HttpFile::find_part() {
  struct stat status {};
  if (stat(part_.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return;
  if (access(tag_path().c_str(), R_OK) != 0) return;
  validator_ = cli::read_file(tag_path());
  if (!validator_.empty()) offset_ = static_cast<std::uint64_t>(status.st_size);
}

void HttpFile::begin(How how, const std::string& validator) {
  const int fate = how == How::append || special_ ? 0 : O_TRUNC;
  fd_ = gnet::UniqueFd(open(part_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_APPEND | fate, 0666));
  if (!fd_) fail(errno);
  if (special_) return;
  if (!resumable_) {
    temporary_ = std::make_unique<cli::TemporaryFile>(part_);
  } else if (how == How::anew) {
    unlink(tag_path().c_str());
    if (!validator.empty() && !cli::replace_file(tag_path(), validator)) fail(errno);
  }
}

void HttpFile::write(std::string_view piece) {
  if (!cli::write_all(fd_.get(), piece)) fail(errno);
}

void HttpFile::commit() {
  if (fd_ && ::close(fd_.release()) != 0) fail(errno);
  if (special_) return;
  if (std::rename(part_.c_str(), path_.c_str()) != 0) fail(errno);
  if (resumable_) unlink(tag_path().c_str());
}

void HttpFile::fail(int error) const {
  throw cli::Failure(cli::Exit::io,
                     fmt::format("cannot write {}: {}", path_, cli::error_text(error)));
}

}  // namespace commands
