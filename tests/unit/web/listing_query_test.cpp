#include "gnet/web/listing_query.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(listing_query)

using gnet::web::arrange;
using gnet::web::FolderEntry;
using gnet::web::ListingQuery;
using gnet::web::natural_less;
using gnet::web::SortKey;

namespace {

FolderEntry file(std::string name, std::uint64_t size = 0, int modified = 0) {
  FolderEntry entry;
  entry.name = std::move(name);
  entry.size = size;
  entry.modified = std::chrono::sys_seconds(std::chrono::seconds(modified));
  return entry;
}

FolderEntry folder(std::string name, int modified = 0) {
  FolderEntry entry = file(std::move(name), 4096, modified);
  entry.is_folder = true;
  return entry;
}

std::string arranged(std::vector<FolderEntry> entries, std::string_view query) {
  arrange(entries, ListingQuery::parse(query));
  std::string names;
  for (const auto& entry : entries) names += (names.empty() ? "" : " ") + entry.name;
  return names;
}

}  // namespace

BOOST_AUTO_TEST_CASE(numbers_count_by_their_value_and_case_does_not) {
  std::vector<std::string> names{"b10", "B9", "a", "b09", "b9", "b2x", "b", "A1", "b2"};
  std::sort(names.begin(), names.end(), natural_less);
  const std::vector<std::string> wanted{"a", "A1", "b", "b2", "b2x", "B9", "b09", "b9", "b10"};
  BOOST_TEST(names == wanted, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(numbers_may_be_longer_than_any_integer) {
  BOOST_TEST(natural_less("99999999999999999999998", "99999999999999999999999"));
  BOOST_TEST(natural_less("9", "100000000000000000000000000000000000000"));
  BOOST_TEST(natural_less("000", "1"));
  BOOST_TEST(!natural_less("1", "000"));
}

BOOST_AUTO_TEST_CASE(of_two_different_names_one_comes_first) {
  const std::vector<std::string> names{"", "0", "00", "a", "A", "a0", "a00", "A0", "\xff", "é"};
  for (const auto& a : names) {
    for (const auto& b : names) BOOST_TEST(natural_less(a, b) + natural_less(b, a) == (a != b));
  }
}

BOOST_AUTO_TEST_CASE(folders_come_first_in_every_order) {
  const std::vector<FolderEntry> entries{file("b", 1, 3), folder("z", 9), file("a", 2, 4),
                                         folder("y", 8), file("c", 2, 1)};
  BOOST_TEST(arranged(entries, "") == "y z a b c");
  BOOST_TEST(arranged(entries, "order=desc") == "z y c b a");
  BOOST_TEST(arranged(entries, "sort=size") == "y z b a c");
  BOOST_TEST(arranged(entries, "sort=size&order=desc") == "y z a c b");
  BOOST_TEST(arranged(entries, "sort=mtime") == "y z c b a");
  BOOST_TEST(arranged(entries, "sort=mtime&order=desc") == "z y a b c");
}

BOOST_AUTO_TEST_CASE(a_filter_is_a_part_of_the_name_in_any_case) {
  const std::vector<FolderEntry> entries{file("Report 1"), file("other"), folder("reports")};
  BOOST_TEST(arranged(entries, "q=rEpOrT") == "reports Report 1");
  BOOST_TEST(arranged(entries, "q=t+1") == "Report 1");
  BOOST_TEST(arranged(entries, "q=none") == "");
}

BOOST_AUTO_TEST_CASE(what_is_not_understood_is_not_there) {
  const auto query = ListingQuery::parse("sort=colour&order=up&json&=&x=1");
  BOOST_TEST((query.sort == SortKey::name));
  BOOST_TEST(!query.descending);
  BOOST_TEST(query.filter.empty());
}

BOOST_AUTO_TEST_CASE(a_column_turns_round_when_it_is_asked_for_again) {
  const auto query = ListingQuery::parse("q=a%26b&sort=size");
  BOOST_TEST(query.with_sort(SortKey::name).str() == "?q=a%26b&sort=name&order=asc");
  const auto turned = query.with_sort(SortKey::size);
  BOOST_TEST(turned.str() == "?q=a%26b&sort=size&order=desc");
  BOOST_TEST(turned.with_sort(SortKey::size).str() == query.str());
}

BOOST_AUTO_TEST_SUITE_END()
