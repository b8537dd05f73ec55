// Keeps each request as a line of JSON, in a file or on standard output.
//
//   RequestRecorder recorder("hooks.ndjson", [] { end_the_server(); });
//   recorder.record(request, body);             // the line is written when it returns
//   recorder.require_written();                 // at the end
//
// Threads: may be used from any hub.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "cli/out/failure.h"
#include "gnet/base/unique_fd.h"
#include "gnet/http/request.h"

namespace commands {

class RequestRecorder {
 public:
  // A file is appended to; "-" is standard output, which ends the process when it cannot be
  // written. `failed` is called for each line that a file does not take, from any thread. Throws
  // cli::Failure for one that cannot be opened.
  RequestRecorder(const std::string& file, std::function<void()> failed);

  // With its body, or with why that did not come. What is for standard output is written later, in
  // its order. Suspends. Throws std::system_error for a file that cannot be written.
  void record(const gnet::http::Request& request, std::string_view body,
              std::string_view error = {});

  // Throws cli::Failure if there was a line that the file did not take.
  void require_written();

 private:
  void write(std::string text);

  struct File {
    gnet::UniqueFd fd;
    std::string path;
    std::mutex mutex;  // a line is written by one thread
  };
  std::shared_ptr<File> file_;  // null: standard output
  std::mutex mutex_;
  std::uint64_t count_ = 0;
  std::function<void()> failed_;
  std::optional<cli::Failure> failure_;  // the first
};

}  // namespace commands
