// The other side of a control socket: asks, and reads the answers.
//
//   cli::ControlConnection control(path, 5s);
//   const cli::ControlAnswer answer = control.ask(request, 5s);
//   if (answer.code == cli::Exit::ok) print(answer.text);
//
// Threads: belongs to the hub on which it was made.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/control/request.h"
#include "cli/out/exit_status.h"
#include "gnet/fiber/deadline.h"
#include "gnet/io/any_stream.h"
#include "gnet/io/buffered.h"

namespace cli {

struct ControlAnswer {
  std::string line;  // as it came
  Exit code = Exit::ok;
  std::string message;                // why it is another
  std::string text;                   // for people
  std::vector<std::string> services;  // of "list"
};

// Throws Failure (protocol) for what is no answer.
[[nodiscard]] ControlAnswer parse_answer(std::string line);

class ControlConnection {
 public:
  // Connects. Throws Failure (no_instance) when nobody answers there.
  ControlConnection(const std::string& path, gnet::Deadline deadline);

  // Suspends until it is sent. Throws Failure (no_instance) when the process has gone.
  void send(const ControlRequest& request, gnet::Deadline deadline);

  // The next line of an answer; nothing when there are no more. Throws Failure: timeout.
  [[nodiscard]] std::optional<std::string> receive(gnet::Deadline deadline);

  // Both. Throws Failure (no_instance) when the process ends without an answer.
  [[nodiscard]] ControlAnswer ask(const ControlRequest& request, gnet::Deadline deadline);

 private:
  std::string path_;
  gnet::AnyStream stream_;
  gnet::BufferedReader<gnet::AnyStream> reader_{stream_};
};

}  // namespace cli
