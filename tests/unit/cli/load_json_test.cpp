#include "commands/load_json.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string>

#include "cli/line/json_document.h"
#include "commands/json_text.h"
#include "commands/load_timeline.h"
#include "tests/unit/cli/load_sample.h"
#include "tests/unit/io/temporary_file.h"

BOOST_AUTO_TEST_SUITE(load_json)

using commands::LoadView;

std::string document(const commands::LoadResults& results, const LoadView& view = {},
                     const commands::LoadVerdict& verdict = {}) {
  const std::string text = commands::load_document(results, view, verdict).text();
  // For whoever wants to hold it against schema/load.json.
  if (const char* const path = std::getenv("LOAD_JSON_SAMPLES")) {
    std::ofstream(path, std::ios::app) << text << "\n";
  }
  BOOST_TEST(commands::is_json(text));
  return text;
}

BOOST_AUTO_TEST_CASE(units_are_in_the_keys) {
  const auto results = load_sample::open_loop();
  LoadView view;
  view.percentiles = commands::parse_percentiles("33.3,max");
  const cli::JsonDocument run("x", document(*results, view));
  BOOST_TEST(run.number({"latency_us", "p99"}).value() == 990'000,
             boost::test_tools::tolerance(1e-3));
  BOOST_TEST(run.number({"uncorrected_us", "p99_9"}).value() == 99'900,
             boost::test_tools::tolerance(1e-3));
  BOOST_TEST(run.number({"latency_us", "p33_3"}).value() == 333'000,
             boost::test_tools::tolerance(1e-3));
  BOOST_TEST(run.number({"latency_us", "max"}).value() == 1e6);
  BOOST_TEST(run.number({"rate_per_s"}).value() == 100);
  BOOST_TEST(run.number({"intended_rate_per_s"}).value() == 110);
  BOOST_TEST(run.number({"bytes", "received"}).value() == 3'000'000);
  BOOST_TEST(run.number({"requests", "dropped"}).value() == 96);
  BOOST_TEST(run.number({"errors", "classes", "timeout"}).value() == 3);
  BOOST_TEST(run.number({"statuses", "503"}).value() == 10);
  BOOST_TEST(run.text({"latency_from"}).value() == "intended");
  BOOST_TEST(!run.number({"tls_us", "p50"}));
}

BOOST_AUTO_TEST_CASE(the_latency_that_leads_has_its_name) {
  const auto results = load_sample::open_loop();
  LoadView view;
  view.from = commands::LatencyFrom::sent;
  const cli::JsonDocument run("x", document(*results, view));
  BOOST_TEST(run.number({"latency_us", "max"}).value() == 1e5);
  BOOST_TEST(run.number({"corrected_us", "max"}).value() == 1e6);
  BOOST_TEST(!run.number({"uncorrected_us", "max"}));
}

BOOST_AUTO_TEST_CASE(of_no_answers_there_is_no_latency) {
  const cli::JsonDocument run("x", document(*load_sample::unanswered()));
  BOOST_TEST(!run.number({"latency_us", "p99"}));
  BOOST_TEST(run.number({"errors", "share"}).value() == 1);
}

BOOST_AUTO_TEST_CASE(all_that_a_run_may_have_is_json) {
  const auto results = load_sample::open_loop();
  results->bottleneck = "busy";
  results->search = {{.rate = 10, .passed = false, .reason = "\"\xff", .p99 = {}, .achieved = 9}};
  commands::LoadVerdict verdict;
  verdict.find_rate = "p99<50ms";
  verdict.failed = {"p99 is 1s"};
  commands::LoadBase base;
  base.file = "a b";
  verdict.comparison = commands::compare(*results, {}, base, 0.1);
  (void)document(*results, {}, verdict);
  (void)document(*load_sample::closed_loop());
}

BOOST_AUTO_TEST_CASE(csv_has_a_head_and_a_line_for_each_second) {
  const auto results = load_sample::open_loop();
  results->seconds[1].received = 123'456'789'012;
  const std::string text = commands::load_csv(*results);
  BOOST_TEST(std::ranges::count(text, '\n') == 12);
  BOOST_TEST(text.starts_with(
      "at_s,took_s,warmup,answers,errors,dropped,received_bytes,sent_bytes,in_flight,connections,"
      "rate_per_s,intended_rate_per_s,p50_us,p99_us,max_us\n"
      "1,1,1,100,0,0,300000,10000,5,48,100,110,500000,990000,1000000\n"
      "2,1,0,100,0,0,123456789012,"));
}

BOOST_AUTO_TEST_CASE(a_timeline_has_lines_as_soon_as_seconds_end) {
  const auto results = load_sample::open_loop();
  const test::TemporaryFile kept("what was there");
  commands::LoadTimeline timeline(commands::LineFile(kept.name()), results->began);
  timeline.add(results->seconds[0]);
  std::ifstream file(kept.name());
  std::string line;
  BOOST_TEST(static_cast<bool>(std::getline(file, line)));
  BOOST_TEST(line.starts_with(
      R"({"ts":"2027-01-15T08:00:01.000Z","event":"second","at_s":1,"took_s":1,"warmup":true,)"));
  BOOST_TEST(!std::getline(file, line));
  file.clear();
  timeline.add(results->seconds[1]);
  BOOST_TEST(static_cast<bool>(std::getline(file, line)));
}

BOOST_AUTO_TEST_SUITE_END()
