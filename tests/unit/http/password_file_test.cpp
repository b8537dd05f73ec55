#include "gnet/http/password_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <stdexcept>
#include <string>
#include <system_error>

#include "tests/unit/child.h"
#include "tests/unit/io/temporary_file.h"

BOOST_AUTO_TEST_SUITE(password_file)

using gnet::http::PasswordFile;

namespace {

const std::string kAda = "ada:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=";
const std::string kBob = "bob:$2y$04$OdDwpFd80uP3WzYOtEmHr.blaksy5Bnr7VgmGKY.W7TWiFsPXdMcq";

std::string complaint(std::string_view text) {
  try {
    static_cast<void>(PasswordFile::parse(text, "users"));
    return "none";
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

std::string trouble_with(const std::string& path) {
  try {
    static_cast<void>(PasswordFile::read(path));
    return "none";
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(each_line_is_a_user) {
  const PasswordFile users = PasswordFile::parse(
      "# who may come in\n\n" + kBob + "\r\n" + kAda + ":a comment: or two", "");
  BOOST_TEST(users.size() == 2U);
  BOOST_REQUIRE(users.find("ada") != nullptr);
  BOOST_TEST(users.find("ada")->matches("secret"));
  BOOST_REQUIRE(users.find("bob") != nullptr);
  BOOST_TEST(users.find("bob")->text() == kBob.substr(4));
  for (const std::string_view other : {"", "Ada", "ad", "adaa", "zoe", "#"}) {
    BOOST_TEST(users.find(other) == nullptr);
  }
  BOOST_TEST(users.begin()->first == "ada");
}

BOOST_AUTO_TEST_CASE(a_file_may_have_nobody) {
  BOOST_TEST(PasswordFile::parse("", "").empty());
  BOOST_TEST(PasswordFile::parse("\n\r\n# ada:x\n", "").empty());
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_told_with_its_line) {
  BOOST_TEST(complaint("ada") == "users:1: this is not user:hash");
  BOOST_TEST(complaint(kAda + "\n\n" + ":x\n") == "users:3: this is not user:hash");
  BOOST_TEST(complaint(kAda + "\n" + kBob + "\n" + kAda) == "users:3: user 'ada' is there twice");
  BOOST_TEST(complaint("a\tb:x") == "users:1: a user with a control character in it");
  BOOST_TEST(complaint("#\nada:$apr1$abcdefgh$h9FWgUz3n9YxylKLlR5SQ/\n") ==
             "users:2: hashes of MD5 are not supported, make one with 'htpasswd -B'");
  BOOST_TEST(complaint("root:x:0:0:root:/root:/bin/bash\n") ==
             "users:1: this is no hash of a password that is supported, make one with 'htpasswd "
             "-B'");
  BOOST_TEST(complaint(kBob.substr(0, 40)) ==
             "users:1: the hash is cut off or damaged, make one with 'htpasswd -B'");
}

BOOST_AUTO_TEST_CASE(a_file_is_read) {
  const test::TemporaryFile file(kAda + "\n");
  BOOST_TEST(PasswordFile::read(file.name()).size() == 1U);
  BOOST_REQUIRE(chmod(file.name().c_str(), 0660) == 0);
  BOOST_TEST(PasswordFile::read(file.name()).size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_file_that_everybody_may_write_to_is_refused) {
  const test::TemporaryFile file(kAda + "\n");
  BOOST_REQUIRE(chmod(file.name().c_str(), 0666) == 0);
  BOOST_TEST(trouble_with(file.name()) ==
             file.name() + ": everybody may write to this file of passwords");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_is_told_by_its_name) {
  BOOST_TEST(trouble_with("/nowhere/users") ==
             "cannot open '/nowhere/users': no such file or directory");
  BOOST_CHECK_THROW(static_cast<void>(PasswordFile::read("/tmp")), std::system_error);

  const test::TemporaryFile broken(kAda + "\nbob\n");
  BOOST_TEST(trouble_with(broken.name()) == broken.name() + ":2: this is not user:hash");
}

// ThreadSanitizer ends a child that becomes another user.
BOOST_AUTO_TEST_CASE(a_file_that_is_not_ours_to_read_is_an_error, *test::not_under_tsan()) {
  const test::TemporaryFile file(kAda + "\n");
  BOOST_REQUIRE(chmod(file.name().c_str(), 0) == 0);
  const int status = test::status_of_child([&] {
    // Root may read anything.
    if (geteuid() == 0 && setresuid(65534, 65534, 65534) != 0) return 2;
    const std::string trouble = trouble_with(file.name());
    return trouble == "cannot open '" + file.name() + "': permission denied" ? 0 : 1;
  });
  BOOST_TEST(status == 0);
}

BOOST_AUTO_TEST_CASE(a_file_without_end_is_not_read_to_it) {
  const test::TemporaryFile file("");
  BOOST_REQUIRE(truncate(file.name().c_str(), (16 << 20) + 1) == 0);
  BOOST_TEST(trouble_with(file.name()) == file.name() + ": larger than 16 MiB");
}

BOOST_AUTO_TEST_SUITE_END()
