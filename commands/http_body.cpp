#include "commands/http_body.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "cli/client/input.h"
#include "cli/out/failure.h"
#include "gnet/os/file.h"

namespace commands {
namespace {

constexpr std::size_t kHandedPiece = 128 * 1024;

[[noreturn]] void fail_to_read(const std::string& path, const std::string& reason) {
  throw cli::Failure(cli::Exit::io, "cannot read " + path + ": " + reason);
}

}  // namespace

void HttpBody::add(std::string text) {
  if (text.empty()) return;
  const std::uint64_t size = text.size();
  if (!parts_.empty() && parts_.back().path.empty()) {
    parts_.back().text += text;
    *parts_.back().size += size;
  } else {
    parts_.push_back({std::move(text), {}, size});
  }
}

void HttpBody::add(const HttpBody& other) {
  parts_.insert(parts_.end(), other.parts_.begin(), other.parts_.end());
}

void HttpBody::add_file(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) fail_to_read(path, cli::error_text(errno));
  if (S_ISDIR(status.st_mode)) fail_to_read(path, "is a directory");
  if (access(path.c_str(), R_OK) != 0) fail_to_read(path, cli::error_text(errno));
  std::optional<std::uint64_t> size;
  if (S_ISREG(status.st_mode)) size = static_cast<std::uint64_t>(status.st_size);
  parts_.push_back({{}, path, size});
}

void HttpBody::add_input() {
  struct stat status {};
  std::optional<std::uint64_t> size;
  if (fstat(STDIN_FILENO, &status) == 0 && S_ISREG(status.st_mode)) {
    const off_t at = lseek(STDIN_FILENO, 0, SEEK_CUR);
    if (at >= 0 && at <= status.st_size) size = static_cast<std::uint64_t>(status.st_size - at);
  }
  parts_.push_back({{}, "-", size});
}

std::optional<std::uint64_t> HttpBody::size() const noexcept {
  std::uint64_t sum = 0;
  for (const Part& part : parts_) {
    if (!part.size) return std::nullopt;
    sum += *part.size;
  }
  return sum;
}

// Goes through the parts.
class HttpBody::Reader {
 public:
  explicit Reader(std::vector<Part> parts) : parts_(std::move(parts)) {}

  void rewind() {
    next_ = 0;
    file_ = gnet::File();
  }

  std::string_view next() {
    for (; next_ < parts_.size(); ++next_, file_ = gnet::File()) {
      const Part& part = parts_[next_];
      if (part.path.empty()) {
        ++next_;
        return part.text;
      }
      const std::string_view piece = part.path == "-" ? read_input() : read_file(part.path);
      if (!piece.empty()) return piece;
    }
    return {};
  }

 private:
  std::string_view read_input() {
    if (!input_) input_.emplace();
    return input_->some();
  }

  std::string_view read_file(const std::string& path) {
    try {
      if (!file_) file_ = gnet::File::open(path);
      buffer_.resize(kHandedPiece);
      return {buffer_.data(), file_.read(buffer_.data(), buffer_.size())};
    } catch (const std::system_error& error) {
      throw cli::Failure(cli::Exit::io, error.what());
    }
  }

  const std::vector<Part> parts_;
  std::size_t next_ = 0;
  gnet::File file_;
  std::optional<cli::Input> input_;
  std::string buffer_;
};

void HttpBody::give_to(gnet::http::ClientRequest& request,
                       const std::function<void(std::size_t)>& watch) const {
  if (empty()) return;
  const auto reader = std::make_shared<Reader>(parts_);
  request.source = [reader, watch] {
    const std::string_view piece = reader->next();
    if (!piece.empty() && watch) watch(piece.size());
    return piece;
  };
  request.source_size = size();
  if (is_repeatable()) request.rewind = [reader] { reader->rewind(); };
}

bool HttpBody::is_repeatable() const noexcept {
  return std::ranges::none_of(parts_, [](const Part& part) { return part.path == "-"; });
}

std::vector<std::string> HttpBody::curl_words() const {
  if (parts_.empty()) return {};
  if (parts_.size() == 1 && !parts_[0].path.empty()) {
    return {"--data-binary", "@" + parts_[0].path};
  }
  std::string text;
  print([&](std::string_view piece) { text += piece; });
  return {"--data-raw", text};
}

void HttpBody::print(const std::function<void(std::string_view)>& out) const {
  Reader reader(parts_);
  for (auto piece = reader.next(); !piece.empty(); piece = reader.next()) out(piece);
}

}  // namespace commands
