#include "gnet/http/accept.h"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

namespace tests {  // ::accept is a function

BOOST_AUTO_TEST_SUITE(accept)

using gnet::http::AcceptField;

namespace {

using Offers = std::vector<std::string_view>;
using Choose = std::optional<std::size_t> (*)(AcceptField, std::span<const std::string_view>);

std::string_view chosen(Choose choose, AcceptField field, const Offers& offers) {
  const auto choice = choose(field, offers);
  return choice ? offers.at(*choice) : "none";
}

std::string_view type(AcceptField field, const Offers& offers = {"text/html", "application/json"}) {
  return chosen(gnet::http::choose_media_type, field, offers);
}

std::string_view encoding(AcceptField field, const Offers& offers = {"zstd", "br", "gzip"}) {
  return chosen(gnet::http::choose_encoding, field, offers);
}

std::string_view language(AcceptField field, const Offers& offers = {"en", "de", "fr-CA"}) {
  return chosen(gnet::http::choose_language, field, offers);
}

}  // namespace

BOOST_AUTO_TEST_CASE(without_a_wish_the_first_offer_is_best) {
  BOOST_TEST(type({}) == "text/html");
  BOOST_TEST(type("") == "text/html");
  BOOST_TEST(type("*/*") == "text/html");
  BOOST_TEST(type({}, {}) == "none");
  BOOST_TEST(language({}) == "en");
  BOOST_TEST(language("*") == "en");
}

BOOST_AUTO_TEST_CASE(the_type_of_the_highest_quality_is_best) {
  BOOST_TEST(type("application/json") == "application/json");
  BOOST_TEST(type("text/html;q=0.5, application/json") == "application/json");
  BOOST_TEST(type("application/json, text/html") == "text/html");
  BOOST_TEST(type("application/json;q=0.001") == "application/json");
  BOOST_TEST(type("Application/JSON ; Q=0.3 , image/*") == "application/json");
  BOOST_TEST(type("image/png") == "none");
  BOOST_TEST(type("text/html;q=0, application/json;q=0.000") == "none");
  BOOST_TEST(type("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8") ==
             "text/html");
}

BOOST_AUTO_TEST_CASE(the_more_specific_range_decides) {
  BOOST_TEST(type("*/*, text/html;q=0") == "application/json");
  BOOST_TEST(type("text/*;q=0.3, text/html;q=0.7, application/*;q=0.5") == "text/html");
  BOOST_TEST(type("text/html;q=0.7, text/*;q=0.3, application/*;q=0.5") == "text/html");
  BOOST_TEST(type("*/*;q=0") == "none");
  // The example of RFC 9110 §12.5.1.
  const AcceptField field =
      "text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, text/plain;format=fixed;q=0.4, "
      "*/*;q=0.5";
  BOOST_TEST(type(field, {"text/html", "image/jpeg"}) == "image/jpeg");
  BOOST_TEST(type(field, {"text/plain;format=fixed", "image/jpeg"}) == "image/jpeg");
  BOOST_TEST(type(field, {"text/plain;format=fixed", "text/plain"}) == "text/plain");
  BOOST_TEST(type(field, {"text/plain", "text/plain;format=flowed"}) == "text/plain;format=flowed");
}

BOOST_AUTO_TEST_CASE(what_is_malformed_is_left_out) {
  for (const char* field :
       {"text/html;q=2, application/json", "text/html;q=1.001, application/json",
        "text/html;q=0.1234, application/json", "text/html;q=, application/json",
        "text/html;q=.9, application/json", "text/html;q=-1, application/json",
        "text/, application/json", "text/html x, application/json", ",, ,application/json"}) {
    BOOST_TEST(type(field) == "application/json", field);
  }
  // An unclosed quote takes the rest with it.
  BOOST_TEST(type("application/json, text/html;q=\"1, image/png") == "application/json");
  BOOST_TEST(type("text/html;q=x") == "text/html");
  BOOST_TEST(encoding("gzip;q=x") == "none");
  BOOST_TEST(type("text/html;a=\"b,c\";q=0, application/json;q=0.1") == "application/json");
}

BOOST_AUTO_TEST_CASE(an_encoding_has_to_be_asked_for) {
  BOOST_TEST(encoding({}) == "none");
  BOOST_TEST(encoding("") == "none");
  BOOST_TEST(encoding("gzip") == "gzip");
  BOOST_TEST(encoding("gzip, deflate, br, zstd") == "zstd");
  BOOST_TEST(encoding("gzip;q=1.0, br;q=0.9") == "gzip");
  BOOST_TEST(encoding("GZIP") == "gzip");
  BOOST_TEST(encoding("x-gzip") == "gzip");
  BOOST_TEST(encoding("*") == "zstd");
  BOOST_TEST(encoding("*;q=0.5, zstd;q=0") == "br");
  BOOST_TEST(encoding("gzip;q=0") == "none");
  BOOST_TEST(encoding("gzip;q=0, *") == "zstd");
  BOOST_TEST(encoding("compress") == "none");
}

BOOST_AUTO_TEST_CASE(identity_is_there_unless_it_is_refused) {
  const Offers offers{"gzip", "identity"};
  BOOST_TEST(encoding({}, offers) == "identity");
  BOOST_TEST(encoding("", offers) == "identity");
  BOOST_TEST(encoding("br", offers) == "identity");
  BOOST_TEST(encoding("gzip;q=0.001", offers) == "gzip");
  BOOST_TEST(encoding("gzip;q=0.5, identity", offers) == "identity");
  BOOST_TEST(encoding("br, identity;q=0", offers) == "none");
  BOOST_TEST(encoding("br, *;q=0", offers) == "none");
  BOOST_TEST(encoding("*;q=0, identity;q=0.1", offers) == "identity");
  using gnet::http::identity_allowed;
  BOOST_TEST(identity_allowed({}));
  BOOST_TEST(identity_allowed("gzip"));
  BOOST_TEST(!identity_allowed("identity;q=0"));
  BOOST_TEST(!identity_allowed("*;q=0"));
  BOOST_TEST(identity_allowed("*;q=0, identity"));
  BOOST_TEST(!identity_allowed("*, identity;q=0"));
}

BOOST_AUTO_TEST_CASE(a_language_is_found_by_its_beginning) {
  BOOST_TEST(language("de, en;q=0.5") == "de");
  BOOST_TEST(language("DE") == "de");
  BOOST_TEST(language("fr") == "fr-CA");
  BOOST_TEST(language("fr-ca;q=0.1") == "fr-CA");
  BOOST_TEST(language("f") == "none");
  BOOST_TEST(language("fr-FR") == "none");
  BOOST_TEST(language("en;q=0, *") == "de");
  BOOST_TEST(language("en-GB", {"en-US", "en-GB"}) == "en-GB");
  BOOST_TEST(language("en, en-US;q=0.5", {"en-US", "en-GB"}) == "en-GB");
}

BOOST_AUTO_TEST_CASE(a_narrow_language_finds_a_wide_one) {
  BOOST_TEST(language("de-CH") == "de");
  BOOST_TEST(language("zh-Hant-CN-x-private1", {"en", "zh-Hant"}) == "zh-Hant");
  BOOST_TEST(language("en-AU;q=0.5, de-AT") == "de");
  BOOST_TEST(language("de-CH;q=0") == "none");
}

BOOST_AUTO_TEST_CASE(a_browser_that_navigates_names_html) {
  using gnet::http::wants_html;
  BOOST_TEST(wants_html("text/html,application/xhtml+xml,*/*;q=0.8"));
  BOOST_TEST(!wants_html("*/*"));
  BOOST_TEST(!wants_html("image/avif,image/webp,*/*"));
  BOOST_TEST(!wants_html("text/html;q=0"));
  BOOST_TEST(!wants_html({}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace tests
