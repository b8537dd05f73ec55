#include "commands/exec_address.h"

#include <boost/test/unit_test.hpp>

#include <string>

#include "cli/out/failure.h"

BOOST_AUTO_TEST_SUITE(exec_address)

using commands::ExecAddress;
using Speech = ExecAddress::Speech;

namespace {

std::string complaint_of(std::string_view text) {
  try {
    ExecAddress::parse(text);
  } catch (const cli::UsageError& error) {
    return error.what();
  }
  return {};
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_scheme_says_what_is_spoken) {
  BOOST_TEST((ExecAddress::parse("ws-l://:9000").speech == Speech::ws));
  BOOST_TEST((ExecAddress::parse("http-listen://:9000").speech == Speech::cgi));
  BOOST_TEST((ExecAddress::parse("sse://:9000").speech == Speech::sse));
  BOOST_TEST((ExecAddress::parse("tcp-l://:9000").speech == Speech::bytes));
  BOOST_TEST((ExecAddress::parse("unix-l:///run/x").speech == Speech::bytes));
  BOOST_TEST((ExecAddress::parse("udp-l://:9000").speech == Speech::datagrams));
  BOOST_TEST((ExecAddress::parse(":9000").speech == Speech::ws));
}

BOOST_AUTO_TEST_CASE(what_is_below_is_where_it_listens) {
  BOOST_TEST(ExecAddress::parse("ws-l://127.0.0.1:9000/chat").endpoint.to_string() ==
             "tcp://127.0.0.1:9000");
  BOOST_TEST(ExecAddress::parse("wss-l://127.0.0.1:9000").endpoint.is_tls());
  BOOST_TEST(ExecAddress::parse("ws+unix-l:///run/x.sock").endpoint.path() == "/run/x.sock");
  BOOST_TEST(ExecAddress::parse("https-l://127.0.0.1:1/?cert=a").endpoint.option("cert").value() ==
             "a");
  BOOST_TEST(ExecAddress::parse("sses-l://[::1]:1").endpoint.host() == "::1");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_is_told_in_the_words_given) {
  BOOST_TEST(complaint_of("ws-l://:99999") == "bad endpoint 'ws-l://:99999': port must be 0-65535");
  BOOST_TEST(complaint_of("ws+udp-l://:1") ==
             "bad endpoint 'ws+udp-l://:1': ws wants a stream below it: tcp, tls or unix");
  BOOST_TEST(!complaint_of("nosuch-l://:1").empty());
}

BOOST_AUTO_TEST_SUITE_END()
