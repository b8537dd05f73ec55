#include "commands/http_plan.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <stdexcept>
#include <utility>

#include "cli/client/http_route.h"
#include "cli/client/tls_options.h"
#include "cli/line/tls.h"
#include "cli/out/failure.h"
#include "cli/out/output.h"
#include "commands/http_expect.h"
#include "commands/web_address.h"
#include "gnet/base/log.h"
#include "gnet/base/version.h"
#include "gnet/http/content_disposition.h"
#include "gnet/http/form.h"
#include "gnet/http/media_type.h"
#include "gnet/http/multipart.h"
#include "gnet/http/range.h"
#include "gnet/io/socket.h"

namespace commands {
namespace {

std::string_view file_name_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == path.npos ? path : path.substr(slash + 1);
}

}  // namespace

HttpPlan::HttpPlan(const HttpOptions& options) : options_(options) {
  try {
    read_words();
    make_body();
    if (!options.range.empty()) ask_for_range();
  } catch (const std::invalid_argument& error) {  // of a field
    throw cli::UsageError(error.what());
  }
}

void HttpPlan::ask_for_range() {
  using gnet::http::Selection;
  const std::string range = "bytes=" + options_.range;
  constexpr std::uint64_t kAnySize = std::numeric_limits<std::uint64_t>::max();
  if (gnet::http::select_ranges(range, kAnySize).kind == Selection::Kind::whole) {
    throw cli::UsageError(
        fmt::format("bad value '{}' for --range: must be like 0-99, 100- or -100", options_.range));
  }
  headers_.set("Range", range);
}

// ---- words ----

void HttpPlan::read_words() {
  std::vector<std::string> words = options_.words;
  method_ = options_.method;
  if (words.size() > 1 && is_method(words.front())) {
    if (!method_.empty()) {
      throw cli::UsageError(fmt::format("--method and {} exclude each other", words.front()));
    }
    method_ = words.front();
    words.erase(words.begin());
  }
  if (words.empty()) throw cli::UsageError("a URL is missing");
  unix_path_ = options_.to.unix_path.path;
  for (const std::string& text : options_.headers) {
    Field field = parse_field(text, "--header");
    items_.push_back({HttpItem::header, std::move(field.name), std::move(field.value)});
  }
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0 && !is_target(words[i])) {
      items_.push_back(parse_item(words[i]));
      continue;
    }
    WebAddress target = parse_address(words[i], "http");
    if (target.unix_path.empty() != unix_path_.empty() && i > 0) {
      throw cli::UsageError("URLs of a unix socket and others exclude each other");
    }
    if (!unix_path_.empty() && !target.unix_path.empty() && target.unix_path != unix_path_) {
      throw cli::UsageError("only one unix socket can be spoken to at a time");
    }
    if (!target.unix_path.empty()) unix_path_ = target.unix_path;
    urls_.push_back(std::move(target.url));
  }
  for (const HttpItem& item : items_) {
    if (item.kind == HttpItem::header) headers_.add(item.name, item.value);
    if (item.kind != HttpItem::query) continue;
    for (gnet::http::URL& url : urls_) {
      std::string query = url.query().value_or("");
      gnet::http::append_form_field(query, item.name, item.value);
      url = url.with_query(query);
    }
  }
}

// ---- the body ----

bool HttpPlan::has_files() const {
  return std::ranges::any_of(items_, [](const auto& item) { return item.kind == HttpItem::file; });
}

void HttpPlan::make_body() {
  const bool has_items = std::ranges::any_of(items_, [](const HttpItem& item) {
    return item.kind != HttpItem::header && item.kind != HttpItem::query;
  });
  if (options_.json_body && options_.form) {
    throw cli::UsageError("--json-body and --form exclude each other");
  }
  if (options_.data && has_items) {
    throw cli::UsageError("--data and items of a body exclude each other");
  }
  if (options_.data) {
    make_data(*options_.data);
  } else if (has_items && options_.form) {
    has_files() ? make_multipart() : make_form();
  } else if (has_items) {
    if (has_files()) throw cli::UsageError("items like f@file need --form");
    body_.add(json_of(items_));
    suggest_type("application/json");
    if (!headers_.has("Accept")) headers_.add("Accept", "application/json, */*;q=0.5");
  }
  if (options_.head) {
    if (!method_.empty() && method_ != "HEAD") {
      throw cli::UsageError(fmt::format("--head and {} exclude each other", method_));
    }
    method_ = "HEAD";
  }
  if (options_.sse && !headers_.has("Accept")) headers_.add("Accept", "text/event-stream");
  if (method_.empty()) method_ = body_.empty() && !options_.data ? "GET" : "POST";
}

void HttpPlan::suggest_type(std::string_view type) {
  if (!headers_.has("Content-Type")) headers_.add("Content-Type", type);
}

void HttpPlan::make_data(const std::string& data) {
  if (options_.json_body) suggest_type("application/json");
  if (data == "@-") {
    body_.add_input();
    suggest_type("application/octet-stream");
  } else if (data.starts_with('@')) {
    body_.add_file(data.substr(1));
    suggest_type(gnet::http::content_type_of(file_name_of(data)));
  } else {
    body_.add(data);
    suggest_type("application/x-www-form-urlencoded");
  }
}

void HttpPlan::make_form() {
  std::string text;
  for (const HttpItem& item : items_) {
    if (item.kind == HttpItem::json) {
      throw cli::UsageError(fmt::format("item '{}:=…' is for JSON, not for --form", item.name));
    }
    if (item.kind == HttpItem::text) gnet::http::append_form_field(text, item.name, item.value);
  }
  body_.add(std::move(text));
  suggest_type("application/x-www-form-urlencoded");
}

void HttpPlan::make_multipart() {
  gnet::http::MultipartPlan parts(gnet::http::make_boundary());
  std::vector<HttpBody> bodies;
  for (const HttpItem& item : items_) {
    if (item.kind == HttpItem::json) {
      throw cli::UsageError(fmt::format("item '{}:=…' is for JSON, not for --form", item.name));
    }
    if (item.kind != HttpItem::text && item.kind != HttpItem::file) continue;
    HttpBody& part = bodies.emplace_back();
    if (item.kind == HttpItem::text) {
      part.add(item.value);
      parts.add({{"Content-Disposition", gnet::http::form_data(item.name)}}, item.value.size());
      continue;
    }
    part.add_file(item.value);
    const std::string_view name = file_name_of(item.value);
    if (!part.size()) {
      throw cli::UsageError(fmt::format("{} has no size, which a form needs", item.value));
    }
    parts.add({{"Content-Disposition", gnet::http::form_data(item.name, name)},
               {"Content-Type", gnet::http::content_type_of(name)}},
              *part.size());
  }
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    body_.add(parts.head(i));
    body_.add(bodies[i]);
  }
  body_.add(parts.tail());
  suggest_type(parts.content_type("form-data"));
}

gnet::http::ClientRequest HttpPlan::request(const gnet::http::URL& url,
                                            const std::function<void(std::size_t)>& watch) const {
  gnet::http::ClientRequest request{.method = method_, .url = url, .headers = headers_};
  if (!request.headers.has("Authorization") && url.username().empty()) {
    if (!credentials_) credentials_.emplace(options_);
    if (const auto who = credentials_->authorization_for(url.host_name())) {
      request.headers.add("Authorization", *who);
    }
  }
  body_.give_to(request, watch);
  return request;
}

// ---- the client ----

gnet::http::ClientOptions HttpPlan::client_options() const {
  gnet::http::ClientOptions client;
  cli::ClientOptions to = options_.to;
  to.unix_path.path = unix_path_;
  cli::set_route(client, to);
  // A person waits as long as it takes; a script says --timeout.
  client.head_timeout = client.body_timeout = gnet::Duration::zero();
  client.decompress = options_.compressed;
  client.max_redirects =
      options_.follow
          ? static_cast<unsigned>(std::min<std::uint64_t>(options_.max_redirects.number, 1'000'000))
          : 0;
  client.retry = retries();
  return client;
}

gnet::http::ClientRetry HttpPlan::retries() const {
  gnet::http::ClientRetry retry;
  if (options_.retry.number == 0) return retry;
  retry.delays = {};
  retry.delays.max_retries =
      static_cast<unsigned>(std::min<std::uint64_t>(options_.retry.number, 1'000'000)) + 1;
  retry.any_method = true;
  retry.on_connect = retry.on_timeout = retry.on_lost = false;
  StatusSet statuses;
  for (const std::string& word : cli::items_of(options_.retry_on)) {
    if (word == "connect") {
      retry.on_connect = true;
    } else if (word == "timeout") {
      retry.on_timeout = true;
    } else if (word == "lost") {
      retry.on_lost = true;
    } else {
      if (!word.empty() && word[0] >= 'a' && word[0] <= 'z') {
        throw cli::UsageError(fmt::format(
            "bad value '{}' for --retry-on: must be connect, timeout, lost, or like 429 or 5xx",
            word));
      }
      statuses.add(word, "--retry-on");
    }
  }
  retry.statuses = statuses.all();
  if (options_.quiet.times == 0) {
    retry.announce = [](unsigned attempt, gnet::Duration delay, std::string_view reason) {
      cli::write_all(STDERR_FILENO, fmt::format("trying again in {} (attempt {}): {}\n",
                                                gnet::format_duration(delay, 2), attempt, reason));
    };
  }
  return retry;
}

}  // namespace commands
