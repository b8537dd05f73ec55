#include "gnet/dns/resolv_conf.h"

#include <cerrno>

#include <algorithm>
#include <charconv>
#include <fstream>

#include "gnet/base/error.h"

namespace gnet::dns {
namespace {

constexpr std::size_t kMostServers = 3;  // as many as the C library asks
constexpr std::size_t kMostDomains = 32;
constexpr std::size_t kLargestFile = 64 * 1024;
constexpr unsigned kMostDots = 15;

std::vector<std::string> words_in(std::string_view line) {
  constexpr std::string_view kBlank = " \t\r";
  std::vector<std::string> words;
  for (std::size_t at = line.find_first_not_of(kBlank); at < line.size();) {
    const std::size_t end = std::min(line.find_first_of(kBlank, at), line.size());
    words.emplace_back(line.substr(at, end - at));
    at = line.find_first_not_of(kBlank, end);
  }
  return words;
}

void take_option(ResolvConf& conf, std::string_view option) {
  constexpr std::string_view kDots = "ndots:";
  if (!option.starts_with(kDots)) return;
  const std::string_view number = option.substr(kDots.size());
  unsigned dots = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), dots);
  if (error == std::errc() && end == number.data() + number.size()) {
    conf.ndots = std::min(dots, kMostDots);
  }
}

void take_line(ResolvConf& conf, const std::vector<std::string>& words) {
  const std::string& key = words[0];
  if (key == "nameserver" && words.size() > 1) {
    if (conf.nameservers.size() < kMostServers) conf.nameservers.push_back(words[1]);
  } else if (key == "domain" && words.size() > 1) {
    conf.search = {words[1]};
  } else if (key == "search") {
    conf.search.assign(words.begin() + 1, words.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                              words.size(), kMostDomains + 1)));
  } else if (key == "options") {
    for (const std::string& option : words) take_option(conf, option);
  }
}

std::string with_dot(std::string name) {
  if (!name.ends_with('.')) name += '.';
  return name;
}

}  // namespace

ResolvConf ResolvConf::parse(std::string_view text) {
  ResolvConf conf;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.starts_with('#') || line.starts_with(';')) continue;
    if (const auto words = words_in(line); !words.empty()) take_line(conf, words);
  }
  std::erase(conf.search, ".");
  if (conf.nameservers.empty()) conf.nameservers.emplace_back("127.0.0.1");
  return conf;
}

ResolvConf ResolvConf::read(const std::string& path) {
  std::ifstream file(path);
  if (!file && errno != ENOENT) throw_errno("cannot read " + path);
  std::string text;
  text.resize(kLargestFile);
  file.read(text.data(), kLargestFile);
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
  return parse(text);
}

std::vector<std::string> ResolvConf::candidates(const std::string& name) const {
  if (name.ends_with('.') || search.empty()) return {with_dot(name)};
  std::vector<std::string> all;
  for (const std::string& domain : search) all.push_back(with_dot(name + "." + domain));
  const bool first = static_cast<std::size_t>(std::ranges::count(name, '.')) >= ndots;
  all.insert(first ? all.begin() : all.end(), with_dot(name));
  return all;
}

}  // namespace gnet::dns
