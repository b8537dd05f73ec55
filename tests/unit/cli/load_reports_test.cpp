#include "commands/load_reports.h"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <sstream>
#include <string>

#include "cli/out/failure.h"
#include "tests/unit/cli/load_sample.h"
#include "tests/unit/io/temporary_file.h"

BOOST_AUTO_TEST_SUITE(load_reports)

using commands::LoadFormat;
using commands::LoadOptions;
using commands::LoadReports;

std::string content(const test::TemporaryFile& file) {
  std::stringstream text;
  text << std::ifstream(file.name()).rdbuf();
  return text.str();
}

BOOST_AUTO_TEST_CASE(options_that_contradict_each_other_are_refused) {
  const auto refuses = [](auto change) {
    LoadOptions options;
    change(options);
    BOOST_CHECK_THROW(commands::check_load_reports(options), cli::UsageError);
    BOOST_CHECK_THROW(LoadReports reports(options), cli::UsageError);
  };
  BOOST_CHECK_NO_THROW(commands::check_load_reports(LoadOptions()));
  refuses([](LoadOptions& options) { options.fail_if = {"p99>1s", "nonsense"}; });
  refuses([](LoadOptions& options) { options.find_rate = "fast"; });
  refuses([](LoadOptions& options) { options.percentiles = "x"; });
  refuses([](LoadOptions& options) { options.regress = cli::Percent{.share = 0.1}; });
  refuses([](LoadOptions& options) { options.timeline = "-"; });
  refuses([](LoadOptions& options) { options.hdr = "-"; });
  refuses([](LoadOptions& options) {
    options.output = "/tmp/x";
    options.timeline = options.hdr = "-";
  });
  refuses([](LoadOptions& options) {
    options.json = true;
    options.format = LoadFormat::csv;
  });
  refuses([](LoadOptions& options) {
    options.histogram = true;
    options.format = LoadFormat::html;
  });
  refuses([](LoadOptions& options) {
    options.mode = commands::LoadMode::stream;
    options.hdr = "/tmp/x";
  });
}

BOOST_AUTO_TEST_CASE(each_format_goes_to_its_file) {
  const auto results = load_sample::open_loop();
  for (const auto& [format, start] : {std::pair{LoadFormat::text, "http://127"},
                                      {LoadFormat::json, "{\"document\":\"gnet load\""},
                                      {LoadFormat::csv, "at_s,"},
                                      {LoadFormat::hgrm, "       Value"},
                                      {LoadFormat::html, "<!doctype html>"}}) {
    const test::TemporaryFile file("");
    LoadOptions options;
    options.format = format;
    options.output = file.name();
    LoadReports reports(options);
    reports.open();
    reports.begin(results->began);
    BOOST_TEST(reports.finish(*results));
    BOOST_TEST(content(file).starts_with(start));
    BOOST_TEST(content(file).ends_with('\n'));
  }
}

BOOST_AUTO_TEST_CASE(seconds_go_to_timeline_and_log) {
  const auto results = load_sample::open_loop();
  const test::TemporaryFile timeline("");
  const test::TemporaryFile hdr("");
  LoadOptions options;
  options.timeline = timeline.name();
  options.hdr = hdr.name();
  LoadReports reports(options);
  reports.open();
  reports.begin(results->began);
  commands::LoadSecond second = results->seconds[1];
  second.latency = &results->total.latency;
  reports.second(second);
  BOOST_TEST(content(timeline).find("\"event\":\"second\"") != std::string::npos);
  BOOST_TEST(content(hdr).find("\n1.000,1.000,1000.000,HISTFAAAA") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_run_fails_by_its_conditions_and_by_a_better_one) {
  const auto results = load_sample::open_loop();
  const test::TemporaryFile base("");
  LoadOptions options;
  options.output = base.name();
  options.json = true;
  options.quiet.times = 2;
  LoadReports saving(options);
  saving.open();
  BOOST_TEST(saving.finish(*results));
  const test::TemporaryFile file("");
  options.output = file.name();
  options.compare = base.name();
  options.regress = cli::Percent{.share = 0.1};
  LoadReports same(options);
  same.open();
  BOOST_TEST(same.finish(*results));
  results->elapsed *= 2;
  LoadReports slower(options);
  slower.open();
  BOOST_TEST(!slower.finish(*results));
  BOOST_TEST(content(file).find("\"comparison\":") != std::string::npos);
  options.regress.reset();
  options.fail_if = {"errors>10%", "dropped>0"};
  LoadReports judging(options);
  judging.open();
  BOOST_TEST(!judging.finish(*results));
  BOOST_TEST(content(file).find("\"failed\":[\"dropped is 96, which is > 0\"]") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_written_is_known_before_the_run) {
  for (std::string LoadOptions::*const file :
       {&LoadOptions::output, &LoadOptions::timeline, &LoadOptions::hdr}) {
    LoadOptions options;
    options.*file = "/nonexistent/report";
    LoadReports reports(options);
    BOOST_CHECK_THROW(reports.open(), cli::Failure);
  }
}

BOOST_AUTO_TEST_SUITE_END()
