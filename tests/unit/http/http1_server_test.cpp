#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "gnet/fiber/fiber.h"
#include "gnet/http/conditional.h"
#include "gnet/http/cookie.h"
#include "gnet/web/app.h"
#include "tests/unit/http/http1_requests.h"
#include "tests/unit/http/http_server.h"

using namespace std::chrono_literals;
using gnet::http::Request;
using gnet::http::Response;

namespace {

const std::vector<test::RequestCase>& cases() {
  static const std::vector<test::RequestCase> all =
      test::request_cases(GNET_TEST_DATA "/http1_requests.txt");
  return all;
}

// An answer as bytes show it; the end of the connection is status 0.
struct Answer {
  int status = 0;
  std::string head;  // with the empty line
  std::string body;

  [[nodiscard]] std::optional<std::string> field(std::string_view name) const {
    const std::size_t at = head.find("\r\n" + std::string(name) + ": ");
    if (at == head.npos) return std::nullopt;
    const std::size_t begin = at + name.size() + 4;
    return head.substr(begin, head.find("\r\n", begin) - begin);
  }
};

// The next one, a client's own way of leaving being an end as well.
Answer read_answer(gnet::Stream& stream, bool to_head = false) {
  Answer answer;
  try {
    answer.head = test::read_until(stream, "\r\n\r\n");
    if (answer.head.empty()) return answer;
    BOOST_REQUIRE_MESSAGE(answer.head.starts_with("HTTP/1.1 "), answer.head);
    answer.status = std::stoi(answer.head.substr(9, 3));
    BOOST_TEST((answer.status == 100 || gnet::http::parse_date(answer.field("Date").value_or(""))));
    const std::size_t size = std::stoul(answer.field("Content-Length").value_or("0"));
    for (char c = 0; !to_head && answer.body.size() < size && stream.receive(&c, 1, 20s) == 1;)
      answer.body += c;
  } catch (const std::system_error&) {
    BOOST_TEST(answer.head == "");
  }
  return answer;
}

// ---- bytes, and what comes of them ----

struct Outcome {
  std::string requests;  // that a handler has seen whole, as RequestReader tells them
  std::string statuses;
  int calls = 0;  // of the handler

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

std::ostream& operator<<(std::ostream& out, const Outcome& outcome) {
  return out << outcome.statuses << " for " << outcome.requests << ", " << outcome.calls
             << " calls";
}

Outcome expected(const test::RequestCase& one) {
  test::RequestReader reader;
  reader.feed(one.bytes);
  const std::size_t whole = one.requests.empty() ? 0 : test::split(one.requests, " | ").size();
  Outcome outcome{one.requests, {}, static_cast<int>(whole) + (reader.is_in_body() ? 1 : 0)};
  for (std::size_t i = 0; i < whole; ++i) outcome.statuses += "200 ";
  const std::string& verdict = one.verdicts.front();
  if (verdict != "accept" && verdict != "incomplete") outcome.statuses += verdict + " ";
  return outcome;
}

// A server that notes what it is asked.
struct NotingServer {
  // Sends each step in pieces of this size, and reads all that is answered.
  Outcome ask(const std::vector<std::string>& steps, std::size_t size) {
    outcome = {};
    server.calls = 0;
    gnet::Stream client = server.connect();
    const auto note = [&](const Answer& answer) {
      if (answer.status > 100) outcome.statuses += std::to_string(answer.status) + " ";
      return answer.status != 0;
    };
    for (std::size_t i = 0; i < steps.size(); ++i) {
      if (i != 0 && !note(read_answer(client))) return finished();
      const std::string bytes = test::bytes_of(steps[i]);
      for (std::size_t at = 0; at < bytes.size(); at += size) {
        client.send_all(std::string_view(bytes).substr(at, size));
        gnet::yield();
      }
    }
    client.shutdown_send();
    while (note(read_answer(client))) continue;
    return finished();
  }

  Outcome finished() {
    outcome.calls = server.calls;
    return outcome;
  }

  Outcome outcome;
  test::HTTPServer server{[this](Request& request, Response& response) {
    const std::string body = request.read_all(2'000'000'000);
    if (!outcome.requests.empty()) outcome.requests += " | ";
    outcome.requests += std::string(request.method()) + " " + std::string(request.target());
    if (!body.empty()) outcome.requests += " " + body;
    response.send({});
  }};
};

void check_all(std::size_t size, std::size_t longest) {
  NotingServer server;
  for (const auto& one : cases()) {
    if (one.for_server || one.bytes.size() > longest) continue;
    BOOST_TEST(server.ask(one.steps, size) == expected(one), one.name);
    BOOST_TEST(server.ask({test::last("/next")}, 1000) == (Outcome{"GET /next", "200 ", 1}),
               "after " + one.name);
  }
}

// ---- what has to be answered ----

bool is_status(int status, std::string_view wanted) {
  if (wanted.starts_with('!')) return !is_status(status, wanted.substr(1));
  if (wanted == "close") return status == 0;
  if (wanted.ends_with("xx")) return status / 100 == wanted[0] - '0';
  return std::to_string(status) == wanted;
}

// Whether an answer is, for example, "2xx/404 !206 with Allow, Date"; "close" is left out.
bool meets(const Answer& answer, std::string_view wanted) {
  const std::string_view another = ", or another";
  const bool or_another = wanted.ends_with(another);
  if (or_another) wanted.remove_suffix(another.size());
  const std::vector<std::string> parts = test::split(wanted, " with ");
  const std::vector<std::string> words = test::split(parts[0], " ");
  const std::vector<std::string> statuses = test::split(words[0], "/");
  if (std::none_of(statuses.begin(), statuses.end(),
                   [&](const auto& status) { return is_status(answer.status, status); })) {
    return or_another && answer.status != 0;
  }
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words[i].starts_with('!') && !is_status(answer.status, words[i])) return false;
    if (words[i] != "without") continue;
    const std::string& what = words.at(++i);
    if (what == "body" ? !answer.body.empty() : answer.field(what).has_value()) return false;
  }
  if (parts.size() == 1) return true;
  for (const std::string& what : test::split(parts.at(1), ", ")) {
    const bool in_body = what.find('=') != what.npos;
    if (in_body ? answer.body.find(what) == answer.body.npos : !answer.field(what)) return false;
  }
  return true;
}

// A step with what the answer before had to say.
std::string filled(std::string step, const Answer& before) {
  const std::string tag = before.field("ETag").value_or("");
  const std::string bare = tag.substr(std::min<std::size_t>(1, tag.size()), tag.size() - 2);
  const std::vector<std::pair<std::string, std::string>> places{
      {"{etag}", tag},
      {"{etag, without its quotes}", bare},
      {"{etag, made weak}", "W/" + tag},
      {"{last-modified}", before.field("Last-Modified").value_or("")}};
  for (const auto& [name, value] : places) {
    if (const std::size_t at = step.find(name); at != step.npos) {
      BOOST_TEST(value != "");
      step.replace(at, name.size(), value);
    }
  }
  return test::bytes_of(step);
}

// A page with validators, a form, and two that tell the fields and the cookies of the request.
gnet::web::App site() {
  gnet::web::App app;
  app.get("/", [](Request& request, Response& response) {
    const gnet::http::EntityTag tag("v1");
    const gnet::http::sys_seconds modified{1'700'000'000s};
    response.set("ETag", tag.str()).set("Last-Modified", gnet::http::format_date(modified));
    const gnet::http::Conditions conditions{
        .if_none_match = request.header("If-None-Match"),
        .if_modified_since = request.header("If-Modified-Since")};
    const auto verdict = gnet::http::evaluate(conditions, {.tag = tag, .modified = modified}, true);
    if (verdict == gnet::http::Verdict::not_modified) return response.status(304).send({});
    response.send("page", "text/plain");
  });
  app.post("/", [](Request& request) { return request.read_all(); });
  app.get("/echo", [](Request& request) {
    std::string all;
    for (std::size_t i = 0; i < request.headers().size(); ++i) {
      all += std::string(request.headers()[i].value) + "\n";
    }
    return all;
  });
  app.get("/cookie", [](Request& request) {
    std::string all;
    gnet::http::CookieReader cookies(request.header("Cookie").value_or(""));
    while (cookies.next()) {
      all += std::string(cookies.name()) + "=" + std::string(cookies.value()) + "\n";
    }
    return all;
  });
  return app;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http1_server)

BOOST_AUTO_TEST_CASE(each_case_is_answered_or_refused_and_the_server_goes_on) {
  check_all(1'000'000, 1'000'000);
}

BOOST_AUTO_TEST_CASE(so_it_is_in_small_pieces) {
  check_all(3, 1000);
}

BOOST_AUTO_TEST_CASE(answers_are_as_they_have_to_be) {
  gnet::HTTPServerFactory server(gnet::Endpoint::parse("tcp://127.0.0.1:0"), site());
  server.start();
  for (const auto& one : cases()) {
    if (!one.for_server) continue;
    gnet::Stream client = gnet::connect_stream(server.local_endpoint());
    const std::vector<std::string> wanted = test::split(one.requests, " then ");
    BOOST_TEST_REQUIRE(wanted.size() == one.steps.size(), one.name);
    Answer answer;
    for (std::size_t i = 0; i < one.steps.size(); ++i) {
      client.send_all(filled(one.steps[i], answer));
      answer = read_answer(client, one.steps[i].starts_with("HEAD "));
      BOOST_TEST(meets(answer, wanted[i]), one.name << ": " << answer.head << answer.body);
    }
    if (wanted.back().ends_with(" close")) {
      BOOST_TEST(read_answer(client).status == 0, one.name);
    }
  }
}

// The file would tell nothing if every answer met what is wanted.
BOOST_AUTO_TEST_CASE(what_is_wanted_is_understood) {
  const Answer page{200, "HTTP/1.1 200 OK\r\nAllow: GET\r\n\r\n", "a=1"};
  BOOST_TEST(meets(page, "2xx"));
  BOOST_TEST(meets(page, "404/200 !206 without Date with Allow, a=1"));
  BOOST_TEST(meets(page, "405 with Date, or another"));
  for (const auto* other :
       {"3xx", "400/405/close", "!200", "200 !2xx", "2xx without body", "2xx without Allow",
        "2xx with Date", "2xx with Allow, b=1", "200 with Date, or another", "405"}) {
    BOOST_TEST(!meets(page, other), other);
  }
  BOOST_TEST(meets(Answer{}, "405/close"));
  BOOST_TEST(!meets(Answer{}, "405, or another"));
}

BOOST_AUTO_TEST_SUITE_END()
