#include "gnet/ws/extension.h"

#include "gnet/ws/header_list.h"

namespace gnet::ws {
namespace {

constexpr std::size_t kMostWords = 32;

// A name, and a value behind a '=': a token, or one in quotes.
std::optional<ExtensionParameter> read_parameter(http::detail::Scanner& scan) {
  ExtensionParameter parameter{std::string(scan.token()), {}};
  if (parameter.name.empty()) return std::nullopt;
  scan.skip_space();
  if (scan.eat('=')) {
    scan.skip_space();
    parameter.value = scan.token_or_quoted();
    if (!parameter.value || !http::detail::is_token(*parameter.value)) return std::nullopt;
  }
  return parameter;
}

}  // namespace

std::optional<std::vector<Extension>> parse_extensions(std::string_view header) {
  http::detail::Scanner scan(header);
  std::vector<Extension> list;
  std::size_t words = 0;
  while (detail::next_element(scan)) {
    Extension& extension = list.emplace_back();
    extension.name = scan.token();
    if (extension.name.empty() || ++words > kMostWords) return std::nullopt;
    for (scan.skip_space(); scan.eat(';'); scan.skip_space()) {
      scan.skip_space();
      auto parameter = read_parameter(scan);
      if (!parameter || ++words > kMostWords) return std::nullopt;
      extension.parameters.push_back(*std::move(parameter));
    }
    if (!detail::at_element_end(scan)) return std::nullopt;
  }
  if (list.empty()) return std::nullopt;
  return list;
}

}  // namespace gnet::ws
