#include "gnet/link/start_tls.h"

#include <boost/test/unit_test.hpp>
#include <string>

#include "gnet/fiber/fiber.h"
#include "gnet/io/stream.h"

BOOST_AUTO_TEST_SUITE(start_tls)

using gnet::link::StartTLS;
using namespace std::string_literals;
using namespace std::chrono_literals;

namespace {

struct Outcome {
  std::string problem;  // empty: TLS may begin
  std::string said;     // by the client
};

// A server that says all of that at once, whatever it is told, and then ends unless it stays.
Outcome talk(StartTLS protocol, const std::string& answers, bool stays = false) {
  auto [client, server] = gnet::Stream::make_pair();
  server.send_all(answers);
  if (!stays) server.shutdown_send();
  Outcome outcome;
  try {
    gnet::link::start_tls(client, protocol, "a<b'.test", stays ? 100ms : 10s);
  } catch (const std::exception& error) {
    outcome.problem = error.what();
  }
  client.close();
  try {
    char buffer[1024];
    while (const std::size_t count = server.receive(buffer, sizeof buffer, 10s)) {
      outcome.said.append(buffer, count);
    }
  } catch (const std::system_error&) {
    // The client has gone, and not read everything.
  }
  BOOST_TEST_MESSAGE(outcome.problem);
  return outcome;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string mysql_greeting(unsigned flags) {
  std::string body = "\x0a"s + "8.0"s + '\0' + "\1\2\3\4"s + "12345678"s + '\0';
  body += static_cast<char>(flags & 0xff);
  body += static_cast<char>(flags >> 8);
  return std::string{static_cast<char>(body.size()), '\0', '\0', '\0'} + body;
}

}  // namespace

BOOST_AUTO_TEST_CASE(smtp_says_hello_and_waits_for_the_offer) {
  const auto good = talk(StartTLS::smtp, "220-a\r\n220 b\r\n250-me\r\n250 startTLS\r\n220 go\r\n");
  BOOST_TEST(good.problem == "");
  BOOST_TEST(good.said == "EHLO gnet.invalid\r\nSTARTTLS\r\n");
  BOOST_TEST(talk(StartTLS::smtp, "220 b\r\n250 me\r\n").problem ==
             "smtp: the server does not offer TLS");
  BOOST_TEST(talk(StartTLS::smtp, "220 b\r\n250-me\r\n250 STARTTLS\r\n454 no\r\n").problem ==
             "smtp: the server refuses TLS: 454 no");
  BOOST_TEST(has(talk(StartTLS::smtp, "SSH-2.0\r\n").problem, "this is no server of smtp"));
  BOOST_TEST(has(talk(StartTLS::smtp, "220 b\r\n").problem, "has ended the connection"));
}

BOOST_AUTO_TEST_CASE(the_others_with_lines_ask_and_hear) {
  BOOST_TEST(talk(StartTLS::imap, "* OK x\r\n* y\r\na1 OK\r\n").said == "a1 STARTTLS\r\n");
  BOOST_TEST(talk(StartTLS::imap, "* OK x\r\na1 NO z\r\n").problem ==
             "imap: the server refuses TLS: a1 NO z");
  BOOST_TEST(talk(StartTLS::pop3, "+OK\r\n+OK\r\n").said == "STLS\r\n");
  BOOST_TEST(has(talk(StartTLS::pop3, "+OK\r\n-ERR\r\n").problem, "-ERR"));
  BOOST_TEST(talk(StartTLS::ftp, "220-a\r\n b\r\n220 c\r\n234 go\r\n").said == "AUTH TLS\r\n");
  BOOST_TEST(has(talk(StartTLS::ftp, "220 c\r\n500 what\r\n").problem, "500 what"));
}

BOOST_AUTO_TEST_CASE(xmpp_tells_whom_it_asks_for_and_nothing_else) {
  const std::string features =
      "<?xml version='1.0'?><stream:stream><stream:features><starttls "
      "xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features>";
  const auto good = talk(StartTLS::xmpp, features + "<proceed xmlns='x'/>");
  BOOST_TEST(good.problem == "");
  BOOST_TEST(has(good.said, "to='ab.test'"));
  BOOST_TEST(talk(StartTLS::xmpp, features + "<proceed xmlns='x'></proceed>").problem == "");
  BOOST_TEST(has(talk(StartTLS::xmpp, features + "<failure/>").problem, "refuses TLS"));
  BOOST_TEST(has(talk(StartTLS::xmpp, "<stream:features/>").problem, "does not offer TLS"));
}

BOOST_AUTO_TEST_CASE(ldap_is_read_part_by_part) {
  const auto good =
      talk(StartTLS::ldap, "\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00"s);
  BOOST_TEST(good.problem == "");
  BOOST_TEST(has(good.said, "1.3.6.1.4.1.1466.20037"));
  BOOST_TEST(
      talk(StartTLS::ldap, "\x30\x0e\x02\x01\x01\x78\x09\x0a\x01\x34\x04\x00\x04\x02no"s).problem ==
      "ldap: the server refuses TLS: result 52 no");
  BOOST_TEST(has(talk(StartTLS::ldap, "\x30\x84\xff\xff\xff\xff"s).problem, "too long"));
  BOOST_TEST(has(talk(StartTLS::ldap, "\x30\x05\x02\x01\x01\x78\x7f"s).problem, "no extended"));
}

BOOST_AUTO_TEST_CASE(postgres_answers_with_one_letter) {
  BOOST_TEST(talk(StartTLS::postgres, "S").problem == "");
  BOOST_TEST(talk(StartTLS::postgres, "S").said == "\0\0\0\x08\x04\xd2\x16\x2f"s);
  BOOST_TEST(has(talk(StartTLS::postgres, "N").problem, "refuses TLS"));
  BOOST_TEST(has(talk(StartTLS::postgres, "E").problem, "no server of postgres"));
}

BOOST_AUTO_TEST_CASE(mysql_is_asked_if_it_says_that_it_can) {
  const auto good = talk(StartTLS::mysql, mysql_greeting(0xffff));
  BOOST_TEST(good.problem == "");
  BOOST_TEST(good.said.size() == 36);
  BOOST_TEST(good.said.substr(0, 4) == "\x20\0\0\x01"s);
  BOOST_TEST(has(talk(StartTLS::mysql, mysql_greeting(0)).problem, "does not offer TLS"));
  BOOST_TEST(has(talk(StartTLS::mysql, "\5\0\0\0\xff\1\2no"s).problem, "refuses TLS: no"));
  BOOST_TEST(has(talk(StartTLS::mysql, "HTTP/1.1 400 Bad\r\n").problem, "no greeting of MySQL"));
}

BOOST_AUTO_TEST_CASE(what_comes_in_the_clear_behind_the_consent_is_an_attack) {
  BOOST_TEST(has(talk(StartTLS::pop3, "+OK\r\n+OK\r\n+OK you are in\r\n").problem, "in the clear"));
  BOOST_TEST(has(talk(StartTLS::postgres, "SS").problem, "in the clear"));
}

BOOST_AUTO_TEST_CASE(nothing_that_a_server_says_is_without_end) {
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "220-more\r\n";
  BOOST_TEST(has(talk(StartTLS::smtp, many).problem, "does not end"));
  BOOST_TEST(has(talk(StartTLS::imap, std::string(10000, 'x')).problem, "too long"));
  std::string tags;
  for (int i = 0; i < 20000; ++i) tags += "<aaa>";
  BOOST_TEST(has(talk(StartTLS::xmpp, tags).problem, "does not end"));
  BOOST_TEST(has(talk(StartTLS::xmpp, std::string(100000, '<')).problem, "does not end"));
}

BOOST_AUTO_TEST_CASE(a_server_that_says_nothing_has_until_the_deadline) {
  BOOST_TEST(has(talk(StartTLS::smtp, "", true).problem, "timed out"));
}

BOOST_AUTO_TEST_CASE(protocols_have_names_and_ports) {
  BOOST_TEST((gnet::link::start_tls_by_name("SMTP") == StartTLS::smtp));
  BOOST_TEST((gnet::link::start_tls_by_name("postgresql") == StartTLS::postgres));
  BOOST_TEST(!gnet::link::start_tls_by_name("nntp"));
  BOOST_TEST(gnet::link::port_of(StartTLS::mysql) == 3306);
  BOOST_TEST(gnet::link::to_string(StartTLS::xmpp) == "xmpp");
}

BOOST_AUTO_TEST_SUITE_END()
