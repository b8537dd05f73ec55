#include "gnet/protocol/broadcast.h"

#include <boost/test/unit_test.hpp>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/unit/protocol/probe.h"

BOOST_AUTO_TEST_SUITE(broadcast)

using gnet::ConnectionRef;
using gnet::NoRoom;
using gnet::Stream;
using namespace test;

namespace {

struct Room {
  explicit Room(std::size_t size) {
    server.hooks.made = [this](Probe& probe) { members.insert(&probe); };
    server.hooks.lost = [this](Probe& probe) { members.erase(&probe); };
    while (clients.size() < size) clients.push_back(server.connect());
    while (members.size() < size) gnet::sleep(1ms);
  }

  std::set<Probe*> members;
  Server server;
  std::vector<Stream> clients;
};

// Its queue is full to the last byte.
void fill(Probe& probe) {
  for (const std::size_t size : {10'000U, 1U}) {
    while (probe.try_send(std::string(size, 'x'))) gnet::yield();
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(reaches_everybody_in_a_range_of_any_kind) {
  Room room(3);
  std::map<int, ConnectionRef<Probe>> by_number;
  std::vector<ConnectionRef<>> refs;
  std::vector<std::shared_ptr<Probe>> shared;
  for (Probe* one : room.members) {
    by_number.emplace(static_cast<int>(by_number.size()), *one);
    shared.emplace_back(one, [](Probe*) {});
  }
  const std::vector<ConnectionRef<Probe>> plain{by_number[0], by_number[1], by_number[2]};
  BOOST_TEST(gnet::broadcast(room.members, "a") == 3U);
  BOOST_TEST(gnet::broadcast(by_number, "b") == 3U);
  BOOST_TEST(gnet::broadcast(shared, "c") == 3U);
  BOOST_TEST(gnet::broadcast(plain, "d") == 3U);
  BOOST_TEST(gnet::broadcast(std::vector<Probe*>{nullptr, *room.members.begin()}, "") == 1U);
  for (Stream& client : room.clients) BOOST_TEST(read_some(client) == "abcd");
}

BOOST_AUTO_TEST_CASE(who_has_no_room_misses_it_and_keeps_nobody_waiting) {
  Room room(3);
  fill(**room.members.begin());
  auto speaker = gnet::spawn([&] { return gnet::broadcast(room.members, "news"); });
  gnet::yield();
  BOOST_REQUIRE(speaker.dead());  // in one turn
  BOOST_TEST(speaker.get() == 2U);
  gnet::sleep(5ms);
  BOOST_TEST(room.members.size() == 3U);
}

BOOST_AUTO_TEST_CASE(who_has_no_room_may_be_cut_off) {
  Room room(3);
  fill(**room.members.begin());
  BOOST_TEST(gnet::broadcast(room.members, "news", NoRoom::abort) == 2U);
  while (room.members.size() > 2) gnet::sleep(1ms);
  BOOST_REQUIRE(room.server.hooks.reasons.size() == 1U);
  BOOST_TEST((room.server.hooks.reasons[0].kind == CloseKind::local_abort));
}

BOOST_AUTO_TEST_CASE(those_that_are_gone_are_passed_over) {
  Room room(2);
  std::vector<ConnectionRef<Probe>> refs;
  for (Probe* one : room.members) refs.emplace_back(*one);
  room.clients[0].abort();
  while (room.members.size() > 1) gnet::sleep(1ms);
  BOOST_TEST(gnet::broadcast(refs, "still") == 1U);
  BOOST_TEST(read_some(room.clients[1]) == "still");
}

BOOST_AUTO_TEST_SUITE_END()
