// Keeps each request as a line of JSON, in a file or on standard output.
//
//   RequestRecorder recorder("hooks.ndjson");
//   recorder.record(request, body);             // the line is written when it returns
//
// Threads: may be used from any hub.

#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "gnet/base/unique_fd.h"
#include "gnet/http/request.h"

namespace commands {

class RequestRecorder {
 public:
  // A file is appended to; "-" is standard output. Throws cli::Failure for one that cannot be
  // opened.
  explicit RequestRecorder(const std::string& file);

  // With its body, or with why that did not come. What is for standard output is written later, in
  // its order. Suspends. Throws std::system_error for a file that cannot be written.
  void record(const gnet::http::Request& request, std::string_view body,
              std::string_view error = {});

 private:
  struct File {
    gnet::UniqueFd fd;
    std::string path;
    std::mutex mutex;  // a line is written by one thread
  };
  std::shared_ptr<File> file_;  // null: standard output
  std::mutex mutex_;
  std::uint64_t count_ = 0;
};

}  // namespace commands
