#include "gnet/os/process_rights.h"

#include <sys/resource.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>

#include "gnet/base/sanitizer.h"
#include "gnet/os/subprocess.h"

BOOST_AUTO_TEST_SUITE(process_rights)

using gnet::find_process_user;
using gnet::parse_resource_limits;
using gnet::ResourceLimit;

namespace {

template <typename F>
std::string complaint_of(F&& function) {
  try {
    function();
  } catch (const std::exception& error) {
    return error.what();
  }
  return {};
}

}  // namespace

BOOST_AUTO_TEST_CASE(limits_are_read_by_their_names) {
  const auto limits = parse_resource_limits("cpu=10,as=512M,nofile=64");
  BOOST_REQUIRE(limits.size() == 3);
  BOOST_TEST((limits[0] == ResourceLimit{RLIMIT_CPU, 10}));
  BOOST_TEST((limits[1] == ResourceLimit{RLIMIT_AS, 512ULL << 20}));
  BOOST_TEST(to_string(limits[2]) == "nofile=64");
  BOOST_TEST(parse_resource_limits("").empty());
}

BOOST_AUTO_TEST_CASE(what_is_no_limit_is_named) {
  BOOST_TEST(complaint_of([] { static_cast<void>(parse_resource_limits("legs=2")); }) ==
             "no limit is called 'legs'");
  BOOST_TEST(complaint_of([] { static_cast<void>(parse_resource_limits("cpu")); }) ==
             "the limit of cpu wants a number");
  BOOST_TEST(complaint_of([] { static_cast<void>(parse_resource_limits("cpu=1,")); }).empty());
  BOOST_TEST(complaint_of([] { static_cast<void>(parse_resource_limits("cpu=-1")); }) ==
             "the limit of cpu wants a number");
}

BOOST_AUTO_TEST_CASE(a_process_has_its_limits) {
  const std::string told =
      gnet::check_output({"sh", "-c", "ulimit -n; ulimit -Hn; ulimit -c"},
                         {.process = {.limits = parse_resource_limits("nofile=64,core=0")}});
  BOOST_TEST(told == "64\n64\n0\n");
}

BOOST_AUTO_TEST_CASE(processor_time_ends_a_process_that_has_used_it) {
  gnet::Popen busy({"sh", "-c", "while :; do :; done"}, {.limits = parse_resource_limits("cpu=1")});
  BOOST_TEST(!busy.cpu_time());
  BOOST_TEST(busy.wait() < 0);
  BOOST_TEST((busy.cpu_time().value() > std::chrono::milliseconds(500)));
}

BOOST_AUTO_TEST_CASE(users_are_found_by_name_and_by_number) {
  BOOST_TEST(find_process_user("root").user == 0U);
  BOOST_TEST(find_process_user("4000000").group == 4000000U);
  BOOST_TEST(find_process_user("root:7").group == 7U);
  BOOST_TEST(complaint_of([] { static_cast<void>(find_process_user("no-such-user")); }) ==
             "no user 'no-such-user'");
  BOOST_TEST(complaint_of([] { static_cast<void>(find_process_user("root:no-such-group")); }) ==
             "no group 'no-such-group'");
}

#ifndef GNET_TSAN  // which would lose sight of it
BOOST_AUTO_TEST_CASE(a_process_becomes_another_user) {
  if (getuid() != 0) {
    BOOST_TEST_MESSAGE("skipped: needs root");
    return;
  }
  const std::string told =
      gnet::check_output({"sh", "-c", "id -u; id -g; id -G"},
                         {.process = {.user = gnet::ProcessUser{4000000, 4000001, {4000002}}}});
  BOOST_TEST(told == "4000000\n4000001\n4000001 4000002\n");
}
#endif

BOOST_AUTO_TEST_SUITE_END()
