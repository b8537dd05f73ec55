#include "commands/load_report.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>

#include "tests/unit/cli/load_sample.h"

BOOST_AUTO_TEST_SUITE(load_report)

using commands::LoadVerdict;
using commands::LoadView;
using namespace std::chrono_literals;

std::string line_of(const std::string& text, std::string_view start) {
  const std::size_t at = text.find("\n" + std::string(start));
  if (at == text.npos) return "none";
  return text.substr(at + 1, text.find('\n', at + 1) - at - 1);
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != text.npos;
}

BOOST_AUTO_TEST_CASE(an_open_loop_has_both_latencies_side_by_side) {
  const auto results = load_sample::open_loop();
  const std::string text = commands::load_report(*results, {}, {});
  BOOST_TEST(line_of(text, "  elapsed") == "  elapsed       10s, after 1s of warm-up, 2 threads");
  BOOST_TEST(line_of(text, "  connections") ==
             "  connections   48 open of 50 asked for, 61 opened in all");
  BOOST_TEST(line_of(text, "  requests") ==
             "  requests      1,000 answered, 100/s of 110/s intended");
  BOOST_TEST(line_of(text, "  not answered") ==
             "  not answered  4 errors (0.4%), 96 dropped (8.7% of those due)");
  BOOST_TEST(line_of(text, "  status") == "  status        2xx 990, 5xx 10: 200 x 990, 503 x 10");
  BOOST_TEST(line_of(text, "  errors") == "  errors        timeout 3, lost 1");
  BOOST_TEST(line_of(text, "  received") == "  received      3.0 MB, 300.0 kB/s");
  BOOST_TEST(line_of(text, "  cpu") == "  cpu           31.5% of 2 cores for the generator");
  BOOST_TEST(has(text,
                 "latency\n"
                 "                 corrected        uncorrected\n"
                 "          since it was due  since it was sent\n"
                 "  min                  1ms              100us\n"));
  BOOST_TEST(line_of(text, "  p99 ") == "  p99                990ms               99ms");
  BOOST_TEST(has(text, "\n  3  no answer within 10s\n  1  reset \\x1b[31m<script>\n"));
  BOOST_TEST(has(text, "warning: only 48 of 50 connections were open at the same time\n"));
  BOOST_TEST(!has(text, "closed loop"));
}

BOOST_AUTO_TEST_CASE(what_is_counted_since_it_was_sent_may_lead) {
  const auto results = load_sample::open_loop();
  LoadView view;
  view.from = commands::LatencyFrom::sent;
  const std::string text = commands::load_report(*results, view, {});
  BOOST_TEST(line_of(text, "  p99 ") == "  p99                  99ms             990ms");
}

BOOST_AUTO_TEST_CASE(a_closed_loop_says_so) {
  const auto results = load_sample::closed_loop();
  const std::string text = commands::load_report(*results, {}, {});
  BOOST_TEST(has(text, "note: closed loop, queueing time is not included (use -R)\n"));
  BOOST_TEST(line_of(text, "  not answered") == "  not answered  4 errors (0.4%)");
  BOOST_TEST(!has(text, "corrected"));
}

BOOST_AUTO_TEST_CASE(of_no_answers_there_is_no_latency) {
  const std::string text = commands::load_report(*load_sample::unanswered(), {}, {});
  BOOST_TEST(line_of(text, "  not answered") == "  not answered  7 errors (100%)");
  BOOST_TEST(has(text, "\n  7  connection refused\n"));
  BOOST_TEST(!has(text, "\nlatency"));
}

BOOST_AUTO_TEST_CASE(a_stream_has_bytes_and_no_requests) {
  const auto results = load_sample::closed_loop();
  results->stream = true;
  const std::string text = commands::load_report(*results, {}, {});
  BOOST_TEST(!has(text, "answered,"));
  BOOST_TEST(!has(text, "\nlatency"));
  BOOST_TEST(!has(text, "first byte"));
  BOOST_TEST(!has(text, "closed loop"));
  BOOST_TEST(line_of(text, "  sent") == "  sent         100.0 kB, 10.0 kB/s");
}

BOOST_AUTO_TEST_CASE(answers_that_came_late_are_answers_and_no_part_of_the_rate) {
  const auto results = load_sample::open_loop();
  results->total.in_time = 500;
  results->received_in_time /= 2;
  const std::string text = commands::load_report(*results, {}, {});
  BOOST_TEST(line_of(text, "  requests") ==
             "  requests      1,000 answered, 50/s of 110/s intended");
  BOOST_TEST(line_of(text, "  received") == "  received      3.0 MB, 150.0 kB/s");
}

BOOST_AUTO_TEST_CASE(what_was_cut_short_says_why) {
  const auto results = load_sample::closed_loop();
  results->interrupted = results->only_warmup = true;
  results->elapsed = results->warmup = 600ms;
  BOOST_TEST(line_of(commands::load_report(*results, {}, {}), "  elapsed") ==
             "  elapsed       600ms (partial: interrupted), all of it warm-up, 2 threads");
  results->interrupted = false;
  results->failed = true;
  const std::string text = commands::load_report(*results, {}, {});
  BOOST_TEST(!has(text, "interrupted"));
  BOOST_TEST(has(text, "note: partial: the run could not go on\n"));
}

BOOST_AUTO_TEST_CASE(errors_have_their_thousands_apart) {
  const auto results = load_sample::unanswered();
  for (int i = 0; i < 1353; ++i) {
    results->total.failed(commands::LoadError::connect, "connection refused");
  }
  results->total.started = 1360;
  BOOST_TEST(line_of(commands::load_report(*results, {}, {}), "  not answered") ==
             "  not answered  1,360 errors (100%)");
}

BOOST_AUTO_TEST_CASE(what_is_wrong_stands_last) {
  const auto results = load_sample::open_loop();
  results->interrupted = true;
  results->bottleneck = "its threads were busy";
  LoadVerdict verdict;
  verdict.failed = {"p99 is 990ms, which is > 50ms"};
  const std::string text = commands::load_report(*results, {}, verdict);
  BOOST_TEST(has(text, "10s (partial: interrupted)"));
  BOOST_TEST(has(text, "warning: the generator itself may be the limit: its threads were busy\n"));
  BOOST_TEST(text.ends_with("failed: --fail-if: p99 is 990ms, which is > 50ms\n"));
}

BOOST_AUTO_TEST_CASE(rates_that_were_tried_are_a_table) {
  const auto results = load_sample::open_loop();
  results->found_rate = 1500;
  results->search = {
      {.rate = 1500, .passed = true, .reason = "", .p99 = 5ms, .achieved = 1499.5},
      {.rate = 3000, .passed = false, .reason = "p99 is 61.2ms", .p99 = 61200us, .achieved = 2500}};
  LoadVerdict verdict;
  verdict.find_rate = "p99<50ms";
  const std::string text = commands::load_report(*results, {}, verdict);
  BOOST_TEST(line_of(text, "  highest rate") == "  highest rate  1,500/s with p99<50ms");
  BOOST_TEST(has(text,
                 "rates tried for p99<50ms\n"
                 "    tried   achieved     p99\n"
                 "  1,500/s  1,499.5/s     5ms  passed\n"
                 "  3,000/s    2,500/s  61.2ms  p99 is 61.2ms\n"));
}

BOOST_AUTO_TEST_CASE(bars_hold_every_answer_whatever_the_spread) {
  for (const auto& [low, high] : {std::pair<gnet::Duration, gnet::Duration>{1us, 10s},
                                  {100us, 140us},
                                  {5ms, 5ms},
                                  {0ns, 0ns},
                                  {1ns, 2h},
                                  {0ns, 3ns},
                                  {900us, 1100us},
                                  {1ms, 19ms}}) {
    const auto times = std::make_unique<gnet::FineHistogram>();
    for (int i = 0; i < 100; ++i) times->record(low + (high - low) / 99 * i);
    times->record(high);
    const std::string text = commands::load_bars(*times, false);
    BOOST_TEST(std::ranges::count(text, '\n') <= 12);
    BOOST_TEST(std::ranges::count(text, '\n') >= 1);
    std::uint64_t all = 0;
    for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
      const std::size_t end = text.find_first_not_of(' ', at + 4);
      all += std::stoull(text.substr(text.find(' ', end)));
    }
    BOOST_TEST(all == 101U);
    BOOST_TEST(has(text, "100%  "));
  }
  BOOST_TEST(commands::load_bars(*std::make_unique<gnet::FineHistogram>(), true).empty());
}

BOOST_AUTO_TEST_CASE(every_line_fits_a_terminal) {
  LoadView view;
  view.histogram = true;
  const std::string text = commands::load_report(*load_sample::open_loop(), view, {});
  for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
    BOOST_TEST(text.find('\n', at) - at <= 80U);
  }
}

BOOST_AUTO_TEST_SUITE_END()
