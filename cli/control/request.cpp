#include "cli/control/request.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>

#include "cli/line/suggest.h"
#include "cli/out/json.h"
#include "cli/out/trim.h"
#include "gnet/base/utf8.h"

namespace cli {
namespace {

using Rest = ControlOperation::Rest;

const std::vector<std::string_view> kService{"service"};
const std::vector<std::string_view> kWaiting{"wait", "timeout"};

const std::array kOperations{
    ControlOperation{"list", {}, 0, {}, "the process and its services"},
    ControlOperation{"stats", kService, 0, {"watch", "format"}, "counters and rates"},
    ControlOperation{
        "notify", {"service", "message"}, 2, {}, "tell services something", Rest::text},
    ControlOperation{"stop", kService, 1, kWaiting, "end a service; what does not end is cut"},
    ControlOperation{"start", kService, 1, kWaiting, "begin a service that has stopped"},
    ControlOperation{"restart", kService, 1, kWaiting, "end it and begin it anew"},
    ControlOperation{"drain", kService, 1, kWaiting, "end a service; nothing is cut"},
    ControlOperation{"pause", kService, 1, kWaiting, "take nothing more; it waits"},
    ControlOperation{"resume", kService, 1, kWaiting, "take what waits"},
    ControlOperation{"add", {"service", "type"}, 2, {}, "begin another service", Rest::words},
    ControlOperation{"remove", kService, 1, {"timeout"}, "end a service and forget it"},
    ControlOperation{"reload", {}, 0, {}, "as SIGHUP"},
    ControlOperation{"log-level", {"level", "service"}, 1, {}, "how much is logged"},
    ControlOperation{"shutdown", {}, 0, {"now"}, "end the process"},
    ControlOperation{"conns", kService, 0, {}, "the connections there are"},
    ControlOperation{"kick", {"id"}, 0, {"peer"}, "reset connections"},
    ControlOperation{"events", {}, 0, {"filter"}, "what happens from now on"},
    ControlOperation{"fibers", {}, 0, {}, "what every fiber is doing"},
    ControlOperation{"config", kService, 0, {}, "options and where they come from"},
    ControlOperation{"endpoints", kService, 1, {"port-only"}, "where a service listens"},
    ControlOperation{"help", {}, 0, {}, "what may be asked for"},
};

bool has(const std::vector<std::string_view>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

const ControlOperation& operation(std::string_view name) {
  if (const ControlOperation* found = find_control_operation(name)) return *found;
  std::vector<std::string> known;
  for (const ControlOperation& one : kOperations) known.emplace_back(one.name);
  const std::string meant = closest(name, known);
  throw BadRequest(fmt::format("unknown operation '{}'{}", gnet::printable(name),
                               meant.empty() ? "" : "; did you mean '" + meant + "'?"));
}

void set(ControlRequest& request, const ControlOperation& operation, std::string_view name,
         std::string value) {
  if (!has(operation.arguments, name) && !has(operation.options, name)) {
    throw BadRequest(fmt::format("'{}' has no field '{}'", operation.name, gnet::printable(name)));
  }
  if (!request.fields.emplace(name, std::move(value)).second) {
    throw BadRequest(fmt::format("'{}' is given twice", gnet::printable(name)));
  }
}

void check_needed(const ControlRequest& request, const ControlOperation& operation) {
  for (std::size_t i = 0; i < operation.needed; ++i) {
    if (request.has(operation.arguments[i])) continue;
    throw BadRequest(fmt::format("'{}' needs '{}'", operation.name, operation.arguments[i]));
  }
  if (operation.name == "kick" && request.has("id") == request.has("peer")) {
    throw BadRequest("'kick' needs either 'id' or 'peer'");
  }
}

// ---- plain words ----

bool is_blank(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\r';
}

// The next word of the text, which loses it.
std::string take_word(std::string_view& text) {
  std::string word;
  char quote = '\0';
  while (!text.empty() && (quote != '\0' || !is_blank(text.front()))) {
    const char c = text.front();
    text.remove_prefix(1);
    if (c == quote) {
      quote = '\0';
    } else if (quote == '\0' && (c == '"' || c == '\'')) {
      quote = c;
    } else {
      word += c;
    }
  }
  if (quote != '\0') throw BadRequest("a quote does not end");
  text = trim(text);
  return word;
}

ControlRequest parse_plain(std::string_view line) {
  ControlRequest request;
  request.op = take_word(line);
  const ControlOperation& what = operation(request.op);
  std::size_t argument = 0;
  while (!line.empty()) {
    const bool last = argument + 1 == what.arguments.size();
    if (what.rest == Rest::text && last) {
      set(request, what, what.arguments[argument++], std::string(line));
      break;
    }
    if (what.rest == Rest::words && argument == what.arguments.size()) {
      request.words = split_words(line);
      break;
    }
    const std::string word = take_word(line);
    if (word.starts_with("--")) {
      const std::size_t equals = std::min(word.find('='), word.size());
      const bool alone = equals == word.size();
      set(request, what, std::string_view(word).substr(2, equals - 2),
          alone ? "on" : word.substr(equals + 1));
    } else if (argument < what.arguments.size()) {
      set(request, what, what.arguments[argument++], word);
    } else {
      throw BadRequest(fmt::format("'{}' is one word too many", gnet::printable(word)));
    }
  }
  check_needed(request, what);
  return request;
}

// ---- JSON ----

namespace json = boost::json;

// Text, numbers and truth are all the same: what is false is not there.
bool read_value(const json::value& value, std::string& text) {
  if (value.is_string()) return text = value.get_string(), true;
  if (value.is_int64()) return text = std::to_string(value.get_int64()), true;
  if (value.is_uint64()) return text = std::to_string(value.get_uint64()), true;
  if (value.is_double()) return text = fmt::format("{}", value.get_double()), true;
  if (value.is_bool()) return text = "on", value.get_bool();
  if (value.is_null()) return false;
  throw BadRequest("a field is a string, a number, true or false");
}

std::vector<std::string> read_words(const json::value& value) {
  if (!value.is_array()) throw BadRequest("'words' is a list of strings");
  std::vector<std::string> words;
  for (const json::value& item : value.get_array()) {
    if (!item.is_string()) throw BadRequest("'words' is a list of strings");
    words.emplace_back(item.get_string());
  }
  return words;
}

ControlRequest parse_json(std::string_view line) {
  json::error_code error;
  const json::value root = json::parse({line.data(), line.size()}, error);
  if (error) throw BadRequest("no JSON: " + error.message());
  if (!root.is_object()) throw BadRequest("a request is an object");
  const json::object& object = root.get_object();
  const json::value* op = object.if_contains("op");
  if (op == nullptr || !op->is_string()) throw BadRequest("a request has a field 'op'");
  ControlRequest request;
  request.json = true;
  request.op = op->get_string();
  const ControlOperation& what = operation(request.op);
  for (const auto& [key, value] : object) {
    const std::string_view name(key.data(), key.size());
    std::string text;
    if (name == "op") continue;
    if (name == "words" && what.rest == Rest::words) {
      request.words = read_words(value);
    } else if (name == "text") {
      request.with_text = read_value(value, text);
    } else if (read_value(value, text)) {
      set(request, what, name, std::move(text));
    }
  }
  check_needed(request, what);
  return request;
}

}  // namespace

std::span<const ControlOperation> control_operations() {
  return kOperations;
}

const ControlOperation* find_control_operation(std::string_view name) {
  const auto found = std::ranges::find(kOperations, name, &ControlOperation::name);
  return found != kOperations.end() ? &*found : nullptr;
}

const std::string& ControlRequest::field(std::string_view name) const noexcept {
  static const std::string none;
  const auto found = fields.find(name);
  return found != fields.end() ? found->second : none;
}

std::string ControlRequest::to_json() const {
  JsonObject object;
  object.add("op", op);
  for (const auto& [name, value] : fields) object.add(name, value);
  if (!words.empty()) object.add("words", words);
  if (with_text) object.add("text", true);
  return object.text();
}

ControlRequest parse_request(std::string_view line) {
  line = trim(line);
  if (line.empty()) throw BadRequest("an empty line");
  if (line.size() > ControlRequest::kLongest) throw BadRequest("a line is too long");
  return line.front() == '{' ? parse_json(line) : parse_plain(line);
}

std::vector<std::string> split_words(std::string_view line) {
  std::vector<std::string> words;
  line = trim(line);
  while (!line.empty()) words.push_back(take_word(line));
  return words;
}

}  // namespace cli
