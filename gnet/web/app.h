// A web application: which function answers which request.
//
//   gnet::web::App app;
//   app.get("/", [] { return "hello, world!\n"; });
//   app.get("/users/{id}", [](gnet::http::Request& request) { return find(request.param("id")); });
//   app.put("/files/{path...}", [](auto& request, gnet::http::Response& response) { … });
//   gnet::HTTPServerFactory server("127.0.0.1:8080", std::move(app));
//   server.serve_forever();
//
// A handler takes the request and the response, the request alone, or nothing. It writes the
// response, or returns it: text, a Reply (html(), json(), redirect()…), a value of Boost.JSON
// (which the program links, or includes <boost/json/src.hpp> of) or nlohmann's, or an optional of
// these, in which nothing is 404.
//
// A route is a path in which {name} stands for one segment, and {name...} at its end for all that
// are left, or none; the handler asks for them with request.param(). Compared is the path after
// decoding (http::RequestPath), where "//" is "/"; what has no such path is refused with 400. The
// most literal route wins. Who has a GET has a HEAD; OPTIONS is answered, and a method that no
// route has for this path gets 405, with what it has in Allow.
//
// An HTTPError that a handler throws is the answer that it says; anything else is 500, and a line
// in the log. error() makes the pages for them.
//
// Threads: routes are made before it is served. Then handlers are called on all threads of the
// server, several at a time, as are those of middleware and errors.

#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include "gnet/base/unique_function.h"
#include "gnet/http/handler.h"
#include "gnet/http/handler_test.h"
#include "gnet/http/http_error.h"
#include "gnet/http/request.h"
#include "gnet/http/response.h"
#include "gnet/web/events.h"
#include "gnet/web/reply.h"

namespace gnet::ws {
class WebSocket;
struct AcceptOptions;
}  // namespace gnet::ws

namespace gnet::web {

class App;

namespace detail {

template <typename F, typename... Args>
void call_and_answer(F& f, http::Response& response, Args&... args) {
  if constexpr (std::is_void_v<std::invoke_result_t<F&, Args&...>>) {
    f(args...);
  } else {
    answer(response, f(args...));
  }
}

// A handler of one of the forms that App takes, as the one form there is.
template <typename F>
[[nodiscard]] http::Handler as_handler(F f) {
  return [f = std::move(f)](http::Request& request, http::Response& response) mutable {
    if constexpr (std::is_invocable_v<F&, http::Request&, http::Response&>) {
      call_and_answer(f, response, request, response);
    } else if constexpr (std::is_invocable_v<F&, http::Request&>) {
      call_and_answer(f, response, request);
    } else {
      static_assert(std::is_invocable_v<F&>,
                    "a handler takes (Request&, Response&), (Request&) or nothing");
      call_and_answer(f, response);
    }
  };
}

// A function of a WebSocket, or of the request for it and the WebSocket, as the second.
using WebSocketFunction = UniqueFunction<void(http::Request& request, ws::WebSocket& socket)>;
template <typename F>
[[nodiscard]] WebSocketFunction as_web_socket_function(F f) {
  if constexpr (std::is_invocable_v<F&, http::Request&, ws::WebSocket&>) {
    return WebSocketFunction(std::move(f));
  } else {
    static_assert(std::is_invocable_v<F&, ws::WebSocket&>,
                  "it takes (WebSocket&) or (Request&, WebSocket&)");
    return [f = std::move(f)](http::Request&, ws::WebSocket& socket) mutable { f(socket); };
  }
}

struct AppData;

}  // namespace detail

// The rest of the way to the handler, as middleware calls it, once or not at all.
class Next {
 public:
  Next(const Next&) = delete;
  Next& operator=(const Next&) = delete;

  // Throws what the handler throws.
  void operator()();

 private:
  friend class App;
  Next(App& app, std::size_t index, http::Request& request, http::Response& response) noexcept
      : app_(app), index_(index), request_(request), response_(response) {}

  App& app_;
  std::size_t index_;
  http::Request& request_;
  http::Response& response_;
};

class App {
 public:
  using Middleware =
      UniqueFunction<void(http::Request& request, http::Response& response, Next& next)>;
  using ErrorHandler = UniqueFunction<void(http::Request& request, http::Response& response,
                                           const http::HTTPError& error)>;

  App();
  App(App&&) noexcept;
  App& operator=(App&&) noexcept;
  ~App();

  // ---- routes ----
  //
  // All of them throw std::invalid_argument for a path that is no route, and where there is such a
  // route already; they return the App, for the next one.

  template <typename F>
  App& get(std::string_view path, F handler) {
    return route("GET", path, std::move(handler));
  }
  template <typename F>
  App& post(std::string_view path, F handler) {
    return route("POST", path, std::move(handler));
  }
  template <typename F>
  App& put(std::string_view path, F handler) {
    return route("PUT", path, std::move(handler));
  }
  template <typename F>
  App& patch(std::string_view path, F handler) {
    return route("PATCH", path, std::move(handler));
  }
  template <typename F>
  App& del(std::string_view path, F handler) {
    return route("DELETE", path, std::move(handler));
  }

  // For a method of whatever name; methods are told apart by case.
  template <typename F>
  App& route(std::string_view method, std::string_view path, F handler) {
    return add(method, path, detail::as_handler(std::move(handler)));
  }
  // For all methods that the path has no other handler for.
  template <typename F>
  App& any(std::string_view path, F handler) {
    return route({}, path, std::move(handler));
  }

  // A WebSocket: the function is called with each that is opened here, or with the request for it
  // and the WebSocket, and it is closed when the function returns. See ws::serve(), and
  // AcceptOptions for who may come from where.
  //
  //   app.websocket("/ws", [](gnet::ws::WebSocket& socket) {
  //     while (const auto message = socket.receive()) socket.send(*message);
  //   });
  //   app.websocket("/room/{name}", [](gnet::http::Request& request, gnet::ws::WebSocket& socket) {
  //     join(request.param("name"), socket);
  //   });
  template <typename F>
  App& websocket(std::string_view path, F function) {
    return add_websocket(path, detail::as_web_socket_function(std::move(function)));
  }
  template <typename F>
  App& websocket(std::string_view path, F function, const ws::AcceptOptions& options) {
    return add_websocket(path, detail::as_web_socket_function(std::move(function)), options);
  }

  // Events for a page, see EventSender.
  App& events(std::string_view path, UniqueFunction<void(EventSender& events)> function,
              EventOptions options = {});

  // Everything at this path and below it, with any method: files, or another App. What is below is
  // request.param("path"), without a slash before it: empty for the path itself, with or without
  // one. `below` is a path without a slash at its end, or "/".
  template <typename F>
  App& mount(std::string_view below, F handler) {
    return add_mount(below, detail::as_handler(std::move(handler)));
  }

  // ---- around them ----

  // What happens around every handler, and around "no such page" too: those that were added first
  // are outermost.
  //
  //   app.use([](gnet::http::Request& request, gnet::http::Response& response, Next& next) {
  //     if (!knows(request)) throw gnet::http::HTTPError(401, "who are you?");
  //     response.set("X-Frame-Options", "DENY");
  //     next();
  //   });
  App& use(Middleware middleware);

  // The page for this status, of 400 to 599, or for all that have none; instead of a line of text.
  // The handler takes the request and the error and returns an answer, or takes the response
  // between them, whose status is set; if it fails there is the line of text.
  template <typename F>
  App& error(int status, F handler) {
    return add_error(status, as_error_handler(std::move(handler)));
  }
  template <typename F>
  App& error(F handler) {
    return error(0, std::move(handler));
  }

  // Answers a request: an App is a http::Handler.
  void operator()(http::Request& request, http::Response& response);

  // Answers one without a socket, see http::test_handler().
  [[nodiscard]] http::TestAnswer test(const http::TestRequest& request,
                                      const http::TestOptions& options = {}) {
    return http::test_handler(*this, request, options);
  }

 private:
  friend class Next;

  template <typename F>
  static ErrorHandler as_error_handler(F f) {
    return [f = std::move(f)](http::Request& request, http::Response& response,
                              const http::HTTPError& error) mutable {
      if constexpr (std::is_invocable_v<F&, http::Request&, http::Response&,
                                        const http::HTTPError&>) {
        detail::call_and_answer(f, response, request, response, error);
      } else {
        detail::call_and_answer(f, response, request, error);
      }
    };
  }

  App& add(std::string_view method, std::string_view path, http::Handler handler);
  App& add_mount(std::string_view below, http::Handler handler);
  App& add_websocket(std::string_view path, detail::WebSocketFunction function);
  App& add_websocket(std::string_view path, detail::WebSocketFunction function,
                     const ws::AcceptOptions& options);
  App& add_error(int status, ErrorHandler handler);
  void call(std::size_t index, http::Request& request, http::Response& response);
  void call_route(http::Request& request, http::Response& response);
  bool answer_error(http::Request& request, http::Response& response,
                    const http::HTTPError& error) noexcept(false);

  std::unique_ptr<detail::AppData> data_;
};

}  // namespace gnet::web
