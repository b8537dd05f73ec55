#include "commands/load_page.h"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <fstream>
#include <string>

#include "tests/unit/cli/load_sample.h"

BOOST_AUTO_TEST_SUITE(load_page)

std::size_t occurrences(const std::string& text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
  return count;
}

// The page, and no number in a drawing that is none.
std::string page(const commands::LoadResults& results, const commands::LoadVerdict& verdict = {}) {
  const std::string text = commands::load_page(results, {}, verdict);
  for (const auto* wrong : {"nan", "=\"inf", "=\"-inf"}) BOOST_TEST(occurrences(text, wrong) == 0U);
  return text;
}

BOOST_AUTO_TEST_CASE(it_needs_nobody_and_runs_nothing) {
  const std::string text = page(*load_sample::open_loop());
  // For a look at it in a browser.
  if (const char* const path = std::getenv("LOAD_PAGE_SAMPLE")) std::ofstream(path) << text;
  BOOST_TEST(occurrences(text, "<script") == 0U);
  BOOST_TEST(occurrences(text, "src=") == 0U);
  BOOST_TEST(occurrences(text, "href=") == 1U);  // that of an empty icon
  BOOST_TEST(occurrences(text, "default-src 'none'") == 1U);
}

BOOST_AUTO_TEST_CASE(what_others_have_written_is_text) {
  const std::string text = page(*load_sample::open_loop());
  BOOST_TEST(occurrences(text, "<b>") == 0U);
  BOOST_TEST(occurrences(text, "http://127.0.0.1:8080/&lt;b&gt;&amp;amp;") == 2U);
  BOOST_TEST(occurrences(text, "reset \\x1b[31m&lt;script&gt;") == 1U);
}

BOOST_AUTO_TEST_CASE(an_open_loop_has_two_curves) {
  const std::string text = page(*load_sample::open_loop());
  BOOST_TEST(occurrences(text, "<svg") == 4U);
  BOOST_TEST(occurrences(text, ">corrected</text>") == 1U);
  BOOST_TEST(occurrences(text, ">uncorrected</text>") == 1U);
  BOOST_TEST(occurrences(text, ">intended</text>") == 1U);
  BOOST_TEST(occurrences(text, "<title>corrected: the longest took 1s</title>") == 1U);
  BOOST_TEST(occurrences(text, "class=\"shade\"") == 3U);
}

BOOST_AUTO_TEST_CASE(a_closed_loop_has_one) {
  const std::string text = page(*load_sample::closed_loop());
  BOOST_TEST(occurrences(text, "corrected") == 0U);
  BOOST_TEST(occurrences(text, "closed loop, queueing time is not included") == 1U);
}

BOOST_AUTO_TEST_CASE(where_there_is_nothing_to_draw_nothing_is_drawn) {
  BOOST_TEST(occurrences(page(*load_sample::unanswered()), "<svg") == 0U);
  (void)page(commands::LoadResults());
}

BOOST_AUTO_TEST_CASE(a_stream_has_bytes) {
  const auto results = load_sample::closed_loop();
  results->stream = true;
  const std::string text = page(*results);
  BOOST_TEST(occurrences(text, "<svg") == 2U);
  BOOST_TEST(occurrences(text, "aria-label=\"bytes a second\"") == 1U);
}

BOOST_AUTO_TEST_CASE(a_long_run_has_points_of_several_seconds) {
  const auto results = load_sample::open_loop();
  while (results->seconds.size() < 10'000) {
    commands::LoadSecond second = results->seconds.back();
    second.at += std::chrono::seconds(1);
    results->seconds.push_back(second);
  }
  const std::string text = page(*results);
  BOOST_TEST(text.size() < 800'000U);
  BOOST_TEST(occurrences(text, "Each point is of 34 seconds") == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
