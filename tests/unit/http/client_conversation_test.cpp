#include "gnet/http/client_conversation.h"

#include <boost/test/unit_test.hpp>

#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "gnet/fiber/fiber.h"
#include "gnet/fiber/timeout.h"
#include "gnet/io/stream.h"

BOOST_AUTO_TEST_SUITE(client_conversation)

using namespace std::chrono_literals;
using namespace std::string_literals;
using gnet::Deadline;
using gnet::Stream;
using gnet::http::BodyFraming;
using gnet::http::ClientFailure;
using gnet::http::ClientOptions;
using gnet::http::Headers;
using gnet::http::detail::ClientConversation;
using gnet::http::detail::ClientTrouble;
using gnet::http::detail::OutgoingRequest;

namespace {

const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

// A conversation, and what its server does.
struct Talk {
  explicit Talk(std::function<void(Stream&)> server, ClientOptions given = {})
      : options(std::move(given)), ends(Stream::make_pair()) {
    fiber = gnet::spawn([this, server = std::move(server)] {
      server(ends.second);
      ends.second.close();
    });
    conversation.emplace(std::move(ends.first), options);
  }
  ~Talk() { fiber.kill(); }

  std::string ask(const OutgoingRequest& request = {.start = {.host = "a.test"}}) {
    conversation->ask(request, Deadline::never());
    std::string body;
    for (auto piece = conversation->read_some(); !piece.empty();
         piece = conversation->read_some()) {
      body += piece;
    }
    return body;
  }

  // What goes wrong with it, and how it is told.
  ClientFailure failure(const OutgoingRequest& request = {.start = {.host = "a.test"}}) {
    try {
      ask(request);
    } catch (const ClientTrouble& trouble) {
      text = trouble.what();
      return trouble.failure;
    }
    throw std::runtime_error("nothing went wrong");
  }

  ClientOptions options;
  std::pair<Stream, Stream> ends;
  gnet::Fiber<> fiber;
  std::optional<ClientConversation> conversation;
  std::string text;
};

std::string read_until(Stream& stream, std::string_view end) {
  std::string text;
  char c = 0;
  while (!text.ends_with(end) && stream.receive(&c, 1, 20s) == 1) text += c;
  return text;
}

// A server that says this to whatever it is asked, and stays.
auto saying(std::string answer) {
  return [answer = std::move(answer)](Stream& stream) {
    while (!read_until(stream, "\r\n\r\n").empty()) stream.send_all(answer);
  };
}

// One that goes then.
auto saying_last(std::string answer) {
  return [answer = std::move(answer)](Stream& stream) {
    read_until(stream, "\r\n\r\n");
    stream.send_all(answer);
  };
}

std::string answer(std::string_view fields, std::string_view body = "") {
  return "HTTP/1.1 200 OK\r\n" + std::string(fields) + "\r\n" + std::string(body);
}

OutgoingRequest get() {
  return {.start = {.host = "a.test"}};
}

// An endless body.
gnet::UniqueFunction<std::string_view()> endless(int* pieces = nullptr) {
  return [pieces, text = std::string(64 * 1024, 'x')]() -> std::string_view {
    if (pieces != nullptr) ++*pieces;
    return text;
  };
}

}  // namespace

// ---- requests and answers ----

BOOST_AUTO_TEST_CASE(a_request_goes_out_and_its_answer_comes_in) {
  std::string request;
  Talk talk([&](Stream& stream) {
    request = read_until(stream, "\r\n\r\n");
    stream.send_all(kOk);
  });
  BOOST_TEST(talk.ask({.start = {.target = "/x?y", .host = "a.test"}}) == "hello");
  BOOST_TEST(request == "GET /x?y HTTP/1.1\r\nHost: a.test\r\n\r\n");
  BOOST_TEST(talk.conversation->head().status() == 200);
}

BOOST_AUTO_TEST_CASE(an_answer_may_come_byte_by_byte) {
  Talk talk([](Stream& stream) {
    read_until(stream, "\r\n\r\n");
    for (const char c :
         "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
         "5\r\nhello\r\n0\r\nX-End: 1\r\n\r\n"s) {
      stream.send_all({&c, 1});
      gnet::yield();
    }
  });
  BOOST_TEST(talk.ask() == "hello");
  BOOST_TEST(*talk.conversation->body().trailers().find("x-end") == "1");
  BOOST_TEST(talk.conversation->may_stay());
}

BOOST_AUTO_TEST_CASE(a_body_may_end_with_the_connection) {
  Talk talk(saying_last(answer("", "hello")));
  BOOST_TEST(talk.ask() == "hello");
  BOOST_TEST(!talk.conversation->may_stay());
}

BOOST_AUTO_TEST_CASE(an_answer_to_HEAD_has_no_body) {
  Talk talk(saying("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"));
  BOOST_TEST(talk.ask({.start = {.method = "HEAD", .host = "a"}}) == "");
  BOOST_TEST(talk.conversation->may_stay());
}

BOOST_AUTO_TEST_CASE(a_body_that_is_larger_than_all_buffers_arrives) {
  std::string large(3'000'000, 'x');
  for (std::size_t i = 0; i < large.size(); i += 1000) large[i] = static_cast<char>('a' + i % 26);
  Talk talk(saying(answer("Content-Length: 3000000\r\n", large)));
  BOOST_TEST((talk.ask() == large));
}

// ---- informational answers ----

BOOST_AUTO_TEST_CASE(informational_answers_are_skipped) {
  Talk talk(
      saying("HTTP/1.1 102 Processing\r\n\r\n"
             "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" +
             kOk));
  BOOST_TEST(talk.ask() == "hello");
  BOOST_TEST(talk.conversation->may_stay());
}

BOOST_AUTO_TEST_CASE(informational_answers_without_an_end_are_a_fault) {
  std::string flood;
  for (int i = 0; i < 200; ++i) flood += "HTTP/1.1 102 Processing\r\n\r\n";
  Talk talk(saying(flood));
  BOOST_TEST((talk.failure() == ClientFailure::protocol));
  BOOST_TEST(talk.text == "interim answers without an end");
}

BOOST_AUTO_TEST_CASE(a_change_of_protocol_that_nobody_asked_for_is_a_fault) {
  Talk talk(
      saying("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\n"
             "Upgrade: x\r\n\r\n"));
  BOOST_TEST((talk.failure() == ClientFailure::protocol));
}

BOOST_AUTO_TEST_CASE(one_that_was_asked_for_gives_the_stream_and_what_came_with_it) {
  Talk talk([](Stream& stream) {
    read_until(stream, "\r\n\r\n");
    stream.send_all(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nab");
    stream.send_all("c" + read_until(stream, "!"));
  });
  const Headers headers{{"Upgrade", "x"}};
  talk.conversation->ask(
      {.start = {.host = "a.test", .connection = "upgrade", .headers = &headers}},
      Deadline::never());
  BOOST_TEST(talk.conversation->is_tunnel());
  auto [stream, received] = talk.conversation->take_stream();
  stream.send_all("hi!");
  char rest[4];
  std::size_t size = 0;
  while (received.size() < 6 && (size = stream.receive(rest, sizeof rest)) > 0) {
    received.append(rest, size);
  }
  BOOST_TEST(received == "abchi!");
  BOOST_CHECK_THROW(static_cast<void>(talk.conversation->take_stream()), gnet::Misuse);
}

// ---- the next request ----

BOOST_AUTO_TEST_CASE(a_connection_takes_one_request_after_the_other) {
  Talk talk(saying(kOk));
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST(talk.ask() == "hello");
    BOOST_REQUIRE(talk.conversation->may_stay());
    talk.conversation->rest();
    BOOST_TEST(talk.conversation->is_alive());
  }
}

BOOST_AUTO_TEST_CASE(it_does_not_stay_where_one_side_is_against_it) {
  for (const auto* fields : {"Connection: close\r\n", "Connection: x, Close\r\n"}) {
    Talk talk(saying(answer("Content-Length: 0\r\n"s + fields)));
    BOOST_TEST(talk.ask() == "");
    BOOST_TEST(!talk.conversation->may_stay());
  }
  Talk talk(saying(kOk));
  const Headers close{{"Connection", "close"}};
  BOOST_TEST(talk.ask({.start = {.host = "a.test", .headers = &close}}) == "hello");
  BOOST_TEST(!talk.conversation->may_stay());
}

BOOST_AUTO_TEST_CASE(an_older_server_has_to_say_that_it_stays) {
  Talk silent(saying("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"));
  silent.ask();
  BOOST_TEST(!silent.conversation->may_stay());
  Talk staying(saying("HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n"));
  staying.ask();
  BOOST_TEST(staying.conversation->may_stay());
}

BOOST_AUTO_TEST_CASE(what_comes_behind_an_answer_ends_the_connection) {
  Talk talk(saying(kOk + kOk));
  BOOST_TEST(talk.ask() == "hello");
  BOOST_TEST(!talk.conversation->may_stay());
}

BOOST_AUTO_TEST_CASE(what_comes_later_does_so_too) {
  Talk talk([](Stream& stream) {
    read_until(stream, "\r\n\r\n");
    stream.send_all(kOk);
    gnet::sleep(2ms);
    stream.send_all("HTTP/1.1 408 Request Timeout\r\n\r\n");
    gnet::sleep(10s);
  });
  BOOST_TEST(talk.ask() == "hello");
  BOOST_TEST(talk.conversation->may_stay());
  gnet::sleep(10ms);
  BOOST_TEST(!talk.conversation->is_alive());
}

BOOST_AUTO_TEST_CASE(a_body_that_is_not_read_keeps_the_connection_from_staying) {
  Talk talk(saying(kOk));
  talk.conversation->ask(get(), Deadline::never());
  BOOST_TEST(!talk.conversation->may_stay());
  BOOST_TEST(talk.conversation->drop_body(1000));
  BOOST_TEST(talk.conversation->may_stay());
}

BOOST_AUTO_TEST_CASE(a_body_that_is_too_long_is_not_dropped) {
  Talk talk(saying(answer("Content-Length: 3000000\r\n", std::string(3'000'000, 'x'))));
  talk.conversation->ask(get(), Deadline::never());
  BOOST_TEST(!talk.conversation->drop_body(1000));
}

// ---- answers that are none ----

BOOST_AUTO_TEST_CASE(what_is_no_answer_is_a_fault) {
  for (const auto* text : {
           "SSH-2.0-OpenSSH_9.2\r\n\r\n",
           "HTTP/2.0 200 OK\r\n\r\n",
           "HTTP/1.1 20 OK\r\n\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
           "HTTP/1.1 200 OK\r\nX y\r\n\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;\nhello",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloXX0\r\n\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
       }) {
    BOOST_TEST_CONTEXT(text) {
      Talk talk(saying(text));
      BOOST_TEST((talk.failure() == ClientFailure::protocol));
      BOOST_TEST(talk.text.starts_with("malformed answer: "));
      BOOST_TEST(!talk.conversation->may_stay());
    }
  }
}

BOOST_AUTO_TEST_CASE(a_head_without_an_end_is_a_fault) {
  Talk talk([](Stream& stream) {
    stream.send_all("HTTP/1.1 200 OK\r\n");
    for (;;) stream.send_all("X-Header: and so on\r\n");
  });
  BOOST_TEST((talk.failure() == ClientFailure::protocol));
}

BOOST_AUTO_TEST_CASE(a_first_line_without_an_end_is_a_fault) {
  Talk talk([](Stream& stream) {
    stream.send_all("HTTP/1.1 200 ");
    for (;;) stream.send_all("and so on ");
  });
  BOOST_TEST((talk.failure() == ClientFailure::protocol));
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_cut_short_is_lost) {
  struct Case {
    const char* text;
    const char* told;
  };
  for (const auto& [text, told] : std::vector<Case>{
           {"", "the server closed the connection without an answer"},
           {"HTTP/1.1 2", "the connection ended in the head of the answer"},
           {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello",
            "the answer ended after 5 of 10 bytes"},
           {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
            "the answer ended after 3 bytes, and not as it should"},
           {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
            "the answer ended after 5 bytes, and not as it should"},
           {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
            "the answer ended after 5 bytes, and not as it should"},
       }) {
    BOOST_TEST_CONTEXT(text) {
      Talk talk(saying_last(text));
      BOOST_TEST((talk.failure() == ClientFailure::lost));
      BOOST_TEST(talk.text == told);
      BOOST_TEST(talk.conversation->heard_nothing() == (*text == '\0'));
    }
  }
}

BOOST_AUTO_TEST_CASE(an_answer_larger_than_is_accepted_is_a_fault) {
  ClientOptions options;
  options.body.body = 4;
  Talk announced(saying(kOk), options);
  BOOST_TEST((announced.failure() == ClientFailure::limit));
  Talk chunked(saying(answer("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n")),
               options);
  BOOST_TEST((chunked.failure() == ClientFailure::limit));
}

// ---- time ----

BOOST_AUTO_TEST_CASE(a_server_that_does_not_answer_is_waited_for_so_long) {
  Talk talk([](Stream&) { gnet::sleep(10s); }, {.head_timeout = 5ms});
  BOOST_TEST((talk.failure() == ClientFailure::timeout));
  BOOST_TEST(talk.text == "no answer came within 5ms");
}

BOOST_AUTO_TEST_CASE(a_head_that_comes_slowly_has_no_more_time_than_one_that_does_not_come) {
  Talk talk(
      [](Stream& stream) {
        for (;;) {
          stream.send_all("HTTP/1.1 102 Processing\r\n\r\n");
          gnet::sleep(1ms);
        }
      },
      {.head_timeout = 8ms});
  BOOST_TEST((talk.failure() == ClientFailure::timeout));
}

BOOST_AUTO_TEST_CASE(a_body_has_to_go_on) {
  Talk talk(
      [](Stream& stream) {
        stream.send_all(answer("Content-Length: 100\r\n"));
        for (int i = 0; i < 10; ++i) {
          stream.send_all("x");
          gnet::sleep(3ms);
        }
        gnet::sleep(10s);
      },
      {.body_timeout = 25ms});
  BOOST_TEST((talk.failure() == ClientFailure::timeout));
  BOOST_TEST(talk.text == "no byte of the answer came within 25ms");
  BOOST_TEST(talk.conversation->body().received() == 10);
}

BOOST_AUTO_TEST_CASE(all_of_it_has_to_be_done_in_time) {
  Talk talk([](Stream& stream) {
    stream.send_all(answer("Content-Length: 100\r\n"));
    for (;;) {
      stream.send_all("x");
      gnet::sleep(1ms);
    }
  });
  talk.conversation->ask(get(), 10ms);
  BOOST_CHECK_EXCEPTION(while (!talk.conversation->read_some().empty()){}, ClientTrouble,
                        [](const auto& trouble) {
                          return trouble.failure == ClientFailure::timeout &&
                                 trouble.what() == "the time for it was up"s;
                        });
}

BOOST_AUTO_TEST_CASE(an_interrupt_loses_nothing_of_a_body) {
  Talk talk([](Stream& stream) {
    read_until(stream, "\r\n\r\n");
    stream.send_all(answer("Content-Length: 5\r\n", "he"));
    gnet::sleep(10ms);
    stream.send_all("llo");
    gnet::sleep(10s);
  });
  talk.conversation->ask(get(), Deadline::never());
  std::string body(talk.conversation->read_some());
  BOOST_TEST(
      !gnet::Timeout(1ms, gnet::silent).run([&] { body += talk.conversation->read_some(); }));
  for (auto piece = talk.conversation->read_some(); !piece.empty();
       piece = talk.conversation->read_some()) {
    body += piece;
  }
  BOOST_TEST(body == "hello");
  BOOST_TEST(talk.conversation->may_stay());
}

// ---- bodies of requests ----

BOOST_AUTO_TEST_CASE(a_body_follows_its_head) {
  for (const std::size_t size : {5UL, 100'000UL, 5'000'000UL}) {
    const std::string body(size, 'x');
    std::string got;
    Talk talk([&](Stream& stream) {
      read_until(stream, "\r\n\r\n");
      while (got.size() < size) {
        char buffer[10'000];
        got.append(buffer, stream.receive(buffer, sizeof buffer));
      }
      stream.send_all(kOk);
      gnet::sleep(10s);
    });
    BOOST_TEST(
        talk.ask({.start = {.method = "PUT", .host = "a", .framing = {BodyFraming::length, size}},
                  .body = body}) == "hello");
    BOOST_TEST((got == body));
    BOOST_TEST(talk.conversation->may_stay());
  }
}

BOOST_AUTO_TEST_CASE(a_body_of_unknown_size_goes_in_chunks) {
  std::string got;
  Talk talk([&](Stream& stream) {
    got = read_until(stream, "0\r\n\r\n");
    stream.send_all(kOk);
    gnet::sleep(10s);
  });
  std::vector<std::string> pieces{"hello", ", ", "world"};
  std::size_t next = 0;
  gnet::UniqueFunction<std::string_view()> source = [&]() -> std::string_view {
    return next < pieces.size() ? std::string_view(pieces[next++]) : std::string_view();
  };
  BOOST_TEST(talk.ask({.start = {.method = "PUT", .host = "a", .framing = {BodyFraming::chunked}},
                       .source = &source}) == "hello");
  BOOST_TEST(got ==
             "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
             "5\r\nhello\r\n2\r\n, \r\n5\r\nworld\r\n0\r\n\r\n");
  BOOST_TEST(talk.conversation->may_stay());
}

BOOST_AUTO_TEST_CASE(a_source_that_gives_other_than_was_announced_is_at_fault) {
  for (const std::uint64_t size : {4U, 6U}) {
    Talk talk([](Stream& stream) { read_until(stream, "never"); });
    bool given = false;
    gnet::UniqueFunction<std::string_view()> source = [&]() -> std::string_view {
      return std::exchange(given, true) ? "" : "hello";
    };
    BOOST_CHECK_THROW(
        talk.ask({.start = {.method = "PUT", .host = "a", .framing = {BodyFraming::length, size}},
                  .source = &source}),
        std::runtime_error);
    BOOST_TEST(!talk.conversation->may_stay());
  }
}

BOOST_AUTO_TEST_CASE(what_a_source_throws_is_thrown) {
  Talk talk([](Stream& stream) { read_until(stream, "never"); });
  gnet::UniqueFunction<std::string_view()> source = []() -> std::string_view {
    throw std::domain_error("no more of it");
  };
  BOOST_CHECK_THROW(
      talk.ask({.start = {.method = "PUT", .host = "a", .framing = {BodyFraming::chunked}},
                .source = &source}),
      std::domain_error);
}

BOOST_AUTO_TEST_CASE(the_end_of_an_answer_is_the_end_of_the_body) {
  int pieces = 0;
  Talk talk([](Stream& stream) {
    read_until(stream, "\r\n\r\n");
    stream.send_all(answer("Content-Length: 5\r\n", "hello"));
    gnet::sleep(10s);  // reads nothing, and does not close
  });
  auto source = endless(&pieces);
  BOOST_TEST(talk.ask({.start = {.method = "PUT", .host = "a", .framing = {BodyFraming::chunked}},
                       .source = &source}) == "hello");
  BOOST_TEST(pieces < 1000);
  BOOST_TEST(!talk.conversation->may_stay());
}

BOOST_AUTO_TEST_CASE(one_that_comes_while_the_body_is_sent_is_read_meanwhile) {
  constexpr std::size_t kSize = 3'000'000;
  Talk talk([](Stream& stream) {
    read_until(stream, "\r\n\r\n");
    stream.send_all(answer("Content-Length: 3000000\r\n"));
    char buffer[10'000];
    for (std::size_t left = kSize; left > 0;) {
      const std::size_t count = stream.receive(buffer, sizeof buffer);
      stream.send_all({buffer, count});
      left -= count;
    }
    gnet::sleep(10s);
  });
  const std::string body(kSize, 'x');
  BOOST_TEST(
      (talk.ask({.start = {.method = "PUT", .host = "a", .framing = {BodyFraming::length, kSize}},
                 .body = body}) == body));
  BOOST_TEST(talk.conversation->may_stay());
}

BOOST_AUTO_TEST_CASE(a_server_that_waits_for_all_of_the_body_has_the_time_for_it) {
  Talk talk(
      [](Stream& stream) {
        read_until(stream, "\r\n\r\n");
        stream.send_all(answer("Content-Length: 5\r\n", "he"));
        read_until(stream, "0\r\n\r\n");
        stream.send_all("llo");
        gnet::sleep(10s);
      },
      {.body_timeout = 20ms});
  int left = 10;
  gnet::UniqueFunction<std::string_view()> source = [&]() -> std::string_view {
    gnet::sleep(5ms);
    return left-- > 0 ? "x" : "";
  };
  BOOST_TEST(talk.ask({.start = {.method = "PUT", .host = "a", .framing = {BodyFraming::chunked}},
                       .source = &source}) == "hello");
  BOOST_TEST(talk.conversation->may_stay());
}

BOOST_AUTO_TEST_CASE(what_a_source_throws_while_the_answer_is_read_is_thrown_then) {
  Talk talk([](Stream& stream) {
    read_until(stream, "\r\n\r\n");
    stream.send_all(answer("Content-Length: 5\r\n", "he"));
    gnet::sleep(10s);
  });
  gnet::UniqueFunction<std::string_view()> source = []() -> std::string_view {
    gnet::sleep(5ms);
    throw std::domain_error("no more of it");
  };
  BOOST_CHECK_THROW(
      talk.ask({.start = {.method = "PUT", .host = "a", .framing = {BodyFraming::chunked}},
                .source = &source}),
      std::domain_error);
}

BOOST_AUTO_TEST_CASE(an_answer_that_says_no_stops_the_body_at_once) {
  int pieces = 0;
  Talk talk([](Stream& stream) {
    read_until(stream, "\r\n\r\n");
    stream.send_all("HTTP/1.1 413 Content Too Large\r\nContent-Length: 5\r\n\r\n");
    for (int i = 0; i < 20; ++i) {  // and takes what comes
      char buffer[10'000];
      static_cast<void>(stream.receive(buffer, sizeof buffer));
      gnet::yield();
    }
    stream.send_all("hello");
    gnet::sleep(10s);
  });
  auto source = endless(&pieces);
  talk.conversation->ask(
      {.start = {.method = "PUT", .host = "a", .framing = {BodyFraming::chunked}},
       .source = &source},
      Deadline::never());
  const int asked = pieces;
  BOOST_TEST(talk.conversation->read_some() == "hello");
  BOOST_TEST(pieces == asked);
}

BOOST_AUTO_TEST_CASE(so_does_one_of_a_server_that_goes_then) {
  Talk talk([](Stream& stream) {
    read_until(stream, "\r\n\r\n");
    stream.send_all("HTTP/1.1 413 Content Too Large\r\nContent-Length: 5\r\n\r\nhello");
  });
  auto source = endless();
  BOOST_TEST(talk.ask({.start = {.method = "PUT", .host = "a", .framing = {BodyFraming::chunked}},
                       .source = &source}) == "hello");
  BOOST_TEST(!talk.conversation->may_stay());
}

BOOST_AUTO_TEST_CASE(a_server_that_goes_without_a_word_is_lost) {
  Talk talk([](Stream& stream) { read_until(stream, "\r\n\r\n"); });
  auto source = endless();
  BOOST_TEST(
      (talk.failure({.start = {.method = "PUT", .host = "a", .framing = {BodyFraming::chunked}},
                     .source = &source}) == ClientFailure::lost));
  BOOST_TEST(talk.conversation->heard_nothing());
}

BOOST_AUTO_TEST_CASE(a_server_that_takes_nothing_is_waited_for_so_long) {
  Talk talk([](Stream&) { gnet::sleep(10s); }, {.write_timeout = 5ms});
  auto source = endless();
  BOOST_TEST(
      (talk.failure({.start = {.method = "PUT", .host = "a", .framing = {BodyFraming::chunked}},
                     .source = &source}) == ClientFailure::timeout));
  BOOST_TEST(talk.text == "the server takes nothing of the request within 5ms");
}

// ---- Expect: 100-continue ----

namespace {

OutgoingRequest asking(std::string_view body, const Headers& headers) {
  return {.start = {.method = "PUT",
                    .host = "a",
                    .framing = {BodyFraming::length, body.size()},
                    .headers = &headers},
          .body = body,
          .ask_first = true};
}
const Headers kExpect{{"Expect", "100-continue"}};

}  // namespace

BOOST_AUTO_TEST_CASE(a_body_that_was_asked_for_waits_for_permission) {
  bool early = true;
  std::string body;
  Talk talk([&](Stream& stream) {
    read_until(stream, "\r\n\r\n");
    early = stream.wait_readable(5ms);
    stream.send_all("HTTP/1.1 100 Continue\r\n\r\n");
    body = read_until(stream, "!");
    stream.send_all(kOk);
    gnet::sleep(10s);
  });
  BOOST_TEST(talk.ask(asking("body!", kExpect)) == "hello");
  BOOST_TEST(!early);
  BOOST_TEST(body == "body!");
  BOOST_TEST(talk.conversation->may_stay());
}

BOOST_AUTO_TEST_CASE(a_server_that_says_nothing_gets_it_after_a_while) {
  std::string body;
  Talk talk(
      [&](Stream& stream) {
        read_until(stream, "\r\n\r\n");
        body = read_until(stream, "!");
        stream.send_all(kOk);
      },
      {.continue_timeout = 2ms});
  BOOST_TEST(talk.ask(asking("body!", kExpect)) == "hello");
  BOOST_TEST(body == "body!");
}

BOOST_AUTO_TEST_CASE(a_server_that_refuses_does_not_get_it) {
  Talk talk(saying("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n"));
  BOOST_TEST(talk.ask(asking("body!", kExpect)) == "");
  BOOST_TEST(talk.conversation->head().status() == 417);
  BOOST_TEST(talk.conversation->sent_no_body());
  BOOST_TEST(!talk.conversation->may_stay());
}

// ---- interrupts ----

BOOST_AUTO_TEST_CASE(a_request_that_is_interrupted_leaves_nothing_running) {
  const std::size_t before = gnet::detail::Scheduler::current().fiber_count();
  {
    Talk talk([](Stream&) { gnet::sleep(10s); });
    auto source = endless();
    BOOST_TEST(!gnet::Timeout(5ms, gnet::silent).run([&] {
      talk.ask({.start = {.method = "PUT", .host = "a", .framing = {BodyFraming::chunked}},
                .source = &source});
    }));
    BOOST_TEST(!talk.conversation->may_stay());
    BOOST_TEST(!gnet::Timeout(5ms, gnet::silent).run([&] { talk.ask(asking("x", kExpect)); }));
  }
  gnet::yield();
  BOOST_TEST(gnet::detail::Scheduler::current().fiber_count() == before);
}

BOOST_AUTO_TEST_SUITE_END()
