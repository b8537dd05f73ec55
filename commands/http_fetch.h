// One URL of gnet http: asked for, and what comes of it printed and kept.
//
//   HttpFetch fetch(options, plan, session, client, expected, plan.urls()[0]);
//   const cli::Exit status = fetch.run([] {});
//
// Threads: of the hub of its client.

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cli/out/exit_status.h"
#include "commands/http_expect.h"
#include "commands/http_file.h"
#include "commands/http_options.h"
#include "commands/http_plan.h"
#include "commands/http_progress.h"
#include "commands/http_session.h"
#include "commands/http_trace.h"
#include "gnet/http/client.h"

namespace commands {

class HttpFetch {
 public:
  // All of them must outlive it.
  HttpFetch(const HttpOptions& options, const HttpPlan& plan, HttpSession& session,
            gnet::http::Client& client, const HttpExpectations& expected,
            const gnet::http::URL& url);

  // Suspends to the end of the answer. `await_turn` is called before something is printed. Returns
  // `ok`, or with --json, where the document says why, `negative`. Throws cli::Failure, which has
  // the exit status, and what the client does.
  cli::Exit run(const std::function<void()>& await_turn);

  // Throws cli::UsageError for a request that cannot be sent to anybody.
  void check();

  // Where its body goes; empty: to standard output. Throws cli::UsageError where the URL names no
  // file.
  [[nodiscard]] std::string file_name() const;

  // Prints the request, and sends nothing.
  void show_request();

 private:
  using Response = gnet::http::ClientResponse;

  [[nodiscard]] gnet::http::ClientRequest request();
  [[nodiscard]] Response ask();
  void open_file();
  void begin_file(const Response& response);
  [[nodiscard]] bool is_refused_range(const Response& response) const noexcept;
  [[nodiscard]] bool is_complete_already(const Response& response) const;
  void print_head(const Response& response);
  void take_body(Response& response);
  void take_events(Response& response);
  void take_pieces(Response& response);
  void print_formatted(Response& response);
  void hold(std::string_view piece);
  void put(std::string_view piece);
  void report(const Response& response, const std::optional<std::string>& fault);
  [[nodiscard]] std::optional<std::string> fault(const Response& response) const;
  [[nodiscard]] bool prints(char part) const noexcept { return parts_.find(part) != parts_.npos; }
  [[nodiscard]] bool talks() const noexcept;
  [[nodiscard]] bool shows_progress() const noexcept;

  const HttpOptions& options_;
  const HttpPlan& plan_;
  HttpSession& session_;
  gnet::http::Client& client_;
  const HttpExpectations& expected_;
  const gnet::http::URL& url_;
  const bool terminal_;  // the body is printed to one
  const bool color_;
  const HttpTrace trace_;
  std::string parts_;  // of "HBhbm", what is printed
  std::unique_ptr<HttpFile> file_;
  std::optional<HttpProgress> up_;
  std::optional<HttpProgress> down_;
  std::string body_;  // where it is wanted whole
  bool keeps_body_ = false;
  bool begun_ = false;     // something of the body was printed
  bool complete_ = false;  // all of it was there before
};

// The failure, with its exit status, that an error of the client is.
[[nodiscard]] std::exception_ptr as_failure(const gnet::http::ClientError& error);

}  // namespace commands
