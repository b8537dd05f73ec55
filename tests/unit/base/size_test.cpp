#include "gnet/base/size.h"

#include <boost/test/unit_test.hpp>

#include <limits>

BOOST_AUTO_TEST_SUITE(size)

using gnet::format_size;
using gnet::parse_count;
using gnet::parse_percent;
using gnet::parse_size;

BOOST_AUTO_TEST_CASE(a_letter_counts_in_1024s_and_a_letter_with_b_in_1000s) {
  BOOST_TEST((parse_size("512") == 512U));
  BOOST_TEST((parse_size("512B") == 512U));
  BOOST_TEST((parse_size("64K") == 65'536U));
  BOOST_TEST((parse_size("64k") == 65'536U));
  BOOST_TEST((parse_size("64KiB") == 65'536U));
  BOOST_TEST((parse_size("1M") == 1'048'576U));
  BOOST_TEST((parse_size("2G") == 2'147'483'648U));
  BOOST_TEST((parse_size("1T") == 1'099'511'627'776U));
  BOOST_TEST((parse_size("3kB") == 3'000U));
  BOOST_TEST((parse_size("3MB") == 3'000'000U));
  BOOST_TEST((parse_size("3.0 MB") == 3'000'000U));
  BOOST_TEST((parse_size("1.5K") == 1'536U));
}

BOOST_AUTO_TEST_CASE(the_largest_size_fits_and_the_next_is_refused) {
  BOOST_TEST((parse_size("18446744073709551615") == std::numeric_limits<std::uint64_t>::max()));
  BOOST_TEST(!parse_size("18446744073709551616"));
  BOOST_TEST((parse_size("16777215T") == 16'777'215ULL << 40));
  BOOST_TEST(!parse_size("16777216T"));
}

BOOST_AUTO_TEST_CASE(what_is_no_size_is_refused) {
  for (const char* text : {"", "K", "-1", "1KK", "1  K", "1 ", " 1", "1.K.", "1Kb/s", "1X"}) {
    BOOST_TEST(!parse_size(text), "accepted: " << text);
  }
}

BOOST_AUTO_TEST_CASE(counts_go_in_1000s) {
  BOOST_TEST((parse_count("10k") == 10'000U));
  BOOST_TEST((parse_count("10K") == 10'000U));
  BOOST_TEST((parse_count("1.5M") == 1'500'000U));
  BOOST_TEST((parse_count("2G") == 2'000'000'000U));
  BOOST_TEST(!parse_count("1MB"));
  BOOST_TEST(!parse_count("k"));
}

BOOST_AUTO_TEST_CASE(counts_are_whole) {
  BOOST_TEST((parse_count("1.50k") == 1'500U));
  BOOST_TEST((parse_count("0.001M") == 1'000U));
  BOOST_TEST((parse_count("3.000") == 3U));
  for (const char* text : {"0.4", "1.5", "0.0001k", "1.0001k", "1.0000000000001G"}) {
    BOOST_TEST(!parse_count(text), "accepted: " << text);
  }
}

BOOST_AUTO_TEST_CASE(what_is_not_0_does_not_become_0) {
  BOOST_TEST((parse_size("0.0000000000000") == 0U));
  BOOST_TEST((parse_size("0.5") == 1U));
  for (const char* text : {"0.4", "0.0001K", "0.00000000000001"}) {
    BOOST_TEST(!parse_size(text), "accepted: " << text);
  }
  BOOST_TEST(!parse_percent("0.00000000000001%"));
}

BOOST_AUTO_TEST_CASE(percentages_are_shares_of_one) {
  BOOST_TEST(parse_percent("0.1%").value() == 0.001, boost::test_tools::tolerance(1e-12));
  BOOST_TEST((parse_percent("100%") == 1.0));
  BOOST_TEST((parse_percent("0") == 0.0));
  BOOST_TEST(parse_percent("5").value() == 0.05, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(!parse_percent("100.1%"));
  BOOST_TEST(!parse_percent("-1%"));
  BOOST_TEST(!parse_percent("1%%"));
  BOOST_TEST(!parse_percent("%"));
}

BOOST_AUTO_TEST_CASE(people_read_sizes_with_one_decimal) {
  BOOST_TEST(format_size(0) == "0 B");
  BOOST_TEST(format_size(999) == "999 B");
  BOOST_TEST(format_size(1'000) == "1.0 kB");
  BOOST_TEST(format_size(65'536) == "65.5 kB");
  BOOST_TEST(format_size(3'000'000) == "3.0 MB");
  BOOST_TEST(format_size(999'949) == "999.9 kB");
  BOOST_TEST(format_size(999'951) == "1.0 MB");
  BOOST_TEST(format_size(std::numeric_limits<std::uint64_t>::max()) == "18.4 EB");
}

BOOST_AUTO_TEST_SUITE_END()
