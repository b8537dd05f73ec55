#include "gnet/protocol/connection_ref.h"

#include <boost/test/unit_test.hpp>
#include <map>
#include <string>

#include "gnet/base/error.h"
#include "tests/unit/protocol/probe.h"

BOOST_AUTO_TEST_SUITE(connection_ref)

using gnet::ConnectionRef;
using gnet::Stream;
using namespace test;

BOOST_AUTO_TEST_CASE(knows_whether_its_connection_is_there) {
  Server server;
  ConnectionRef<Probe> ref;
  bool there_at_the_end = false;
  server.hooks.made = [&](Probe& probe) { ref = probe; };
  server.hooks.lost = [&](Probe& probe) { there_at_the_end = ref.get() == &probe; };
  BOOST_TEST(!ref);
  Stream client = server.connect();
  while (!ref) gnet::sleep(1ms);
  ref->send_data("hello");
  BOOST_TEST(read_some(client) == "hello");
  client.close();
  server.end();
  BOOST_TEST(there_at_the_end);
  BOOST_TEST(ref.get() == nullptr);
  BOOST_CHECK_THROW(ref->send_data("nobody"), gnet::ConnectionLost);
  BOOST_CHECK_THROW(static_cast<void>(*ref), gnet::ConnectionLost);
}

BOOST_AUTO_TEST_CASE(tells_connections_apart_also_when_they_are_gone) {
  Server server;
  std::map<ConnectionRef<Probe>, int> numbers;
  std::vector<ConnectionRef<Probe>> refs;
  server.hooks.made = [&](Probe& probe) {
    refs.emplace_back(probe);
    numbers[probe] = static_cast<int>(refs.size());
  };
  {
    Stream one = server.connect();
    Stream two = server.connect();
    while (refs.size() < 2) gnet::sleep(1ms);
    BOOST_TEST((refs[0] == ConnectionRef<Probe>(*refs[0])));
    BOOST_TEST((refs[0] != refs[1]));
  }
  while (server.hooks.reasons.size() < 2) gnet::sleep(1ms);
  BOOST_TEST((refs[0] != refs[1]));
  BOOST_TEST(numbers.at(refs[0]) == 1);
  BOOST_TEST(numbers.at(refs[1]) == 2);
}

BOOST_AUTO_TEST_SUITE_END()
