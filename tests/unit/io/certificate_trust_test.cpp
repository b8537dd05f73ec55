#include "gnet/io/certificate_trust.h"

#include <boost/test/unit_test.hpp>
#include <system_error>

#include "gnet/base/error.h"
#include "gnet/io/make_certificate.h"
#include "gnet/io/tls_error.h"
#include "tests/unit/io/temporary_file.h"

BOOST_AUTO_TEST_SUITE(certificate_trust)

using gnet::Certificate;
using gnet::Identity;
using gnet::TrustStore;
using test::TemporaryFile;

namespace {

const Identity& authority() {
  static const Identity identity = gnet::make_authority("an authority");
  return identity;
}

TrustStore believing_it() {
  const TemporaryFile file(authority().certificate);
  return TrustStore(file.name());
}

Certificate leaf(std::chrono::hours validity = std::chrono::hours(240)) {
  return Certificate::from_pem(
      gnet::make_certificate({.names = {"a.test", "*.b.test", "10.0.0.1"}, .validity = validity},
                             &authority())
          .certificate);
}

// Self-signed, for localhost, with a key of 192 bits that gnet does not make.
constexpr char kWeak[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBajCCASGgAwIBAgIUYUWV68vuKviUvxqORuLcAeMnhhEwCgYIKoZIzj0EAwIw\n"
    "DzENMAsGA1UEAwwEd2VhazAgFw0yNjExMzAxMDAwMDZaGA8yMTI2MTEwNjEwMDAw\n"
    "NlowDzENMAsGA1UEAwwEd2VhazBJMBMGByqGSM49AgEGCCqGSM49AwEBAzIABHQx\n"
    "SfbqEdlrTsnIJIytPFtfOcZhH8gNds9NOFaE30C3AKZi72zcc+JD0rLN1WccE6Np\n"
    "MGcwHQYDVR0OBBYEFDsX8X7U7HkMoqJH8+PrIK5B13hEMB8GA1UdIwQYMBaAFDsX\n"
    "8X7U7HkMoqJH8+PrIK5B13hEMA8GA1UdEwEB/wQFMAMBAf8wFAYDVR0RBA0wC4IJ\n"
    "bG9jYWxob3N0MAoGCCqGSM49BAMCAzcAMDQCGDHU4BMP4sfHeZSDSa9feT0Hsqbe\n"
    "pFsoFQIYMSkPyR5s+4V4SP848GI+WSRTeG+9MtUY\n"
    "-----END CERTIFICATE-----\n";

std::string first_problem(const gnet::TrustVerdict& verdict) {
  return verdict.problems.empty() ? "" : verdict.problems.front();
}

}  // namespace

BOOST_AUTO_TEST_CASE(names_and_addresses_have_to_be_those_of_the_certificate) {
  const TrustStore store = believing_it();
  for (const char* good : {"a.test", "A.TEST", "a.test.", "x.b.test", "10.0.0.1"}) {
    BOOST_TEST(first_problem(store.verify({leaf()}, {.name = good})) == "");
  }
  for (const char* bad : {"b.test", "x.y.b.test", "10.0.0.2", "::1", "an authority"}) {
    BOOST_TEST(first_problem(store.verify({leaf()}, {.name = bad})) ==
               "the certificate is not for " + std::string(bad));
  }
}

BOOST_AUTO_TEST_CASE(the_path_leads_to_the_store) {
  const auto verdict = believing_it().verify({leaf()});
  BOOST_TEST(verdict.path.size() == 2);
  BOOST_TEST(verdict.anchors == 1);
  BOOST_TEST(verdict.path.back().subject() == "CN=an authority");
}

BOOST_AUTO_TEST_CASE(all_that_is_wrong_is_told) {
  const auto verdict = TrustStore(leaf()).verify({leaf(std::chrono::hours(-24))}, {.name = "c"});
  BOOST_TEST(verdict.problems.size() == 3);
  BOOST_TEST(verdict.anchors == 0);
}

BOOST_AUTO_TEST_CASE(a_weak_key_does_not_hide_what_else_is_wrong) {
  const auto verdict = TrustStore().verify({Certificate::from_pem(kWeak)}, {.name = "a.test"});
  BOOST_TEST(verdict.problems ==
                 (std::vector<std::string>{"its key is too weak", "self-signed certificate",
                                           "the certificate is not for a.test"}),
             boost::test_tools::per_element());
  BOOST_TEST(verdict.path.size() == 1);
}

BOOST_AUTO_TEST_CASE(an_issuer_that_is_missing_is_named) {
  const Identity other = gnet::make_authority("another");
  const TemporaryFile file(other.certificate);
  BOOST_TEST(first_problem(TrustStore(file.name()).verify({leaf()})) ==
             "nobody who is believed has signed CN=a.test: its issuer CN=an authority is neither "
             "sent nor known");
  BOOST_TEST(first_problem(TrustStore(file.name())
                               .verify({leaf(), Certificate::from_pem(authority().certificate)})) ==
             "its root is not believed: CN=an authority");
}

BOOST_AUTO_TEST_CASE(a_single_certificate_can_be_believed_whoever_has_signed_it) {
  const Certificate one = leaf();
  BOOST_TEST(TrustStore(one).verify({one}, {.name = "a.test"}).problems.empty());
  BOOST_TEST(first_problem(TrustStore(one).verify({one}, {.name = "c.test"})) ==
             "the certificate is not for c.test");
}

BOOST_AUTO_TEST_CASE(a_file_without_certificates_is_no_store) {
  const TemporaryFile file("nonsense");
  BOOST_CHECK_THROW(TrustStore{file.name()}, gnet::TLSError);
  BOOST_CHECK_THROW(TrustStore{std::string("/nonexistent")}, std::system_error);
  BOOST_CHECK_THROW(static_cast<void>(TrustStore().verify({})), gnet::Misuse);
}

BOOST_AUTO_TEST_SUITE_END()
