#include "gnet/ws/permessage_deflate.h"

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>

BOOST_AUTO_TEST_SUITE(permessage_deflate)

using gnet::ws::accept_deflate_answer;
using gnet::ws::answer_deflate_offer;
using gnet::ws::deflate_offer;
using gnet::ws::DeflateAgreement;
using gnet::ws::DeflateOptions;

namespace {

const DeflateOptions kTakeover{.context_takeover = true, .peer_context_takeover = true};

// The header with which a server answers; "none".
std::string answer(std::string_view offers, const DeflateOptions& options = {}) {
  const auto parsed = gnet::ws::parse_extensions(offers);
  BOOST_REQUIRE(parsed);
  const auto agreed = answer_deflate_offer(*parsed, options);
  return agreed ? agreed->header : "none";
}

std::string text_of(const DeflateAgreement& agreed) {
  return std::to_string(agreed.window_bits) + (agreed.context_takeover ? "+" : "") + " " +
         std::to_string(agreed.peer_window_bits) + (agreed.peer_context_takeover ? "+" : "");
}

// What a server agrees on: its own window with a plus for takeover, and the peer's.
std::string agreed(std::string_view offers, const DeflateOptions& options = {}) {
  const auto answer = answer_deflate_offer(*gnet::ws::parse_extensions(offers), options);
  return answer ? text_of(answer->agreement) : "none";
}

// What a client makes of an answer: as above, "none", or "refused".
std::string accepted(std::optional<std::string_view> header, const DeflateOptions& options = {}) {
  const auto verdict = accept_deflate_answer(header, options);
  if (std::holds_alternative<std::string_view>(verdict)) return "refused";
  const auto& agreement = std::get<std::optional<DeflateAgreement>>(verdict);
  return agreement ? text_of(*agreement) : "none";
}

}  // namespace

BOOST_AUTO_TEST_CASE(by_default_nobody_remembers_anything) {
  BOOST_TEST(deflate_offer({}) ==
             "permessage-deflate; client_no_context_takeover; server_no_context_takeover; "
             "client_max_window_bits");
  BOOST_TEST(answer("permessage-deflate") ==
             "permessage-deflate; server_no_context_takeover; client_no_context_takeover");
  BOOST_TEST(agreed("permessage-deflate") == "15 15");
}

BOOST_AUTO_TEST_CASE(an_offer_says_what_the_client_wants) {
  BOOST_TEST(deflate_offer(kTakeover) == "permessage-deflate; client_max_window_bits");
  BOOST_TEST(deflate_offer({.context_takeover = true,
                            .peer_context_takeover = true,
                            .window_bits = 12,
                            .peer_window_bits = 10}) ==
             "permessage-deflate; server_max_window_bits=10; client_max_window_bits=12");
  BOOST_TEST(deflate_offer({.enabled = false}).empty());
}

BOOST_AUTO_TEST_CASE(a_server_keeps_to_what_the_client_asks_for) {
  BOOST_TEST(answer("permessage-deflate", kTakeover) == "permessage-deflate");
  BOOST_TEST(agreed("permessage-deflate", kTakeover) == "15+ 15+");
  BOOST_TEST(answer("permessage-deflate; server_no_context_takeover", kTakeover) ==
             "permessage-deflate; server_no_context_takeover");
  BOOST_TEST(answer("permessage-deflate; client_no_context_takeover", kTakeover) ==
             "permessage-deflate; client_no_context_takeover");
  BOOST_TEST(answer("permessage-deflate; server_max_window_bits=10", kTakeover) ==
             "permessage-deflate; server_max_window_bits=10");
  BOOST_TEST(answer("permessage-deflate; server_max_window_bits=\"8\"", kTakeover) ==
             "permessage-deflate; server_max_window_bits=8");
  BOOST_TEST(answer("permessage-deflate; server_max_window_bits=15", kTakeover) ==
             "permessage-deflate; server_max_window_bits=15");
  BOOST_TEST(answer("permessage-deflate; client_max_window_bits", kTakeover) ==
             "permessage-deflate");
  BOOST_TEST(answer("permessage-deflate; client_max_window_bits=11", kTakeover) ==
             "permessage-deflate; client_max_window_bits=11");
  BOOST_TEST(agreed("permessage-deflate; client_max_window_bits=11", kTakeover) == "15+ 11+");
}

BOOST_AUTO_TEST_CASE(a_server_has_wishes_of_its_own) {
  DeflateOptions options = kTakeover;
  options.window_bits = 12;
  options.peer_window_bits = 10;
  BOOST_TEST(answer("permessage-deflate; client_max_window_bits", options) ==
             "permessage-deflate; server_max_window_bits=12; client_max_window_bits=10");
  BOOST_TEST(
      answer("permessage-deflate; server_max_window_bits=14; client_max_window_bits=9", options) ==
      "permessage-deflate; server_max_window_bits=12; client_max_window_bits=9");
  // A client that cannot make its window smaller has to do without takeover.
  BOOST_TEST(answer("permessage-deflate", options) ==
             "permessage-deflate; server_max_window_bits=12; client_no_context_takeover");
  BOOST_TEST(agreed("permessage-deflate", options) == "12+ 15");
}

BOOST_AUTO_TEST_CASE(offers_with_mistakes_are_passed_over) {
  for (const char* parameters : {"unknown",
                                 "server_max_window_bits",
                                 "server_max_window_bits=7",
                                 "server_max_window_bits=16",
                                 "server_max_window_bits=999",
                                 "server_max_window_bits=010",
                                 "server_max_window_bits=+10",
                                 "server_max_window_bits=08",
                                 "server_max_window_bits=1",
                                 "server_max_window_bits=1a",
                                 "server_max_window_bits=10; server_max_window_bits=10",
                                 "server_no_context_takeover=1",
                                 "client_no_context_takeover=true",
                                 "server_no_context_takeover; server_no_context_takeover",
                                 "client_no_context_takeover; client_no_context_takeover",
                                 "client_max_window_bits=7",
                                 "client_max_window_bits=16",
                                 "client_max_window_bits=010",
                                 "client_max_window_bits=+10",
                                 "client_max_window_bits; client_max_window_bits",
                                 "client_max_window_bits=10; client_max_window_bits",
                                 "client_max_window_bits; client_max_window_bits=10",
                                 "Server_No_Context_Takeover"}) {
    const std::string offer = std::string("permessage-deflate; ") + parameters;
    BOOST_TEST(answer(offer) == "none", "accepted: " << parameters);
    BOOST_TEST(answer(offer + ", permessage-deflate; server_max_window_bits=9", kTakeover) ==
               "permessage-deflate; server_max_window_bits=9");
    BOOST_TEST(accepted(offer, kTakeover) == "refused", "accepted: " << parameters);
  }
}

BOOST_AUTO_TEST_CASE(the_first_offer_that_will_do_is_taken) {
  BOOST_TEST(answer("x-other; a=b, permessage-deflate; server_max_window_bits=9, "
                    "permessage-deflate",
                    kTakeover) == "permessage-deflate; server_max_window_bits=9");
  BOOST_TEST(answer("x-webkit-deflate-frame") == "none");
  BOOST_TEST(answer("permessage-deflate", {.enabled = false}) == "none");
}

BOOST_AUTO_TEST_CASE(a_client_takes_what_it_offered) {
  BOOST_TEST(accepted(std::nullopt) == "none");
  BOOST_TEST(accepted("permessage-deflate; server_no_context_takeover") == "15 15");
  BOOST_TEST(accepted("permessage-deflate", kTakeover) == "15+ 15+");
  BOOST_TEST(accepted("permessage-deflate; client_no_context_takeover", kTakeover) == "15 15+");
  BOOST_TEST(accepted("permessage-deflate; server_max_window_bits=\"10\"", kTakeover) == "15+ 10+");
  BOOST_TEST(accepted("permessage-deflate; client_max_window_bits=8", kTakeover) == "8+ 15+");
  DeflateOptions small = kTakeover;
  small.window_bits = 10;
  BOOST_TEST(accepted("permessage-deflate", small) == "10+ 15+");
  BOOST_TEST(accepted("permessage-deflate; client_max_window_bits=9", small) == "9+ 15+");
}

BOOST_AUTO_TEST_CASE(a_client_refuses_what_it_did_not_offer) {
  BOOST_TEST(accepted("") == "refused");
  BOOST_TEST(accepted("x-other") == "refused");
  BOOST_TEST(accepted("permessage-deflate, x-other", kTakeover) == "refused");
  BOOST_TEST(accepted("permessage-deflate, permessage-deflate", kTakeover) == "refused");
  BOOST_TEST(accepted("permessage-deflate", {.enabled = false}) == "refused");
  BOOST_TEST(accepted("permessage-deflate") == "refused");  // it asked for no takeover
  BOOST_TEST(accepted("permessage-deflate; client_max_window_bits", kTakeover) == "refused");
  DeflateOptions small = kTakeover;
  small.window_bits = small.peer_window_bits = 10;
  BOOST_TEST(accepted("permessage-deflate", small) == "refused");
  BOOST_TEST(accepted("permessage-deflate; server_max_window_bits=11", small) == "refused");
  BOOST_TEST(accepted("permessage-deflate; server_max_window_bits=9", small) == "10+ 9+");
  BOOST_TEST(accepted("permessage-deflate; server_max_window_bits=9; client_max_window_bits=11",
                      small) == "refused");
}

BOOST_AUTO_TEST_CASE(both_sides_come_to_the_same) {
  for (const bool a : {false, true}) {
    for (const bool b : {false, true}) {
      for (const int bits : {8, 9, 12, 15}) {
        const DeflateOptions client{.context_takeover = a,
                                    .peer_context_takeover = b,
                                    .window_bits = static_cast<std::uint8_t>(bits)};
        for (const DeflateOptions& server :
             {DeflateOptions{}, kTakeover,
              DeflateOptions{
                  .context_takeover = true, .window_bits = 10, .peer_window_bits = 11}}) {
          const auto offers = gnet::ws::parse_extensions(deflate_offer(client));
          BOOST_REQUIRE(offers);
          const auto answered = answer_deflate_offer(*offers, server);
          BOOST_REQUIRE(answered);
          const DeflateAgreement& theirs = answered->agreement;
          BOOST_TEST(accepted(answered->header, client) ==
                     text_of({theirs.peer_context_takeover, theirs.context_takeover,
                              theirs.peer_window_bits, theirs.window_bits}));
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(options_out_of_range_are_the_callers_mistake) {
  for (const DeflateOptions& options :
       {DeflateOptions{.window_bits = 7}, DeflateOptions{.window_bits = 16},
        DeflateOptions{.peer_window_bits = 0}, DeflateOptions{.level = 0},
        DeflateOptions{.level = 10}, DeflateOptions{.memory_level = 0}}) {
    BOOST_CHECK_THROW((void)deflate_offer(options), std::invalid_argument);
    BOOST_CHECK_THROW((void)answer_deflate_offer({}, options), std::invalid_argument);
    BOOST_CHECK_THROW((void)accept_deflate_answer({}, options), std::invalid_argument);
  }
}

BOOST_AUTO_TEST_SUITE_END()
