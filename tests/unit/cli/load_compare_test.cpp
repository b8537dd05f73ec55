#include "commands/load_compare.h"

#include <boost/test/unit_test.hpp>

#include <string>

#include "cli/out/failure.h"
#include "commands/load_json.h"
#include "commands/load_report.h"
#include "tests/unit/cli/load_sample.h"
#include "tests/unit/io/temporary_file.h"

BOOST_AUTO_TEST_SUITE(load_compare)

using commands::LoadBase;
using namespace std::chrono_literals;

LoadBase saved(const commands::LoadResults& results) {
  const test::TemporaryFile file(commands::load_document(results, {}, {}).text() + "\n");
  return LoadBase::read(file.name());
}

std::string complaint(std::string_view text) {
  const test::TemporaryFile file(text);
  try {
    (void)LoadBase::read(file.name());
  } catch (const cli::UsageError& error) {
    const std::string what = error.what();
    const std::size_t at = what.find(file.name());
    return at == what.npos ? what : what.substr(at + file.name().size());
  }
  return "none";
}

BOOST_AUTO_TEST_CASE(a_run_is_no_worse_than_itself) {
  const auto results = load_sample::open_loop();
  const auto comparison = compare(*results, {}, saved(*results), 0.001);
  BOOST_TEST(comparison.changes.size() == 5U);
  BOOST_TEST(comparison.regressions().empty());
  BOOST_TEST(comparison.notes.empty());
}

BOOST_AUTO_TEST_CASE(what_got_worse_by_more_than_is_allowed_is_told) {
  const auto results = load_sample::open_loop();
  LoadBase base = saved(*results);
  base.rate = 120;
  base.p50 = 480'000;
  base.p99 = 500'000;
  base.errors = 0;
  const auto texts = compare(*results, {}, base, 0.1).regressions();
  BOOST_REQUIRE(texts.size() == 3U);
  BOOST_TEST(texts[0] == "rate was 120/s and is 100/s: -16.7%, more than 10%");
  BOOST_TEST(texts[1] == "p99 was 500ms and is 990ms: +98.1%, more than 10%");
  BOOST_TEST(texts[2] == "errors was 0% and is 0.4%");
  BOOST_TEST(compare(*results, {}, base, {}).regressions().empty());
  base.rate = 50;
  base.p99 = 2e6;
  base.errors = 0.5;
  BOOST_TEST(compare(*results, {}, base, 0.1).regressions().empty());
}

BOOST_AUTO_TEST_CASE(no_answers_are_worse_than_any) {
  const auto none = load_sample::unanswered();
  const LoadBase base = saved(*load_sample::closed_loop());
  const auto comparison = compare(*none, {}, base, 0.5);
  BOOST_TEST(comparison.regressions().size() == 5U);
  BOOST_TEST(comparison.changes[3].change_text() == "gone");
  // And a run that had none is no measure.
  BOOST_TEST(compare(*none, {}, saved(*none), 0.1).regressions().empty());
}

BOOST_AUTO_TEST_CASE(it_is_a_table_of_the_report) {
  const auto results = load_sample::open_loop();
  LoadBase base = saved(*results);
  base.file = "base.json";
  base.rate = 200;
  commands::LoadVerdict verdict;
  verdict.comparison = compare(*results, {}, base, 0.1);
  const std::string text = commands::load_report(*results, {}, verdict);
  BOOST_TEST(text.find("compared with base.json\n"
                       "          before    now  change\n"
                       "  rate     200/s  100/s  -50.0%  worse\n") != text.npos);
  BOOST_TEST(
      text.ends_with("failed: --regress: rate was 200/s and is 100/s: -50.0%, more than 10%\n"));
}

BOOST_AUTO_TEST_CASE(runs_of_another_kind_are_noted) {
  const auto results = load_sample::open_loop();
  LoadBase base = saved(*load_sample::closed_loop());
  BOOST_TEST(compare(*results, {}, base, {}).notes.at(0) ==
             "that was a closed loop and this is an open loop");
  base = saved(*results);
  base.intended_rate = 500;
  base.connections = 10;
  base.latency_from = "sent";
  BOOST_TEST(compare(*results, {}, base, {}).notes.size() == 3U);
  base = saved(*results);
  base.targets = {"http://a/", "http://b/"};
  BOOST_TEST(compare(*results, {}, base, {}).notes.at(0) ==
             "that was of http://a/ and 1 more and this is of http://127.0.0.1:8080/<b>&amp;");
}

BOOST_AUTO_TEST_CASE(a_stream_is_compared_by_its_bytes) {
  const auto results = load_sample::closed_loop();
  results->stream = true;
  const LoadBase base = saved(*results);
  results->received_in_time /= 2;
  const auto texts = compare(*results, {}, base, 0.1).regressions();
  BOOST_REQUIRE(texts.size() == 1U);
  BOOST_TEST(texts[0] == "throughput was 310.0 kB/s and is 160.0 kB/s: -48.4%, more than 10%");
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_run_is_refused) {
  BOOST_TEST(complaint("") == " is empty");
  BOOST_TEST(complaint("{\"a\": 1") == ":1:8: incomplete JSON");
  BOOST_TEST(complaint("[1]") == ": must be a JSON object");
  BOOST_TEST(complaint("{\"a\": 1}") == " is no report of a run");
  BOOST_TEST(complaint(R"({"document": 7})") == " is no report of a run");
  BOOST_TEST(complaint(R"({"document": "gnet load", "version": 2})") ==
             " is of version 2, and this gnet knows version 1");
  BOOST_TEST(complaint(R"({"document": "gnet load", "version": 1})") ==
             " has no number 'connections.asked'");
  BOOST_TEST(
      complaint(
          R"({"document": "gnet load", "version": 1, "connections": {"asked": 1}, "rate_per_s": "x"})") ==
      " has no number 'rate_per_s'");
  BOOST_CHECK_THROW((void)LoadBase::read("/nonexistent/base.json"), cli::Failure);
}

BOOST_AUTO_TEST_SUITE_END()
