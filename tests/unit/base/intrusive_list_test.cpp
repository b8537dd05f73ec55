#include "gnet/base/intrusive_list.h"

#include <boost/test/unit_test.hpp>
#include <string>

BOOST_AUTO_TEST_SUITE(intrusive_list)

namespace {

struct Plain : gnet::ListHook {
  explicit Plain(char c) : name(c) {}
  char name;
};

using PlainList = gnet::IntrusiveList<Plain>;

template <typename L>
std::string text(L& list) {
  std::string all;
  list.for_each([&](auto& item) { all += item.name; });
  return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(keeps_the_order_of_pushing) {
  PlainList list;
  BOOST_TEST(list.empty());
  BOOST_TEST(list.pop_front() == nullptr);
  Plain a('a');
  Plain b('b');
  Plain c('c');
  for (Plain* item : {&a, &b, &c}) list.push_back(*item);
  BOOST_TEST(text(list) == "abc");
  BOOST_TEST(list.size() == 3U);
  BOOST_TEST(list.front().name == 'a');
  BOOST_TEST(list.pop_front() == &a);
  BOOST_TEST(!a.is_linked());
  BOOST_TEST(text(list) == "bc");
}

BOOST_AUTO_TEST_CASE(an_element_can_leave_by_itself) {
  PlainList list;
  Plain a('a');
  Plain b('b');
  Plain c('c');
  for (Plain* item : {&a, &b, &c}) list.push_back(*item);
  b.unlink();
  b.unlink();
  BOOST_TEST(text(list) == "ac");
  list.push_back(b);
  BOOST_TEST(text(list) == "acb");
}

BOOST_AUTO_TEST_CASE(a_destroyed_element_has_left) {
  PlainList list;
  Plain a('a');
  list.push_back(a);
  {
    Plain b('b');
    list.push_back(b);
    BOOST_TEST(text(list) == "ab");
  }
  BOOST_TEST(text(list) == "a");
}

BOOST_AUTO_TEST_CASE(a_destroyed_list_leaves_its_elements_unlinked) {
  Plain a('a');
  {
    PlainList list;
    list.push_back(a);
    BOOST_TEST(a.is_linked());
  }
  BOOST_TEST(!a.is_linked());
}

BOOST_AUTO_TEST_CASE(elements_may_leave_while_they_are_visited) {
  PlainList list;
  Plain a('a');
  Plain b('b');
  Plain c('c');
  for (Plain* item : {&a, &b, &c}) list.push_back(*item);
  list.for_each([](Plain& item) {
    if (item.name != 'b') item.unlink();
  });
  BOOST_TEST(text(list) == "b");
}

BOOST_AUTO_TEST_CASE(all_elements_of_another_list_can_be_taken) {
  PlainList list;
  PlainList other;
  Plain a('a');
  Plain b('b');
  Plain c('c');
  list.push_back(a);
  other.push_back(b);
  other.push_back(c);
  list.take_all(other);
  BOOST_TEST(text(list) == "abc");
  BOOST_TEST(other.empty());
  list.take_all(other);
  BOOST_TEST(text(list) == "abc");
  other.take_all(list);
  BOOST_TEST(text(other) == "abc");
  b.unlink();
  BOOST_TEST(text(other) == "ac");
}

BOOST_AUTO_TEST_CASE(an_element_is_in_one_list_for_each_hook) {
  struct ByName : gnet::ListHook {};
  struct ByAge : gnet::ListHook {};
  struct Person : ByName, ByAge {
    explicit Person(char c) : name(c) {}
    char name;
  };
  gnet::IntrusiveList<Person, ByName> by_name;
  gnet::IntrusiveList<Person, ByAge> by_age;
  Person a('a');
  Person b('b');
  by_name.push_back(a);
  by_name.push_back(b);
  by_age.push_back(b);
  by_age.push_back(a);
  a.ByName::unlink();
  BOOST_TEST(text(by_name) == "b");
  BOOST_TEST(text(by_age) == "ba");
}

BOOST_AUTO_TEST_CASE(push_front_puts_an_element_before_all_others) {
  Plain a('a');
  Plain b('b');
  PlainList list;
  list.push_front(a);
  list.push_front(b);
  BOOST_TEST(list.pop_front() == &b);
  BOOST_TEST(list.pop_front() == &a);
  BOOST_TEST(list.empty());
}

BOOST_AUTO_TEST_SUITE_END()
