#include "commands/http_mock.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <stdexcept>

#include "cli/line/read_file.h"
#include "cli/out/failure.h"
#include "commands/http_items.h"
#include "gnet/base/utf8.h"
#include "gnet/http/media_type.h"
#include "gnet/http/request.h"
#include "gnet/http/response.h"

namespace commands {
namespace {

constexpr std::string_view kForm = "METHOD PATH=STATUS[:BODY]";

[[noreturn]] void refuse(std::string_view text, std::string_view why) {
  throw cli::UsageError(fmt::format("bad route '{}': {}", text, why),
                        "gnet http-echo --route 'GET /v1/ping=200:{\"ok\":true}'");
}

// "200" of "200:hello". Only what an answer may have.
std::optional<int> leading_status(std::string_view text) {
  if (text.size() < 3 || (text.size() > 3 && text[3] != ':')) return std::nullopt;
  int status = 0;
  for (const char c : text.substr(0, 3)) {
    if (c < '0' || c > '9') return std::nullopt;
    status = status * 10 + (c - '0');
  }
  return status >= 200 && status <= 599 ? std::optional(status) : std::nullopt;
}

// A path may have an equals sign in it, too: the one that counts has a status behind it.
std::size_t find_equals(std::string_view text) {
  std::size_t at = text.find('=');
  while (at != text.npos && !leading_status(text.substr(at + 1))) at = text.find('=', at + 1);
  return at;
}

std::string type_of(std::string_view body) {
  if (body.starts_with('{') || body.starts_with('[')) return "application/json";
  if (body.starts_with('<')) return "text/html; charset=utf-8";
  return "text/plain; charset=utf-8";
}

// Names of a path that its body has in braces.
struct Template {
  struct Name {
    std::string name;
    std::string in_braces;
  };
  std::vector<Name> names{};
  bool is_json = false;

  explicit Template(const MockRoute& route) : is_json(route.type == "application/json") {
    std::string_view path = route.path;
    for (auto open = path.find('{'); open != path.npos; open = path.find('{')) {
      const auto close = path.find('}', open);
      if (close == path.npos) return;
      std::string name(path.substr(open + 1, close - open - 1));
      if (name.ends_with("...")) name.resize(name.size() - 3);
      std::string in_braces = "{" + name + "}";
      if (route.body.find(in_braces) != route.body.npos) {
        names.push_back({std::move(name), std::move(in_braces)});
      }
      path.remove_prefix(close);
    }
  }

  [[nodiscard]] std::string fill(std::string_view body, const gnet::http::Request& request) const {
    std::string out;
    while (!body.empty()) {
      const auto here = std::ranges::find_if(
          names, [&](const Name& name) { return body.starts_with(name.in_braces); });
      if (here == names.end()) {
        out += body.front();
        body.remove_prefix(1);
      } else {
        out += value(request.param(here->name));
        body.remove_prefix(here->in_braces.size());
      }
    }
    return out;
  }

  // Within quotes of JSON, which it must not end.
  [[nodiscard]] std::string value(std::string_view text) const {
    if (!is_json) return std::string(text);
    const std::string quoted = gnet::json_string(text);
    return quoted.substr(1, quoted.size() - 2);
  }
};

}  // namespace

MockRoute parse_mock_route(std::string_view text, const std::string& folder) {
  MockRoute route;
  std::string_view left = text;
  if (const auto space = text.find(' '); space != text.npos && !text.starts_with('/')) {
    const std::string_view method = text.substr(0, space);
    if (method != "*" && !is_method(method)) refuse(text, "its method is none");
    if (method != "*") route.method = method;
    left.remove_prefix(std::min(text.find_first_not_of(' ', space), text.size()));
  }
  if (!left.starts_with('/')) refuse(text, fmt::format("it has to be {}", kForm));
  const std::size_t equals = find_equals(left);
  if (equals == left.npos) refuse(text, "it has no =STATUS, from 200 to 599");
  route.path = left.substr(0, equals);
  route.status = *leading_status(left.substr(equals + 1));
  left.remove_prefix(equals + 4);
  if (left.empty()) return route;
  left.remove_prefix(1);
  if (left.starts_with('@')) {
    const std::string file(left.substr(1));
    route.body =
        cli::read_file(file.starts_with('/') || folder.empty() ? file : folder + "/" + file);
    route.type = gnet::http::content_type_of(file);
  } else if (!left.empty()) {
    route.body = left;
    route.type = type_of(left);
  }
  return route;
}

std::vector<MockRoute> read_mock_routes(const std::string& file) {
  const auto slash = file.rfind('/');
  const std::string folder = slash == file.npos ? "" : file.substr(0, slash + 1);
  std::vector<MockRoute> routes;
  const std::string text = cli::read_file(file);
  std::string_view rest = text;
  for (int number = 1; !rest.empty(); ++number) {
    const auto end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) continue;
    try {
      routes.push_back(parse_mock_route(line, folder));
    } catch (const cli::Failure& failure) {
      throw cli::Failure(failure.code(), fmt::format("{}:{}: {}", file, number, failure.what()));
    }
  }
  return routes;
}

void add_mock_route(gnet::web::App& app, MockRoute route) {
  const std::string name = (route.method.empty() ? "" : route.method + " ") + route.path;
  const std::string method = route.method;
  const std::string path = route.path;
  try {
    app.route(method, path,
              [names = Template(route), route = std::move(route)](gnet::http::Request& request,
                                                                  gnet::http::Response& response) {
                response.status(route.status);
                if (!route.type.empty()) response.type(route.type);
                response.send(names.names.empty() ? route.body : names.fill(route.body, request));
              });
  } catch (const std::invalid_argument& error) {
    refuse(name, error.what());
  }
}

}  // namespace commands
