#include "gnet/io/lookup_cache.h"

#include <fmt/format.h>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(lookup_cache)

using namespace std::chrono_literals;
using gnet::Family;
using gnet::TimePoint;
using gnet::detail::LookupCache;
using gnet::detail::Question;
using gnet::detail::Resolved;

namespace {

constexpr TimePoint kStart = TimePoint() + std::chrono::hours(1);

auto some_answer() {
  return std::make_shared<const Resolved>(Resolved{{}, {asio::ip::make_address("192.0.2.1")}});
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_answer_holds_until_its_time) {
  LookupCache cache;
  const auto answer = some_answer();
  cache.put({"a.test", Family::any}, answer, kStart + 1s, kStart);
  BOOST_TEST(cache.find({"a.test", Family::any}, kStart + 999ms) == answer);
  BOOST_TEST(cache.find({"a.test", Family::any}, kStart + 1s) == nullptr);
  BOOST_TEST(cache.size() == 0U);
}

BOOST_AUTO_TEST_CASE(families_are_different_questions) {
  LookupCache cache;
  cache.put({"a.test", Family::v4}, some_answer(), kStart + 1s, kStart);
  BOOST_TEST(cache.find({"a.test", Family::any}, kStart) == nullptr);
}

BOOST_AUTO_TEST_CASE(a_newer_answer_replaces_the_older) {
  LookupCache cache;
  const auto newer = some_answer();
  cache.put({"a.test", Family::v4}, some_answer(), kStart + 1s, kStart);
  cache.put({"a.test", Family::v4}, newer, kStart + 2s, kStart);
  BOOST_TEST(cache.find({"a.test", Family::v4}, kStart + 1s) == newer);
  BOOST_TEST(cache.size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_has_ended_already_is_not_kept) {
  LookupCache cache;
  cache.put({"a.test", Family::v4}, some_answer(), kStart, kStart);
  BOOST_TEST(cache.size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_full_cache_gives_up_what_ends_first) {
  LookupCache cache;
  for (std::size_t i = 0; i < LookupCache::kMaxEntries; ++i) {
    const auto until = kStart + 10s + std::chrono::milliseconds(i == 7 ? 0 : i + 1);
    cache.put({fmt::format("{}.test", i), Family::v4}, some_answer(), until, kStart);
  }
  cache.put({"new.test", Family::v4}, some_answer(), kStart + 20s, kStart);
  BOOST_TEST(cache.size() == LookupCache::kMaxEntries);
  BOOST_TEST(cache.find({"7.test", Family::v4}, kStart) == nullptr);
  BOOST_TEST(cache.find({"0.test", Family::v4}, kStart) != nullptr);
  BOOST_TEST(cache.find({"new.test", Family::v4}, kStart) != nullptr);
}

BOOST_AUTO_TEST_CASE(a_full_cache_gives_up_all_that_has_ended) {
  LookupCache cache;
  for (std::size_t i = 0; i < LookupCache::kMaxEntries; ++i) {
    cache.put({fmt::format("{}.test", i), Family::v4}, some_answer(), kStart + 1s, kStart);
  }
  cache.put({"new.test", Family::v4}, some_answer(), kStart + 20s, kStart + 2s);
  BOOST_TEST(cache.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
