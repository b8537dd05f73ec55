#include "commands/ping_report.h"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(ping_report)

using namespace std::chrono_literals;
using commands::ping_json;
using commands::ping_table;
using commands::PingTally;

namespace {

std::vector<PingTally> three() {
  std::vector<PingTally> tallies;
  PingTally& good = tallies.emplace_back("tcp://a:1");
  good.answered({.time = 2ms, .phases = {{"connect", 2ms}}});
  good.answered({.time = 4ms, .phases = {{"connect", 4ms}}});
  PingTally& mixed = tallies.emplace_back("udp://b:22222");
  mixed.answered({.time = 81us});
  mixed.lost(nullptr);
  mixed.lost(nullptr);
  tallies.emplace_back("dead\n").lost(nullptr);
  return tallies;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_table_has_a_row_for_each_target_and_each_phase) {
  BOOST_TEST(ping_table(three()) ==
             "TARGET         SENT  RECEIVED  LOSS   MIN   MEAN  P50     P95   P99   MAX   JITTER\n"
             "tcp://a:1      2     2         0%     2ms   3ms   2ms     4ms   4ms   4ms   2ms\n"
             "  connect            2                2ms   3ms   2.02ms  4ms   4ms   4ms\n"
             "udp://b:22222  3     1         66.7%  81us  81us  81us    81us  81us  81us  -\n"
             "dead\\n         1     0         100%   -     -     -       -     -     -     -\n");
}

BOOST_AUTO_TEST_CASE(a_loss_that_is_neither_none_nor_all_does_not_look_so) {
  std::vector<PingTally> tallies;
  PingTally& tally = tallies.emplace_back("a");
  for (int i = 0; i < 100'000; ++i) tally.answered({.time = 1ms});
  tally.lost(nullptr);
  BOOST_TEST(ping_table(tallies).find(" 0.01% ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(json_has_times_where_there_are_answers) {
  const std::string json = ping_json(three());
  const auto has = [&json](std::string_view text) { return json.find(text) != json.npos; };
  BOOST_TEST(has(R"([{"target":"tcp://a:1","sent":2,"received":2,"lost":0,"loss_percent":0,)"
                 R"("min_us":2000,"mean_us":3000,)"));
  BOOST_TEST(has(R"("jitter_us":2000,"phases":[{"phase":"connect","count":2,"min_us":2000,)"));
  BOOST_TEST(has(R"("max_us":81,"phases":[]})"));
  BOOST_TEST(has(R"("sent":1,"received":0,"lost":1,"loss_percent":100,"phases":[]}])"));
}

BOOST_AUTO_TEST_SUITE_END()
