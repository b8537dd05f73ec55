#include "gnet/http/redirection.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

#include "gnet/http/client_error.h"

BOOST_AUTO_TEST_SUITE(redirection)

using gnet::http::ClientRequest;
using gnet::http::Headers;
using gnet::http::URL;
using gnet::http::detail::redirect_target;

namespace {

std::string target(int status, std::string_view location,
                   std::string_view from = "http://a.test/x/y?q") {
  const auto to = redirect_target(status, Headers{{"Location", location}}, URL(from));
  return to ? to->str() : "";
}

ClientRequest post() {
  return {.method = "POST",
          .url = URL("http://a.test/x"),
          .headers = {{"Content-Type", "text/plain"},
                      {"X-Mine", "1"},
                      {"Authorization", "Basic x"},
                      {"Cookie", "a=1"},
                      {"Proxy-Authorization", "Basic y"},
                      {"Host", "other.test"}},
          .body = "text"};
}

// The request that follows.
ClientRequest after(int status, std::string_view to, ClientRequest request = post()) {
  gnet::http::detail::redirect(request, status, URL(to));
  return request;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_location_is_read_as_a_link) {
  for (const int status : {301, 302, 303, 307, 308}) {
    BOOST_TEST(target(status, "z") == "http://a.test/x/z");
  }
  BOOST_TEST(target(302, "/z?1#f") == "http://a.test/z?1#f");
  BOOST_TEST(target(302, "//b.test/") == "http://b.test/");
  BOOST_TEST(target(302, "https://b.test:444") == "https://b.test:444/");
}

BOOST_AUTO_TEST_CASE(other_answers_lead_nowhere) {
  for (const int status : {200, 201, 300, 304, 305, 306, 404}) {
    BOOST_TEST(target(status, "/z") == "");
  }
  BOOST_TEST(!redirect_target(302, Headers{}, URL("http://a.test/")));
}

BOOST_AUTO_TEST_CASE(a_location_that_is_no_URL_of_HTTP_is_a_fault) {
  for (const auto* location :
       {"file:///etc/passwd", "ftp://a.test/", "http://", "javascript:x", "http://a.test:99999/"}) {
    BOOST_CHECK_THROW(target(302, location), gnet::http::detail::ClientTrouble);
  }
}

BOOST_AUTO_TEST_CASE(POST_becomes_GET_after_301_302_and_303) {
  for (const int status : {301, 302, 303}) {
    const ClientRequest request = after(status, "http://a.test/y");
    BOOST_TEST(request.method == "GET");
    BOOST_TEST(request.body == "");
    BOOST_TEST(!request.headers.has("content-type"));
    BOOST_TEST(request.headers.has("x-mine"));
  }
}

BOOST_AUTO_TEST_CASE(POST_stays_POST_after_307_and_308) {
  for (const int status : {307, 308}) {
    const ClientRequest request = after(status, "http://a.test/y");
    BOOST_TEST(request.method == "POST");
    BOOST_TEST(request.body == "text");
    BOOST_TEST(request.headers.has("content-type"));
  }
}

BOOST_AUTO_TEST_CASE(other_methods_change_after_303_only_and_HEAD_never) {
  for (const int status : {301, 302, 303, 307, 308}) {
    ClientRequest put = post();
    put.method = "PUT";
    const ClientRequest request = after(status, "http://a.test/y", std::move(put));
    BOOST_TEST(request.method == (status == 303 ? "GET" : "PUT"));
    BOOST_TEST(request.body == (status == 303 ? "" : "text"));
    const auto head = after(status, "http://a.test/y", {.method = "HEAD", .url = URL("http://a/")});
    BOOST_TEST(head.method == "HEAD");
  }
}

BOOST_AUTO_TEST_CASE(secrets_stay_at_their_origin) {
  const ClientRequest same = after(307, "http://a.test:80/y");
  for (const auto* name : {"authorization", "cookie", "proxy-authorization", "host"}) {
    BOOST_TEST(same.headers.has(name));
  }
  for (const auto* to : {"http://b.test/", "https://a.test/", "http://a.test:81/",
                         "http://sub.a.test/", "http://test/", "ws://a.test/"}) {
    const ClientRequest other = after(307, to);
    for (const auto* name : {"authorization", "cookie", "proxy-authorization", "host"}) {
      BOOST_TEST_CONTEXT(to << " " << name) {
        BOOST_TEST(!other.headers.has(name));
      }
    }
    BOOST_TEST(other.headers.has("x-mine"));
  }
}

BOOST_AUTO_TEST_CASE(the_user_of_a_URL_stays_there_too) {
  ClientRequest request{.url = URL("http://ada:x@a.test/")};
  const auto to = redirect_target(302, Headers{{"Location", "http://b.test/"}}, request.url);
  gnet::http::detail::redirect(request, 302, *to);
  BOOST_TEST(request.url.username() == "");
  BOOST_TEST(request.url.password() == "");
}

BOOST_AUTO_TEST_SUITE_END()
