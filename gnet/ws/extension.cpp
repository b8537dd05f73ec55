#include "gnet/ws/extension.h"

#include "gnet/ws/header_reader.h"

namespace gnet::ws {
namespace {

constexpr std::size_t kMostWords = 32;

// The value behind a '=': a token, or a quoted one.
std::optional<std::string> read_value(detail::HeaderReader& reader) {
  if (!reader.take('"')) {
    const std::string_view token = reader.token();
    return token.empty() ? std::nullopt : std::optional<std::string>(token);
  }
  std::string value;
  while (const auto c = reader.quoted()) value += *c;
  if (!reader.take('"') || !detail::is_token(value)) return std::nullopt;
  return value;
}

std::optional<ExtensionParameter> read_parameter(detail::HeaderReader& reader) {
  ExtensionParameter parameter{std::string(reader.token()), {}};
  if (parameter.name.empty()) return std::nullopt;
  reader.skip_space();
  if (reader.take('=')) {
    reader.skip_space();
    parameter.value = read_value(reader);
    if (!parameter.value) return std::nullopt;
  }
  return parameter;
}

}  // namespace

std::optional<std::vector<Extension>> parse_extensions(std::string_view header) {
  detail::HeaderReader reader(header);
  std::vector<Extension> list;
  std::size_t words = 0;
  while (reader.next_element()) {
    Extension& extension = list.emplace_back();
    extension.name = reader.token();
    if (extension.name.empty() || ++words > kMostWords) return std::nullopt;
    for (reader.skip_space(); reader.take(';'); reader.skip_space()) {
      reader.skip_space();
      auto parameter = read_parameter(reader);
      if (!parameter || ++words > kMostWords) return std::nullopt;
      extension.parameters.push_back(*std::move(parameter));
    }
    if (!reader.at_element_end()) return std::nullopt;
  }
  if (list.empty()) return std::nullopt;
  return list;
}

}  // namespace gnet::ws
