#include "gnet/io/peer_watch.h"

#include <boost/test/unit_test.hpp>

#include <system_error>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/fiber/fiber.h"
#include "gnet/io/connect.h"
#include "gnet/io/listener.h"
#include "gnet/io/stream.h"
#include "tests/unit/eventually.h"

BOOST_AUTO_TEST_SUITE(peer_watch)

using namespace std::chrono_literals;
using gnet::PeerChange;
using gnet::PeerWatch;
using gnet::Stream;
using test::eventually;

namespace {

struct TCPPair {
  gnet::Listener listener{gnet::Endpoint::parse("tcp-l://127.0.0.1:0")};
  Stream client = gnet::connect_stream(listener.local_endpoint());
  Stream server{listener.accept().fd};
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_reset_is_told_while_the_fiber_waits_for_something_else) {
  TCPPair pair;
  gnet::CancelScope scope;
  const PeerWatch watch(*pair.server.lowest_socket(), [&](PeerChange change) {
    if (change == PeerChange::gone) scope.cancel();
  });
  const auto leaving = gnet::spawn([&] { pair.client.abort(); });
  BOOST_TEST(!scope.run([] { gnet::sleep(20s); }));
}

BOOST_AUTO_TEST_CASE(a_peer_that_only_ends_its_side_has_not_gone) {
  TCPPair pair;
  std::vector<PeerChange> changes;
  const PeerWatch watch(*pair.server.lowest_socket(),
                        [&](PeerChange change) { changes.push_back(change); });
  pair.client.shutdown_send();
  BOOST_REQUIRE(eventually([&] { return !changes.empty(); }));
  BOOST_TEST((changes == std::vector{PeerChange::ended}));
  pair.server.send_all("still there");
  char buffer[32];
  BOOST_TEST(pair.client.receive(buffer, sizeof buffer) == 11);
  pair.client.abort();
  BOOST_REQUIRE(eventually([&] { return changes.back() == PeerChange::gone; }));
}

BOOST_AUTO_TEST_CASE(a_unix_peer_that_closes_has_gone) {
  auto [ours, theirs] = Stream::make_pair();
  bool gone = false;
  const PeerWatch watch(*ours.lowest_socket(),
                        [&](PeerChange change) { gone = change == PeerChange::gone; });
  theirs.close();
  BOOST_TEST(eventually([&] { return gone; }));
}

BOOST_AUTO_TEST_CASE(what_has_happened_before_is_told_at_once) {
  auto [ours, theirs] = Stream::make_pair();
  theirs.send_all("x");
  theirs.close();
  char buffer[8];
  BOOST_TEST(ours.receive(buffer, sizeof buffer) == 1);
  bool gone = false;
  const PeerWatch watch(*ours.lowest_socket(),
                        [&](PeerChange change) { gone = change == PeerChange::gone; });
  BOOST_TEST(eventually([&] { return gone; }));
}

BOOST_AUTO_TEST_CASE(it_says_nothing_of_a_socket_that_has_got_the_same_number_later) {
  auto [ours, theirs] = Stream::make_pair();
  bool told = false;
  const PeerWatch watch(*ours.lowest_socket(), [&](PeerChange) { told = true; });
  const int number = ours.lowest_socket()->native_handle();
  ours.close();
  auto [other, its_peer] = Stream::make_pair();
  BOOST_REQUIRE(other.lowest_socket()->native_handle() == number);
  its_peer.close();
  char buffer[8];
  BOOST_TEST(other.receive(buffer, sizeof buffer) == 0);
  BOOST_TEST(!told);
  // And that socket may have a watch of its own, which the end of the first one leaves alone.
  {
    const PeerWatch second(*other.lowest_socket(), [&](PeerChange) { told = true; });
  }
  BOOST_TEST(eventually([&] { return told; }));
}

BOOST_AUTO_TEST_CASE(a_socket_has_one_watch_at_a_time) {
  auto [ours, theirs] = Stream::make_pair();
  const auto nothing = [](PeerChange) {};
  {
    const PeerWatch watch(*ours.lowest_socket(), nothing);
    BOOST_CHECK_THROW(PeerWatch(*ours.lowest_socket(), nothing), gnet::Misuse);
  }
  BOOST_CHECK_NO_THROW(PeerWatch(*ours.lowest_socket(), nothing));
  gnet::Socket closed;
  BOOST_CHECK_THROW(PeerWatch(closed, nothing), std::system_error);
}

BOOST_AUTO_TEST_SUITE_END()
