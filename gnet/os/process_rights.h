// What a process that is started may use, and who it is.
//
//   gnet::Popen job({"./job"}, {.limits = gnet::parse_resource_limits("cpu=10,as=512M"),
//                               .user = gnet::find_process_user("nobody")});
//
// Threads: values, and functions without state; find_process_user() blocks as the system's
// directory of users does.

#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gnet {

// The most of something, see setrlimit(2).
struct ResourceLimit {
  int resource = 0;  // RLIMIT_CPU, …
  std::uint64_t most = 0;

  bool operator==(const ResourceLimit&) const = default;
};

// "nofile=64".
[[nodiscard]] std::string to_string(const ResourceLimit& limit);

// "cpu=10,as=512M,nofile=64": names of setrlimit(2) without RLIMIT_, in small letters; as, core,
// cpu (seconds), data, fsize, memlock, msgqueue, nice, nofile, nproc, rss, rtprio, sigpending,
// stack. Sizes may have units. Throws std::invalid_argument: "no limit is called 'x'".
[[nodiscard]] std::vector<ResourceLimit> parse_resource_limits(std::string_view text);

// A user, its group, and the other groups that it is in.
struct ProcessUser {
  uid_t user = 0;
  gid_t group = 0;
  std::vector<gid_t> groups;
};

// "www-data", "www-data:adm", or numbers. Throws std::invalid_argument: "no user 'x'".
[[nodiscard]] ProcessUser find_process_user(const std::string& text);

}  // namespace gnet
