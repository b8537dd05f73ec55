#include "commands/qr_code.h"

#include <boost/test/unit_test.hpp>

#include <sstream>
#include <string>
#include <vector>

#include "gnet/base/utf8.h"

BOOST_AUTO_TEST_SUITE(qr_code)

namespace {

// The modules of the text, dark ones as '#'.
std::vector<std::string> modules(const std::string& text) {
  std::vector<std::string> rows;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::string upper;
    std::string lower;
    for (std::string_view rest = line; !rest.empty();) {
      const std::size_t size = gnet::utf8_length(rest);
      const std::string_view c = rest.substr(0, size);
      upper += c == "█" || c == "▀" ? ' ' : '#';
      lower += c == "█" || c == "▄" ? ' ' : '#';
      rest.remove_prefix(size);
    }
    rows.push_back(upper);
    rows.push_back(lower);
  }
  return rows;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_code_has_a_light_border_and_three_corners) {
  const auto rows = modules(commands::qr_text("http://a.example/"));
  BOOST_REQUIRE(rows.size() >= 25u);
  const std::size_t size = rows[0].size();
  BOOST_TEST(rows[0] == std::string(size, ' '));
  BOOST_TEST(rows[1] == std::string(size, ' '));
  for (const std::size_t x : {std::size_t{2}, size - 9}) {
    BOOST_TEST(rows[2].substr(x, 7) == "#######");
    BOOST_TEST(rows[3].substr(x, 7) == "#     #");
    BOOST_TEST(rows[4].substr(x, 7) == "# ### #");
  }
  BOOST_TEST(rows[size - 3].substr(2, 7) == "#######");
  BOOST_TEST(rows[size - 3].substr(size - 9, 7) != "#######");
}

BOOST_AUTO_TEST_CASE(a_drawing_is_one_element) {
  const std::string svg = commands::qr_svg("http://a.example/\"<&");
  BOOST_TEST(svg.starts_with("<svg xmlns="));
  BOOST_TEST(svg.ends_with("</svg>"));
  BOOST_TEST(svg.find("M2 2h7v1h-7z") != svg.npos);
  BOOST_TEST(svg.find("a.example") == svg.npos);
}

BOOST_AUTO_TEST_CASE(there_is_no_code_of_what_is_too_long) {
  BOOST_TEST(commands::qr_text(std::string(3000, 'x')) == "");
  BOOST_TEST(commands::qr_svg(std::string(3000, 'x')) == "");
}

BOOST_AUTO_TEST_SUITE_END()
