#include "gnet/dns/message.h"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <string_view>

BOOST_AUTO_TEST_SUITE(dns_message)

using namespace std::string_literals;
using gnet::dns::BadMessage;
using gnet::dns::BadName;
using gnet::dns::build_query;
using gnet::dns::is_answer_to;
using gnet::dns::Message;
using gnet::dns::parse_message;
using gnet::dns::QueryOptions;
using gnet::dns::Subnet;
using gnet::dns::type_of;

namespace {

constexpr std::uint16_t kId = 0x1234;

std::string number(unsigned value) {
  return {static_cast<char>(value >> 8), static_cast<char>(value)};
}

// A record of the question's name.
std::string record(std::string_view type, const std::string& data) {
  return "\xc0\x0c"s + number(type_of(type).value()) + number(1) + number(0) + number(300) +
         number(static_cast<unsigned>(data.size())) + data;
}

// An answer to example.org with these records.
std::string answer(std::string_view type, const std::string& records, unsigned count = 1,
                   unsigned flags = 0x8180) {
  std::string query = build_query({"example.org", type_of(type).value()}, kId, {.udp_size = 0});
  query.replace(2, 2, number(flags));
  query.replace(6, 2, number(count));
  return query + records;
}

Message parsed(std::string_view type, const std::string& data) {
  return parse_message(answer(type, record(type, data)));
}

std::string text(std::string_view type, const std::string& data) {
  return parsed(type, data).answers.at(0).text;
}

// An OPT record with these options.
std::string opt(const std::string& options, unsigned high_rcode = 0) {
  return "\0"s + number(41) + number(1232) + number(high_rcode << 8) + number(0) +
         number(static_cast<unsigned>(options.size())) + options;
}

std::string with_opt(const std::string& record) {
  std::string message = answer("A", "", 0);
  message.replace(10, 2, number(1));
  return message + record;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_query_has_its_number_its_flags_and_its_question) {
  const std::string query = build_query({"www.example.org"}, kId, {.udp_size = 0});
  BOOST_TEST(query ==
             "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"
             "\x03www\x07"
             "example\x03org\x00\x00\x01\x00\x01"s);
  BOOST_TEST(build_query({"www.example.org."}, kId, {.udp_size = 0}) == query);
}

BOOST_AUTO_TEST_CASE(edns_asks_for_what_is_wanted) {
  const std::string plain = build_query({"a.test"}, kId, {.udp_size = 0});
  const std::string sized = build_query({"a.test"}, kId, {.dnssec = true, .udp_size = 4096});
  BOOST_TEST(sized.substr(plain.size()) == "\x00\x00\x29\x10\x00\x00\x00\x80\x00\x00\x00"s);
  BOOST_TEST(sized.substr(10, 2) == "\x00\x01"s);
  QueryOptions options{.nsid = true, .cookie = "12345678"};
  options.subnet = Subnet::parse("192.0.2.255/25");
  const std::string asked = build_query({"a.test"}, kId, options);
  BOOST_TEST(asked.substr(plain.size() + 9) ==
             number(4 + 12 + 12) + "\x00\x03\x00\x00"s +
                 "\x00\x08\x00\x08\x00\x01\x19\x00\xc0\x00\x02\x80"s + "\x00\x0a\x00\x08"s +
                 "12345678");
}

BOOST_AUTO_TEST_CASE(padding_makes_every_query_a_multiple_of_128_bytes_long) {
  std::string name = "t";
  for (std::size_t size = 1; size < 60; ++size, name += 't') {
    BOOST_TEST(build_query({name}, kId, {.padding = true}).size() == 128U);
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_name_is_refused) {
  BOOST_CHECK_THROW(static_cast<void>(build_query({""}, kId)), BadName);
  BOOST_CHECK_THROW(static_cast<void>(build_query({"a..b"}, kId)), BadName);
  BOOST_CHECK_THROW(static_cast<void>(build_query({"a\0b"s}, kId)), BadName);
  BOOST_CHECK_THROW(static_cast<void>(build_query({std::string(64, 'a')}, kId)), BadName);
  std::string labels;
  for (int i = 0; i < 128; ++i) labels += "a.";
  BOOST_CHECK_THROW(static_cast<void>(build_query({labels}, kId)), BadName);
  BOOST_TEST(build_query({"."}, kId, {.udp_size = 0}).size() == 12U + 5);
}

BOOST_AUTO_TEST_CASE(an_answer_has_the_number_and_the_question_of_the_query) {
  const std::string query = build_query({"example.org", type_of("HTTPS").value()}, kId);
  const std::string good = answer("HTTPS", "", 0);
  BOOST_TEST(is_answer_to(query, good));
  BOOST_TEST(!is_answer_to(query, query));
  std::string other = good;
  other[1] ^= 1;
  BOOST_TEST(!is_answer_to(query, other));
  other = good;
  other.replace(13, 7, "eXampLE");
  BOOST_TEST(is_answer_to(query, other));
  other.replace(13, 7, "exbmple");
  BOOST_TEST(!is_answer_to(query, other));
  // 'A' and 'a' are different types.
  BOOST_TEST(!is_answer_to(query, answer("TYPE97", "", 0)));
  for (std::size_t size = 0; size < good.size(); ++size) {
    BOOST_TEST(!is_answer_to(query, std::string_view(good).substr(0, size)));
  }
}

BOOST_AUTO_TEST_CASE(only_a_failure_may_leave_the_question_out) {
  const std::string query = build_query({"example.org"}, kId);
  std::string bare = answer("A", "", 0).substr(0, 12);
  bare.replace(4, 2, number(0));
  BOOST_TEST(!is_answer_to(query, bare));
  bare[3] = '\x81';  // FORMERR
  BOOST_TEST(is_answer_to(query, bare));
}

BOOST_AUTO_TEST_CASE(records_are_read_as_zone_files_have_them) {
  BOOST_TEST(text("A", "\xc0\x00\x02\x01"s) == "192.0.2.1");
  BOOST_TEST(text("MX", "\x00\x0a\x02mx\xc0\x0c"s) == "10 mx.example.org.");
  BOOST_TEST(text("TXT", "\x03one\x03two"s) == "\"one\" \"two\"");
  BOOST_TEST(text("TYPE65280", "\x01\x02\xff"s) == "\\# 3 0102ff");
  BOOST_TEST(text("TYPE65280", "") == "\\# 0");
  const auto record = parsed("A", "\xc0\x00\x02\x01"s).answers.at(0);
  BOOST_TEST(record.to_string() == "example.org. 300 IN A 192.0.2.1");
}

BOOST_AUTO_TEST_CASE(records_come_in_parts_that_have_names) {
  const auto mx = parsed("MX", "\x00\x0a\x02mx\xc0\x0c"s).answers.at(0);
  BOOST_REQUIRE(mx.fields.size() == 2U);
  BOOST_TEST(mx.fields[0].name == "preference");
  BOOST_TEST(std::get<std::uint64_t>(mx.fields[0].value) == 10U);
  BOOST_TEST(mx.fields[1].name == "exchange");
  BOOST_TEST(std::get<std::string>(mx.fields[1].value) == "mx.example.org.");
  const auto txt = parsed("TXT", "\x03\x1b\"\xff\x00"s).answers.at(0);
  BOOST_CHECK(std::get<2>(txt.fields.at(0).value) == (std::vector<std::string>{"\x1b\"\xff", ""}));
  const auto caa = parsed("CAA", "\x00\x05issueca.test"s).answers.at(0);
  BOOST_TEST(std::get<std::string>(caa.fields.at(1).value) == "issue");
  BOOST_TEST(std::get<std::string>(caa.fields.at(2).value) == "ca.test");
}

BOOST_AUTO_TEST_CASE(nothing_that_a_terminal_would_obey_is_in_a_text) {
  std::string all;
  for (int byte = 0; byte < 255; ++byte) all += static_cast<char>(byte);
  const auto is_safe = [](const std::string& text) {
    return std::ranges::all_of(
        text, [](unsigned char c) { return c == '\t' || (c >= 0x20 && c < 0x7f); });
  };
  BOOST_TEST(is_safe(text("TXT", static_cast<char>(255) + all)));
  BOOST_TEST(is_safe(text("CAA", "\x00\x05"s + "a\x1b[0m" + all)));
  BOOST_TEST(is_safe(text("CNAME", "\x3f" + all.substr(0, 63) + "\0"s)));
  BOOST_TEST(is_safe(text("NAPTR", number(1) + number(2) + "\x01\x1b\x01\n\x01\x07\x01\x7f\0"s)));
  BOOST_TEST(is_safe(text("HTTPS", number(1) + "\0"s + number(1) + number(4) + "\x03\x1b\n,"s)));
}

BOOST_AUTO_TEST_CASE(records_of_other_names_and_classes_are_no_answer) {
  const auto wire = [](std::string_view name) {
    return build_query({std::string(name)}, kId, {.udp_size = 0}).substr(12, name.size() + 2);
  };
  const auto of = [&](std::string_view owner, std::string_view type, const std::string& data,
                      unsigned class_number = 1) {
    return wire(owner) + number(type_of(type).value()) + number(class_number) + number(0) +
           number(300) + number(static_cast<unsigned>(data.size())) + data;
  };
  const auto kept = [](std::string_view type, const std::string& records, unsigned count,
                       std::uint16_t class_number = 1) {
    Message message = parse_message(answer(type, records, count));
    const QueryOptions plain{.udp_size = 0};
    gnet::dns::drop_strange_answers(
        message, build_query({"example.org", type_of(type).value(), class_number}, kId, plain));
    std::string names;
    for (const auto& one : message.answers) names += one.name + " ";
    return names;
  };
  const std::string address = "\xc0\x00\x02\x01"s;
  BOOST_TEST(kept("A", of("Example.ORG", "A", address), 1) == "Example.ORG. ");
  BOOST_TEST(kept("A", of("evil.test", "A", address) + of("example.org", "A", address), 2) ==
             "example.org. ");
  BOOST_TEST(kept("A", of("example.org", "A", address, 3), 1).empty());
  BOOST_TEST(kept("A", of("example.org", "A", address, 3), 1, 255) == "example.org. ");
  // Aliases, in whatever order, and not in a circle.
  const std::string chain = of("b.test", "A", address) + of("a.test", "CNAME", wire("b.test")) +
                            of("example.org", "CNAME", wire("A.test"));
  BOOST_TEST(kept("A", chain, 3) == "b.test. a.test. example.org. ");
  BOOST_TEST(
      kept("A", of("a.test", "CNAME", wire("b.test")) + of("b.test", "A", address), 2).empty());
  const std::string circle =
      of("example.org", "CNAME", wire("a.test")) + of("a.test", "CNAME", wire("example.org"));
  BOOST_TEST(kept("A", circle, 2) == "example.org. a.test. ");
  // What stands above.
  BOOST_TEST(kept("A", of("org", "DNAME", wire("net")), 1) == "org. ");
  BOOST_TEST(kept("A", of("ple.org", "DNAME", wire("net")), 1).empty());
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_cut_anywhere_is_malformed) {
  const std::string whole =
      answer("MX", record("MX", "\x00\x0a\x02mx\xc0\x0c"s) + record("A", "\xc0\x00\x02\x01"s), 2);
  BOOST_TEST(parse_message(whole).answers.size() == 2U);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    BOOST_CHECK_THROW(static_cast<void>(parse_message(std::string_view(whole).substr(0, size))),
                      BadMessage);
  }
}

BOOST_AUTO_TEST_CASE(of_a_truncated_answer_there_is_what_has_come) {
  std::string cut =
      answer("A", record("A", "\xc0\x00\x02\x01"s) + record("A", "\xc0\x00\x02\x02"s), 2, 0x8380);
  cut.resize(cut.size() - 3);
  const Message message = parse_message(cut);
  BOOST_TEST(message.truncated);
  BOOST_TEST(message.answers.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_name_that_leads_to_itself_is_malformed) {
  const std::string question = answer("CNAME", "", 0);
  const unsigned at = static_cast<unsigned>(question.size()) + 12;
  for (const std::string& name :
       {"\xc0"s + static_cast<char>(at), "\x01"s + "a\xc0" + static_cast<char>(at)}) {
    BOOST_CHECK_THROW(static_cast<void>(parsed("CNAME", name)), BadMessage);
  }
  // Many pointers, each to the one before, and many records that begin with the last.
  std::string chain = answer("A", "", 0);
  std::string records;
  const std::size_t start = chain.size();
  for (std::size_t i = 0; i < 8000; ++i) {
    const std::size_t to = i == 0 ? 12 : start + 12 + 2 * (i - 1);
    records += number(static_cast<unsigned>(0xc000 | to));
  }
  const std::string data = "\xc0\x0c"s + number(65280) + number(1) + number(0) + number(0) +
                           number(static_cast<unsigned>(records.size())) + records;
  std::string many;
  unsigned count = 1;
  while (start + data.size() + many.size() < 65000) {
    many += number(static_cast<unsigned>(0xc000 | (start + data.size() - 2))) + number(1) +
            number(1) + number(0) + number(0) + number(4) + "abcd";
    ++count;
  }
  const auto began = std::chrono::steady_clock::now();
  try {
    static_cast<void>(parse_message(answer("A", data + many, count)));
  } catch (const BadMessage&) {
  }
  BOOST_TEST((std::chrono::steady_clock::now() - began < std::chrono::seconds(10)));
}

BOOST_AUTO_TEST_CASE(counts_that_are_not_true_are_malformed) {
  BOOST_CHECK_THROW(static_cast<void>(parse_message(answer("A", "", 65535))), BadMessage);
  BOOST_CHECK_THROW(static_cast<void>(parse_message(answer("A", record("A", "abc")))), BadMessage);
}

BOOST_AUTO_TEST_CASE(edns_says_more_of_an_answer) {
  const Message message =
      parse_message(with_opt(opt("\x00\x03\x00\x02m7\x00\x0f\x00\x05\x00\x0f"
                                 "bad\x00\x08\x00\x07\x00\x01\x18\x14\xc0\x00\x02"s,
                                 1)));
  BOOST_TEST(message.rcode == 16U);
  BOOST_TEST(gnet::dns::rcode_name(message.rcode) == "BADVERS");
  BOOST_REQUIRE(message.edns.has_value());
  BOOST_TEST(message.additional.empty());
  BOOST_TEST(message.edns->udp_size == 1232);
  BOOST_TEST(message.edns->nsid.value() == "m7");
  BOOST_TEST(message.edns->subnet.value() == "192.0.2.0/24/20");
  BOOST_TEST(message.edns->errors.at(0).to_string() == "blocked: bad");
}

BOOST_AUTO_TEST_CASE(edns_that_is_malformed_is_told) {
  BOOST_CHECK_THROW(static_cast<void>(parse_message(with_opt(opt("\x00\x03\x00"s)))), BadMessage);
  BOOST_CHECK_THROW(static_cast<void>(parse_message(with_opt(opt("\x00\x03\x00\x05"s)))),
                    BadMessage);
  BOOST_CHECK_THROW(static_cast<void>(parse_message(with_opt(opt("\x00\x0f\x00\x01\x01"s)))),
                    BadMessage);
  std::string twice = with_opt(opt("") + opt(""));
  twice.replace(10, 2, number(2));
  BOOST_CHECK_THROW(static_cast<void>(parse_message(twice)), BadMessage);
}

BOOST_AUTO_TEST_CASE(a_network_is_an_address_and_perhaps_bits) {
  BOOST_TEST(Subnet::parse("192.0.2.1").bits == 32U);
  BOOST_TEST(Subnet::parse("2001:db8::/32").bits == 32U);
  BOOST_TEST(Subnet::parse("0.0.0.0/0").bits == 0U);
  for (const char* bad : {"", "x", "192.0.2.0/33", "192.0.2.0/", "192.0.2.0/x", "::/129",
                          "192.0.2.0/-1", "fe80::1%lo/64"}) {
    BOOST_CHECK_THROW(static_cast<void>(Subnet::parse(bad)), std::invalid_argument);
  }
}

BOOST_AUTO_TEST_SUITE_END()
