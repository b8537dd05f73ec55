// Where gnet http keeps a body: under its name once all of it is there, and as NAME.part before
// that, if it is to be continued some time.
//
//   HttpFile file("big.iso", true);
//   request.headers.add("Range", "bytes=" + file.offset() + "-");   // if there is something
//   file.begin(HttpFile::How::append, etag);
//   file.write(piece);
//   file.commit();
//
// What is no regular file, /dev/null for instance, is written to as it is. An error is cli::Failure
// (io).
//
// Threads: of one hub.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "cli/out/output.h"
#include "gnet/base/unique_fd.h"

namespace commands {

class HttpFile {
 public:
  enum class How { anew, append };

  HttpFile(std::string path, bool resumable);

  // What there is of it, and what the server said that it was of: its ETag, or when it was
  // modified. 0 where there is nothing that can be continued.
  [[nodiscard]] std::uint64_t offset() const noexcept { return offset_; }
  [[nodiscard]] const std::string& validator() const noexcept { return validator_; }

  // What there is is of no use.
  void forget() noexcept { offset_ = 0; }

  // The validator of what comes; empty: it cannot be continued later.
  void begin(How how, const std::string& validator);
  void write(std::string_view piece);
  // It is whole.
  void commit();

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  [[noreturn]] void fail(int error) const;
  [[nodiscard]] std::string tag_path() const { return part_ + ".tag"; }
  void find_part();

  const std::string path_;
  const bool resumable_;
  bool special_ = false;  // no regular file
  std::string part_;      // what is written to
  std::uint64_t offset_ = 0;
  std::string validator_;
  gnet::UniqueFd fd_;
  std::unique_ptr<cli::TemporaryFile> temporary_;
};

}  // namespace commands
