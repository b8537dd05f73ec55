#include "gnet/http/password_hash.h"

#include <boost/test/unit_test.hpp>
#include <stdexcept>
#include <string>
#include <string_view>

BOOST_AUTO_TEST_SUITE(password_hash)

using gnet::http::PasswordHash;
using namespace std::string_view_literals;

namespace {

// Of "secret".
constexpr std::string_view kHashes[] = {
    "$2y$04$OdDwpFd80uP3WzYOtEmHr.blaksy5Bnr7VgmGKY.W7TWiFsPXdMcq",
    "$2b$04$DulpBRFsq6YGzEpLrSaKxe6hRI3gHu6rNqLTDchN5olND.wwXIDni",
    "$2a$04$h7tKSp21r0EAkTyxcBd9sORe6yy1NsuY3Z8tEMGTif/ezSUqjd8Ma",
    "$6$rounds=1000$ITET.8rmCQrX6qw5$"
    "DJGFFgKi9AZnAy96IGh3kSfh3FbyYs8svB7wusI9CJ3O6H84loLMSDtSbqwmGtMA8qTcaWOkKbh.s1hYNf0Jl/",
    "$5$rounds=1000$ablHLM7NNdjD8VMM$mTe0p6bknPGLDxIFYSDlOmldGX3UYCbsiOiYCf.DnZ6",
    "$y$jAT$5mLPQveUSnfvmK46O/Y9C1$rQqMyi9irI1YhNSgJroRnz49Cag4l5jF2XMo77iSh68",
    "$gy$jAT$RzfhzDu/qwXG3SziXBFnN.$H3ellMQRyOmYnkgRKILgZxFommqCFNMK2O3JPxzbh.8",
    "$7$BU..../....Xz/uBScQhQXOT19We5uP1.$NPVL2zA0O9PJ2iKjvXbaaiiO4tXU1krE4lVSDExvmi5",
    "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=",
};

std::string complaint(std::string_view hash) {
  try {
    static_cast<void>(PasswordHash::parse(hash));
    return "none";
  } catch (const std::invalid_argument& error) {
    // It is told to logs.
    BOOST_TEST((hash.size() < 12 ||
                std::string_view(error.what()).find(hash.substr(7)) == std::string_view::npos));
    return error.what();
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(only_the_password_matches) {
  for (const std::string_view text : kHashes) {
    BOOST_TEST_CONTEXT(text) {
      const PasswordHash hash = PasswordHash::parse(text);
      BOOST_TEST(hash.text() == text);
      BOOST_TEST(hash.is_slow() == !text.starts_with("{SHA}"));
      BOOST_TEST(hash.matches("secret"));
      for (const std::string_view wrong :
           {"Secret"sv, ""sv, "secre"sv, "secrets"sv, "secret\0"sv, "secret\0x"sv, text}) {
        BOOST_TEST(!hash.matches(wrong));
      }
      BOOST_TEST(!hash.matches(std::string(100000, 'x')));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_plain_password_is_compared_as_it_is) {
  const PasswordHash hash = PasswordHash::plain("{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=");
  BOOST_TEST(!hash.is_slow());
  BOOST_TEST(hash.matches("{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ="));
  BOOST_TEST(!hash.matches("secret"));
  BOOST_TEST(PasswordHash::plain("").matches(""));
  BOOST_TEST(!PasswordHash::plain("a").matches("b"));
}

BOOST_AUTO_TEST_CASE(hashes_that_are_easily_broken_are_refused) {
  constexpr auto kMD5 = "hashes of MD5 are not supported, make one with 'htpasswd -B'";
  BOOST_TEST(complaint("$apr1$abcdefgh$h9FWgUz3n9YxylKLlR5SQ/") == kMD5);
  BOOST_TEST(complaint("$1$abcdefgh$h9FWgUz3n9YxylKLlR5SQ/") == kMD5);
  constexpr auto kNone =
      "this is no hash of a password that is supported, make one with 'htpasswd -B'";
  for (const std::string_view text :
       {"rqXexS6ZhobKA", "x", "*", "!", "", "secret", "$3$$8846f7eaee8fb117ad06bdd830b7586c", "$2y",
        "{SSHA}5en6G6MezRroT3XKqkdPOmY/BfQ="}) {
    BOOST_TEST(complaint(text) == kNone);
  }
}

BOOST_AUTO_TEST_CASE(what_is_cut_off_or_damaged_is_refused_at_once) {
  for (const std::string_view text : kHashes) {
    const std::size_t tail = text.starts_with("{SHA}") ? 5 : 7;
    for (std::size_t size = tail; size < text.size(); ++size) {
      BOOST_TEST(complaint(text.substr(0, size)).starts_with("the hash is cut off"));
    }
    BOOST_TEST(complaint(std::string(text) + "x").starts_with("the hash is cut off"));
    std::string damaged(text);
    damaged[text.size() - 3] = '*';
    BOOST_TEST(complaint(damaged).starts_with("the hash is cut off"));
  }
}

BOOST_AUTO_TEST_SUITE_END()
