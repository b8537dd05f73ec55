#include "cli/line/json_document.h"

#include <boost/json.hpp>

#include "cli/line/json_config.h"

namespace cli {

namespace json = boost::json;

JsonDocument::JsonDocument(const std::string& path, const std::string& text)
    : root_(std::make_shared<const json::value>(parse_json_object(path, text))) {}

const json::value* JsonDocument::find(Keys keys) const {
  const json::value* value = root_.get();
  for (const std::string_view key : keys) {
    const json::object* const object = value->if_object();
    value = object == nullptr ? nullptr : object->if_contains({key.data(), key.size()});
    if (value == nullptr) return nullptr;
  }
  return value;
}

std::optional<double> JsonDocument::number(Keys keys) const {
  const json::value* const value = find(keys);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->to_number<double>();
}

std::optional<std::string> JsonDocument::text(Keys keys) const {
  const json::value* const value = find(keys);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string(value->get_string());
}

std::vector<std::string> JsonDocument::texts(Keys keys) const {
  std::vector<std::string> texts;
  const json::value* const value = find(keys);
  if (value == nullptr || !value->is_array()) return texts;
  for (const json::value& item : value->get_array()) {
    if (item.is_string()) texts.emplace_back(item.get_string());
  }
  return texts;
}

}  // namespace cli
