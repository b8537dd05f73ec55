#include "gnet/io/socat_options.h"

#include <array>

#include "gnet/io/endpoint_text.h"

namespace gnet::detail {
namespace {

constexpr std::array<std::string_view, 8> kIgnored = {"fork",     "reuseaddr",   "so-reuseaddr",
                                                      "nodelay",  "tcp-nodelay", "cloexec",
                                                      "nonblock", "unlink-close"};

}  // namespace

bool is_ignored_option(std::string_view key) noexcept {
  return is_among(kIgnored, key);
}

}  // namespace gnet::detail
