// Reading endpoints: the scheme, and the layers in it.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "gnet/base/decimal.h"
#include "gnet/io/endpoint_parser.h"
#include "gnet/io/endpoint_schemes.h"
#include "gnet/io/endpoint_text.h"

namespace gnet {
namespace {

using detail::drop_suffix;
using detail::EndpointScheme;
using detail::equal_ignoring_case;
using detail::lowered;
using detail::split;

// What belongs to others, and a scheme that will come.
constexpr std::array<std::string_view, 4> kOthers = {"http", "https", "redis", "dtls"};

}  // namespace

// True if the name is a scheme; a text with "//" (url) must have one. Hosts may be called ws or
// connect: with a mere colon these are no schemes.
bool EndpointParser::set_scheme(std::string_view written, bool url) {
  std::string_view name = written;
  const bool listen = drop_suffix(name, "-listen") || drop_suffix(name, "-l");
  if (!listen) drop_suffix(name, "-connect");
  if (url || name.find('+') != std::string_view::npos || !is_url_only(name)) {
    if (set_layers(name)) {
      endpoint_.listen_ = listen;
      return true;
    }
    if (url) refuse_layers(written);
  }
  return false;
}

bool EndpointParser::is_url_only(std::string_view name) {
  const auto* const scheme = detail::find_endpoint_scheme(name);
  return scheme != nullptr && !scheme->layers.empty() && scheme->layers.front() != Layer::tls;
}

// tcp, tls, or the two with a '+' between them. False: there is one that nobody knows.
bool EndpointParser::set_layers(std::string_view name) {
  std::vector<const EndpointScheme*> parts;
  for (;;) {
    const std::size_t plus = name.find('+');
    parts.push_back(detail::find_endpoint_scheme(name.substr(0, plus)));
    if (parts.back() == nullptr) return false;
    if (plus == std::string_view::npos) break;
    name.remove_prefix(plus + 1);
  }
  const EndpointScheme& last = *parts.back();
  endpoint_.transport_ = last.transport;
  endpoint_.family_ = last.family;
  abstract_ = last.abstract;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i + 1 < parts.size() && !parts[i]->is_layer()) refuse_place(parts[i]->name);
    for (const Layer layer : parts[i]->layers) add_layer(layer);
  }
  return true;
}

void EndpointParser::add_layer(Layer layer) {
  const std::string_view name = detail::to_string(layer);
  if (!detail::is_byte_stream(endpoint_.transport_)) {
    fail(fmt::format("'{}' needs a stream below it, tcp or unix", name));
  }
  auto& layers = endpoint_.layers_;
  const auto proxy = endpoint_.proxy();
  if (is_proxy(layer) && proxy && *proxy != layer) {
    fail(fmt::format("'{}' and '{}' exclude each other: it can go through one proxy",
                     detail::to_string(*proxy), name));
  }
  // TLS to the proxy, and TLS through it.
  const auto after =
      is_proxy(layer) || !proxy ? layers.begin() : std::find(layers.begin(), layers.end(), *proxy);
  if (std::find(after, layers.end(), layer) != layers.end()) {
    fail(fmt::format("'{}' is there twice", name));
  }
  if (layer == Layer::ws && !layers.empty()) {
    fail("'ws' can only stand first, as in ws+tls+unix");
  }
  layers.push_back(layer);
}

// A name that nobody knows, or layers such as ws+foo: names the one that is wrong.
void EndpointParser::refuse_layers(std::string_view written) {
  std::string_view left = written;
  std::string_view misplaced;
  while (!left.empty()) {
    auto [layer, rest] = split(left, '+');
    left = rest;
    const std::string_view whole = layer;
    if (!drop_suffix(layer, "-listen")) drop_suffix(layer, "-l");
    if (detail::is_among(kOthers, layer)) refuse_other(layer);
    if (detail::find_endpoint_scheme(layer) == nullptr) {
      fail(fmt::format("unknown scheme '{}'", whole));
    }
    if (misplaced.empty() && layer.size() != whole.size()) misplaced = whole;
  }
  if (written.empty() || written.back() == '+') fail(fmt::format("unknown scheme '{}'", written));
  refuse_place(misplaced);
}

void EndpointParser::refuse_place(std::string_view part) {
  fail(fmt::format("'{}' can only stand last, as in tls+unix", part));
}

void EndpointParser::refuse_other(std::string_view scheme) {
  if (lowered(scheme).starts_with("http")) {
    fail(fmt::format("scheme '{}' is for URLs, as gnet http takes them; a connection is {}", scheme,
                     scheme.size() == 4 ? "tcp://host:80" : "tls://host:443"));
  }
  fail(fmt::format("scheme '{}' is not supported by this version", scheme));
}

}  // namespace gnet
