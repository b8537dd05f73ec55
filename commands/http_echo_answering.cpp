// The pages of http-echo that give an answer of a certain kind.

#include <fmt/format.h>
#include <sys/mman.h>

#include <vector>

#include "cli/out/output.h"
#include "commands/http_echo_request.h"
#include "commands/http_echo_routes.h"
#include "gnet/base/random.h"
#include "gnet/base/unique_fd.h"
#include "gnet/http/auth.h"
#include "gnet/http/conditional.h"
#include "gnet/http/content_encoder.h"
#include "gnet/web/file_answer.h"

namespace commands {
namespace {

using gnet::http::ContentCoding;
using gnet::http::FieldName;
using gnet::http::HTTPError;
using gnet::http::Request;
using gnet::http::Response;

constexpr std::string_view kText = "text/plain; charset=utf-8";

void hello(Request&, Response& response) {
  response.send("hello, world!\n", kText);
}

// One of several, by chance.
int status_of(std::string_view codes) {
  std::vector<int> choices;
  for (std::string_view rest = codes; !rest.empty();) {
    const auto comma = rest.find(',');
    const auto code = to_count("status", rest.substr(0, comma), 599);
    if (code < 200) throw HTTPError(400, "status: they go from 200 to 599");
    choices.push_back(static_cast<int>(code));
    rest.remove_prefix(comma == rest.npos ? rest.size() : comma + 1);
  }
  if (choices.empty()) throw HTTPError(400, "status: there is none");
  return choices[gnet::random_bits() % choices.size()];
}

// What such an answer has to have, or usually has.
void status(Request& request, Response& response) {
  const int code = status_of(request.param("codes"));
  response.status(code);
  if (code >= 301 && code <= 308 && code != 304) response.set("Location", "/");
  if (code == 401) response.set("WWW-Authenticate", gnet::http::basic_challenge("gnet"));
  if (code == 405) response.set("Allow", "GET, HEAD");
  if (code == 407) response.set("Proxy-Authenticate", gnet::http::basic_challenge("gnet"));
  if (code == 426) response.set("Upgrade", "websocket").set("Connection", "upgrade");
  response.send(status_text(code), kText);
}

void redirect(Request& request, Response& response) {
  const auto left = to_count("redirect", request.param("n"), 1000);
  if (left == 0) return response.send("you have arrived\n", kText);
  const auto code = query_count(request, "status", 302, 308);
  if (code < 301 || code == 304) throw HTTPError(400, "status: it is none of a redirect");
  response.status(static_cast<int>(code));
  const std::string query(request.query());
  response.set("Location",
               fmt::format("/redirect/{}{}{}", left - 1, query.empty() ? "" : "?", query));
  response.send({});
}

void encoded(Request& request, Response& response, ContentCoding coding) {
  const std::string text = describe(request).text() + "\n";
  response.set("Content-Encoding", to_string(coding));
  response.send(gnet::http::encode_content(text, coding), "application/json");
}

template <ContentCoding coding>
void in_coding(Request& request, Response& response) {
  encoded(request, response, coding);
}

void basic_auth(Request& request, Response& response) {
  const auto who = gnet::http::parse_basic(request.header(FieldName::authorization).value_or(""));
  const bool same = who && who->user == request.param("user") &&
                    gnet::http::equal_in_constant_time(who->password, request.param("password"));
  if (!same) {
    throw HTTPError(401, "another user or password is wanted")
        .set("WWW-Authenticate", gnet::http::basic_challenge("gnet"));
  }
  send_json(response, cli::JsonObject().add("authenticated", true).add("user", who->user));
}

void bearer(Request& request, Response& response) {
  const auto token =
      gnet::http::parse_bearer(request.header(FieldName::authorization).value_or(""));
  if (!token) {
    throw HTTPError(401, "a token is wanted")
        .set("WWW-Authenticate", gnet::http::bearer_challenge("gnet"));
  }
  send_json(response, cli::JsonObject().add("authenticated", true).add("token", *token));
}

void cache(Request& request, Response& response) {
  const auto seconds = to_count("cache", request.param("seconds"), 315360000);
  response.set("Cache-Control", fmt::format("public, max-age={}", seconds));
  send_json(response, describe(request));
}

gnet::http::Conditions conditions_of(const Request& request) {
  return {.if_match = request.header(FieldName::if_match),
          .if_none_match = request.header(FieldName::if_none_match),
          .if_modified_since = request.header(FieldName::if_modified_since),
          .if_unmodified_since = request.header(FieldName::if_unmodified_since)};
}

// Sets the tag; false: it has been answered that there is nothing else to be had.
bool proceed(const Request& request, Response& response, const gnet::http::EntityTag& tag) {
  response.set("ETag", tag.str());
  const bool reading = request.method() == "GET" || request.method() == "HEAD";
  switch (evaluate(conditions_of(request), {.tag = tag}, reading)) {
    case gnet::http::Verdict::proceed:
      return true;
    case gnet::http::Verdict::not_modified:
      response.status(304).send({});
      return false;
    case gnet::http::Verdict::precondition_failed:
      break;
  }
  throw HTTPError(412, "this is another version").set("ETag", tag.str());
}

void etag(Request& request, Response& response) {
  try {
    const gnet::http::EntityTag tag(std::string(request.param("tag")));
    if (!proceed(request, response, tag)) return;
  } catch (const std::invalid_argument&) {
    throw HTTPError(400, "etag: it cannot be a tag");
  }
  send_json(response, describe(request));
}

// The alphabet again and again: who gets a part sees which one it is.
std::string alphabet(std::uint64_t count) {
  std::string text(count, '\0');
  for (std::uint64_t i = 0; i < count; ++i) text[i] = static_cast<char>('a' + i % 26);
  return text;
}

// A file that is nowhere, so that it is answered as files are.
void range(Request& request, Response& response) {
  const auto size = to_size("range", request.param("size"), 16 * 1024 * 1024);
  const gnet::UniqueFd file(memfd_create("range", MFD_CLOEXEC));
  if (!file || !cli::write_all(file.get(), alphabet(size))) {
    throw HTTPError(503, "there is no memory for that");
  }
  response.type(kText);
  const gnet::http::EntityTag tag("range" + std::to_string(size));
  gnet::web::answer_with_file(request, response, file.get(), size, {.tag = tag});
}

constexpr EchoRoute kAnswering[] = {
    {"", "/hello", hello},
    {"", "/status/{codes}", status},
    {"", "/redirect/{n}", redirect},
    {"", "/gzip", in_coding<ContentCoding::gzip>},
    {"", "/deflate", in_coding<ContentCoding::deflate>},
    {"", "/br", in_coding<ContentCoding::br>},
    {"", "/zstd", in_coding<ContentCoding::zstd>},
    {"", "/basic-auth/{user}/{password}", basic_auth},
    {"", "/bearer", bearer},
    {"GET", "/cache/{seconds}", cache},
    {"", "/etag/{tag}", etag},
    {"GET", "/range/{size}", range},
};

}  // namespace

std::span<const EchoRoute> answering_routes() {
  return kAnswering;
}

}  // namespace commands
