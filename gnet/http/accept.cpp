#include "gnet/http/accept.h"

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "gnet/http/media_type.h"
#include "gnet/http/scanner.h"

namespace gnet::http {
namespace {

// One element of a list: what it names, and how much it is liked in thousandths.
struct Preference {
  std::string name;  // in lower case
  std::vector<detail::Parameter> parameters{};
  int quality = 1000;
};

// "0" to "1", with at most three digits behind the point.
std::optional<int> parse_quality(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  if (text.size() > 1 && text[1] != '.') return std::nullopt;
  int quality = (text[0] - '0') * 1000;
  int weight = 100;
  for (const char c : text.substr(std::min<std::size_t>(text.size(), 2))) {
    if (c < '0' || c > '9') return std::nullopt;
    quality += (c - '0') * weight;
    weight /= 10;
  }
  return quality <= 1000 ? std::optional(quality) : std::nullopt;
}

std::optional<Preference> parse_preference(std::string_view text) {
  detail::Scanner scan(text);
  Preference preference{.name = detail::to_lower(scan.token())};
  if (preference.name.empty()) return std::nullopt;
  if (scan.eat('/')) {
    const std::string_view subtype = scan.token();
    if (subtype.empty()) return std::nullopt;
    (preference.name += '/') += detail::to_lower(subtype);
  }
  while (auto parameter = detail::take_parameter(scan)) {
    if (parameter->name != "q") {
      preference.parameters.push_back(std::move(*parameter));
      continue;
    }
    // What once could follow a weight is no parameter of the type.
    const auto quality = parse_quality(parameter->value);
    if (!quality) return std::nullopt;
    preference.quality = *quality;
    return preference;
  }
  return scan.at_end() ? std::optional(std::move(preference)) : std::nullopt;
}

constexpr std::size_t kMaxPreferences = 64;  // more than any client has

std::vector<Preference> parse_list(std::string_view field) {
  std::vector<Preference> list;
  detail::Scanner scan(field);
  while (!scan.at_end() && list.size() < kMaxPreferences) {
    const std::string_view element = detail::trim(scan.until(','));
    if (element.empty()) continue;
    if (auto preference = parse_preference(element)) list.push_back(std::move(*preference));
  }
  return list;
}

// How well a preference is about an offer: 0 not at all, and the higher the more specific.
using Specificity = std::size_t (*)(const Preference&, std::string_view offer);

// How much the offer is liked; nothing if no preference is about it.
std::optional<int> quality_of(const std::vector<Preference>& list, std::string_view offer,
                              Specificity specificity) {
  std::size_t best = 0;
  std::optional<int> quality;
  for (const Preference& preference : list) {
    const std::size_t now = specificity(preference, offer);
    if (now == 0 || now < best) continue;
    // Said twice, the better counts.
    quality = now == best ? std::max(*quality, preference.quality) : preference.quality;
    best = now;
  }
  return quality;
}

std::optional<std::size_t> choose(const std::vector<Preference>& list,
                                  std::span<const std::string_view> offers,
                                  Specificity specificity) {
  std::optional<std::size_t> choice;
  int best = 0;
  for (std::size_t i = 0; i < offers.size(); ++i) {
    const int quality = quality_of(list, offers[i], specificity).value_or(0);
    if (quality <= best) continue;
    best = quality;
    choice = i;
  }
  return choice;
}

std::optional<std::size_t> first_of(std::span<const std::string_view> offers) {
  return offers.empty() ? std::nullopt : std::optional<std::size_t>(0);
}

// "*/*" 1, "text/*" 2, "text/html" 3, and one more for each parameter that the offer has too.
std::size_t media_specificity(const Preference& preference, std::string_view offer) {
  const auto type = MediaType::parse(offer);
  if (!type) return 0;
  if (preference.name == "*/*") return preference.parameters.empty() ? 1 : 0;
  const bool any = preference.name == std::string(type->type()) + "/*";
  if (!any && preference.name != type->essence()) return 0;
  for (const auto& [name, value] : preference.parameters) {
    if (type->parameter(name) != value) return 0;
  }
  return (any ? 2U : 3U) + preference.parameters.size();
}

std::size_t encoding_specificity(const Preference& preference, std::string_view offer) {
  if (preference.name == "*") return 1;
  // An old name, which RFC 9110 §8.4.1.3 wants to be read.
  const bool same = preference.name == offer || (preference.name == "x-gzip" && offer == "gzip");
  return same ? 2 : 0;
}

// A range "en" is about "en-gb", and the more of the tag it has the more it is about it.
std::size_t language_specificity(const Preference& preference, std::string_view offer) {
  if (preference.name == "*") return 1;
  const std::string tag = detail::to_lower(offer);
  if (!tag.starts_with(preference.name)) return 0;
  const bool whole = tag.size() == preference.name.size() || tag[preference.name.size()] == '-';
  return whole ? 1 + preference.name.size() : 0;
}

// The other way round: "de-ch" finds "de".
std::optional<std::size_t> look_up(std::vector<Preference> list,
                                   std::span<const std::string_view> offers) {
  std::ranges::stable_sort(list, std::greater<>(), &Preference::quality);
  for (const Preference& preference : list) {
    if (preference.quality == 0) break;
    std::string_view range = preference.name;
    for (auto dash = range.rfind('-'); dash != range.npos; dash = range.rfind('-')) {
      range = range.substr(0, dash);
      // A single letter or digit stands for what follows it.
      if (range.size() > 1 && range[range.size() - 2] == '-') range.remove_suffix(2);
      const auto found = std::ranges::find_if(
          offers, [&](std::string_view offer) { return detail::to_lower(offer) == range; });
      if (found != offers.end()) return static_cast<std::size_t>(found - offers.begin());
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::size_t> choose_media_type(AcceptField accept,
                                             std::span<const std::string_view> offers) {
  const auto list = parse_list(accept.value_or(""));
  return list.empty() ? first_of(offers) : choose(list, offers, media_specificity);
}

std::optional<std::size_t> choose_encoding(AcceptField accept_encoding,
                                           std::span<const std::string_view> offers) {
  auto list = parse_list(accept_encoding.value_or(""));
  // Unless it is spoken of, identity comes after all that is acceptable.
  if (!quality_of(list, "identity", encoding_specificity)) {
    list.push_back({.name = "identity", .quality = 1});
  }
  return choose(list, offers, encoding_specificity);
}

bool identity_allowed(AcceptField accept_encoding) {
  const auto list = parse_list(accept_encoding.value_or(""));
  return quality_of(list, "identity", encoding_specificity).value_or(1) > 0;
}

std::optional<std::size_t> choose_language(AcceptField accept_language,
                                           std::span<const std::string_view> offers) {
  auto list = parse_list(accept_language.value_or(""));
  if (list.empty()) return first_of(offers);
  const auto choice = choose(list, offers, language_specificity);
  return choice ? choice : look_up(std::move(list), offers);
}

bool wants_html(AcceptField accept) {
  const auto list = parse_list(accept.value_or(""));
  return std::ranges::any_of(list, [](const Preference& preference) {
    return preference.quality > 0 &&
           (preference.name == "text/html" || preference.name == "application/xhtml+xml");
  });
}

}  // namespace gnet::http
