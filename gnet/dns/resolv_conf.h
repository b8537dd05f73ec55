// Whom this machine asks, and how it completes names: /etc/resolv.conf, see resolv.conf(5).
//
//   const auto conf = gnet::dns::ResolvConf::read();
//   conf.nameservers.front();            // "192.0.2.53"
//   conf.candidates("www");              // "www.corp.example.", "www."
//
// Threads: a value.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gnet::dns {

struct ResolvConf {
  std::vector<std::string> nameservers;  // at most three; 127.0.0.1 if the file names none
  std::vector<std::string> search;       // domains, the first one first; at most 32
  unsigned ndots = 1;                    // a name with so many dots is looked up as it is first

  // Lines that are of no use to it are passed over, as the C library does.
  [[nodiscard]] static ResolvConf parse(std::string_view text);

  // As if it were empty where there is none. Throws std::system_error for one that cannot be read.
  [[nodiscard]] static ResolvConf read(const std::string& path = "/etc/resolv.conf");

  // What a name may stand for, in the order in which it is to be asked for: names that end with a
  // dot. One that has it already stands for itself.
  [[nodiscard]] std::vector<std::string> candidates(const std::string& name) const;
};

}  // namespace gnet::dns
