#include "commands/load_hdr.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <ctime>
#include <utility>

#include "gnet/http/base64.h"
#include "gnet/http/content_encoder.h"

namespace commands {
namespace {

// The two cookies of V2; the 1 in the place of the word size stands for counts of ZigZag LEB128.
constexpr std::uint32_t kPlainCookie = 0x1c849303 | 0x10;
constexpr std::uint32_t kPackedCookie = 0x1c849304 | 0x10;

constexpr std::uint32_t kHdrDigits = 3;
constexpr std::uint64_t kSubBuckets = 2048;  // of three digits

// What readers make room for: an hour. Longer times make more room.
constexpr std::uint64_t kUsualHighest = 3'600'000'000'000;

std::uint64_t highest_of(const gnet::FineHistogram& histogram) {
  return std::max(kUsualHighest, static_cast<std::uint64_t>(histogram.max().count()));
}

void append_big_endian(std::string& out, std::uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(value >> (8 * i) & 0xff);
}

// HdrHistogram's own variant of LEB128: a ninth byte has eight bits.
void append_zigzag(std::string& out, std::int64_t value) {
  auto left = static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63);
  for (int byte = 0; byte < 8 && left > 0x7f; ++byte, left >>= 7) {
    out += static_cast<char>((left & 0x7f) | 0x80);
  }
  out += static_cast<char>(left);
}

// The counts from the first place to the last that has any; so many empty ones between are -so
// many.
std::string encode_counts(const gnet::FineHistogram& histogram) {
  std::string counts;
  std::size_t next = 0;
  histogram.for_each([&](std::size_t index, std::uint64_t, std::uint64_t count) {
    const auto empty = static_cast<std::int64_t>(index - next);
    // A single one is the count 0: that is what "one empty place" is told from "none" by.
    if (empty > 0) append_zigzag(counts, empty == 1 ? 0 : -empty);
    append_zigzag(counts, static_cast<std::int64_t>(count));
    next = index + 1;
  });
  if (counts.empty()) append_zigzag(counts, 0);
  return counts;
}

double in_ms(std::uint64_t nanoseconds) {
  return static_cast<double>(nanoseconds) / 1e6;
}

double in_ms(gnet::Duration time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

struct Spread {
  double mean = 0;  // in milliseconds
  double deviation = 0;
};

Spread spread_of(const gnet::FineHistogram& histogram) {
  const double mean = in_ms(histogram.mean());
  double squares = 0;
  histogram.for_each([&](std::size_t, std::uint64_t highest, std::uint64_t count) {
    const double distance = in_ms(highest) - mean;
    squares += distance * distance * static_cast<double>(count);
  });
  const auto all = static_cast<double>(std::max<std::uint64_t>(histogram.count(), 1));
  return {.mean = mean, .deviation = std::sqrt(squares / all)};
}

// The levels at which the table has lines: five to each half of what is left to 100 %.
double next_level(double level) {
  const double halvings = std::floor(std::log2(1 / (1 - level))) + 1;
  return level + 1 / (5 * std::exp2(halvings));
}

std::uint64_t buckets_up_to(std::uint64_t highest) {
  return static_cast<std::uint64_t>(std::bit_width(highest / kSubBuckets)) + 1;
}

}  // namespace

std::string encode_hdr(const gnet::FineHistogram& histogram) {
  const std::string counts = encode_counts(histogram);
  std::string plain;
  append_big_endian(plain, kPlainCookie, 4);
  append_big_endian(plain, counts.size(), 4);
  append_big_endian(plain, 0, 4);  // the place of the first count
  append_big_endian(plain, kHdrDigits, 4);
  append_big_endian(plain, 1, 8);  // the shortest time that is told from others
  append_big_endian(plain, highest_of(histogram), 8);
  append_big_endian(plain, std::bit_cast<std::uint64_t>(1.0), 8);  // the factor of all values
  plain += counts;
  const std::string packed =
      gnet::http::encode_content(plain, gnet::http::ContentCoding::deflate, 9);
  std::string out;
  append_big_endian(out, kPackedCookie, 4);
  append_big_endian(out, packed.size(), 4);
  return out + packed;
}

LoadHdrLog::LoadHdrLog(LineFile file, std::chrono::system_clock::time_point began)
    : file_(std::move(file)) {
  using namespace std::chrono;
  const auto since_epoch = duration_cast<milliseconds>(began.time_since_epoch());
  const std::time_t seconds = floor<std::chrono::seconds>(since_epoch).count();
  tm parts{};
  gmtime_r(&seconds, &parts);
  std::string date(64, '\0');
  date.resize(strftime(date.data(), date.size(), "%a %b %d %H:%M:%S UTC %Y", &parts));
  file_.write(
      fmt::format("#[Logged by gnet load, in nanoseconds]\n"
                  "#[Histogram log format version 1.3]\n"
                  "#[StartTime: {:.3f} (seconds since epoch), {}]\n"
                  "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\","
                  "\"Interval_Compressed_Histogram\"\n",
                  static_cast<double>(since_epoch.count()) / 1000, date));
}

void LoadHdrLog::add(const LoadSecond& second) {
  if (second.warmup || second.latency == nullptr) return;
  const gnet::FineHistogram& histogram = *second.latency;
  const auto seconds = [](gnet::Duration time) {
    return std::chrono::duration<double>(time).count();
  };
  file_.write(fmt::format("{:.3f},{:.3f},{:.3f},{}\n", seconds(second.at - second.took),
                          seconds(second.took), in_ms(histogram.max()),
                          gnet::http::base64_encode(encode_hdr(histogram))));
}

std::string hgrm(const gnet::FineHistogram& histogram) {
  std::string text = fmt::format("{:>12} {:>14} {:>10} {:>14}\n\n", "Value", "Percentile",
                                 "TotalCount", "1/(1-Percentile)");
  const std::uint64_t all = histogram.count();
  const auto max = static_cast<std::uint64_t>(histogram.max().count());
  double level = 0;
  std::uint64_t seen = 0;
  histogram.for_each([&](std::size_t, std::uint64_t highest, std::uint64_t count) {
    seen += count;
    const double share = static_cast<double>(seen) / static_cast<double>(all);
    while (level <= share && level < 1) {
      text += fmt::format("{:12.3f} {:14.12f} {:10} {:14.2f}\n", in_ms(std::min(highest, max)),
                          level, seen, 1 / (1 - level));
      level = next_level(level);
      if (seen == all) break;
    }
  });
  if (all > 0)
    text += fmt::format("{:12.3f} {:14.12f} {:10} {:>14}\n", in_ms(max), 1.0, all, "inf");
  const Spread spread = spread_of(histogram);
  return text + fmt::format(
                    "#[Mean    = {:12.3f}, StdDeviation   = {:12.3f}]\n"
                    "#[Max     = {:12.3f}, Total count    = {:12}]\n"
                    "#[Buckets = {:12}, SubBuckets     = {:12}]\n",
                    spread.mean, spread.deviation, in_ms(max), all,
                    buckets_up_to(highest_of(histogram)), kSubBuckets);
}

}  // namespace commands
