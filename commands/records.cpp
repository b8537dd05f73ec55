#include "commands/records.h"

#include <string_view>
#include <utility>

#include "cli/out/failure.h"

namespace commands {
namespace {

constexpr std::size_t kLongest = 16 * 1024 * 1024;

}  // namespace

std::optional<std::string> Records::next() {
  for (;;) {
    const std::size_t at = buffer_.find(end_, looked_at_);
    if (at != buffer_.npos) {
      std::string record = buffer_.substr(begin_, at - begin_);
      begin_ = looked_at_ = at + 1;
      return record;
    }
    buffer_.erase(0, std::exchange(begin_, 0));
    looked_at_ = buffer_.size();
    if (buffer_.size() > kLongest) {
      throw cli::Failure(cli::Exit::io, "standard input has a line of more than 16 MiB");
    }
    const std::string_view more = input_.some();
    if (more.empty()) break;
    buffer_ += more;
  }
  if (buffer_.empty()) return std::nullopt;
  looked_at_ = 0;
  return std::exchange(buffer_, {});
}

}  // namespace commands
