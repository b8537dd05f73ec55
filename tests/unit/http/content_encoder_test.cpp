#include "gnet/http/content_encoder.h"

#include <boost/test/unit_test.hpp>
#include <initializer_list>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/fiber/fiber.h"
#include "gnet/http/content_decoder.h"

BOOST_AUTO_TEST_SUITE(content_encoder)

using gnet::http::ContentCoding;
using gnet::http::ContentDecoder;
using gnet::http::ContentEncoder;
using gnet::http::EncodeOptions;
using Then = gnet::http::ContentEncoder::Then;

namespace {

constexpr ContentCoding kCodings[] = {ContentCoding::identity, ContentCoding::gzip,
                                      ContentCoding::deflate, ContentCoding::br,
                                      ContentCoding::zstd};

// What can be read of a body so far.
std::string decoded(ContentCoding coding, std::string_view bytes, bool whole = true) {
  ContentDecoder decoder(to_string(coding), {.ratio = 0});
  std::string out;
  std::string room(1000, '\0');
  for (bool more = true; more;) {
    const auto [consumed, written] = decoder.decode(bytes, room);
    out.append(room, 0, written);
    bytes.remove_prefix(consumed);
    more = written == room.size();
  }
  if (whole) decoder.finish();
  BOOST_TEST(!decoder.refusal(), decoder.refusal().reason);
  BOOST_TEST(bytes.empty());
  return out;
}

// Through the smallest room there is, which ends where a sanitizer watches.
std::string encode_slowly(ContentEncoder& encoder, std::string_view input, Then then) {
  std::string out;
  const std::unique_ptr<char[]> room(new char[ContentEncoder::kMinRoom]);
  for (bool done = false; !done;) {
    const auto step = encoder.encode(input, {room.get(), ContentEncoder::kMinRoom}, then);
    out.append(room.get(), step.written);
    input.remove_prefix(step.consumed);
    done = step.done;
  }
  BOOST_TEST(input.empty());
  return out;
}

std::string noise(std::size_t size) {
  std::mt19937 random(4711);
  std::string out(size, '\0');
  for (char& c : out) c = static_cast<char>(random());
  return out;
}

std::string text(std::size_t size) {
  std::string out;
  for (int i = 0; out.size() < size; ++i) out += "line " + std::to_string(i * 7919) + "\n";
  out.resize(size);
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_encoded_decodes_to_the_same) {
  for (const ContentCoding coding : kCodings) {
    for (const std::string& body : {std::string(), std::string("x"), text(300), text(400000),
                                    noise(200000), std::string(500000, 'a')}) {
      BOOST_TEST_CONTEXT(to_string(coding) << " of " << body.size()) {
        const std::string encoded = gnet::http::encode_content(body, coding);
        BOOST_TEST((decoded(coding, encoded) == body));
        BOOST_TEST(encoded.size() <= body.size() + body.size() / 100 + 50);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(what_repeats_gets_smaller) {
  for (const ContentCoding coding : kCodings) {
    if (coding == ContentCoding::identity) continue;
    BOOST_TEST(gnet::http::encode_content(text(100000), coding).size() < 40000U);
  }
}

BOOST_AUTO_TEST_CASE(bytes_come_in_any_pieces_and_leave_through_the_smallest_room) {
  const std::string body = text(700);
  for (const ContentCoding coding : kCodings) {
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{300}}) {
      for (const Then between : {Then::more, Then::flush}) {
        ContentEncoder encoder(coding);
        std::string out;
        for (std::size_t at = 0; at < body.size(); at += piece) {
          out += encode_slowly(encoder, std::string_view(body).substr(at, piece), between);
        }
        BOOST_TEST(!encoder.is_finished());
        out += encode_slowly(encoder, "", Then::finish);
        BOOST_TEST(encoder.is_finished());
        BOOST_TEST((decoded(coding, out) == body));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(much_leaves_through_the_smallest_room) {
  const std::string body = noise(30000) + text(30000);
  for (const ContentCoding coding : kCodings) {
    ContentEncoder encoder(coding);
    std::string out = encode_slowly(encoder, body, Then::more);
    out += encode_slowly(encoder, body, Then::flush);
    BOOST_TEST((decoded(coding, out, false) == body + body));
    out += encode_slowly(encoder, body, Then::finish);
    BOOST_TEST((decoded(coding, out) == body + body + body));
  }
}

BOOST_AUTO_TEST_CASE(after_a_flush_everything_so_far_can_be_read) {
  for (const ContentCoding coding : kCodings) {
    BOOST_TEST_CONTEXT(to_string(coding)) {
      ContentEncoder encoder(coding);
      std::string out;
      std::string body;
      for (int i = 0; i < 20; ++i) {
        const std::string event = "data: " + std::to_string(i) + "\n\n";
        encoder.append(out, event, Then::flush);
        body += event;
        BOOST_TEST(decoded(coding, out, false) == body);
      }
      const std::size_t size = out.size();
      encoder.append(out, "", Then::flush);
      BOOST_TEST(out.size() <= size + 8);
      BOOST_TEST(decoded(coding, out, false) == body);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_higher_level_tries_harder) {
  std::mt19937 random(4711);
  std::string body;
  while (body.size() < 60000) body += "word " + std::to_string(random() % 1000) + ", ";
  const auto size = [&](ContentCoding coding, int level) {
    const std::string encoded = gnet::http::encode_content(body, coding, level);
    BOOST_TEST((decoded(coding, encoded) == body));
    return encoded.size();
  };
  BOOST_TEST(size(ContentCoding::gzip, 9) < size(ContentCoding::gzip, 1));
  BOOST_TEST(size(ContentCoding::deflate, 9) < size(ContentCoding::deflate, 1));
  BOOST_TEST(size(ContentCoding::br, 9) < size(ContentCoding::br, 0));
  BOOST_TEST(size(ContentCoding::zstd, 9) < size(ContentCoding::zstd, 1));
}

BOOST_AUTO_TEST_CASE(even_the_hardest_level_finds_the_stack_of_a_fiber_large_enough) {
  const std::string body = text(40000) + noise(10000);
  const auto fits = [&](ContentCoding coding, std::initializer_list<int> levels) {
    for (const int level : levels) {
      auto fiber = gnet::spawn(
          [&] { return decoded(coding, gnet::http::encode_content(body, coding, level)) == body; });
      BOOST_TEST(fiber.get());
    }
  };
  fits(ContentCoding::gzip, {1, 9});
  fits(ContentCoding::br, {0, 1, 2, 5, 9, 10, 11});
  fits(ContentCoding::zstd, {1, 3, 5, 9, 13, 19});
}

BOOST_AUTO_TEST_CASE(a_level_that_there_is_not_is_an_error) {
  const auto throws = [](ContentCoding coding, int level) {
    BOOST_CHECK_THROW(ContentEncoder(coding, {.level = level}), std::invalid_argument);
  };
  throws(ContentCoding::gzip, 0);
  throws(ContentCoding::gzip, 10);
  throws(ContentCoding::deflate, -1);
  throws(ContentCoding::br, -1);
  throws(ContentCoding::br, 12);
  throws(ContentCoding::zstd, 0);
  throws(ContentCoding::zstd, 20);
  try {
    ContentEncoder(ContentCoding::br, {.level = 12});
  } catch (const std::invalid_argument& error) {
    BOOST_TEST(error.what() == std::string("br has no level 12: they go from 0 to 11"));
  }
}

BOOST_AUTO_TEST_CASE(the_size_is_a_hint_that_may_be_wrong) {
  const std::string body = text(100000);
  for (const ContentCoding coding : kCodings) {
    for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{5000},
                                     std::uint64_t{100000}, ~std::uint64_t{0}}) {
      ContentEncoder encoder(coding, {.size = size});
      std::string out;
      encoder.append(out, body, Then::finish);
      BOOST_TEST((decoded(coding, out) == body));
    }
  }
}

BOOST_AUTO_TEST_CASE(an_encoder_moves_in_the_middle) {
  for (const ContentCoding coding : kCodings) {
    ContentEncoder first(coding);
    std::string out;
    first.append(out, "one, ", Then::more);
    ContentEncoder second = std::move(first);
    second.append(out, "two", Then::finish);
    BOOST_TEST(decoded(coding, out) == "one, two");
  }
}

BOOST_AUTO_TEST_CASE(using_it_in_another_order_is_misuse) {
  for (const ContentCoding coding : kCodings) {
    ContentEncoder encoder(coding);
    std::string room(ContentEncoder::kMinRoom, '\0');
    BOOST_CHECK_THROW(encoder.encode("x", std::span(room).first(15), Then::more), gnet::Misuse);
    const std::string body = noise(100000);
    const auto step = encoder.encode(body, room, Then::finish);
    BOOST_REQUIRE(!step.done);
    const std::string_view rest = std::string_view(body).substr(step.consumed);
    BOOST_CHECK_THROW(encoder.encode(rest, room, Then::more), gnet::Misuse);
    const std::string other(rest.size() + 1, 'x');
    BOOST_CHECK_THROW(encoder.encode(other, room, Then::finish), gnet::Misuse);
    std::string out = room.substr(0, step.written);
    encoder.append(out, rest, Then::finish);
    BOOST_TEST((decoded(coding, out) == body));
    BOOST_CHECK_THROW(encoder.append(out, "x", Then::more), gnet::Misuse);
    BOOST_CHECK_THROW(encoder.append(out, "", Then::finish), gnet::Misuse);
  }
}

BOOST_AUTO_TEST_SUITE_END()
