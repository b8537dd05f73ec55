#include "cli/line/suggest.h"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(suggest)

BOOST_AUTO_TEST_CASE(a_swap_of_neighbours_is_one_edit) {
  BOOST_TEST(cli::edit_distance("prot", "port") == 1U);
  BOOST_TEST(cli::edit_distance("", "port") == 4U);
  BOOST_TEST(cli::edit_distance("echo", "echo") == 0U);
  BOOST_TEST(cli::edit_distance("kitten", "sitting") == 3U);
}

BOOST_AUTO_TEST_CASE(the_closest_word_is_found) {
  const std::vector<std::string> flags{"--port", "--print-port", "--public"};
  BOOST_TEST(cli::closest("--prot", flags) == "--port");
  BOOST_TEST(cli::closest("--publik", flags) == "--public");
  BOOST_TEST(cli::closest("--nosuch", flags).empty());
}

BOOST_AUTO_TEST_CASE(a_unique_beginning_is_enough) {
  const std::vector<std::string> flags{"--drain-timeout", "--ready-file", "--ready-fd"};
  BOOST_TEST(cli::closest("--drain", flags) == "--drain-timeout");
  BOOST_TEST(cli::closest("--ready", flags).empty());
}

BOOST_AUTO_TEST_CASE(habits_lead_to_commands_that_exist) {
  BOOST_TEST(cli::command_for("echo", {"echo-client", "echo-server"}) == "echo-server");
  BOOST_TEST(cli::command_for("echo", {"version"}).empty());
  BOOST_TEST(cli::command_for("versoin", {"version"}) == "version");
}

BOOST_AUTO_TEST_SUITE_END()
