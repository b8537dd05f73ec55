#include "commands/cert_target.h"

#include <boost/test/unit_test.hpp>

#include "cli/out/failure.h"
#include "tests/unit/cli/command_line.h"

BOOST_AUTO_TEST_SUITE(cert_target)

using commands::CertOptions;
using commands::CertTarget;
using gnet::link::StartTLS;

namespace {

std::string url_of(const std::string& text, const CertOptions& options = {}) {
  const CertTarget target = commands::parse_cert_target(text, options);
  BOOST_TEST_REQUIRE(target.endpoint.has_value());
  return target.endpoint->url();
}

std::string problem_of(const std::string& text, const CertOptions& options = {}) {
  return test::usage_error([&] { static_cast<void>(commands::parse_cert_target(text, options)); });
}

}  // namespace

BOOST_AUTO_TEST_CASE(servers_are_secured_whatever_is_said) {
  BOOST_TEST(url_of(":8443") == "tls://127.0.0.1:8443");
  BOOST_TEST(url_of("8443") == "tls://127.0.0.1:8443");
  BOOST_TEST(url_of("example.org:8443") == "tls://example.org:8443");
  BOOST_TEST(url_of("tcp://example.org:8443") == "tls://example.org:8443");
  BOOST_TEST(url_of("tls6://example.org:8443") == "tls6://example.org:8443");
  BOOST_TEST(url_of("unix:///run/x.sock") == "tls+unix:///run/x.sock");
}

BOOST_AUTO_TEST_CASE(a_port_may_go_without_saying) {
  BOOST_TEST(url_of("example.org") == "tls://example.org:443");
  BOOST_TEST(url_of("[::1]") == "tls://[::1]:443");
  BOOST_TEST(url_of("https://example.org") == "tls://example.org:443");
  BOOST_TEST(url_of("https://ada:secret@example.org:8443/path?query#x") ==
             "tls://example.org:8443");
  BOOST_TEST(url_of("https://[::1]/") == "tls://[::1]:443");
  BOOST_TEST(url_of("imaps://example.org") == "tls://example.org:993");
}

BOOST_AUTO_TEST_CASE(passwords_are_not_repeated) {
  BOOST_TEST(commands::parse_cert_target("https://ada:secret@example.org/x", {}).name ==
             "https://example.org/x");
}

BOOST_AUTO_TEST_CASE(a_scheme_or_an_option_says_what_comes_before_tls) {
  const CertTarget mail = commands::parse_cert_target("smtp://mx", {});
  BOOST_TEST((mail.start == StartTLS::smtp));
  BOOST_TEST(mail.endpoint->port() == 25);
  BOOST_TEST(commands::parse_cert_target("submission://mx", {}).endpoint->port() == 587);
  BOOST_TEST(commands::parse_cert_target("postgresql://db", {}).endpoint->port() == 5432);
  CertOptions options;
  options.starttls = "imap";
  BOOST_TEST((commands::parse_cert_target("mx:1143", options).start == StartTLS::imap));
  BOOST_TEST(commands::parse_cert_target("mx", options).endpoint->port() == 143);
  BOOST_TEST(problem_of("smtp://mx", options) ==
             "bad target 'smtp://mx': it is not of the protocol of --starttls");
  options.starttls = "nntp";
  BOOST_TEST(problem_of("mx", options).starts_with("bad value 'nntp' for --starttls"));
}

BOOST_AUTO_TEST_CASE(files_are_known_by_being_there_or_by_their_names) {
  BOOST_TEST(commands::parse_cert_target("-", {}).file == "-");
  BOOST_TEST(commands::parse_cert_target("/etc/passwd", {}).file == "/etc/passwd");
  BOOST_TEST(commands::parse_cert_target("nowhere.pem", {}).file == "nowhere.pem");
  BOOST_TEST(commands::parse_cert_target("file:///etc/passwd", {}).file == "/etc/passwd");
}

BOOST_AUTO_TEST_CASE(what_has_no_tls_is_refused) {
  BOOST_TEST(problem_of("http://x") == "bad target 'http://x': http has no TLS, https has");
  for (const char* bad : {"udp://x:1", "tls-l://:1", "exec:cat", "ws+tcp://x:1"}) {
    BOOST_TEST_CONTEXT(bad) {
      BOOST_CHECK_THROW(static_cast<void>(commands::parse_cert_target(bad, {})), std::exception);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_name_that_counts_is_that_of_the_server_or_of_the_option) {
  CertOptions options;
  const auto name_for = [&](const std::string& text) {
    return commands::parse_cert_target(text, options).wanted_name(options);
  };
  BOOST_TEST(name_for("https://example.org") == "example.org");
  BOOST_TEST(name_for("tls://127.0.0.1:1?sni=inside") == "inside");
  BOOST_TEST(name_for("a.pem") == "");
  options.to.sni = "other";
  BOOST_TEST(name_for("https://example.org") == "other");
  options.host = "wanted";
  BOOST_TEST(name_for("https://example.org") == "wanted");
  BOOST_TEST(name_for("a.pem") == "wanted");
}

BOOST_AUTO_TEST_SUITE_END()
