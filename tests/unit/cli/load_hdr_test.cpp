#include "commands/load_hdr.h"

#include <zlib.h>

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "gnet/http/base64.h"
#include "tests/unit/cli/load_sample.h"
#include "tests/unit/io/temporary_file.h"

BOOST_AUTO_TEST_SUITE(load_hdr)

using namespace std::chrono_literals;

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

// Read as HdrHistogram reads it, from its description of V2.
struct Decoded {
  std::uint64_t digits, lowest, highest;
  std::map<std::size_t, std::uint64_t> counts;
};

Decoded decoded(const std::string& bytes) {
  BOOST_TEST_REQUIRE(bytes.size() > 8U);
  BOOST_TEST(big_endian(bytes.substr(0, 4)) == 0x1c849314U);
  BOOST_TEST(big_endian(bytes.substr(4, 4)) == bytes.size() - 8);
  std::string plain(1 << 20, '\0');
  uLongf size = plain.size();
  BOOST_TEST_REQUIRE(uncompress(reinterpret_cast<Bytef*>(plain.data()), &size,
                                reinterpret_cast<const Bytef*>(bytes.data()) + 8,
                                bytes.size() - 8) == Z_OK);
  plain.resize(size);
  BOOST_TEST_REQUIRE(plain.size() > 40U);
  BOOST_TEST(big_endian(plain.substr(0, 4)) == 0x1c849313U);
  BOOST_TEST(big_endian(plain.substr(4, 4)) == plain.size() - 40);
  BOOST_TEST(big_endian(plain.substr(8, 4)) == 0U);
  BOOST_TEST(big_endian(plain.substr(32, 8)) == 0x3ff0000000000000U);  // 1.0
  Decoded result{.digits = big_endian(plain.substr(12, 4)),
                 .lowest = big_endian(plain.substr(16, 8)),
                 .highest = big_endian(plain.substr(24, 8)),
                 .counts = {}};
  std::size_t index = 0;
  for (std::size_t at = 40; at < plain.size();) {
    std::uint64_t zigzag = 0;
    for (int byte = 0; byte < 9; ++byte) {
      const auto one = static_cast<unsigned char>(plain.at(at++));
      zigzag |= static_cast<std::uint64_t>(byte < 8 ? one & 0x7f : one) << (7 * byte);
      if ((one & 0x80) == 0) break;
    }
    const auto value =
        static_cast<std::int64_t>(zigzag >> 1) ^ -static_cast<std::int64_t>(zigzag & 1);
    if (value > 0) result.counts[index] = static_cast<std::uint64_t>(value);
    index += value < 0 ? static_cast<std::size_t>(-value) : 1;
  }
  return result;
}

std::unique_ptr<gnet::FineHistogram> spread() {
  auto times = std::make_unique<gnet::FineHistogram>();
  for (const auto time : {0ns, 1ns, 3ns, 1023ns, 1024ns, 2047ns, 2048ns, 4097ns})
    times->record(time);
  for (int i = 0; i < 1000; ++i) times->record(1ms + i * 1us);
  for (int i = 0; i < 70'000; ++i) times->record(5ms);  // a count of three bytes
  times->record(59min);
  return times;
}

BOOST_AUTO_TEST_CASE(every_count_comes_back_from_its_place) {
  const auto times = spread();
  const Decoded read = decoded(commands::encode_hdr(*times));
  BOOST_TEST(read.digits == 3U);
  BOOST_TEST(read.lowest == 1U);
  BOOST_TEST(read.highest == 3'600'000'000'000U);
  std::map<std::size_t, std::uint64_t> counts;
  times->for_each(
      [&](std::size_t index, std::uint64_t, std::uint64_t count) { counts[index] = count; });
  BOOST_TEST((read.counts == counts));
}

BOOST_AUTO_TEST_CASE(longer_times_than_an_hour_have_room) {
  const auto times = std::make_unique<gnet::FineHistogram>();
  times->record(5h);
  BOOST_TEST(decoded(commands::encode_hdr(*times)).highest ==
             static_cast<std::uint64_t>(gnet::Duration(5h).count()));
  times->clear();
  BOOST_TEST(decoded(commands::encode_hdr(*times)).counts.empty());
}

BOOST_AUTO_TEST_CASE(the_log_has_a_line_for_each_second_that_counts) {
  const auto results = load_sample::open_loop();
  const auto times = spread();
  const test::TemporaryFile file("what was there");
  commands::LoadHdrLog log(commands::LineFile(file.name()), results->began);
  for (std::size_t i = 0; i < 3; ++i) {
    commands::LoadSecond second = results->seconds[i];
    second.latency = times.get();
    log.add(second);
  }
  log.add(results->seconds[3]);  // without a histogram
  std::stringstream text;
  text << std::ifstream(file.name()).rdbuf();
  // For other programs to read.
  if (const char* const path = std::getenv("LOAD_HDR_SAMPLE")) std::ofstream(path) << text.str();
  const std::string head =
      "#[Logged by gnet load, in nanoseconds]\n"
      "#[Histogram log format version 1.3]\n"
      "#[StartTime: 1800000000.000 (seconds since epoch), Fri Jan 15 08:00:00 UTC 2027]\n"
      "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n";
  BOOST_TEST(text.str().starts_with(head));
  std::string line;
  std::stringstream lines(text.str().substr(head.size()));
  for (const auto* start : {"1.000,1.000,3540000.000,", "2.000,1.000,3540000.000,"}) {
    BOOST_TEST_REQUIRE(static_cast<bool>(std::getline(lines, line)));
    BOOST_TEST_REQUIRE(line.starts_with(start));
    const auto bytes = gnet::http::base64_decode(line.substr(std::string_view(start).size()));
    BOOST_TEST_REQUIRE(bytes.has_value());
    BOOST_TEST(decoded(*bytes).counts.size() ==
               decoded(commands::encode_hdr(*times)).counts.size());
  }
  BOOST_TEST(!std::getline(lines, line));
}

BOOST_AUTO_TEST_CASE(the_table_ends_with_the_longest_and_all_of_them) {
  const auto results = load_sample::open_loop();
  const std::string text = commands::hgrm(results->total.latency);
  BOOST_TEST(
      text.starts_with("       Value     Percentile TotalCount 1/(1-Percentile)\n\n"
                       "       1.000 0.000000000000          1           1.00\n"));
  BOOST_TEST(text.find("    1000.000 1.000000000000       1000            inf\n"
                       "#[Mean    =      500.500, StdDeviation   =      288.") != text.npos);
  BOOST_TEST(text.find("#[Max     =     1000.000, Total count    =         1000]\n"
                       "#[Buckets =           32, SubBuckets     =         2048]\n") != text.npos);
  std::stringstream lines(text);
  std::string line;
  double before = 0;
  int count = 0;
  for (std::getline(lines, line), std::getline(lines, line); std::getline(lines, line);) {
    if (line.starts_with('#')) break;
    std::stringstream words(line);
    double value = 0;
    double level = 0;
    std::uint64_t total = 0;
    BOOST_TEST_REQUIRE(static_cast<bool>(words >> value >> level >> total));
    BOOST_TEST(value >= before);
    BOOST_TEST(static_cast<double>(total) >= level * 1000 - 1e-6);
    // As many are at most so long, to the three digits of a histogram.
    BOOST_TEST(std::fabs(value - static_cast<double>(total)) <= value / 1000);
    before = value;
    ++count;
  }
  BOOST_TEST(count > 30);
}

BOOST_AUTO_TEST_CASE(the_table_of_nothing_is_empty) {
  const auto times = std::make_unique<gnet::FineHistogram>();
  BOOST_TEST(commands::hgrm(*times).find("Total count    =            0]") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
