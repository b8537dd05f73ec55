#include "cli/control/asking.h"

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <stdexcept>

#include "cli/out/failure.h"
#include "gnet/base/error.h"
#include "gnet/io/connect.h"

namespace cli {
namespace {

namespace json = boost::json;

// What a list of a process has: gigabytes it is not.
constexpr std::size_t kLongestAnswer = 64 * 1024 * 1024;

std::string url_of(const std::string& path) {
  return gnet::Endpoint::unix_path(path).to_string();
}

gnet::AnyStream connect_to(const std::string& path, gnet::Deadline deadline) {
  try {
    return gnet::connect(gnet::Endpoint::unix_path(path), deadline);
  } catch (const std::system_error& error) {
    const bool refused = error.code() == std::errc::permission_denied;
    throw Failure(Exit::no_instance,
                  refused ? "another user's: permission denied" : "no process is controlled there",
                  "gnet ctl list shows those that are", url_of(path), error.code());
  }
}

std::string text_of(const json::object& object, std::string_view key) {
  const json::value* const value = object.if_contains({key.data(), key.size()});
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

void read_services(const json::object& object, std::vector<std::string>& names) {
  const json::value* const services = object.if_contains("services");
  if (services == nullptr || !services->is_array()) return;
  for (const json::value& one : services->get_array()) {
    if (one.is_object()) names.push_back(text_of(one.get_object(), "name"));
  }
}

}  // namespace

ControlAnswer parse_answer(std::string line) {
  json::error_code error;
  const json::value root = json::parse(line, error);
  // Another server may send back what it was asked, which is an object as well.
  const json::value* const ok = root.is_object() ? root.get_object().if_contains("ok") : nullptr;
  if (error || ok == nullptr || !ok->is_bool()) {
    throw Failure(Exit::protocol,
                  "what came is no answer of a gnet process: " + line.substr(0, 80));
  }
  const json::object& object = root.get_object();
  ControlAnswer answer;
  if (const json::value* code = object.if_contains("code"); code != nullptr && code->is_int64()) {
    answer.code = static_cast<Exit>(code->get_int64());
  }
  answer.message = text_of(object, "message");
  answer.text = text_of(object, "text");
  read_services(object, answer.services);
  answer.line = std::move(line);
  return answer;
}

ControlConnection::ControlConnection(const std::string& path, gnet::Deadline deadline)
    : path_(path), stream_(connect_to(path, deadline)) {}

void ControlConnection::send(const ControlRequest& request, gnet::Deadline deadline) {
  try {
    stream_.send_all(request.to_json() + "\n", deadline);
  } catch (const gnet::TimedOut&) {
    throw Failure(Exit::timeout, "the process does not read what it is asked", {}, url_of(path_));
  } catch (const std::system_error& error) {
    throw Failure(Exit::no_instance, "the process has gone", {}, url_of(path_), error.code());
  }
}

std::optional<std::string> ControlConnection::receive(gnet::Deadline deadline) {
  try {
    return reader_.read_line(deadline, kLongestAnswer);
  } catch (const gnet::TimedOut&) {
    throw Failure(Exit::timeout, "the process does not answer in time", {}, url_of(path_));
  } catch (const std::length_error&) {
    throw Failure(Exit::protocol, "an answer without end", {}, url_of(path_));
  } catch (const std::system_error&) {
    return std::nullopt;  // a process that ends may reset it
  }
}

ControlAnswer ControlConnection::ask(const ControlRequest& request, gnet::Deadline deadline) {
  send(request, deadline);
  if (auto line = receive(deadline)) return parse_answer(std::move(*line));
  throw Failure(Exit::no_instance, "the process has gone without an answer", {}, url_of(path_));
}

}  // namespace cli
