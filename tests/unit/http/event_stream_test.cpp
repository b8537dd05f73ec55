#include "gnet/http/event_stream.h"

#include <boost/test/unit_test.hpp>
#include <stdexcept>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(event_stream)

using gnet::http::append_comment;
using gnet::http::append_event;
using gnet::http::append_retry;
using gnet::http::EventStreamReader;
using gnet::http::EventTooLong;
using gnet::http::ServerEvent;
using namespace std::chrono_literals;

namespace {

// "type,id,data|…"
void feed(EventStreamReader& reader, std::string_view input, std::string& out) {
  while (!input.empty()) {
    if (const auto event = reader.next(input)) {
      out += event->event + ',' + event->id.value_or("-") + ',' + event->data + '|';
    }
  }
}

std::string read(std::string_view text) {
  EventStreamReader reader;
  std::string out;
  feed(reader, text, out);
  return out;
}

std::string read_pieces(std::string_view text, const std::vector<std::size_t>& cuts) {
  EventStreamReader reader;
  std::string out;
  std::size_t begin = 0;
  for (const std::size_t cut : cuts) {
    feed(reader, std::string(text.substr(begin, cut - begin)), out);
    begin = cut;
  }
  feed(reader, std::string(text.substr(begin)), out);
  return out;
}

std::string written(const ServerEvent& event) {
  std::string out;
  append_event(out, event);
  return out;
}

const std::vector<std::string> kStreams{
    "data: YHOO\ndata: +2\ndata: 10\n\n",
    ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n",
    "data\n\ndata\ndata\n\ndata:\n",
    "data:test\n\ndata: test\n\n",
    "\xef\xbb\xbf"
    "data: mark\r\n\r\ndata: cr\r\rdata: lf\n\n\xef\xbb\xbf"
    "data: no mark\n\n",
    "event: add\ndata: 1\n\nevent: x\n\ndata: 2\n\nData: no\nfoo: bar\n:\n: c\nevent\ndata: 3\n\n",
    "id: 7\r\n\r\ndata: a\r\rid: b\r\ndata: \r\ndata: x\n\r\n\n\r",
};

}  // namespace

BOOST_AUTO_TEST_CASE(the_examples_of_the_standard_are_read) {
  BOOST_TEST(read(kStreams[0]) == "message,,YHOO\n+2\n10|");
  BOOST_TEST(read(kStreams[1]) == "message,1,first event|message,,second event|");
  BOOST_TEST(read(kStreams[2]) == "message,,|message,,\n|");
  BOOST_TEST(read(kStreams[3]) == "message,,test|message,,test|");
}

BOOST_AUTO_TEST_CASE(lines_end_in_three_ways_and_a_mark_may_be_before_the_first) {
  BOOST_TEST(read(kStreams[4]) == "message,,mark|message,,cr|message,,lf|");
}

BOOST_AUTO_TEST_CASE(unknown_fields_and_comments_are_ignored) {
  BOOST_TEST(read(kStreams[5]) == "add,,1|message,,2|message,,3|");
  BOOST_TEST(read(" data: x\n\n").empty());
  BOOST_TEST(read("data : x\n\n").empty());
}

BOOST_AUTO_TEST_CASE(an_id_stays_until_there_is_another) {
  BOOST_TEST(read(kStreams[6]) == "message,7,a|message,b,\nx|");
  BOOST_TEST(read(std::string_view("id: a\0b\ndata: x\n\n", 17)) == "message,,x|");
  EventStreamReader reader;
  std::string out;
  feed(reader, "id: 1\ndata: x\n\nid: 2\ndata: y\n", out);
  BOOST_TEST(reader.last_id() == "1");  // the second event is not whole
  reader.reset();
  feed(reader,
       "\xef\xbb\xbf"
       "data: z\n\n",
       out);
  BOOST_TEST(out == "message,1,x|message,1,z|");
}

BOOST_AUTO_TEST_CASE(a_delay_is_digits) {
  EventStreamReader reader;
  std::string out;
  feed(reader, "retry: 1500\n\n", out);
  BOOST_TEST((reader.retry() == 1500ms));
  for (const char* text :
       {"retry: \n", "retry: -1\n", "retry: 1s\n", "retry: 1.5\n", "retry:  2\n"}) {
    feed(reader, text, out);
    BOOST_TEST((reader.retry() == 1500ms), text);
  }
  feed(reader, "retry: 99999999999999999999999\n", out);
  BOOST_TEST((reader.retry() > 24h));
  BOOST_TEST(out.empty());
}

BOOST_AUTO_TEST_CASE(how_it_is_split_makes_no_difference) {
  for (const std::string& stream : kStreams) {
    const std::string whole = read(stream);
    std::vector<std::size_t> every;
    for (std::size_t cut = 1; cut < stream.size(); ++cut) {
      every.push_back(cut);
      BOOST_TEST(read_pieces(stream, {cut}) == whole);
    }
    BOOST_TEST(read_pieces(stream, every) == whole);
  }
}

BOOST_AUTO_TEST_CASE(what_is_held_is_bounded) {
  std::string out;
  EventStreamReader reader(10);
  feed(reader, "data:12345\n\ndata:12345\n\n", out);
  BOOST_TEST(out == "message,,12345|message,,12345|");
  BOOST_CHECK_THROW(feed(reader, "data:123456", out), EventTooLong);
  EventStreamReader lines(10);
  BOOST_CHECK_THROW(feed(lines, "data:1\ndata:2\ndata:3\ndata:4\ndata:5\n", out), EventTooLong);
  EventStreamReader comments(10);
  for (int i = 0; i < 100; ++i) feed(comments, ": comment\n", out);
}

BOOST_AUTO_TEST_CASE(an_event_is_written_in_lines) {
  BOOST_TEST(written({.data = "a"}) == "data: a\n\n");
  BOOST_TEST(written({.data = "a\nb", .event = "count", .id = "17"}) ==
             "event: count\nid: 17\ndata: a\ndata: b\n\n");
  BOOST_TEST(written({.data = "", .id = ""}) == "id: \ndata: \n\n");
}

BOOST_AUTO_TEST_CASE(data_of_any_kind_is_read_as_it_was_but_for_line_ends) {
  for (const char* data :
       {"", "a", "\n", "a\n", "\na", " a ", ":", "a\n\nb", "data: x\n\ndata: y"}) {
    BOOST_TEST(read(written({.data = data})) == std::string("message,,") + data + '|');
  }
  BOOST_TEST(read(written({.data = "a\rb\r\nc\n\rd\r"})) == "message,,a\nb\nc\n\nd\n|");
  BOOST_TEST(read(written({.data = "a", .event = "b: c", .id = " d"})) == "b: c, d,a|");
}

BOOST_AUTO_TEST_CASE(no_field_can_be_two) {
  for (const std::string& text : {std::string("a\nb"), std::string("a\r"), std::string("\0", 1)}) {
    BOOST_CHECK_THROW(static_cast<void>(written({.data = "d", .event = text})),
                      std::invalid_argument);
    BOOST_CHECK_THROW(static_cast<void>(written({.data = "d", .id = text})), std::invalid_argument);
  }
  std::string out = "before";
  BOOST_CHECK_THROW(append_event(out, {.data = "d", .event = "e", .id = "\n"}),
                    std::invalid_argument);
  BOOST_TEST(out == "before");
}

BOOST_AUTO_TEST_CASE(comments_and_delays_are_no_events) {
  std::string out;
  append_comment(out, "");
  append_comment(out, "a\n\ndata: b");
  append_retry(out, 1500ms);
  append_retry(out, -1ms);
  BOOST_TEST(out == ": \n\n: a\n: \n: data: b\n\nretry: 1500\n\nretry: 0\n\n");
  BOOST_TEST(read(out).empty());
}

BOOST_AUTO_TEST_SUITE_END()
