#include "gnet/http/media_type.h"

#include <algorithm>

#include "gnet/http/media_type_table.h"
#include "gnet/http/scanner.h"

namespace gnet::http {

std::optional<MediaType> MediaType::parse(std::string_view text) {
  detail::Scanner scan(detail::trim(text));
  MediaType type;
  const std::string_view main = scan.token();
  if (main.empty() || !scan.eat('/')) return std::nullopt;
  const std::string_view sub = scan.token();
  if (sub.empty()) return std::nullopt;
  type.essence_ = detail::to_lower(main) + '/' + detail::to_lower(sub);
  while (auto parameter = detail::take_parameter(scan)) {
    if (type.parameter(parameter->name)) continue;
    type.parameters_.emplace_back(std::move(parameter->name), std::move(parameter->value));
  }
  if (!scan.at_end()) return std::nullopt;
  return type;
}

std::string_view MediaType::type() const noexcept {
  return std::string_view(essence_).substr(0, essence_.find('/'));
}

std::string_view MediaType::subtype() const noexcept {
  return std::string_view(essence_).substr(essence_.find('/') + 1);
}

std::optional<std::string_view> MediaType::parameter(std::string_view name) const {
  for (const auto& [key, value] : parameters_) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::string MediaType::str() const {
  std::string out = essence_;
  for (const auto& [name, value] : parameters_) {
    ((out += "; ") += name) += '=';
    detail::append_token_or_quoted(out, value);
  }
  return out;
}

std::string_view media_type_of(std::string_view file_name) {
  file_name = file_name.substr(file_name.rfind('/') + 1);
  const auto dot = file_name.rfind('.');
  if (dot == file_name.npos) return {};
  const std::string extension = detail::to_lower(file_name.substr(dot + 1));
  const auto table = detail::media_types();
  const auto found = std::ranges::lower_bound(table, extension, {}, &detail::FileType::extension);
  return found != table.end() && found->extension == extension ? found->type : std::string_view();
}

std::string content_type_of(std::string_view file_name, std::string_view charset,
                            std::string_view unknown) {
  std::string_view type = media_type_of(file_name);
  if (type.empty()) type = unknown;
  std::string out(type);
  if (!charset.empty() && has_charset(type)) (out += "; charset=") += charset;
  return out;
}

bool has_charset(std::string_view essence) {
  return essence.starts_with("text/") || essence == "application/xml" ||
         essence == "application/xhtml+xml" || essence == "image/svg+xml";
}

bool is_compressible(std::string_view essence) {
  if (essence == "text/event-stream") return false;  // every event has to leave at once
  if (essence.starts_with("text/") || essence.ends_with("+xml") || essence.ends_with("+json")) {
    return true;
  }
  constexpr std::string_view kOthers[] = {"application/json",
                                          "application/xml",
                                          "application/javascript",
                                          "application/wasm",
                                          "application/rtf",
                                          "application/x-ndjson",
                                          "application/sql",
                                          "application/toml",
                                          "application/yaml",
                                          "application/postscript",
                                          "application/x-sh",
                                          "application/x-tar",
                                          "application/vnd.ms-excel",
                                          "application/msword",
                                          "application/vnd.ms-fontobject",
                                          "font/ttf",
                                          "font/otf",
                                          "image/bmp",
                                          "image/x-icon",
                                          "image/vnd.microsoft.icon"};
  return std::ranges::find(kOthers, essence) != std::ranges::end(kOthers);
}

}  // namespace gnet::http
