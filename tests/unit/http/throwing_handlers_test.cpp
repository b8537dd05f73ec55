#include <boost/test/unit_test.hpp>

#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "gnet/fiber/timeout.h"
#include "gnet/http/http_error.h"
#include "tests/unit/fiber/support.h"
#include "tests/unit/http/http_server.h"

BOOST_AUTO_TEST_SUITE(throwing_handlers)

using namespace std::chrono_literals;
using gnet::http::Request;
using gnet::http::Response;

namespace {

using Step = std::function<void(Request&, Response&)>;

// What comes back, and how: "reset" or nothing behind it.
std::string ask(test::HTTPServer& server, std::string_view bytes) {
  gnet::Stream client = server.connect();
  client.send_all(bytes);
  std::string all;
  try {
    char buffer[4096];
    while (const std::size_t size = client.receive(buffer, sizeof buffer, gnet::Duration(20s))) {
      all.append(buffer, size);
    }
  } catch (const std::system_error& error) {
    BOOST_TEST((error.code() == std::errc::connection_reset));
    all += "reset";
  }
  return all;
}

const std::vector<std::pair<std::string, Step>>& throwers() {
  static const std::vector<std::pair<std::string, Step>> all{
      {"404", [](Request&, Response&) { throw gnet::http::HTTPError(404, "no"); }},
      {"503", [](Request&, Response&) { throw gnet::http::HTTPError(503, "no"); }},
      {"500", [](Request&, Response&) { throw std::runtime_error("no"); }},
      {"500", [](Request&, Response&) { throw 1; }},
      {"500",
       [](Request&, Response&) { throw std::system_error(make_error_code(std::errc::io_error)); }},
      {"500", [](Request&, Response&) { throw gnet::Timeout(1ms); }},
  };
  return all;
}

// After each of these steps, each of those throws.
struct Case {
  const char* name;
  Step step;
  enum { nothing, half, whole, upgraded } sent;
};

}  // namespace

BOOST_AUTO_TEST_CASE(whatever_was_sent_before_no_half_answer_looks_whole) {
  const test::LogLines lines;  // of what is 500
  const std::vector<Case> cases{
      {"at once", [](Request&, Response&) {}, Case::nothing},
      {"a piece of the body was read", [](Request& q, Response&) { (void)q.read_some(); },
       Case::nothing},
      {"all of it was read", [](Request& q, Response&) { (void)q.read_all(); }, Case::nothing},
      {"fields were set",
       [](Request&, Response& r) { r.status(201).type("x/y").set("ETag", "\"1\"").length(7); },
       Case::nothing},
      {"an empty piece was written", [](Request&, Response& r) { r.write(""); }, Case::half},
      {"a piece was written", [](Request&, Response& r) { r.write("part"); }, Case::half},
      {"a piece of a known length was written",
       [](Request&, Response& r) { r.length(7).write("part"); }, Case::half},
      {"a long piece was written",
       [](Request&, Response& r) { r.write(std::string(200'000, 'x')); }, Case::half},
      {"all was sent", [](Request&, Response& r) { r.send("whole"); }, Case::whole},
      {"all pieces were written", [](Request&, Response& r) { r.write("whole"), r.end(); },
       Case::whole},
      {"the protocol was changed",
       [](Request& q, Response& r) {
         (void)q.read_all();
         (void)r.upgrade("foo");
       },
       Case::upgraded},
  };
  const std::string request =
      test::post("Connection: Upgrade\r\nUpgrade: foo\r\nContent-Length: 5\r\n", "hello");
  for (const Case& one : cases) {
    for (const auto& [status, thrower] : throwers()) {
      test::HTTPServer server([&one, &thrower = thrower](Request& q, Response& r) {
        if (q.path() == "/next") return r.send("next");
        one.step(q, r);
        thrower(q, r);
      });
      const std::string answer = ask(server, request + test::last("/next"));
      const std::string what = std::string(one.name) + ", " + status + ": " + answer.substr(0, 300);
      const bool has_next = answer.ends_with("next");
      switch (one.sent) {
        case Case::nothing:
          BOOST_TEST(test::status_of(answer) == status, what);
          BOOST_TEST(answer.find("ETag") == answer.npos, what);
          BOOST_TEST(has_next == (status < "500"), what);
          break;
        case Case::half:
          BOOST_TEST(answer.ends_with("reset"), what);
          BOOST_TEST(answer.find("\r\n0\r\n") == answer.npos, what);
          BOOST_TEST(!has_next, what);
          break;
        case Case::whole:
          BOOST_TEST(test::status_of(answer) == "200", what);
          BOOST_TEST(answer.find("whole") != answer.npos, what);
          BOOST_TEST(has_next, what);
          break;
        case Case::upgraded:
          BOOST_TEST(answer.ends_with("reset"), what);
          BOOST_TEST(!has_next, what);
          break;
      }
      BOOST_TEST(ask(server, test::last("/next")).ends_with("next"), what);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
