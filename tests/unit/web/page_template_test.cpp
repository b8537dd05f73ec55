#include "gnet/web/page_template.h"

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>

BOOST_AUTO_TEST_SUITE(page_template)

using gnet::web::detail::element;
using gnet::web::detail::PageTemplate;

namespace {

// As text[condition]slot; for each piece.
std::string pieces(std::string_view text) {
  std::string all;
  const PageTemplate page(text);
  for (const auto& piece : page.pieces()) {
    all.append(piece.text).append("[").append(piece.condition).append("]");
    all.append(piece.slot).append(";");
  }
  return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_page_falls_into_its_pieces) {
  BOOST_TEST(pieces("plain {}") == "plain {}[];");
  BOOST_TEST(pieces("a{{b}}c{{d}}") == "a[]b;c[]d;[];");
  BOOST_TEST(pieces("a{{if x}}b{{c}}d{{end}}e") == "a[];b[x]c;d[x];e[];");
}

BOOST_AUTO_TEST_CASE(what_is_not_closed_is_told) {
  BOOST_CHECK_THROW(PageTemplate("a{{b"), std::invalid_argument);
  BOOST_CHECK_THROW(PageTemplate("a{{if x}}b"), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(conditions_are_not_nested) {
  BOOST_CHECK_THROW(PageTemplate("{{if x}}a{{if y}}b{{end}}c{{end}}"), std::invalid_argument);
  BOOST_CHECK_THROW(PageTemplate("a{{end}}"), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(an_element_is_found_without_its_tags) {
  BOOST_TEST(element("x<style>\na\n</style>y", "style") == "\na\n");
  BOOST_CHECK_THROW(static_cast<void>(element("<style>", "style")), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
