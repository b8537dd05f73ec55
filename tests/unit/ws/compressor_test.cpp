#include "gnet/ws/compressor.h"

#include <zlib.h>
#include <boost/test/unit_test.hpp>

#include <random>
#include <stdexcept>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(compressor)

using gnet::ws::Compressor;
using gnet::ws::Decompressor;
using namespace std::literals;

namespace {

constexpr const char* kCorrupt = "corrupt";

// A message from its payload, which is fed and taken out in pieces.
std::string inflated(Decompressor& decompressor, std::string_view payload,
                     std::size_t piece = std::string::npos, std::size_t room = 1000) {
  std::string message;
  std::string buffer(room, '\0');
  const auto read = [&] {
    for (;;) {
      const auto output = decompressor.inflate(buffer.data(), buffer.size());
      message.append(buffer, 0, output.size);
      if (output.status != Decompressor::Status::output) return output.status;
    }
  };
  while (!payload.empty()) {
    decompressor.feed(payload.substr(0, piece));
    payload.remove_prefix(std::min(piece, payload.size()));
    if (read() == Decompressor::Status::corrupt) return kCorrupt;
  }
  decompressor.finish();
  return read() == Decompressor::Status::corrupt ? kCorrupt : message;
}

std::string inflated(std::string_view payload) {
  Decompressor decompressor;
  return inflated(decompressor, payload);
}

std::string deflated(Compressor& compressor, std::string_view message) {
  std::string payload = "before";
  compressor.compress(message, payload);
  BOOST_TEST(payload.starts_with("before"));
  return payload.substr(6);
}

// Words of a small vocabulary, from far back too.
std::string prose(std::size_t size, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::string text;
  while (text.size() < size) text += "word" + std::to_string(random() % 700) + ' ';
  text.resize(size);
  return text;
}

std::string noise(std::size_t size) {
  std::mt19937 random(5);
  std::string text(size, '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

// As zlib makes it by itself.
std::string by_zlib(std::string_view text, int flush, int window_bits = 15) {
  z_stream z{};
  BOOST_REQUIRE(deflateInit2(&z, 6, Z_DEFLATED, -window_bits, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(text.size() + 1000, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  deflate(&z, flush);
  out.resize(out.size() - z.avail_out);
  deflateEnd(&z);
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_examples_of_the_standard) {
  const std::string hello = "\xf2\x48\xcd\xc9\xc9\x07\x00"s;
  BOOST_TEST(inflated(hello) == "Hello");
  Compressor compressor({.level = 6});
  BOOST_TEST(deflated(compressor, "Hello") == hello);
  BOOST_TEST(deflated(compressor, "Hello") == hello);

  // §7.2.3.2: with takeover the second message refers to the first.
  Compressor remembering({.level = 6, .context_takeover = true});
  Decompressor decompressor;
  BOOST_TEST(deflated(remembering, "Hello") == hello);
  const std::string again = deflated(remembering, "Hello");
  BOOST_TEST(again == "\xf2\x00\x11\x00\x00"s);
  BOOST_TEST(inflated(decompressor, hello) == "Hello");
  BOOST_TEST(inflated(decompressor, again) == "Hello");
  BOOST_TEST(inflated(again) == kCorrupt);

  // §7.2.3.3: a block that is stored.
  BOOST_TEST(inflated("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"s) == "Hello");
  // §7.2.3.4: a block that says that it is the last.
  BOOST_TEST(inflated("\xf3\x48\xcd\xc9\xc9\x07\x00\x00"s) == "Hello");
  // §7.2.3.5: two blocks in one message.
  BOOST_TEST(inflated("\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"s) == "Hello");
  // §7.2.3.6: an empty message.
  BOOST_TEST(inflated("\x00"s) == "");
}

BOOST_AUTO_TEST_CASE(messages_of_any_size_come_back) {
  for (const auto& options : std::vector<Compressor::Options>{
           {}, {.level = 9, .memory_level = 9}, {.window_bits = 9, .memory_level = 1}}) {
    Compressor compressor(options);
    for (const std::size_t size : {0U, 1U, 2U, 100U, 1000U, 65536U, 300000U}) {
      for (const std::string& message : {prose(size), noise(size), std::string(size, 'a')}) {
        const std::string payload = deflated(compressor, message);
        BOOST_TEST(!payload.empty());
        Decompressor decompressor(options.window_bits);
        if (inflated(decompressor, payload) != message) BOOST_ERROR(size << " bytes");
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(pieces_and_rooms_of_any_size_will_do) {
  Compressor compressor({});
  const std::string message = prose(5000);
  const std::string payload = deflated(compressor, message);
  Decompressor decompressor;
  for (const std::size_t piece : {1U, 2U, 7U, 1000U, 100000U}) {
    for (const std::size_t room : {1U, 3U, 4999U, 5000U, 5001U}) {
      decompressor.reset();
      BOOST_TEST(inflated(decompressor, payload, piece, room) == message);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_remembered_makes_messages_small) {
  Compressor compressor({.context_takeover = true});
  Decompressor decompressor;
  std::size_t first = 0;
  for (int i = 0; i < 20; ++i) {
    const std::string message =
        "{\"id\":" + std::to_string(i) + ",\"name\":\"" + prose(300) + "\"}";
    const std::string payload = deflated(compressor, message);
    if (i == 0) first = payload.size();
    if (i > 0) BOOST_TEST(payload.size() < first / 4);
    BOOST_TEST(inflated(decompressor, payload) == message);
    if (i == 7) BOOST_TEST(inflated(decompressor, deflated(compressor, "")) == "");
  }
}

BOOST_AUTO_TEST_CASE(nothing_is_remembered_otherwise) {
  Compressor compressor({});
  const std::string once = deflated(compressor, prose(500));
  (void)deflated(compressor, prose(2000, 2));
  BOOST_TEST(deflated(compressor, prose(500)) == once);
}

BOOST_AUTO_TEST_CASE(messages_keep_within_their_window) {
  // Read with no more than the window to look back into, a byte at a time.
  const std::string message = prose(40000) + std::string(3000, 'a') + prose(40000);
  for (int bits = 8; bits <= 15; ++bits) {
    const auto window = static_cast<std::uint8_t>(bits);
    for (const bool takeover : {false, true}) {
      for (const int level : {1, 6, 9}) {
        Compressor compressor({.window_bits = window,
                               .level = static_cast<std::uint8_t>(level),
                               .context_takeover = takeover});
        Decompressor decompressor(window);
        for (int i = 0; i < 2; ++i) {
          if (!takeover) decompressor.reset();
          if (inflated(decompressor, deflated(compressor, message), 1000, 1) != message) {
            BOOST_ERROR("window " << bits << ", level " << level);
          }
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_window_that_is_too_small_is_noticed) {
  Compressor compressor({.window_bits = 15});
  const std::string far = noise(2000);
  Decompressor decompressor(9);
  BOOST_TEST(inflated(decompressor, deflated(compressor, far + far), 100, 1) == kCorrupt);
}

BOOST_AUTO_TEST_CASE(streams_may_end_within_a_message) {
  const std::string first = prose(1000);
  const std::string second = prose(1000, 2);
  // Each is a stream of its own; the message ends with one that is flushed.
  std::string payload = by_zlib(first, Z_FINISH) + by_zlib(second, Z_SYNC_FLUSH);
  payload.resize(payload.size() - 4);
  for (const std::size_t piece : {1U, 13U, 5000U}) {
    Decompressor decompressor;
    BOOST_TEST(inflated(decompressor, payload, piece, 77) == first + second);
  }
  // Or with one that ends, and nothing behind it.
  BOOST_TEST(inflated(by_zlib(first, Z_FINISH)) == first);
}

BOOST_AUTO_TEST_CASE(what_comes_after_the_end_of_a_stream_may_refer_to_it) {
  Compressor compressor({.context_takeover = true});
  const std::string text = prose(1000);
  (void)deflated(compressor, text);
  const std::string referring = deflated(compressor, text);
  BOOST_TEST(referring.size() < 30U);

  Decompressor decompressor;
  BOOST_TEST(inflated(decompressor, by_zlib(text, Z_FINISH) + '\0') == text);
  BOOST_TEST(inflated(decompressor, referring) == text);
  BOOST_TEST(inflated(by_zlib(text, Z_FINISH) + referring) == text + text);
}

BOOST_AUTO_TEST_CASE(what_is_not_deflate_is_corrupt) {
  BOOST_TEST(inflated("\x07") == kCorrupt);                        // a block of the reserved kind
  BOOST_TEST(inflated("\xff\xff\xff") == kCorrupt);                // the same
  BOOST_TEST(inflated("\x00\x05\x00\xfa\xfeHello"s) == kCorrupt);  // a length that is none
}

BOOST_AUTO_TEST_CASE(half_a_message_is_corrupt) {
  Compressor compressor({});
  const std::string payload = deflated(compressor, prose(600));
  int whole = 0;
  for (std::size_t size = 1; size < payload.size(); ++size) {
    if (inflated(payload.substr(0, size)) != kCorrupt) ++whole;
  }
  BOOST_TEST(whole == 0);
}

BOOST_AUTO_TEST_CASE(options_out_of_range_are_refused) {
  BOOST_CHECK_THROW(Compressor({.window_bits = 7}), std::invalid_argument);
  BOOST_CHECK_THROW(Compressor({.window_bits = 16}), std::invalid_argument);
  BOOST_CHECK_THROW(Compressor({.level = 10}), std::invalid_argument);
  BOOST_CHECK_THROW(Compressor({.memory_level = 0}), std::invalid_argument);
  BOOST_CHECK_THROW(Decompressor(7), std::invalid_argument);
  BOOST_CHECK_THROW(Decompressor(16), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
