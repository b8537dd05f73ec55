// An answer as a value, for handlers that return theirs.
//
//   app.get("/", [] { return gnet::web::html("<h1>hello</h1>"); });
//   app.get("/users/{id}", [](gnet::http::Request& request) {
//     return gnet::web::json(to_json(find(request.param("id")))).set("Cache-Control", "no-store");
//   });
//   app.post("/login", [] { return gnet::web::redirect("/home", 303); });
//
// What a handler returns need be no Reply: text is sent as text/plain, and a value of a JSON
// library as what it looks like in JSON.
//
// Threads: a value.

#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "gnet/http/headers.h"
#include "gnet/http/response.h"

namespace gnet::web {

class Reply {
 public:
  // With a status of 0 the response keeps the one it has, which is 200 if nobody has said another.
  // Throws std::invalid_argument for a status that is none of a response.
  explicit Reply(std::string body = {}, std::string_view media_type = {}, int status = 0);

  // Throw std::invalid_argument, which names the field, for what cannot be in one.
  Reply&& set(std::string_view name, std::string_view value) &&;
  Reply&& add(std::string_view name, std::string_view value) &&;
  Reply&& status(int code) &&;

  // Suspends as Response::send(), and throws as it.
  void send(http::Response& response) const;

 private:
  int status_;
  http::Headers headers_;
  std::string body_;
};

[[nodiscard]] Reply text(std::string body, int status = 0);
[[nodiscard]] Reply html(std::string body, int status = 0);

// `document` is JSON already.
[[nodiscard]] Reply json(std::string document, int status = 0);

// No body.
[[nodiscard]] Reply empty(int status = 204);

// To another place, which may be relative to this one: 301, 302, 303, 307 or 308. Throws
// std::invalid_argument for another status, and for control characters in the location.
[[nodiscard]] Reply redirect(std::string_view location, int status = 302);

namespace detail {

void answer_text(http::Response& response, std::string_view body);
void answer_json(http::Response& response, std::string_view document);
[[noreturn]] void answer_nothing();

template <typename T>
struct IsOptional : std::false_type {};
template <typename T>
struct IsOptional<std::optional<T>> : std::true_type {};

// Makes an answer of what a handler has returned. Boost.JSON's values have a serialize(), which is
// found where they are, nlohmann's a dump().
template <typename T>
void answer(http::Response& response, const T& value) {
  if constexpr (std::is_same_v<T, Reply>) {
    value.send(response);
  } else if constexpr (IsOptional<T>::value) {
    if (!value) answer_nothing();
    answer(response, *value);
  } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
    answer_text(response, value);
  } else if constexpr (requires {
                         { value.dump() } -> std::convertible_to<std::string>;
                       }) {
    answer_json(response, value.dump());
  } else {
    answer_json(response, serialize(value));
  }
}

}  // namespace detail
}  // namespace gnet::web
