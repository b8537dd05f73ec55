#include "gnet/io/certificate.h"

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>

#include "gnet/base/error.h"
#include "gnet/io/tls_error.h"
#include "tests/unit/io/temporary_file.h"

BOOST_AUTO_TEST_SUITE(certificate)

using gnet::Certificate;
using gnet::Identity;
using gnet::TLSErrc;
using gnet::TLSError;
using test::TemporaryFile;

namespace {

auto says(const std::string& text) {
  return [text](const std::exception& error) {
    BOOST_TEST_MESSAGE(error.what());
    return std::string(error.what()).find(text) != std::string::npos;
  };
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_self_signed_one_is_for_the_names_asked_for) {
  const Identity identity =
      gnet::make_self_signed({.names = {"example.org", "*.example.org", "127.0.0.1", "::1"}});
  const auto made = Certificate::from_pem(identity.certificate);
  BOOST_TEST(made.subject() == "CN=example.org");
  BOOST_TEST(made.issuer() == "CN=example.org");
  const std::vector<std::string> names{"example.org", "*.example.org", "127.0.0.1", "::1"};
  BOOST_TEST(made.names() == names, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(it_is_valid_from_now_on_for_as_long_as_asked) {
  using namespace std::chrono_literals;
  const auto now = std::chrono::system_clock::now();
  const auto made = Certificate::from_pem(gnet::make_self_signed({.validity = 48h}).certificate);
  BOOST_TEST((made.not_before() < now));
  BOOST_TEST((made.not_after() > now + 47h));
  BOOST_TEST((made.not_after() < now + 49h));
}

BOOST_AUTO_TEST_CASE(each_one_has_a_key_of_its_own) {
  const Identity one = gnet::make_self_signed();
  const Identity other = gnet::make_self_signed();
  BOOST_TEST(one.key != other.key);
  BOOST_TEST(Certificate::from_pem(one.certificate).pin() !=
             Certificate::from_pem(other.certificate).pin());
}

BOOST_AUTO_TEST_CASE(a_long_first_name_is_cut_in_the_subject_only) {
  const std::string name = std::string(60, 'a') + "." + std::string(60, 'b') + ".org";
  const auto made = Certificate::from_pem(gnet::make_self_signed({.names = {name}}).certificate);
  BOOST_TEST(made.subject() == "CN=" + name.substr(0, 64));
  BOOST_TEST(made.names().front() == name);
}

BOOST_AUTO_TEST_CASE(names_that_no_certificate_can_have_are_misuse) {
  BOOST_CHECK_THROW(static_cast<void>(gnet::make_self_signed({.names = {}})), gnet::Misuse);
  BOOST_CHECK_THROW(static_cast<void>(gnet::make_self_signed({.names = {""}})), gnet::Misuse);
  BOOST_CHECK_THROW(static_cast<void>(gnet::make_self_signed({.names = {"a,URI:http://b"}})),
                    gnet::Misuse);
}

// What openssl x509 -fingerprint -sha256 and curl's --pinnedpubkey have for this one.
BOOST_AUTO_TEST_CASE(fingerprints_and_pins_are_written_as_others_write_them) {
  const auto made = Certificate::from_pem(gnet::make_self_signed().certificate);
  const TemporaryFile file(made.pem());
  const auto output = [&](const std::string& command) {
    FILE* pipe = popen(command.c_str(), "r");
    char line[256] = {};
    const bool read = std::fgets(line, sizeof line, pipe) != nullptr;
    pclose(pipe);
    std::string text = read ? line : "";
    if (!text.empty()) text.pop_back();
    return text;
  };
  const std::string x509 = "openssl x509 -in " + file.name();
  BOOST_TEST(output(x509 + " -noout -fingerprint -sha256") ==
             "sha256 Fingerprint=" + made.fingerprint());
  BOOST_TEST("sha256//" + output(x509 + " -noout -pubkey | openssl pkey -pubin -outform der | "
                                        "openssl dgst -sha256 -binary | openssl base64") ==
             made.pin());
}

BOOST_AUTO_TEST_CASE(an_identity_comes_from_two_files_or_one) {
  const Identity identity = gnet::make_self_signed();
  const TemporaryFile certificate(identity.certificate);
  const TemporaryFile key(identity.key);
  const TemporaryFile both(identity.key + identity.certificate);
  BOOST_TEST(gnet::load_identity(certificate.name(), key.name()).key == identity.key);
  const Identity loaded = gnet::load_identity(both.name());
  BOOST_TEST(Certificate::from_pem(loaded.certificate).fingerprint() ==
             Certificate::from_pem(identity.certificate).fingerprint());
}

BOOST_AUTO_TEST_CASE(an_identity_comes_from_pkcs12_too) {
  const Identity identity = gnet::make_self_signed();
  const TemporaryFile pem(identity.key + identity.certificate);
  const TemporaryFile box("");
  const std::string command = "openssl pkcs12 -export -passout pass: -in " + pem.name() + " -out " +
                              box.name() + " 2> /dev/null";
  BOOST_TEST_REQUIRE(std::system(command.c_str()) == 0);
  const Identity loaded = gnet::load_identity(box.name());
  BOOST_TEST(Certificate::from_pem(loaded.certificate).fingerprint() ==
             Certificate::from_pem(identity.certificate).fingerprint());
  BOOST_TEST(loaded.key.find("PRIVATE KEY") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_file_without_what_is_wanted_is_named) {
  const Identity identity = gnet::make_self_signed();
  const TemporaryFile certificate(identity.certificate);
  const TemporaryFile key(identity.key);
  const TemporaryFile nonsense("nonsense");
  using gnet::load_identity;
  BOOST_CHECK_EXCEPTION(static_cast<void>(load_identity("/nonexistent/x")), std::system_error,
                        says("cannot open /nonexistent/x: no such file or directory"));
  BOOST_CHECK_EXCEPTION(static_cast<void>(load_identity(nonsense.name())), TLSError,
                        says(nonsense.name() + ": neither PEM nor PKCS#12"));
  BOOST_CHECK_EXCEPTION(static_cast<void>(load_identity(key.name())), TLSError,
                        says(key.name() + ": has no certificate"));
  BOOST_CHECK_EXCEPTION(static_cast<void>(load_identity(certificate.name())), TLSError,
                        says(certificate.name() + ": has no private key"));
  BOOST_CHECK_EXCEPTION(static_cast<void>(load_identity("/dev/zero")), std::system_error,
                        says("cannot read /dev/zero: file too large"));
}

BOOST_AUTO_TEST_CASE(a_key_with_a_password_is_not_asked_for) {
  const Identity identity = gnet::make_self_signed();
  const TemporaryFile key(identity.key);
  const TemporaryFile locked("");
  const std::string command = "openssl pkey -aes256 -passout pass:x -in " + key.name() + " -out " +
                              locked.name() + " 2> /dev/null";
  BOOST_TEST_REQUIRE(std::system(command.c_str()) == 0);
  const TemporaryFile certificate(identity.certificate);
  BOOST_CHECK_EXCEPTION(static_cast<void>(gnet::load_identity(certificate.name(), locked.name())),
                        TLSError, says("has no private key that can be read without a password"));
}

BOOST_AUTO_TEST_SUITE_END()
