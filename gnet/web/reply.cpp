#include "gnet/web/reply.h"

#include <stdexcept>

#include "gnet/http/http_error.h"

namespace gnet::web {
namespace {

constexpr std::string_view kContentType = "Content-Type";
constexpr std::string_view kText = "text/plain; charset=utf-8";
constexpr std::string_view kJSON = "application/json";

int checked(int status) {
  if (status == 0 || (status >= 200 && status <= 599)) return status;
  throw std::invalid_argument("a status that is none of a response");
}

}  // namespace

Reply::Reply(std::string body, std::string_view media_type, int status)
    : status_(checked(status)), body_(std::move(body)) {
  if (!media_type.empty()) headers_.set(kContentType, media_type);
}

Reply&& Reply::set(std::string_view name, std::string_view value) && {
  headers_.set(name, value);
  return std::move(*this);
}

Reply&& Reply::add(std::string_view name, std::string_view value) && {
  headers_.add(name, value);
  return std::move(*this);
}

Reply&& Reply::status(int code) && {
  status_ = checked(code);
  return std::move(*this);
}

void Reply::send(http::Response& response) const {
  if (status_ != 0) response.status(status_);
  // A field stands instead of what the response had of that name.
  for (const auto& field : headers_) response.headers().erase(field.name);
  for (const auto& field : headers_) response.add(field.name, field.value);
  response.send(body_);
}

Reply text(std::string body, int status) {
  return Reply(std::move(body), kText, status);
}

Reply html(std::string body, int status) {
  return Reply(std::move(body), "text/html; charset=utf-8", status);
}

Reply json(std::string document, int status) {
  return Reply(std::move(document), kJSON, status);
}

Reply empty(int status) {
  return Reply({}, {}, status);
}

Reply redirect(std::string_view location, int status) {
  const bool known = (status >= 301 && status <= 303) || status == 307 || status == 308;
  if (!known) throw std::invalid_argument("a redirect is 301, 302, 303, 307 or 308");
  return Reply({}, {}, status).set("Location", location);
}

namespace detail {

void answer_text(http::Response& response, std::string_view body) {
  if (!response.headers().has(http::FieldName::content_type)) response.type(kText);
  response.send(body);
}

void answer_json(http::Response& response, std::string_view document) {
  if (!response.headers().has(http::FieldName::content_type)) response.type(kJSON);
  response.send(document);
}

void answer_nothing() {
  throw http::HTTPError(404, "there is no such thing");
}

}  // namespace detail
}  // namespace gnet::web
