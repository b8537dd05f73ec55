#include "gnet/io/certificate_file.h"

#include <boost/test/unit_test.hpp>
#include <stdexcept>

#include "gnet/io/make_certificate.h"
#include "gnet/io/tls_error.h"

BOOST_AUTO_TEST_SUITE(certificate_file)

using gnet::CertificateFile;
using gnet::Identity;
using gnet::TLSError;
using Format = gnet::CertificateFile::Format;

namespace {

const Identity& authority() {
  static const Identity identity = gnet::make_authority("an authority");
  return identity;
}

const Identity& leaf() {
  static const Identity identity = gnet::make_certificate({.names = {"leaf.test"}}, &authority());
  return identity;
}

CertificateFile chain() {
  return gnet::parse_certificates(leaf().certificate + authority().certificate + leaf().key, "x");
}

auto says(const std::string& text) {
  return [text](const std::exception& error) {
    BOOST_TEST_MESSAGE(error.what());
    return std::string(error.what()).find(text) != std::string::npos;
  };
}

void check_same(const CertificateFile& one, const CertificateFile& other) {
  BOOST_TEST_REQUIRE(one.certificates.size() == other.certificates.size());
  for (std::size_t i = 0; i < one.certificates.size(); ++i) {
    BOOST_TEST(one.certificates[i].pem() == other.certificates[i].pem());
  }
  BOOST_TEST(one.key == other.key);
}

}  // namespace

BOOST_AUTO_TEST_CASE(pem_has_any_number_of_certificates_and_a_key_in_any_order) {
  const auto file = gnet::parse_certificates(
      "words\n" + leaf().key + leaf().certificate + "more\n" + authority().certificate, "x");
  BOOST_TEST((file.format == Format::pem));
  check_same(file, chain());
  BOOST_TEST(gnet::parse_certificates(leaf().key, "x").certificates.empty());
}

BOOST_AUTO_TEST_CASE(der_has_one_thing) {
  const auto certificate = gnet::parse_certificates(gnet::write_der(chain()), "x");
  BOOST_TEST((certificate.format == Format::der));
  BOOST_TEST(certificate.certificates.size() == 1);
  BOOST_TEST(certificate.key.empty());
  CertificateFile key;
  key.key = leaf().key;
  const auto again = gnet::parse_certificates(gnet::write_der(key), "x");
  BOOST_TEST(again.certificates.empty());
  BOOST_TEST(again.key == leaf().key);
}

BOOST_AUTO_TEST_CASE(pkcs12_has_all_of_it_and_asks_for_a_password_only_when_there_is_one) {
  int asked = 0;
  const auto ask = [&] {
    ++asked;
    return std::string("geheim");
  };
  check_same(gnet::parse_certificates(gnet::write_pkcs12(chain(), ""), "x", ask), chain());
  BOOST_TEST(asked == 0);
  const std::string closed = gnet::write_pkcs12(chain(), "geheim");
  const auto file = gnet::parse_certificates(closed, "x", ask);
  BOOST_TEST((file.format == Format::pkcs12));
  check_same(file, chain());
  BOOST_TEST(asked == 1);
}

BOOST_AUTO_TEST_CASE(a_wrong_password_is_told_from_damage) {
  const std::string closed = gnet::write_pkcs12(chain(), "geheim");
  const auto wrong = [] { return std::string("falsch"); };
  BOOST_CHECK_EXCEPTION(static_cast<void>(gnet::parse_certificates(closed, "a.p12", wrong)),
                        TLSError, says("a.p12: its password is another"));
  BOOST_CHECK_EXCEPTION(static_cast<void>(gnet::parse_certificates(closed, "a.p12")), TLSError,
                        says("a.p12: it has a password"));
}

BOOST_AUTO_TEST_CASE(what_asking_throws_comes_through) {
  const std::string closed = gnet::write_pkcs12(chain(), "geheim");
  const auto ask = []() -> std::string { throw std::runtime_error("nobody is there"); };
  BOOST_CHECK_EXCEPTION(static_cast<void>(gnet::parse_certificates(closed, "a.p12", ask)),
                        std::runtime_error, says("nobody is there"));
}

BOOST_AUTO_TEST_CASE(pkcs12_without_a_key_keeps_the_certificates) {
  CertificateFile file = chain();
  file.key.clear();
  BOOST_TEST(gnet::parse_certificates(gnet::write_pkcs12(file, ""), "x").certificates.size() == 2);
}

BOOST_AUTO_TEST_CASE(a_key_of_somebody_else_is_not_put_into_pkcs12) {
  CertificateFile file = chain();
  file.key = authority().key;
  BOOST_CHECK_THROW(static_cast<void>(gnet::write_pkcs12(file, "")), TLSError);
}

BOOST_AUTO_TEST_CASE(what_is_cut_at_any_byte_is_refused) {
  CertificateFile one = chain();
  one.certificates.erase(one.certificates.begin() + 1, one.certificates.end());
  for (const std::string& whole :
       {gnet::write_der(one), gnet::write_pkcs12(one, ""), leaf().certificate}) {
    // The line end behind a PEM's last line may be missing.
    const std::size_t end = whole.size() - (whole.ends_with('\n') ? 1 : 0);
    for (std::size_t size = 0; size < end; size += 7) {
      BOOST_CHECK_THROW(static_cast<void>(gnet::parse_certificates(whole.substr(0, size), "x")),
                        TLSError);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_second_certificate_that_is_damaged_is_not_passed_over) {
  const std::string half = authority().certificate.substr(0, 200);
  BOOST_CHECK_EXCEPTION(static_cast<void>(gnet::parse_certificates(leaf().certificate + half, "x")),
                        TLSError, says("x: damaged"));
}

BOOST_AUTO_TEST_CASE(what_is_none_of_them_is_refused) {
  BOOST_CHECK_EXCEPTION(static_cast<void>(gnet::parse_certificates("", "x")), TLSError,
                        says("x: it is empty"));
  BOOST_CHECK_EXCEPTION(static_cast<void>(gnet::parse_certificates("nonsense", "x")), TLSError,
                        says("neither PEM, DER nor PKCS#12"));
  BOOST_CHECK_EXCEPTION(static_cast<void>(gnet::parse_certificates(
                            "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "x")),
                        TLSError, says("neither a certificate nor a private key"));
}

BOOST_AUTO_TEST_SUITE_END()
