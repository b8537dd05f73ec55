#include "gnet/http/body_decoder.h"

#include <boost/test/unit_test.hpp>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

BOOST_AUTO_TEST_SUITE(body_decoder)

using gnet::http::BodyDecoder;
using gnet::http::BodyFraming;
using gnet::http::BodyLimits;
using gnet::http::FieldName;
using namespace std::string_literals;
using namespace std::string_view_literals;

namespace {

constexpr BodyFraming kChunked{BodyFraming::chunked};
constexpr BodyFraming kUntilClose{BodyFraming::until_close};

BodyFraming length(std::uint64_t size) {
  return {BodyFraming::length, size};
}

// Bytes in memory of their own, so that a sanitizer sees who looks behind their end.
struct Copy {
  explicit Copy(std::string_view bytes) : size(bytes.size()), data(new char[bytes.size() + 1]) {
    std::copy(bytes.begin(), bytes.end(), data.get());
  }
  [[nodiscard]] std::string_view view() const { return {data.get(), size}; }
  std::size_t size;
  std::unique_ptr<char[]> data;
};

// What a decoder makes of bytes that come in pieces.
class Reader {
 public:
  explicit Reader(BodyFraming framing, const BodyLimits& limits = {}) : body_(limits) {
    body_.start(framing);
  }

  void read(std::string_view bytes) {
    const Copy copy(bytes);
    std::string_view rest = copy.view();
    while (!rest.empty() && !body_.is_done() && !body_.refusal()) {
      const auto [consumed, data] = body_.feed(rest);
      BOOST_TEST(consumed <= rest.size());
      BOOST_TEST(data.size() <= consumed);
      if (!data.empty()) {
        BOOST_TEST((data.data() >= rest.data()));
        BOOST_TEST((data.data() + data.size() <= rest.data() + consumed));
      }
      const bool goes_on = !data.empty() || consumed == rest.size() || body_.is_done() ||
                           static_cast<bool>(body_.refusal());
      BOOST_REQUIRE(goes_on);
      data_ += data;
      rest.remove_prefix(consumed);
    }
    rest_ += rest;
  }

  void finish() { body_.finish(); }

  // "data", "data; Name: value;" with trailers, "data…" of one that is not done, or a status;
  // with " + rest" if bytes are left.
  [[nodiscard]] std::string told() const {
    BOOST_TEST(body_.received() == data_.size());
    if (body_.refusal()) {
      BOOST_TEST(!body_.is_done());
      BOOST_TEST(!body_.refusal().reason.empty());
      return std::to_string(body_.refusal().status);
    }
    std::string text = data_;
    const auto& trailers = body_.trailers();
    for (std::size_t i = 0; i < trailers.size(); ++i) {
      text.append("; ").append(trailers[i].name).append(": ").append(trailers[i].value);
    }
    if (!body_.is_done()) text += "…";
    if (!rest_.empty()) text += " + " + rest_;
    return text;
  }

 private:
  BodyDecoder body_;
  std::string data_;
  std::string rest_;
};

// What all bytes at once give, which every split has to give too.
std::string decode(BodyFraming framing, std::string_view bytes, const BodyLimits& limits = {}) {
  Reader whole(framing, limits);
  whole.read(bytes);
  Reader single(framing, limits);
  for (std::size_t i = 0; i < bytes.size(); ++i) single.read(bytes.substr(i, 1));
  BOOST_TEST(single.told() == whole.told(),
             "byte by byte: " << single.told() << ", at once: " << whole.told());
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    Reader halves(framing, limits);
    halves.read(bytes.substr(0, cut));
    halves.read(bytes.substr(cut));
    BOOST_TEST(halves.told() == whole.told(),
               "cut at " << cut << ": " << halves.told() << ", at once: " << whole.told());
  }
  return whole.told();
}

std::string chunked(std::string_view bytes, const BodyLimits& limits = {}) {
  return decode(kChunked, bytes, limits);
}

struct Case {
  std::string bytes;
  std::string verdict;
};

void check(const std::vector<Case>& cases) {
  for (const Case& one : cases) {
    BOOST_TEST_CONTEXT("bytes: " << one.bytes) {
      BOOST_TEST(chunked(one.bytes) == one.verdict);
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(without_a_body_everything_is_left_to_the_next_message) {
  BOOST_TEST(decode({}, "GET /") == " + GET /");
  BOOST_TEST(decode(length(0), "GET /") == " + GET /");
  BodyDecoder body;
  BOOST_TEST(body.is_done());
  BOOST_TEST(body.feed("abc").consumed == 0U);
}

BOOST_AUTO_TEST_CASE(a_length_ends_where_it_says) {
  BOOST_TEST(decode(length(5), "hello") == "hello");
  BOOST_TEST(decode(length(5), "helloGET /") == "hello + GET /");
  BOOST_TEST(decode(length(5), "hell") == "hell…");
}

BOOST_AUTO_TEST_CASE(data_is_given_as_it_comes_in_the_bytes_themselves) {
  BodyDecoder body;
  body.start(kChunked);
  const std::string_view bytes = "a\r\n01234";
  const auto [consumed, data] = body.feed(bytes);
  BOOST_TEST(consumed == bytes.size());
  BOOST_TEST(data == "01234");
  BOOST_TEST(static_cast<const void*>(data.data()) == static_cast<const void*>(bytes.data() + 3));
  BOOST_TEST(body.pending() == 5U);
  BOOST_TEST(body.received() == 5U);
}

BOOST_AUTO_TEST_CASE(lengths_beyond_four_gibibytes_are_counted_right) {
  constexpr std::uint64_t kSize = (std::uint64_t{4} << 30) + 5;
  const std::string block(std::size_t{1} << 20, 'x');
  BodyDecoder body;
  for (const bool in_chunks : {false, true}) {
    body.start(in_chunks ? kChunked : length(kSize));
    if (in_chunks) {
      BOOST_TEST(body.feed("100000005\r\n").consumed == 11U);
    }
    BOOST_TEST(body.pending() == kSize);
    for (std::uint64_t sent = 0; sent + 5 < kSize; sent += block.size()) {
      BOOST_REQUIRE(body.feed(block).data.size() == block.size());
    }
    BOOST_TEST(!body.is_done());
    BOOST_TEST(body.feed("helloX").data == "hello");
    BOOST_TEST(body.received() == kSize);
    BOOST_TEST(body.pending() == 0U);
    if (in_chunks) body.feed("\r\n0\r\n\r\n");
    BOOST_TEST(body.is_done());
  }
}

BOOST_AUTO_TEST_CASE(the_largest_length_is_that_of_a_signed_number) {
  BodyDecoder body;
  body.start(length(INT64_MAX));
  BOOST_TEST(body.pending() == static_cast<std::uint64_t>(INT64_MAX));
  BOOST_TEST(body.feed("abc").data == "abc");
  BOOST_TEST(chunked("7fffffffffffffff\r\nabc") == "abc…");
  BOOST_TEST(chunked("8000000000000000\r\nabc") == "400");
  BOOST_TEST(chunked("ffffffffffffffff\r\nabc") == "400");
  // Together they may be more than fits, and nothing wraps round.
  BOOST_TEST(chunked("1\r\na\r\n7fffffffffffffff\r\nbc") == "abc…");
}

BOOST_AUTO_TEST_CASE(until_the_connection_ends) {
  Reader reader(kUntilClose);
  reader.read("hel");
  reader.read("lo");
  BOOST_TEST(reader.told() == "hello…");
  reader.finish();
  BOOST_TEST(reader.told() == "hello");
}

BOOST_AUTO_TEST_CASE(an_end_within_a_body_is_refused) {
  for (const std::string_view bytes :
       {"", "5", "5\r\nhel", "5\r\nhello\r\n", "0\r\n", "0\r\nA: b"}) {
    Reader reader(kChunked);
    reader.read(bytes);
    reader.finish();
    BOOST_TEST(reader.told() == "400");
  }
  Reader with_length(length(5));
  with_length.read("hell");
  with_length.finish();
  BOOST_TEST(with_length.told() == "400");
  Reader done(length(4));
  done.read("hell");
  done.finish();
  BOOST_TEST(done.told() == "hell");
  Reader refused(kChunked, {.body = 1});
  refused.read("2\r\n");
  refused.finish();
  BOOST_TEST(refused.told() == "413");
}

BOOST_AUTO_TEST_CASE(chunks_are_read) {
  check({
      {"0\r\n\r\n", ""},
      {"5\r\nhello\r\n0\r\n\r\n", "hello"},
      {"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\nGET /", "hello world + GET /"},
      {"0\r\n\r\n\r\n", " + \r\n"},
      {"A\r\n0123456789\r\n000\r\n\r\n", "0123456789"},
      {"aB\r\n" + std::string(0xab, 'x') + "\r\n0\r\n\r\n", std::string(0xab, 'x')},
      {"0000000000000005\r\nhello\r\n0000000000000000\r\n\r\n", "hello"},
      {"4\r\n\r\n\r\n\r\n0\r\n\r\n", "\r\n\r\n"},
      {"5\r\nhello\r\n", "hello…"},
      {"5\r\nhello\r\n0\r\n\r", "hello…"},
  });
}

BOOST_AUTO_TEST_CASE(lines_end_with_crlf_and_nothing_else) {
  check({
      {"5;\nhello", "400"},
      {"5\rhello", "400"},
      {"5\n", "400"},
      {"5\nhello\r\n0\r\n\r\n", "400"},
      {"5;a=b\nhello\r\n0\r\n\r\n", "400"},
      {"5;a=\"b\n\"\r\nhello\r\n0\r\n\r\n", "400"},
      {"5;a\rb\r\nhello\r\n0\r\n\r\n", "400"},
      {"5\r\r\nhello", "400"},
      {"5\r\nhello\n0\r\n\r\n", "400"},
      {"5\r\nhello\r0\r\n\r\n", "400"},
      {"5\r\nhello\r\n0\n\r\n", "400"},
      {"0\r\n\n", "400"},
      {"0\r\n\r0", "400"},
      {"0\n\n", "400"},
      {"\r\n5\r\nhello", "400"},
      {"\n", "400"},
  });
}

BOOST_AUTO_TEST_CASE(nothing_stands_behind_the_data_of_a_chunk) {
  check({
      {"5\r\nhelloXX0\r\n\r\n", "400"},
      {"5\r\nhello0\r\n\r\n", "400"},
      {"5\r\nhello \r\n0\r\n\r\n", "400"},
      {"3\r\nhello\r\n0\r\n\r\n", "400"},
  });
}

BOOST_AUTO_TEST_CASE(a_size_is_hexadecimal_digits_and_nothing_else) {
  check({
      {"100000005\r\nhello\r\n0\r\n\r\n", "hello\r\n0\r\n\r\n…"},
      {"-2\r\n", "400"},
      {"+5\r\nhello\r\n0\r\n\r\n", "400"},
      {"0x5\r\nhello\r\n0\r\n\r\n", "400"},
      {"0_0\r\n\r\n", "400"},
      {" 5\r\nhello\r\n0\r\n\r\n", "400"},
      {"5 \r\nhello\r\n0\r\n\r\n", "400"},
      {"5\t\r\nhello\r\n0\r\n\r\n", "400"},
      {"00000000000000005\r\nhello\r\n0\r\n\r\n", "400"},
      {"10000000000000005\r\nhello\r\n0\r\n\r\n", "400"},
      {"\r\n", "400"},
      {";a=b\r\nhello\r\n0\r\n\r\n", "400"},
      {"g\r\n", "400"},
      {"5.\r\nhello", "400"},
      {"5,5\r\nhello", "400"},
      {"5\0\r\nhello"s, "400"},
      {"\x0b"
       "5\r\nhello",
       "400"},
      {"\xef\xbc\x95\r\nhello", "400"},
  });
}

BOOST_AUTO_TEST_CASE(extensions_are_read_over) {
  check({
      {"5;a\r\nhello\r\n0\r\n\r\n", "hello"},
      {"5;a=b\r\nhello\r\n0;c\r\n\r\n", "hello"},
      {"5;a=b;c;d=\"e f;\\\"\xc3\xa9\"\r\nhello\r\n0\r\n\r\n", "hello"},
      {"5 ; a = b ;c =\t\"\";d\r\nhello\r\n0\r\n\r\n", "hello"},
  });
}

BOOST_AUTO_TEST_CASE(malformed_extensions_are_refused) {
  check({
      {"5;\r\nhello\r\n0\r\n\r\n", "400"},
      {"5; \r\nhello\r\n0\r\n\r\n", "400"},
      {"5;a;\r\nhello\r\n0\r\n\r\n", "400"},
      {"5;a=\r\nhello\r\n0\r\n\r\n", "400"},
      {"5;a=;b\r\nhello\r\n0\r\n\r\n", "400"},
      {"5;=b\r\nhello\r\n0\r\n\r\n", "400"},
      {"5;a \r\nhello\r\n0\r\n\r\n", "400"},
      {"5;a=b \r\nhello\r\n0\r\n\r\n", "400"},
      {"5;a=b=c\r\nhello\r\n0\r\n\r\n", "400"},
      {"5;a b\r\nhello\r\n0\r\n\r\n", "400"},
      {"5;a=\"b\r\nhello\r\n0\r\n\r\n", "400"},
      {"5;a=\"b\"c\r\nhello\r\n0\r\n\r\n", "400"},
      {"5;a=\"b\\\r\nhello\r\n0\r\n\r\n", "400"},
      {"5;[\r\nhello\r\n0\r\n\r\n", "400"},
      {"5;a\0\r\nhello\r\n0\r\n\r\n"s, "400"},
      {"5;a=\"\x7f\"\r\nhello\r\n0\r\n\r\n", "400"},
      {"5 a\r\nhello\r\n0\r\n\r\n", "400"},
  });
}

BOOST_AUTO_TEST_CASE(extensions_are_no_more_than_the_data_and_a_bound) {
  const BodyLimits limits{.chunk_extensions = 10};
  const auto chunk = [](std::size_t extension, std::size_t data) {
    const std::string size(1, "0123456789abcdef"[data]);
    return size + ";" + std::string(extension - 1, 'x') + "\r\n" + std::string(data, 'd') + "\r\n";
  };
  BOOST_TEST(chunked(chunk(10, 1) + "0\r\n\r\n", limits) == "d");
  BOOST_TEST(chunked(chunk(11, 1) + "0\r\n\r\n", limits) == "400");
  // Nine are left of the first.
  BOOST_TEST(chunked(chunk(10, 1) + "0;\r\n", limits) == "400");
  BOOST_TEST(chunked(chunk(10, 1) + "1;x\r\nd\r\n0\r\n\r\n", limits) == "400");
  BOOST_TEST(chunked(chunk(10, 2) + "1;x\r\nd\r\n0\r\n\r\n", limits) == "ddd");
  // With enough data they go on for ever.
  std::string signed_chunks;
  for (int i = 0; i < 20; ++i) signed_chunks += chunk(10, 15);
  BOOST_TEST(chunked(signed_chunks + "0\r\n\r\n", limits) == std::string(300, 'd'));

  // As it is attacked: a kilobyte for each byte.
  Reader reader(kChunked);
  std::size_t chunks = 0;
  for (; reader.told() != "400" && chunks < 1000; ++chunks) {
    reader.read("1;" + std::string(1024, 'x') + "\r\nd\r\n");
  }
  BOOST_TEST(chunks < 20U);
}

BOOST_AUTO_TEST_CASE(trailers_are_read) {
  check({
      {"0\r\nA: b\r\n\r\n", "; A: b"},
      {"5\r\nhello\r\n0\r\nServer-Timing: x\r\nX-Sum:  1 \r\n\r\nGET /",
       "hello; Server-Timing: x; X-Sum: 1 + GET /"},
      {"0\r\nA:\r\n\r\n", "; A: "},
      {"0\r\nA: b\r\n", "…"},
      {"0\r\nA: b\r\n\r", "…"},
  });
}

BOOST_AUTO_TEST_CASE(trailers_are_as_strict_as_header_fields) {
  check({
      {"0\r\nA: b\n\r\n", "400"},
      {"0\r\nA: b\r\n\n", "400"},
      {"0\r\nA: b\rc\r\n\r\n", "400"},
      {"0\r\nA : b\r\n\r\n", "400"},
      {"0\r\n A: b\r\n\r\n", "400"},
      {"0\r\nA: b\r\n c\r\n\r\n", "400"},
      {"0\r\n: b\r\n\r\n", "400"},
      {"0\r\nA\r\n\r\n", "400"},
      {"0\r\nA: \0\r\n\r\n"s, "400"},
      {"0\r\nA\xc3\xa9: b\r\n\r\n", "400"},
  });
}

BOOST_AUTO_TEST_CASE(trailers_that_have_to_be_header_fields_are_refused) {
  for (const std::string_view name :
       {"Content-Length", "transfer-encoding", "Host", "Authorization", "Content-Type", "Trailer",
        "Connection", "Cookie", "SET-COOKIE", "Max-Forwards"}) {
    BOOST_TEST(chunked("0\r\nA: b\r\n" + std::string(name) + ": 5\r\n\r\n") == "400");
  }
}

BOOST_AUTO_TEST_CASE(trailers_have_limits) {
  const std::string trailers = "A: b\r\nC: d\r\n\r\n";
  BOOST_TEST(chunked("0\r\n" + trailers, {.trailers = trailers.size()}) == "; A: b; C: d");
  BOOST_TEST(chunked("0\r\n" + trailers + "X", {.trailers = trailers.size()}) ==
             "; A: b; C: d + X");
  BOOST_TEST(chunked("0\r\n" + trailers, {.trailers = trailers.size() - 1}) == "431");
  BOOST_TEST(chunked("0\r\nA: " + std::string(100, 'x'), {.trailers = 50}) == "431");
  BOOST_TEST(chunked("0\r\n\r\n", {.trailers = 0}) == "");
  BOOST_TEST(chunked("0\r\nA", {.trailers = 0}) == "431");
  BOOST_TEST(chunked("0\r\n" + trailers, {.trailer_fields = 2}) == "; A: b; C: d");
  BOOST_TEST(chunked("0\r\n" + trailers, {.trailer_fields = 1}) == "431");
}

BOOST_AUTO_TEST_CASE(a_body_has_a_limit) {
  const BodyLimits limits{.body = 5};
  BOOST_TEST(decode(length(5), "hello", limits) == "hello");
  BOOST_TEST(decode(length(6), "", limits) == "413");
  BOOST_TEST(chunked("5\r\nhello\r\n0\r\n\r\n", limits) == "hello");
  BOOST_TEST(chunked("6\r\nhello!\r\n0\r\n\r\n", limits) == "413");
  BOOST_TEST(chunked("2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n", limits) == "hello");
  BOOST_TEST(chunked("2\r\nhe\r\n4\r\nllo!\r\n0\r\n\r\n", limits) == "413");
  BOOST_TEST(decode(kUntilClose, "hello", limits) == "hello…");
  BOOST_TEST(decode(kUntilClose, "hello!", limits) == "413");
}

BOOST_AUTO_TEST_CASE(a_decoder_is_used_again) {
  BodyDecoder body;
  body.start(kChunked);
  const std::string_view with_trailer = "0\r\nA: b\r\n\r\n";
  BOOST_TEST(body.feed(with_trailer).consumed == with_trailer.size());
  BOOST_TEST(body.trailers().size() == 1U);

  BodyDecoder moved = std::move(body);
  BOOST_TEST(moved.trailers().find("a").value() == "b");

  moved.start(kChunked);
  BOOST_TEST(moved.trailers().empty());
  moved.feed("0\r\n\r\n");
  BOOST_TEST(moved.is_done());
  BOOST_TEST(moved.trailers().empty());

  moved.start(kChunked);
  moved.feed("x");
  BOOST_TEST(moved.refusal().status == 400);
  BOOST_TEST(moved.feed("5\r\n").consumed == 0U);
  moved.start(length(1));
  BOOST_TEST(!moved.refusal());
  BOOST_TEST(moved.feed("x").data == "x");
  BOOST_TEST(moved.is_done());
}

BOOST_AUTO_TEST_CASE(what_is_left_unread_of_chunks_ends_where_the_next_message_begins) {
  BodyDecoder body;
  body.start(kChunked);
  BOOST_TEST(body.feed("5\r\nhello").data == "hello");
  BOOST_TEST(!body.is_done());
  const std::string_view late = "\r\n0\r\n\r\nGET / HTTP/1.1\r\n";
  BOOST_TEST(body.feed(late).consumed == 7U);
  BOOST_TEST(body.is_done());
}

BOOST_AUTO_TEST_SUITE_END()
