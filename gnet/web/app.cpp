#include "gnet/web/app.h"

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/base/log.h"
#include "gnet/http/request_path.h"
#include "gnet/http/status.h"
#include "gnet/web/route_table.h"
#include "gnet/ws/web_socket_server.h"

namespace gnet::web {

using http::HTTPError;
using http::Request;
using http::Response;

namespace detail {

struct AppData {
  struct ErrorPage {
    int status;  // 0: all others
    App::ErrorHandler handler;
  };

  RouteTable routes;
  std::vector<App::Middleware> middleware;
  std::vector<ErrorPage> error_pages;

  [[nodiscard]] App::ErrorHandler* page_for(int status) noexcept {
    App::ErrorHandler* for_all = nullptr;
    for (auto& page : error_pages) {
      if (page.status == status) return &page.handler;
      if (page.status == 0) for_all = &page.handler;
    }
    return for_all;
  }
};

}  // namespace detail

namespace {

// Of an App that is mounted in another one it is what is below that place.
std::string path_of(const Request& request) {
  if (const auto below = request.below()) return "/" + std::string(*below);
  http::PathFault fault{};
  const auto path = http::RequestPath::parse(request.path(), &fault);
  if (!path) throw HTTPError(400, "no path: " + std::string(describe(fault)));
  return path->text();
}

}  // namespace

App::App() : data_(std::make_unique<detail::AppData>()) {}
App::App(App&&) noexcept = default;
App& App::operator=(App&&) noexcept = default;
App::~App() = default;

App& App::add(std::string_view method, std::string_view path, http::Handler handler) {
  data_->routes.at(path).add(method, std::move(handler));
  return *this;
}

App& App::add_mount(std::string_view below, http::Handler handler) {
  const auto shared = std::make_shared<http::Handler>(std::move(handler));
  const auto call = [](http::Handler& mounted, Request& request, Response& response,
                       std::string_view path) {
    const Request::Route route(request, nullptr, path);
    mounted(request, response);
  };
  if (below != "/") {
    add({}, below, [=](auto& request, auto& response) { call(*shared, request, response, {}); });
  }
  return add({}, std::string(below == "/" ? "" : below) + "/{path...}",
             [=](auto& request, auto& response) {
               call(*shared, request, response, request.param("path"));
             });
}

App& App::add_websocket(std::string_view path, detail::WebSocketFunction function) {
  return add_websocket(path, std::move(function), {});
}

App& App::add_websocket(std::string_view path, detail::WebSocketFunction function,
                        const ws::AcceptOptions& options) {
  return add(
      "GET", path,
      [function = std::move(function), options](Request& request, Response& response) mutable {
        const auto talk = [&](ws::WebSocket& socket) { function(request, socket); };
        ws::serve(request, response, talk, options);
      });
}

App& App::events(std::string_view path, UniqueFunction<void(EventSender&)> function,
                 EventOptions options) {
  return add(
      "GET", path,
      [function = std::move(function), options](Request& request, Response& response) mutable {
        serve_events(request, response, function, options);
      });
}

App& App::use(Middleware middleware) {
  data_->middleware.push_back(std::move(middleware));
  return *this;
}

App& App::add_error(int status, ErrorHandler handler) {
  if (status != 0 && (status < 400 || status > 599)) {
    throw std::invalid_argument("an error page is for a status of 400 to 599");
  }
  data_->error_pages.push_back({status, std::move(handler)});
  return *this;
}

void App::operator()(Request& request, Response& response) {
  try {
    call(0, request, response);
  } catch (const HTTPError& error) {
    if (!answer_error(request, response, error)) throw;
  } catch (const std::exception&) {
    if (response.started() || response.lost()) throw;
    if (data_->page_for(500) == nullptr) throw;
    request.log().error("{} {}: {}", request.method(), request.target(),
                        gnet::describe(std::current_exception()));
    const HTTPError failed(500, std::string(http::reason_phrase(500)));
    if (!answer_error(request, response, failed)) throw failed;
  }
}

// False: there is no page for it.
bool App::answer_error(Request& request, Response& response, const HTTPError& error) {
  if (response.started() || response.lost()) return false;
  ErrorHandler* const page = data_->page_for(error.status());
  if (page == nullptr) return false;
  try {
    response.fail(error);
    (*page)(request, response, error);
    return true;
  } catch (const std::exception& failure) {
    if (response.lost()) throw;
    request.log().error("the page for {}: {}", error.status(), failure.what());
    return response.started();
  }
}

void Next::operator()() {
  app_.call(index_, request_, response_);
}

void App::call(std::size_t index, Request& request, Response& response) {
  if (index == data_->middleware.size()) return call_route(request, response);
  Next next(*this, index + 1, request, response);
  data_->middleware[index](request, response, next);
}

void App::call_route(Request& request, Response& response) {
  if (request.method() == "OPTIONS" && request.target() == "*") {
    response.status(204).send({});
    return;
  }
  const std::string path = path_of(request);
  http::PathParams params;
  detail::RouteNode* const node = data_->routes.find(path, params);
  if (node == nullptr) throw HTTPError(404, "there is no such page");
  const Request::Route route(request, &params);
  if (http::Handler* const handler = node->find(request.method())) {
    (*handler)(request, response);
  } else if (request.method() == "OPTIONS") {
    response.status(204).set("Allow", node->allowed()).send({});
  } else {
    throw HTTPError(405, "this page has no such method").set("Allow", node->allowed());
  }
}

}  // namespace gnet::web
