#include "commands/http_echo_app.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "cli/out/json.h"
#include "commands/chat_room.h"
#include "commands/http_echo_request.h"
#include "commands/http_echo_routes.h"
#include "commands/request_recorder.h"
#include "gnet/base/random.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/fiber/fiber.h"
#include "gnet/http/request_path.h"
#include "gnet/web/feed.h"
#include "gnet/ws/web_socket_server.h"

namespace commands {
namespace {

using gnet::http::FieldName;
using gnet::http::HTTPError;
using gnet::http::Request;
using gnet::http::Response;
using gnet::web::App;
using gnet::web::Next;

// ---- long polling ----

constexpr std::size_t kMostPublished = 64 * 1024;  // bytes of a message, of which 1000 are kept

void poll(gnet::web::Feed& feed, Request& request, Response& response) {
  const auto timeout = query_duration(request, "timeout", std::chrono::seconds(30));
  const auto since = query_count(request, "since", feed.last(), 1000000000000000);
  std::vector<gnet::web::Feed::Message> found;
  gnet::CancelScope scope;
  response.on_drain([&scope] { scope.cancel(); });  // whoever waits is told at once
  scope.run([&] { found = feed.wait(since, gnet::Deadline(timeout)); });
  response.on_drain({});
  response.set("Cache-Control", "no-store");
  if (found.empty()) return response.status(204).send({});
  std::string messages;
  for (const auto& message : found) {
    cli::JsonObject object;
    object.add("id", message.number);
    add_body(object, message.text);
    messages += (messages.empty() ? "" : ",") + object.text();
  }
  send_json(
      response,
      cli::JsonObject().add("last", found.back().number).raw("messages", "[" + messages + "]"));
}

void publish(gnet::web::Feed& feed, Request& request, Response& response) {
  const std::string& body = body_of(request);
  if (body.size() > kMostPublished) throw HTTPError(413, "a message has at most 64 KiB");
  send_json(response, cli::JsonObject().add("id", feed.publish(body)));
}

// ---- WebSocket ----

// What one says all others hear; ?name=ada is put before it.
void chat(ChatRoom& room, Request& request, Response& response) {
  const std::string name = request.query_value("name").value_or("");
  gnet::ws::serve(request, response, [&](gnet::ws::WebSocket& socket) {
    const ChatRoom::Place place(room, socket);
    while (const auto message = socket.receive()) {
      if (!message->is_text()) continue;
      room.say(
          name.empty() ? std::string(message->data) : fmt::format("{}: {}", name, message->data),
          &socket);
    }
  });
}

// ---- all pages ----

void add_pages(App& app) {
  for (const auto& routes : {inspecting_routes(), answering_routes(), streaming_routes()}) {
    for (const EchoRoute& route : routes) app.route(route.method, route.path, route.answer);
  }
  const auto feed = std::make_shared<gnet::web::Feed>();
  app.get("/poll",
          [feed](Request& request, Response& response) { poll(*feed, request, response); });
  app.post("/publish",
           [feed](Request& request, Response& response) { publish(*feed, request, response); });
  app.websocket("/ws", [](gnet::ws::WebSocket& socket) {
    while (const auto message = socket.receive()) socket.send(*message);
  });
  const auto room = std::make_shared<ChatRoom>();
  app.get("/ws/chat",
          [room](Request& request, Response& response) { chat(*room, request, response); });
}

// "/delay/2s" is /anything two seconds later, and "/delay/2s/status/503" that page. One is enough:
// what waits for what waits would be a stack without end.
void add_delay(App& app, const std::shared_ptr<App>& pages) {
  const auto wait = [](Request& request) {
    gnet::sleep(to_duration("delay", request.param("time")));
  };
  app.any("/delay/{time}", [wait, pages](Request& request, Response& response) {
    wait(request);
    const Request::Route route(request, nullptr, "");
    (*pages)(request, response);
  });
  app.any("/delay/{time}/{path...}", [wait, pages](Request& request, Response& response) {
    wait(request);
    const std::string path(request.param("path"));
    const Request::Route route(request, nullptr, path);
    (*pages)(request, response);
  });
}

// ---- what happens around them ----

void allow_origin(Request& request, Response& response, Next& next) {
  const auto origin = request.header("Origin");
  if (!origin) return next();
  response.set("Access-Control-Allow-Origin", *origin);
  response.set("Access-Control-Allow-Credentials", "true");
  response.add("Vary", "Origin");
  const auto method = request.header("Access-Control-Request-Method");
  if (request.method() != "OPTIONS" || !method) {
    response.set("Access-Control-Expose-Headers", "*, Content-Range, ETag, Location");
    return next();
  }
  response.set("Access-Control-Allow-Methods", *method);
  if (const auto headers = request.header("Access-Control-Request-Headers")) {
    response.set("Access-Control-Allow-Headers", *headers);
  }
  response.set("Access-Control-Max-Age", "600").status(204).send({});
}

// Before it is answered, so that whoever has the answer finds it there.
void record(RequestRecorder& recorder, Request& request) {
  try {
    recorder.record(request, body_of(request));
  } catch (const HTTPError& error) {
    recorder.record(request, {}, error.what());
    throw;
  }
}

gnet::Duration random_delay(const cli::Delay& delay) {
  const auto spread = static_cast<double>(delay.jitter.count()) * (2 * gnet::random_share() - 1);
  return std::max(gnet::Duration::zero(),
                  delay.base + gnet::Duration(static_cast<std::int64_t>(spread)));
}

void trouble(const HttpEchoSettings& settings, Response& response, Next& next) {
  if (const auto time = random_delay(settings.delay); time > gnet::Duration::zero()) {
    gnet::sleep(time);
  }
  if (gnet::random_share() < settings.errors.share) {
    throw HTTPError(503, "an error that was asked for");
  }
  if (!settings.status) return next();
  response.status(*settings.status);
  response.send(status_text(*settings.status), "text/plain; charset=utf-8");
}

// "/{name...}": nothing is left for other paths.
bool takes_all(const MockRoute& route) {
  return route.path.starts_with("/{") && route.path.find('}') + 1 == route.path.size() &&
         route.path.ends_with("...}");
}

std::string decoded_path(const Request& request) {
  const auto path = gnet::http::RequestPath::parse(request.path());
  return path ? path->text() : std::string(request.path());
}

}  // namespace

App make_http_echo_app(HttpEchoSettings given) {
  const auto settings = std::make_shared<const HttpEchoSettings>(std::move(given));
  const auto pages = std::make_shared<App>();
  add_pages(*pages);
  if (settings->answers_all) {
    for (const EchoRoute& route : inspecting_routes()) {
      if (route.path == "/anything") pages->any("/{path...}", route.answer);
    }
  }
  const auto inner = std::make_shared<App>();
  add_delay(*inner, pages);
  inner->mount("/", [pages](Request& request, Response& response) { (*pages)(request, response); });

  App app;
  app.use([settings](Request& request, Response&, Next& next) {
    KeptBody body(settings->max_body);
    const auto scope = kept_body.set(&body);
    const auto tell = [&] {
      if (settings->answered) settings->answered(decoded_path(request));
    };
    try {
      if (settings->recorder != nullptr) record(*settings->recorder, request);
      next();
    } catch (const HTTPError&) {  // an answer, too
      tell();
      throw;
    }
    tell();
  });
  if (settings->cors) app.use(allow_origin);
  app.use(
      [settings](Request&, Response& response, Next& next) { trouble(*settings, response, next); });
  for (const MockRoute& route : settings->routes) add_mock_route(app, route);
  if (std::ranges::none_of(settings->routes, takes_all)) {
    app.mount("/", [inner](Request& request, Response& response) { (*inner)(request, response); });
  }
  return app;
}

}  // namespace commands
