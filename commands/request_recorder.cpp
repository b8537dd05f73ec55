#include "commands/request_recorder.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "cli/out/json.h"
#include "cli/out/output.h"
#include "cli/out/server_output.h"
#include "commands/http_echo_request.h"
#include "gnet/base/error.h"
#include "gnet/io/endpoint.h"
#include "gnet/os/thread_pool.h"

namespace commands {

RequestRecorder::RequestRecorder(const std::string& file, std::function<void()> failed)
    : failed_(std::move(failed)) {
  if (file == "-") return;
  file_ = std::make_shared<File>();
  file_->path = file;
  file_->fd = gnet::UniqueFd(
      open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666));
  if (file_->fd) return;
  throw cli::Failure(cli::Exit::io,
                     fmt::format("cannot open {}: {}", file, cli::error_text(errno)));
}

void RequestRecorder::record(const gnet::http::Request& request, std::string_view body,
                             std::string_view error) {
  cli::JsonObject line = cli::event("recorded");
  {
    const std::lock_guard lock(mutex_);
    line.add("id", ++count_);
  }
  line.add("peer", request.peer().to_string())
      .add("method", request.method())
      .add("target", request.target())
      .add("http", request.head().minor_version() == 0 ? "1.0" : "1.1")
      .add("headers", describe_headers(request));
  if (error.empty()) {
    add_body(line, body);
  } else {
    line.add("error", error);
  }
  if (!file_) return cli::post_event(line);
  write(line.text() + "\n");
}

void RequestRecorder::write(std::string text) {
  try {
    // Disks may be slow.
    gnet::default_thread_pool().apply([file = file_, text = std::move(text)] {
      const std::lock_guard lock(file->mutex);
      if (!cli::write_all(file->fd.get(), text)) gnet::throw_errno("cannot write " + file->path);
    });
  } catch (const std::system_error& error) {
    {
      const std::lock_guard lock(mutex_);
      if (!failure_) {
        failure_.emplace(cli::Exit::io, gnet::describe(error), "", "", error.code());
      }
    }
    failed_();
    throw;
  }
}

void RequestRecorder::require_written() {
  const std::lock_guard lock(mutex_);
  if (failure_) throw cli::Failure(*failure_);
}

}  // namespace commands
