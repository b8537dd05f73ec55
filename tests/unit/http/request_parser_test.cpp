#include "gnet/http/request_parser.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/http/heads.h"

BOOST_AUTO_TEST_SUITE(request_parser)

using gnet::http::BodyFraming;
using gnet::http::FieldName;
using gnet::http::HeadLimits;
using gnet::http::Parsed;
using gnet::http::RequestHead;
using gnet::http::RequestParser;
using gnet::http::TargetForm;
using namespace std::string_literals;

namespace {

// All that a request says, in one text.
std::string told(const RequestHead& head) {
  std::string text;
  for (const std::string_view part : {head.method(), head.target(), head.path(), head.query(),
                                      head.authority(), head.upgrade()}) {
    text.append(part) += '|';
  }
  text += std::to_string(head.minor_version()) + (head.keep_alive() ? "k" : "c");
  text += head.expects_continue() ? "e" : "";
  text += "|" + std::to_string(head.framing().kind) + ":" + std::to_string(head.framing().size);
  text += "|" + std::to_string(head.size()) + "|";
  for (std::size_t i = 0; i < head.fields().size(); ++i) {
    text.append(head.fields()[i].name).append("=").append(head.fields()[i].value) += ';';
  }
  return text;
}

// That, or its status if it is refused.
std::string parse(std::string_view bytes, const HeadLimits& limits = {}) {
  return test::parse_in_pieces<RequestParser>(bytes, {bytes.size()}, limits, told);
}
std::string parse_any_way(std::string_view bytes, const HeadLimits& limits = {}) {
  return test::parse_any_way<RequestParser>(bytes, limits, told);
}

const std::string kHost = "Host: a\r\n";

std::string get(std::string_view fields) {
  return "GET / HTTP/1.1\r\n" + kHost + std::string(fields) + "\r\n";
}
std::string post(std::string_view fields) {
  return "POST / HTTP/1.1\r\n" + kHost + std::string(fields) + "\r\n";
}
std::string with_line(std::string_view line) {
  return std::string(line) + "\r\n" + kHost + "\r\n";
}
std::string with_host(std::string_view host) {
  return "GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n";
}

}  // namespace

// ---- what is accepted ----

BOOST_AUTO_TEST_CASE(says_what_a_request_is_about) {
  BOOST_TEST(
      parse_any_way("GET /a/b?c=d HTTP/1.1\r\nHost: example.com:80\r\nAccept:*/* \r\n\r\nbody") ==
      "GET|/a/b?c=d|/a/b|c=d|example.com:80||1k|0:0|60|Host=example.com:80;Accept=*/*;");
  BOOST_TEST(parse_any_way("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello") ==
             "POST|/|/||a||1k|1:5|47|Host=a;Content-Length=5;");
  BOOST_TEST(parse_any_way("GET / HTTP/1.0\r\n\r\n") == "GET|/|/||||0c|0:0|18|");
}

BOOST_AUTO_TEST_CASE(knows_all_four_forms_of_a_target) {
  RequestParser parser;
  const std::string absolute = with_line("GET HTTP://b.example:8080?q HTTP/1.1");
  BOOST_TEST((parser.parse(absolute) == Parsed::complete));
  BOOST_TEST((parser.head().target_form() == TargetForm::absolute));
  BOOST_TEST(parser.head().path() == "/");
  BOOST_TEST(parser.head().query() == "q");
  BOOST_TEST(parser.head().authority() == "b.example:8080");  // Host says something else
  BOOST_TEST(parse_any_way(absolute) ==
             "GET|HTTP://b.example:8080?q|/|q|b.example:8080||1k|0:0|49|Host=a;");
  BOOST_TEST(parse_any_way(with_line("GET https://[::1]/x HTTP/1.1")) ==
             "GET|https://[::1]/x|/x||[::1]||1k|0:0|41|Host=a;");
  BOOST_TEST(parse_any_way(with_line("CONNECT b:443 HTTP/1.1")) ==
             "CONNECT|b:443|||b:443||1k|0:0|35|Host=a;");
  BOOST_TEST(parse_any_way(with_line("OPTIONS * HTTP/1.1")) == "OPTIONS|*|||a||1k|0:0|31|Host=a;");
}

BOOST_AUTO_TEST_CASE(takes_any_method_and_later_versions_of_http_1) {
  BOOST_TEST(parse_any_way(with_line("M-SEARCH /x HTTP/1.7")) ==
             "M-SEARCH|/x|/x||a||1k|0:0|33|Host=a;");
}

BOOST_AUTO_TEST_CASE(one_empty_line_before_a_request_is_nothing) {
  BOOST_TEST(parse_any_way("\r\n" + get("")) == "GET|/|/||a||1k|0:0|29|Host=a;");
  BOOST_TEST(parse_any_way("\r\n\r\n" + get("")) == "400");
  RequestParser parser;
  BOOST_TEST((parser.parse("\r\n") == Parsed::incomplete));
  BOOST_TEST(!parser.has_begun());
  BOOST_TEST((parser.parse("\r\nG") == Parsed::incomplete));
  BOOST_TEST(parser.has_begun());
}

BOOST_AUTO_TEST_CASE(fields_are_found_by_number_and_by_name_and_joined) {
  RequestParser parser;
  const std::string request =
      get("COOKIE: a=1\r\nX-Mine: one\r\ncookie: b=2\r\nx-mine:\ttwo\t \r\nX-Empty:\r\nX-Obs: "
          "\xc3\xa4\r\n");
  BOOST_REQUIRE((parser.parse(request) == Parsed::complete));
  const auto& fields = parser.head().fields();
  BOOST_TEST(fields.size() == 7U);
  BOOST_TEST(*fields.find(FieldName::cookie) == "a=1");
  BOOST_TEST(fields.repeats(FieldName::cookie));
  BOOST_TEST(!fields.repeats(FieldName::host));
  BOOST_TEST(fields.joined(FieldName::cookie) == "a=1; b=2");
  BOOST_TEST(fields.joined("X-MINE") == "one, two");
  BOOST_TEST(*fields.find("x-mine") == "one");
  BOOST_TEST(fields.find("x-empty").value().empty());
  BOOST_TEST(*fields.find("X-Obs") == "\xc3\xa4");
  BOOST_TEST(!fields.find("nobody").has_value());
  BOOST_TEST(!fields.has(FieldName::expect));
}

BOOST_AUTO_TEST_CASE(a_connection_stays_as_version_and_field_say) {
  const auto stays = [](const std::string& request) {
    RequestParser parser;
    BOOST_REQUIRE((parser.parse(request) == Parsed::complete));
    return parser.head().keep_alive();
  };
  BOOST_TEST(stays(get("")));
  BOOST_TEST(!stays(get("Connection: Close\r\n")));
  BOOST_TEST(!stays(get("Connection: foo,  close ,bar\r\n")));
  BOOST_TEST(!stays(get("Connection: keep-alive\r\nConnection: close\r\n")));
  BOOST_TEST(stays(get("Connection: closed\r\n")));
  BOOST_TEST(!stays("GET / HTTP/1.0\r\n\r\n"));
  BOOST_TEST(stays("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"));
  BOOST_TEST(!stays("GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(an_upgrade_counts_only_if_connection_names_it) {
  BOOST_TEST(parse_any_way(get("Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"))
                 .starts_with("GET|/|/||a|websocket|1k"));
  BOOST_TEST(parse_any_way(get("Upgrade: websocket\r\n")).starts_with("GET|/|/||a||1k"));
  BOOST_TEST(parse_any_way("GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n")
                 .starts_with("GET|/|/||||0c"));
}

BOOST_AUTO_TEST_CASE(framing_is_read_and_expectations_are) {
  const auto framing = [](std::string_view fields) {
    RequestParser parser;
    const std::string request = post(fields);
    BOOST_REQUIRE((parser.parse(request) == Parsed::complete));
    return parser.head().framing();
  };
  BOOST_TEST((framing("") == BodyFraming{BodyFraming::none, 0}));
  BOOST_TEST((framing("Content-Length: 0\r\n") == BodyFraming{BodyFraming::length, 0}));
  BOOST_TEST((framing("Content-Length: 00042\r\n") == BodyFraming{BodyFraming::length, 42}));
  BOOST_TEST((framing("Content-Length: 9223372036854775807\r\n") ==
              BodyFraming{BodyFraming::length, 9223372036854775807U}));
  BOOST_TEST((framing("Transfer-Encoding: CHUNKED \r\n") == BodyFraming{BodyFraming::chunked, 0}));
  BOOST_TEST((framing("Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked\r\n") ==
              BodyFraming{BodyFraming::chunked, 0}));
  BOOST_TEST((framing("Connection: Content-Length\r\nContent-Length: 3\r\n") ==
              BodyFraming{BodyFraming::length, 3}));
  BOOST_TEST(parse_any_way(post("Expect: 100-Continue\r\nContent-Length: 1\r\n"))
                 .starts_with("POST|/|/||a||1ke|1:1"));
  BOOST_TEST(parse_any_way("POST / HTTP/1.0\r\nExpect: the worst\r\n\r\n")
                 .starts_with("POST|/|/||||0c|0:0"));
}

BOOST_AUTO_TEST_CASE(hosts_may_be_names_and_addresses) {
  for (const char* host : {"a", "a.example", "A-b_c", "127.0.0.1:1", "[::1]", "[::1]:65535", "a:0",
                           "a:", "xn--bcher-kva.example", "a%20b", "::1-is-none.example"}) {
    const bool wanted = std::string_view(host).front() != ':';
    BOOST_TEST((parse(with_host(host)) != "400") == wanted, host);
  }
}

// ---- what is refused ----

struct Case {
  const char* why;
  std::string bytes;
  int status;
};

const std::vector<Case>& refused_requests() {
  static const std::vector<Case> cases = {
      // Framing that two readers understand in two ways.
      {"CL and TE", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 400},
      {"TE and CL", post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), 400},
      {"CL 0 and TE", post("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n"), 400},
      {"two CL", post("Content-Length: 5\r\nContent-Length: 6\r\n"), 400},
      {"two equal CL", post("Content-Length: 5\r\nContent-Length: 5\r\n"), 400},
      {"a list of CL", post("Content-Length: 5, 5\r\n"), 400},
      {"CL with a plus", post("Content-Length: +5\r\n"), 400},
      {"CL with a minus", post("Content-Length: -5\r\n"), 400},
      {"CL with a space", post("Content-Length: 5 5\r\n"), 400},
      {"CL in hex", post("Content-Length: 0x5\r\n"), 400},
      {"CL with an underscore", post("Content-Length: 1_0\r\n"), 400},
      {"an empty CL", post("Content-Length:\r\n"), 400},
      {"CL with a point", post("Content-Length: 5.0\r\n"), 400},
      {"CL of 2^63", post("Content-Length: 9223372036854775808\r\n"), 400},
      {"CL of 2^64 + 5", post("Content-Length: 18446744073709551621\r\n"), 400},
      {"TE with VT",
       post("Transfer-Encoding: \x0b"
            "chunked\r\n"),
       400},
      {"TE with FF",
       post("Transfer-Encoding: \x0c"
            "chunked\r\n"),
       400},
      {"TE chunked, gzip", post("Transfer-Encoding: chunked, gzip\r\n"), 400},
      {"TE chunked twice", post("Transfer-Encoding: chunked, chunked\r\n"), 400},
      {"two TE", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400},
      {"two TE, one identity",
       post("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n"), 400},
      {"TE identity", post("Transfer-Encoding: identity\r\n"), 400},
      {"an empty TE", post("Transfer-Encoding:\r\n"), 400},
      {"TE xchunked", post("Transfer-Encoding: xchunked\r\n"), 400},
      {"TE in quotes", post("Transfer-Encoding: \"chunked\"\r\n"), 400},
      {"TE with a parameter", post("Transfer-Encoding: chunked;q=1\r\n"), 400},
      {"TE gzip, chunked", post("Transfer-Encoding: gzip, chunked\r\n"), 501},
      {"TE in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"TE in HTTP/1.0 that stays",
       "POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      // Lines.
      {"LF behind the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n", 400},
      {"LF behind a field", "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n", 400},
      {"LF for the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\n", 400},
      {"LF everywhere", "GET / HTTP/1.1\nHost: a\n\n", 400},
      {"CR in a value", get("X: a\rb\r\n"), 400},
      {"CR CR LF", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", 400},
      {"CR behind a value", get("X: a\r\r\n"), 400},
      {"CR for the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\rX\n", 400},
      {"obs-fold", get("X: a\r\n b\r\n"), 400},
      {"obs-fold with a tab", get("X: a\r\n\tb\r\n"), 400},
      {"a fold before any field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400},
      {"space before the colon", get("Content-Length : 5\r\n"), 400},
      {"tab before the colon", get("X\t: 5\r\n"), 400},
      {"no colon", get("X\r\n"), 400},
      {"no name", get(": x\r\n"), 400},
      {"space in a name", get("X y: z\r\n"), 400},
      {"NUL in a name", get("X\0: z\r\n"s), 400},
      {"CR for the hyphen", get("Content\rLength: 5\r\n"), 400},
      {"a name in Latin-1", get("X\xe4: z\r\n"), 400},
      {"brackets in a name", get("X[]: z\r\n"), 400},
      {"NUL in a value", get("X: a\0b\r\n"s), 400},
      {"a control character in a value",
       get("X: a\x01"
           "b\r\n"),
       400},
      {"DEL in a value",
       get("X: a\x7f"
           "b\r\n"),
       400},
      {"ESC far inside of a value",
       get("X: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\x1b"
           "b\r\n"),
       400},
      // The request line.
      {"no version", "GET /\r\nHost: a\r\n\r\n", 400},
      {"two spaces", with_line("GET  / HTTP/1.1"), 400},
      {"two spaces before the version", with_line("GET /  HTTP/1.1"), 400},
      {"a tab", with_line("GET\t/ HTTP/1.1"), 400},
      {"a space behind", with_line("GET / HTTP/1.1 "), 400},
      {"a space in front", " GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"a space in the target", with_line("GET /a b HTTP/1.1"), 400},
      {"lower-case http", with_line("GET / http/1.1"), 400},
      {"HTTP/1", with_line("GET / HTTP/1"), 400},
      {"HTTP/1.10", with_line("GET / HTTP/1.10"), 400},
      {"HTTP/01.1", with_line("GET / HTTP/01.1"), 400},
      {"HTTP/ 1.1", with_line("GET / HTTP/ 1.1"), 400},
      {"HTTP/1,1", with_line("GET / HTTP/1,1"), 400},
      {"HTTP/2.0", with_line("GET / HTTP/2.0"), 505},
      {"HTTP/0.9", with_line("GET / HTTP/0.9"), 505},
      {"the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"TLS", "\x16\x03\x01\x02", 400},
      {"nothing but a line", "hello\r\n", 400},
      {"a method in brackets", with_line("(GET) / HTTP/1.1"), 400},
      {"a method of 65 letters", with_line(std::string(65, 'M') + " / HTTP/1.1"), 501},
      {"a fragment", with_line("GET /a#b HTTP/1.1"), 400},
      {"a target in UTF-8", with_line("GET /\xc3\xa4 HTTP/1.1"), 400},
      {"NUL in a target", with_line("GET /a\0b HTTP/1.1"s), 400},
      {"no slash", with_line("GET a HTTP/1.1"), 400},
      {"another scheme", with_line("GET ftp://a/ HTTP/1.1"), 400},
      {"a URL without a host", with_line("GET http:///a HTTP/1.1"), 400},
      {"a user in a URL", with_line("GET http://u@a/ HTTP/1.1"), 400},
      {"* for GET", with_line("GET * HTTP/1.1"), 400},
      {"CONNECT to a path", with_line("CONNECT /a HTTP/1.1"), 400},
      {"CONNECT without a port", with_line("CONNECT a HTTP/1.1"), 400},
      {"CONNECT with an empty port", with_line("CONNECT a: HTTP/1.1"), 400},
      {"CONNECT to an address without a port", with_line("CONNECT [::1] HTTP/1.1"), 400},
      {"CONNECT to a URL", with_line("CONNECT http://a:80 HTTP/1.1"), 400},
      {"host:port for GET", with_line("GET a:80 HTTP/1.1"), 400},
      // Host.
      {"no Host", "GET / HTTP/1.1\r\n\r\n", 400},
      {"two Hosts", get("Host: b\r\n"), 400},
      {"two equal Hosts", get("Host: a\r\n"), 400},
      {"an empty Host", with_host(""), 400},
      {"Host with a comma", with_host("a,b"), 400},
      {"Host with a user", with_host("u@a"), 400},
      {"Host with a path", with_host("a/b"), 400},
      {"Host with a space", with_host("a b"), 400},
      {"Host with a scheme", with_host("http://a"), 400},
      {"Host with port 99999", with_host("a:99999"), 400},
      {"Host with port 65536", with_host("a:65536"), 400},
      {"Host with a port of letters", with_host("a:http"), 400},
      {"Host with two ports", with_host("a:1:2"), 400},
      {"Host of a colon", with_host(":80"), 400},
      {"Host of a bare IPv6 address", with_host("::1"), 400},
      {"Host of half an address", with_host("[::1"), 400},
      {"Host of no address", with_host("[a.b]"), 400},
      {"Host with something behind the address", with_host("[::1]x"), 400},
      {"a malformed Host in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a,b\r\n\r\n", 400},
      {"a malformed Host beside a URL", "GET http://a/ HTTP/1.1\r\nHost: @\r\n\r\n", 400},
      // Expectations.
      {"another expectation", post("Expect: 200-ok\r\n"), 417},
      {"two expectations", post("Expect: 100-continue\r\nExpect: 100-continue\r\n"), 417},
  };
  return cases;
}

BOOST_AUTO_TEST_CASE(refuses_what_can_be_read_in_two_ways) {
  for (const Case& one : refused_requests()) {
    BOOST_TEST(parse_any_way(one.bytes) == std::to_string(one.status), one.why);
  }
}

// ---- limits ----

BOOST_AUTO_TEST_CASE(a_request_line_has_a_limit) {
  const HeadLimits limits{.start_line = 40};
  const auto line = [](std::size_t size) {
    return with_line("GET /" + std::string(size - 14, 'x') + " HTTP/1.1");
  };
  BOOST_TEST(parse_any_way(line(40), limits) != "414");
  BOOST_TEST(parse_any_way(line(41), limits) == "414");
  BOOST_TEST(parse_any_way("GET /" + std::string(1000, 'x'), limits) == "414");
  BOOST_TEST(parse_any_way("GET /" + std::string(30, 'x'), limits) == "incomplete");
}

BOOST_AUTO_TEST_CASE(a_head_has_a_limit) {
  const std::string request = get("X: " + std::string(50, 'y') + "\r\n");
  BOOST_TEST(parse_any_way(request, {.head = request.size()}) != "431");
  BOOST_TEST(parse_any_way(request, {.head = request.size() - 1}) == "431");
  BOOST_TEST(parse_any_way("GET / HTTP/1.1\r\nX: " + std::string(100, 'y'), {.head = 60}) == "431");
  BOOST_TEST(parse_any_way("GET / HTTP/1.1\r\nX" + std::string(100, 'y'), {.head = 60}) == "431");
}

BOOST_AUTO_TEST_CASE(what_is_too_long_is_not_judged_otherwise) {
  const std::string target = "GET /\xff" + std::string(100, 'x');
  BOOST_TEST(parse_any_way(target, {.start_line = 40}) == "414");
  BOOST_TEST(parse_any_way(with_line(target + " HTTP/1.1"), {.start_line = 40}) == "414");
  BOOST_TEST(parse_any_way(get("X y" + std::string(100, 'z') + ": v\r\n"), {.head = 60}) == "431");
  BOOST_TEST(parse_any_way(get("X: " + std::string(100, 'z') + "\x01\r\n"), {.head = 60}) == "431");
}

BOOST_AUTO_TEST_CASE(fields_have_a_limit_in_number) {
  BOOST_TEST(parse_any_way(get("A: 1\r\nB: 2\r\n"), {.fields = 3}) != "431");
  BOOST_TEST(parse_any_way(get("A: 1\r\nB: 2\r\n"), {.fields = 2}) == "431");
}

BOOST_AUTO_TEST_CASE(a_name_longer_than_can_be_noted_is_refused) {
  BOOST_TEST(parse(get(std::string(70'000, 'n') + ": x\r\n"), {.head = 100'000}) == "431");
}

// ---- what is read in blocks ----

// Whatever lies behind it, so that it is in the middle of a block, at its end, or near that of all.
BOOST_AUTO_TEST_CASE(names_and_values_of_any_length_are_read) {
  for (std::size_t name = 1; name <= 40; ++name) {
    for (std::size_t value = 0; value <= 70; ++value) {
      const std::string field = std::string(name, 'N') + ": " + std::string(value, 'v') + "\r\n";
      for (const std::string_view behind : {"", "Last: 1234567890123456789012345678901\r\n"}) {
        RequestParser parser;
        const std::string request = get(field + std::string(behind));
        BOOST_REQUIRE((parser.parse(request) == Parsed::complete));
        const auto read = parser.head().fields()[1];
        BOOST_REQUIRE(read.name.size() == name);
        BOOST_REQUIRE(read.value == std::string(value, 'v'));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_known_name_is_known_in_any_case_and_nothing_else_is) {
  const auto id_of = [](std::string_view line) {
    RequestParser parser;
    const std::string request =
        get(std::string(line) + "\r\nLast: 1234567890123456789012345678901\r\n");
    BOOST_REQUIRE((parser.parse(request) == Parsed::complete));
    return parser.head().fields()[1].id;
  };
  for (std::size_t i = 0; i < gnet::http::kFieldNames; ++i) {
    const auto name = static_cast<FieldName>(i);
    if (name == FieldName::host || name == FieldName::content_length ||
        name == FieldName::transfer_encoding || name == FieldName::expect) {
      continue;
    }
    std::string text(to_string(name));
    BOOST_TEST((id_of(text + ": x") == name));
    for (char& c : text) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    BOOST_TEST((id_of(text + ": x") == name));
    BOOST_TEST((id_of(text + "s: x") == FieldName::other));
    text[text.size() / 2] = '~';
    BOOST_TEST((id_of(text + ": x") == FieldName::other));
  }
}

BOOST_AUTO_TEST_CASE(no_control_character_passes_wherever_it_is_in_a_line) {
  const std::string line = "Some-Name: " + std::string(60, 'v') + "\r\n";
  for (std::size_t i = 0; i + 2 < line.size(); ++i) {
    for (const char c : {'\0', '\1', '\x1f', '\x7f', '\r', '\n'}) {
      std::string wrong = line;
      wrong[i] = c;
      for (const std::string_view behind : {"", "Last: 1234567890123456789012345678901\r\n"}) {
        BOOST_TEST(parse(get(wrong + std::string(behind))) == "400");
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_target_is_cut_and_judged_wherever_the_character_is) {
  for (std::size_t i = 1; i < 75; ++i) {
    std::string target = "/" + std::string(74, 'p');
    target[i] = '?';
    RequestParser parser;
    const std::string request = "GET " + target + "?x HTTP/1.1\r\n" + kHost + "\r\n";
    BOOST_REQUIRE((parser.parse(request) == Parsed::complete));
    BOOST_TEST(parser.head().path() == target.substr(0, i));
    BOOST_TEST(parser.head().query() == target.substr(i + 1) + "?x");
    for (const char c : {'#', '\x80', '\x7f', '\t'}) {
      target[i] = c;
      BOOST_TEST(parse("GET " + target + " HTTP/1.1\r\n" + kHost + "\r\n") == "400");
    }
  }
}

BOOST_AUTO_TEST_CASE(a_host_is_judged_at_each_place) {
  for (const std::size_t size : {1, 15, 16, 17, 31, 32, 33, 50}) {
    BOOST_TEST(parse(with_host(std::string(size, 'h'))) != "400");
    for (std::size_t i = 0; i < size; ++i) {
      std::string host(size, 'h');
      for (const char c : {'-', '.', '0', '9', 'A', 'Z', 'a', 'z', '_'}) {
        host[i] = c;
        BOOST_TEST(parse(with_host(host)) != "400");
      }
      for (const char c : {'/', '@', '[', '`', '{', '?', '#', ',', '\x80', '\xff'}) {
        host[i] = c;
        BOOST_TEST(parse(with_host(host)) == "400");
      }
    }
  }
}

// ---- reuse ----

BOOST_AUTO_TEST_CASE(requests_behind_each_other_are_told_apart) {
  const std::string both = get("A: 1\r\n") + "HEAD /2 HTTP/1.0\r\n\r\n";
  RequestParser parser;
  std::string_view rest = both;
  BOOST_REQUIRE((parser.parse(rest) == Parsed::complete));
  rest.remove_prefix(parser.head().size());
  parser.reset();
  BOOST_REQUIRE((parser.parse(rest) == Parsed::complete));
  BOOST_TEST(told(parser.head()) == "HEAD|/2|/2||||0c|0:0|20|");
  BOOST_TEST(parser.head().size() == rest.size());
}

BOOST_AUTO_TEST_CASE(what_was_refused_is_forgotten_by_a_reset) {
  RequestParser parser;
  BOOST_TEST((parser.parse("nonsense\r\n") == Parsed::refused));
  parser.reset();
  BOOST_TEST(!parser.refusal());
  BOOST_TEST((parser.parse(get("")) == Parsed::complete));
  BOOST_TEST(!parser.refusal());
}

BOOST_AUTO_TEST_CASE(a_host_is_judged_alike_whatever_its_length_and_where_its_port_begins) {
  for (std::size_t size = 1; size <= 40; ++size) {
    const std::string host(size, 'a');
    BOOST_TEST(gnet::http::is_authority(host));
    for (std::size_t at = 0; at < size; ++at) {
      std::string changed = host;
      changed[at] = '/';
      BOOST_TEST(!gnet::http::is_authority(changed), changed);
      changed[at] = '~';  // unusual, and allowed
      BOOST_TEST(gnet::http::is_authority(changed), changed);
      const std::string name = host.substr(0, at) + ':';
      BOOST_TEST(gnet::http::is_authority(name + std::string(size - at, '1')) ==
                     (at > 0 && size - at <= 5),
                 name << size - at);
      BOOST_TEST(!gnet::http::is_authority(name + "1a"), name);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
