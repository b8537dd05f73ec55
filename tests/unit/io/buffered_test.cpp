#include "gnet/io/buffered.h"

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>
#include <system_error>

#include "gnet/fiber/fiber.h"
#include "gnet/io/pipe.h"
#include "gnet/io/stream.h"

BOOST_AUTO_TEST_SUITE(buffered)

using namespace std::chrono_literals;
using gnet::BufferedReader;
using gnet::BufferedWriter;
using gnet::Stream;

namespace {

// Gives its text in pieces of so many bytes.
struct Pieces {
  std::string text;
  std::size_t size;
  std::size_t read(void* buffer, std::size_t room) {
    const std::size_t count = std::min({size, room, text.size()});
    text.copy(static_cast<char*>(buffer), count);
    text.erase(0, count);
    return count;
  }
};

struct Sink {
  std::string text;
  int calls = 0;
  void write_all(std::string_view data) {
    text += data;
    ++calls;
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(lines_come_one_by_one_whatever_the_pieces) {
  for (const std::size_t size : {1, 2, 3, 100}) {
    Pieces source{"one\ntwo\r\n\nlast", size};
    BufferedReader reader(source, 8);
    BOOST_TEST(reader.read_line().value() == "one");
    BOOST_TEST(reader.read_line().value() == "two");
    BOOST_TEST(reader.read_line().value() == "");
    BOOST_TEST(reader.read_line().value() == "last");
    BOOST_TEST(!reader.read_line());
  }
}

BOOST_AUTO_TEST_CASE(a_delimiter_may_come_in_two_pieces) {
  for (const std::size_t size : {1, 2, 3, 4}) {
    Pieces source{"head\r\n\r\nbody", size};
    BufferedReader reader(source);
    BOOST_TEST(reader.read_until("\r\n\r\n").value() == "head\r\n\r\n");
    BOOST_TEST(reader.read_all() == "body");
  }
}

BOOST_AUTO_TEST_CASE(a_line_beyond_the_limit_is_refused) {
  Pieces source{std::string(1000, 'x') + "\n", 100};
  BufferedReader reader(source);
  BOOST_CHECK_THROW(reader.read_line({}, 999), std::length_error);
  BOOST_TEST(reader.read_line({}, 1001).value().size() == 1000);
}

BOOST_AUTO_TEST_CASE(exact_amounts_and_what_is_left) {
  Pieces source{"abcdefgh", 3};
  BufferedReader reader(source);
  BOOST_TEST(reader.read_exactly(4) == "abcd");
  char two[2];
  BOOST_TEST(reader.buffered() == 2);
  BOOST_TEST(reader.read(two, 2) == 2);
  BOOST_TEST(std::string(two, 2) == "ef");
  BOOST_CHECK_THROW(reader.read_exactly(3), gnet::ConnectionLost);
  BOOST_TEST(reader.read_all() == "gh");
  BOOST_TEST(reader.read(two, 2) == 0);
}

BOOST_AUTO_TEST_CASE(nothing_is_lost_at_a_deadline) {
  auto [source, feed] = gnet::Pipe::make();
  BufferedReader reader(source);
  feed.send_all("half ");
  BOOST_CHECK_THROW(reader.read_line(1ms), std::system_error);
  feed.send_all("line\n");
  BOOST_TEST(reader.read_line(5s).value() == "half line");
}

BOOST_AUTO_TEST_CASE(a_writer_collects_until_it_is_full_or_flushed) {
  Sink sink;
  BufferedWriter writer(sink, 8);
  writer.write("abc");
  BOOST_TEST(sink.calls == 0);
  BOOST_TEST(writer.buffered() == 3);
  writer.flush();
  writer.flush();
  BOOST_TEST(sink.text == "abc");
  BOOST_TEST(sink.calls == 1);
  writer.write("1234");
  writer.write("5678");
  BOOST_TEST(sink.text == "abc12345678");
  BOOST_TEST(sink.calls == 2);
}

BOOST_AUTO_TEST_CASE(a_reader_may_own_its_source) {
  auto [near, far] = Stream::make_pair();
  gnet::BufferedReader reader(std::move(near));
  gnet::BufferedReader moved(std::move(reader));
  far.send_all("one\n");
  BOOST_TEST(moved.read_line().value() == "one");
  moved.source().send_all("two");
  char buffer[3];
  BOOST_TEST(far.receive(buffer, 3) == 3U);
}

BOOST_AUTO_TEST_CASE(peeking_takes_nothing) {
  auto [near, far] = Stream::make_pair();
  gnet::BufferedReader reader(near);
  BOOST_TEST(reader.peek() == "");
  far.send_all("abcd");
  BOOST_TEST(reader.wait_for(4, 5s));
  BOOST_TEST(reader.peek() == "abcd");
  BOOST_TEST(reader.read_exactly(2) == "ab");
  BOOST_TEST(reader.peek() == "cd");
  far.shutdown_send();
  BOOST_TEST(!reader.wait_for(3, 5s));
  BOOST_TEST(reader.read_all() == "cd");
}

BOOST_AUTO_TEST_CASE(what_was_read_under_a_mark_can_be_read_again) {
  auto [near, far] = Stream::make_pair();
  gnet::BufferedReader reader(near, 4);
  far.send_all("3\nabc4\nabcd");
  const auto message = [&](gnet::Deadline deadline) {
    auto mark = reader.mark();
    const std::size_t size = std::stoul(*reader.read_line(deadline));
    {
      auto inner = reader.mark();  // one inside another, given up
      static_cast<void>(reader.read_exactly(1, deadline));
    }
    std::string body = reader.read_exactly(size, deadline);
    mark.accept();
    return body;
  };
  BOOST_TEST(message(5s) == "abc");
  BOOST_TEST(message(5s) == "abcd");
  // An interrupt, or a deadline, in the middle: nothing is torn.
  const std::string large(100'000, 'x');
  far.send_all("100000\n" + large.substr(1));
  BOOST_CHECK_THROW(message(5ms), gnet::TimedOut);
  BOOST_TEST(!gnet::Timeout(5ms, gnet::silent).run([&] { message({}); }));
  far.send_all("x");
  BOOST_TEST((message(5s) == large));
  BOOST_TEST(reader.buffered() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
