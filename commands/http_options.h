// The options of gnet http.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/client/client_options.h"
#include "cli/line/command.h"

namespace commands {

struct HttpOptions : cli::GlobalOptions {
  cli::ClientOptions to;
  std::vector<std::string> words;  // [METHOD] URL [ITEM]...

  // ---- the request ----
  std::string method;
  std::vector<std::string> headers;
  std::optional<std::string> data;
  bool json_body = false;
  bool form = false;
  std::string auth;
  std::string auth_file;
  std::string bearer_file;
  bool netrc = false;
  std::string range;
  bool compressed = true;
  std::string cookie_jar;
  std::string session;

  // ---- what is done with answers ----
  bool follow = false;
  cli::Count max_redirects{10};
  cli::Count retry;
  std::string retry_on = "connect,timeout,429,5xx";
  bool fail = false;
  std::string expect_status;
  std::string expect_body;
  std::vector<std::string> expect_header;

  // ---- what is printed, and kept ----
  bool include = false;
  bool head = false;
  bool remote_name = false;
  std::string output;
  std::string resume;
  bool no_buffer = false;
  bool sse = false;
  std::string print;
  std::string write_out;
  bool timing = false;
  bool offline = false;
  bool curl = false;
  cli::Rate limit_rate;
  cli::Count parallel{1};
};

}  // namespace commands
