// What a call of gnet http asks for, taken out of its words and options.
//
//   const HttpPlan plan(options);
//   for (const auto& url : plan.urls()) client.request(plan.request(url, watch));

#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "commands/http_body.h"
#include "commands/http_credentials.h"
#include "commands/http_items.h"
#include "commands/http_options.h"
#include "gnet/http/client_options.h"
#include "gnet/http/client_request.h"
#include "gnet/http/headers.h"

namespace commands {

class HttpPlan {
 public:
  // Throws cli::UsageError for what does not go together, and cli::Failure (io) for files that
  // cannot be read. The options must outlive it.
  explicit HttpPlan(const HttpOptions& options);

  // In their order, with the values of the query that items have added.
  [[nodiscard]] const std::vector<gnet::http::URL>& urls() const noexcept { return urls_; }
  [[nodiscard]] const std::string& method() const noexcept { return method_; }
  [[nodiscard]] const HttpBody& body() const noexcept { return body_; }
  // The socket to speak through; empty: none.
  [[nodiscard]] const std::string& unix_path() const noexcept { return unix_path_; }

  // `watch` is told the size of each piece of the body before it is sent.
  [[nodiscard]] gnet::http::ClientRequest request(
      const gnet::http::URL& url, const std::function<void(std::size_t)>& watch) const;

  // How the client gets there and what it does with answers.
  [[nodiscard]] gnet::http::ClientOptions client_options() const;

 private:
  void read_words();
  void make_body();
  void ask_for_range();
  void make_form();
  void make_multipart();
  void make_data(const std::string& data);
  void suggest_type(std::string_view type);
  [[nodiscard]] bool has_files() const;
  [[nodiscard]] gnet::http::ClientRetry retries() const;

  const HttpOptions& options_;
  std::string method_;
  std::vector<gnet::http::URL> urls_;
  std::string unix_path_;
  std::vector<HttpItem> items_;
  gnet::http::Headers headers_;
  HttpBody body_;
  mutable std::optional<HttpCredentials> credentials_;  // once a request wants them
};

}  // namespace commands
