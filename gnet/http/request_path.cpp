#include "gnet/http/request_path.h"

#include "gnet/base/utf8.h"
#include "gnet/http/ascii.h"
#include "gnet/http/percent.h"

namespace gnet::http {
namespace {

// A character in more bytes than it needs (RFC 3629 §10).
bool has_overlong(std::string_view text) {
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    const auto first = static_cast<unsigned char>(text[i]);
    const auto second = static_cast<unsigned char>(text[i + 1]);
    if (second < 0x80 || second > 0xbf) continue;
    if (first == 0xc0 || first == 0xc1) return true;
    if ((first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90)) return true;
  }
  return false;
}

// Decodes one segment of a raw path to the end of out.
PathFault append_segment(std::string_view raw, RequestPath::Options options, std::string& out) {
  const std::size_t begin = out.size();
  switch (percent_decode(raw, out)) {
    case PercentFault::none:
      break;
    case PercentFault::bad_escape:
      return PathFault::bad_escape;
    case PercentFault::nul:
      return PathFault::nul;
  }
  const std::string_view segment = std::string_view(out).substr(begin);
  // The slashes of the raw path are between segments: one in a segment was encoded.
  if (segment.find('/') != segment.npos) return PathFault::encoded_slash;
  if (segment.find('\\') != segment.npos) return PathFault::backslash;
  if (segment == "." || segment == "..") return PathFault::dot_segment;
  if (is_utf8(segment)) return PathFault::none;
  if (options.utf8) return PathFault::not_utf8;
  if (has_overlong(segment)) return PathFault::overlong;
  return PathFault::none;
}

// Nothing in it is encoded, refused or shortened, as in nearly all paths that are asked for. What
// it does not know it leaves to the long way.
bool is_plain(std::string_view raw) {
  char before = '\0';
  for (const char c : raw) {
    if (detail::is_control(c) || !detail::is_ascii(c)) return false;
    if (c == '%' || c == '\\' || c == '?' || c == '#') return false;
    if (before == '/' && (c == '.' || c == '/')) return false;
    before = c;
  }
  return raw.starts_with('/');
}

PathFault normalise(std::string_view raw, RequestPath::Options options, std::string& out) {
  if (!raw.starts_with('/') || raw.find_first_of("?#") != raw.npos) return PathFault::not_absolute;
  while (!raw.empty()) {
    raw.remove_prefix(1);
    if (!out.ends_with('/')) out += '/';
    const std::string_view segment = raw.substr(0, raw.find('/'));
    const PathFault fault = append_segment(segment, options, out);
    if (fault != PathFault::none) return fault;
    raw.remove_prefix(segment.size());
  }
  return PathFault::none;
}

}  // namespace

std::string_view describe(PathFault fault) noexcept {
  switch (fault) {
    case PathFault::none:
      return "nothing";
    case PathFault::not_absolute:
      return "not an absolute path";
    case PathFault::bad_escape:
      return "a % without two hexadecimal digits";
    case PathFault::nul:
      return "a byte 0";
    case PathFault::encoded_slash:
      return "an encoded slash";
    case PathFault::backslash:
      return "a backslash";
    case PathFault::dot_segment:
      return "a dot segment";
    case PathFault::not_utf8:
      return "not UTF-8";
    case PathFault::overlong:
      return "an overlong form of UTF-8";
  }
  return "";
}

std::optional<RequestPath> RequestPath::parse(std::string_view raw, Options options,
                                              PathFault* fault) {
  std::string text;
  PathFault found = PathFault::none;
  if (is_plain(raw)) {
    text = raw;
  } else {
    found = normalise(raw, options, text);
  }
  if (fault != nullptr) *fault = found;
  if (found != PathFault::none) return std::nullopt;
  return RequestPath(std::move(text));
}

std::string_view RequestPath::relative() const noexcept {
  std::string_view path = text_;
  path.remove_prefix(1);
  if (path.ends_with('/')) path.remove_suffix(1);
  return path.empty() ? "." : path;
}

std::vector<std::string_view> RequestPath::segments() const {
  std::vector<std::string_view> segments;
  std::string_view rest = std::string_view(text_).substr(1);
  while (!rest.empty()) {
    segments.push_back(rest.substr(0, rest.find('/')));
    rest.remove_prefix(segments.back().size());
    if (!rest.empty()) rest.remove_prefix(1);
  }
  return segments;
}

bool RequestPath::is_below(std::string_view folder) const noexcept {
  if (folder.ends_with('/')) folder.remove_suffix(1);
  if (!std::string_view(text_).starts_with(folder)) return false;
  return text_.size() == folder.size() || text_[folder.size()] == '/';
}

std::optional<RequestPath> RequestPath::below(std::string_view folder) const {
  if (folder.ends_with('/')) folder.remove_suffix(1);
  if (!is_below(folder)) return std::nullopt;
  std::string rest = text_.substr(folder.size());
  return RequestPath(rest.empty() ? "/" : std::move(rest));
}

std::string RequestPath::encoded() const {
  std::string out;
  // A % in a name has to become %25, which the set for paths, made for what is encoded
  // already, leaves.
  std::string_view rest = text_;
  while (!rest.empty()) {
    const std::string_view plain = rest.substr(0, rest.find('%'));
    append_percent_encoded(out, plain, EncodeSet::path);
    rest.remove_prefix(plain.size());
    if (rest.empty()) break;
    out += "%25";
    rest.remove_prefix(1);
  }
  return out;
}

}  // namespace gnet::http
