#include "gnet/io/make_certificate.h"

#include <boost/test/unit_test.hpp>
#include <stdexcept>

#include "gnet/base/error.h"
#include "gnet/io/certificate_trust.h"
#include "gnet/io/tls_error.h"
#include "tests/unit/io/temporary_file.h"

BOOST_AUTO_TEST_SUITE(make_certificate)

using gnet::Certificate;
using gnet::Identity;
using gnet::KeyKind;
using gnet::TLSError;
using namespace std::chrono_literals;

namespace {

Certificate made(const gnet::CertificateWish& wish, const Identity* issuer = nullptr) {
  return Certificate::from_pem(gnet::make_certificate(wish, issuer).certificate);
}

}  // namespace

BOOST_AUTO_TEST_CASE(each_kind_of_key_can_sign_itself) {
  BOOST_TEST(made({.names = {"a.test"}, .key = KeyKind::ec}).key() == "EC P-256");
  BOOST_TEST(made({.names = {"a.test"}, .key = KeyKind::rsa2048}).key() == "RSA 2048");
  BOOST_TEST(made({.names = {"a.test"}, .key = KeyKind::ed25519}).key() == "ED25519");
}

BOOST_AUTO_TEST_CASE(an_authority_signs_what_is_believed_by_those_who_believe_it) {
  const Identity authority = gnet::make_authority("an authority");
  const Certificate root = Certificate::from_pem(authority.certificate);
  BOOST_TEST(root.is_authority());
  BOOST_TEST(root.subject() == "CN=an authority");
  const test::TemporaryFile file(authority.certificate);
  const gnet::TrustStore store(file.name());
  for (const KeyKind key : {KeyKind::ec, KeyKind::rsa2048, KeyKind::ed25519}) {
    const Certificate leaf = made({.names = {"a.test"}, .key = key}, &authority);
    BOOST_TEST(leaf.issuer() == "CN=an authority");
    BOOST_TEST(!leaf.is_authority());
    BOOST_TEST(store.verify({leaf}, {.name = "a.test"}).problems.empty());
  }
}

BOOST_AUTO_TEST_CASE(clients_are_among_its_uses_when_that_is_wanted) {
  const std::vector<std::string> server{"server"};
  const std::vector<std::string> both{"server", "client"};
  BOOST_TEST(made({.names = {"a.test"}, .clients = false}).uses() == server,
             boost::test_tools::per_element());
  BOOST_TEST(made({.names = {"a.test"}, .clients = true}).uses() == both,
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(nothing_outlives_its_authority) {
  const Identity authority = gnet::make_authority("short", 24h);
  const Certificate leaf = made({.names = {"a.test"}, .validity = 240h}, &authority);
  BOOST_TEST((leaf.not_after() == Certificate::from_pem(authority.certificate).not_after()));
}

BOOST_AUTO_TEST_CASE(who_is_no_authority_signs_nobody) {
  const Identity authority = gnet::make_authority("an authority");
  const Identity leaf = gnet::make_certificate({.names = {"a.test"}}, &authority);
  BOOST_CHECK_THROW(static_cast<void>(made({.names = {"b.test"}}, &leaf)), TLSError);
  const Identity mixed{.certificate = authority.certificate, .key = leaf.key};
  BOOST_CHECK_THROW(static_cast<void>(made({.names = {"b.test"}}, &mixed)), TLSError);
  const Identity nothing;
  BOOST_CHECK_THROW(static_cast<void>(made({.names = {"b.test"}}, &nothing)), TLSError);
}

BOOST_AUTO_TEST_CASE(a_long_time_is_no_trouble) {
  const Certificate old = made({.names = {"a.test"}, .validity = std::chrono::hours(24 * 36500)});
  BOOST_TEST((old.not_after() > std::chrono::system_clock::now() + std::chrono::hours(24 * 36499)));
}

BOOST_AUTO_TEST_CASE(names_are_written_as_certificates_have_them) {
  BOOST_TEST(gnet::certificate_name("Example.ORG") == "example.org");
  BOOST_TEST(gnet::certificate_name("*.example.org") == "*.example.org");
  BOOST_TEST(gnet::certificate_name("[::1]") == "::1");
  BOOST_TEST(gnet::certificate_name("127.0.0.1") == "127.0.0.1");
  BOOST_TEST(gnet::certificate_name("my_host") == "my_host");
  BOOST_TEST(gnet::certificate_name("b\u00fccher.test") == "xn--bcher-kva.test");
  BOOST_TEST(gnet::certificate_name("Ada+x@Example.org") == "Ada+x@example.org");
}

BOOST_AUTO_TEST_CASE(what_is_no_name_is_refused_with_the_reason) {
  for (const std::string_view bad :
       {"",   " ",     "a b", "a,b",     "a/b",      "../x",      "a..b",        ".a",
        "-a", "a-",    "*",   "*a.test", "a.*.test", "*.*.test",  "[127.0.0.1]", "[a]",
        "@x", "a b@x", "a@",  "a\nb",    "a:b",      "https://a", "DNS:a"}) {
    BOOST_TEST_CONTEXT(bad) {
      BOOST_CHECK_THROW(static_cast<void>(gnet::certificate_name(bad)), std::invalid_argument);
    }
  }
  using namespace std::string_view_literals;
  BOOST_CHECK_THROW(static_cast<void>(gnet::certificate_name("a\0b"sv)), std::invalid_argument);
  BOOST_CHECK_THROW(static_cast<void>(gnet::certificate_name(std::string(64, 'a'))),
                    std::invalid_argument);
  std::string_view long_name =
      "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a."
      "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a."
      "a."
      "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a";
  BOOST_CHECK_THROW(static_cast<void>(gnet::certificate_name(long_name)), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
