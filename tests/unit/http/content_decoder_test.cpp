#include "gnet/http/content_decoder.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/http/content_encoder.h"

BOOST_AUTO_TEST_SUITE(content_decoder)

using gnet::http::ContentCoding;
using gnet::http::ContentDecoder;
using gnet::http::DecodeLimits;
using gnet::http::encode_content;
using namespace std::string_literals;
using namespace std::string_view_literals;

namespace {

// "hello, hello" as gzip, zlib, Node and zstd make it.
const std::string kGzip =
    "\x1f\x8b\x08\0\0\0\0\0\0\x03\xcb\x48\xcd\xc9\xc9\xd7\x51\xc8\0\x51\0\xff\xc5\xcc\xf3\x0c\0\0\0"s;
const std::string kDeflate = "\x78\x9c\xcb\x48\xcd\xc9\xc9\xd7\x51\xc8\0\x51\0\x1c\xda\x04\x75"s;
const std::string kBareDeflate = "\xcb\x48\xcd\xc9\xc9\xd7\x51\xc8\0\x51\0"s;
const std::string kBr = "\x8b\x05\x80hello, hello\x03"s;
const std::string kZstd = "\x28\xb5\x2f\xfd\x04\x58\x61\0\0hello, hello\x70\x63\xc0\xdd"s;

struct Known {
  std::string_view coding;
  std::string bytes;
};
const Known kKnown[] = {{"gzip", kGzip},
                        {"deflate", kDeflate},
                        {"deflate", kBareDeflate},
                        {"br", kBr},
                        {"zstd", kZstd}};

// Bytes in memory of their own, so that a sanitizer sees who looks behind their end.
class Copy {
 public:
  explicit Copy(std::string_view bytes) : size_(bytes.size()), data_(new char[bytes.size()]) {
    bytes.copy(data_.get(), bytes.size());
  }
  [[nodiscard]] std::string_view view() const { return {data_.get(), size_}; }

 private:
  std::size_t size_;
  std::unique_ptr<char[]> data_;
};

// What a decoder makes of bytes that come in pieces, through room of this size.
class Reader {
 public:
  Reader(std::string_view coding, const DecodeLimits& limits, std::size_t room)
      : decoder_(coding, limits), room_(room, '\0') {}

  void read(std::string_view piece) {
    const Copy copy(piece);
    std::string_view bytes = copy.view();
    for (bool more = true; more && !decoder_.refusal();) {
      const auto [consumed, written] = decoder_.decode(bytes, room_);
      BOOST_REQUIRE(consumed <= bytes.size());
      BOOST_REQUIRE(written <= room_.size());
      text_.append(room_, 0, written);
      bytes.remove_prefix(consumed);
      received_ += consumed;
      more = written == room_.size();
    }
    BOOST_TEST((bytes.empty() || decoder_.refusal()));
  }

  // The text, or the status it is refused with.
  std::string told() {
    decoder_.finish();
    if (decoder_.refusal()) {
      BOOST_TEST(!decoder_.is_done());
      BOOST_TEST(!decoder_.refusal().reason.empty());
      const auto [consumed, written] = decoder_.decode("x", room_);
      BOOST_TEST(consumed + written == 0U);
      return std::to_string(decoder_.refusal().status);
    }
    BOOST_TEST(decoder_.is_done());
    BOOST_TEST(decoder_.decoded() == text_.size());
    BOOST_TEST(decoder_.received() == received_);
    return text_;
  }

 private:
  ContentDecoder decoder_;
  std::string room_;
  std::string text_;
  std::size_t received_ = 0;
};

// What all bytes at once give, which every split and any room have to give too.
std::string decode(std::string_view coding, std::string_view bytes,
                   const DecodeLimits& limits = {.ratio = 0}) {
  Reader whole(coding, limits, 4096);
  whole.read(bytes);
  const std::string told = whole.told();
  for (const std::size_t room : {std::size_t{1}, std::size_t{5}, std::size_t{4096}}) {
    Reader single(coding, limits, room);
    for (std::size_t i = 0; i < bytes.size(); ++i) single.read(bytes.substr(i, 1));
    BOOST_TEST((single.told() == told), "byte by byte through " << room);
  }
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    Reader halves(coding, limits, cut % 7 + 1);
    halves.read(bytes.substr(0, cut));
    halves.read(bytes.substr(cut));
    BOOST_TEST((halves.told() == told), "cut at " << cut);
  }
  return told;
}

// The same without all the splits, for large bodies.
std::string decode_at_once(std::string_view coding, std::string_view bytes,
                           const DecodeLimits& limits) {
  Reader reader(coding, limits, 64 * 1024);
  reader.read(bytes);
  return reader.told();
}

std::string refusal(std::string_view coding, std::string_view bytes = {}) {
  ContentDecoder decoder(coding, {.ratio = 0});
  std::string room(4096, '\0');
  decoder.decode(bytes, room);
  decoder.finish();
  return std::string(decoder.refusal().reason);
}

std::string text(std::size_t size) {
  std::string out;
  for (int i = 0; out.size() < size; ++i) out += "line " + std::to_string(i * 7919) + "\n";
  out.resize(size);
  return out;
}

// A frame of zstd with a window of 2 to the power of `bits`, and this much of one letter in it.
std::string zstd_frame(int bits, std::size_t repeat) {
  const std::size_t block = repeat << 3U | 1U << 1U | 1U;  // the last, and a byte that repeats
  std::string out = "\x28\xb5\x2f\xfd\0"s;
  out += static_cast<char>((bits - 10) << 3);
  for (unsigned shift = 0; shift < 24; shift += 8) out += static_cast<char>(block >> shift);
  return out + "a";
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_other_programs_make_is_read_however_it_is_cut) {
  for (const auto& [coding, bytes] : kKnown) BOOST_TEST(decode(coding, bytes) == "hello, hello");
}

BOOST_AUTO_TEST_CASE(a_body_that_is_not_compressed_is_handed_on) {
  BOOST_TEST(decode("", "hello") == "hello");
  BOOST_TEST(decode("identity", "hello") == "hello");
  BOOST_TEST(decode("identity,, identity", "hello") == "hello");
  BOOST_TEST(decode("", "12345", {.output = 5}) == "12345");
  BOOST_TEST(decode("", "123456", {.output = 5}) == "413");
  BOOST_TEST(ContentDecoder("").is_identity());
  BOOST_TEST(ContentDecoder(" identity ").is_identity());
  BOOST_TEST(!ContentDecoder("gzip").is_identity());
  BOOST_TEST(!ContentDecoder("nosuch").is_identity());
}

BOOST_AUTO_TEST_CASE(no_bytes_are_an_empty_body) {
  for (const auto& [coding, bytes] : kKnown) BOOST_TEST(decode(coding, "") == "");
  BOOST_TEST(decode("gzip, br", "") == "");
}

BOOST_AUTO_TEST_CASE(a_body_that_is_cut_off_anywhere_is_refused) {
  for (const auto& [coding, bytes] : kKnown) {
    for (std::size_t size = 1; size < bytes.size(); ++size) {
      BOOST_TEST_CONTEXT(coding << " cut at " << size) {
        BOOST_TEST(decode(coding, std::string_view(bytes).substr(0, size)) == "400");
      }
    }
    BOOST_TEST(refusal(coding, std::string_view(bytes).substr(0, bytes.size() - 1)) ==
               "the compressed body is cut off");
  }
  for (const std::string_view coding : {"gzip", "deflate", "br", "zstd"}) {
    const std::string bytes = encode_content(text(3000), *gnet::http::parse_content_coding(coding));
    for (std::size_t size = 1; size < bytes.size(); ++size) {
      BOOST_TEST(decode_at_once(coding, std::string_view(bytes).substr(0, size), {}) == "400");
    }
    BOOST_TEST((decode_at_once(coding, bytes, {}) == text(3000)));
  }
}

BOOST_AUTO_TEST_CASE(bytes_behind_the_end_are_refused) {
  for (const auto& [coding, bytes] : kKnown) {
    BOOST_TEST_CONTEXT(coding) {
      BOOST_TEST(decode(coding, bytes + "x") == "400");
      BOOST_TEST(decode(coding, bytes + "\0"s) == "400");
      BOOST_TEST(decode(coding, bytes + "and so on and so on") == "400");
    }
  }
  BOOST_TEST(refusal("br", kBr + "x") == "there are bytes behind the end of the br");
  BOOST_TEST(refusal("deflate", kDeflate + "x") == "there are bytes behind the end of the deflate");
}

BOOST_AUTO_TEST_CASE(gzip_and_zstd_have_any_number_of_parts) {
  BOOST_TEST(decode("gzip", kGzip + kGzip) == "hello, hellohello, hello");
  BOOST_TEST(decode("x-gzip", kGzip + encode_content("", ContentCoding::gzip) + kGzip) ==
             "hello, hellohello, hello");
  BOOST_TEST(decode("gzip", kGzip + kGzip.substr(0, kGzip.size() - 1)) == "400");
  BOOST_TEST(decode("zstd", kZstd + kZstd) == "hello, hellohello, hello");
  const std::string skipped = "\x5a\x2a\x4d\x18\x03\0\0\0abc"s;
  BOOST_TEST(decode("zstd", skipped + kZstd + skipped) == "hello, hello");
  BOOST_TEST(decode("zstd", kZstd + skipped.substr(0, 10)) == "400");
  BOOST_TEST(decode("br", kBr + kBr) == "400");
  BOOST_TEST(decode("deflate", kDeflate + kDeflate) == "400");
}

BOOST_AUTO_TEST_CASE(what_is_damaged_is_refused) {
  for (const std::string_view coding : {"gzip", "deflate", "br", "zstd"}) {
    BOOST_TEST(decode(coding, "<html>\r\n<body>hello</body>") == "400");
    BOOST_TEST(decode(coding, std::string(100, '\xff')) == "400");
    BOOST_TEST(refusal(coding, std::string(100, '\xff')) ==
               "the body is not " + std::string(coding) + ", or is damaged");
  }
  // Checksums and lengths at the end.
  for (std::size_t back = 1; back <= 8; ++back) {
    std::string bytes = kGzip;
    bytes[bytes.size() - back] ^= '\x40';
    BOOST_TEST(decode("gzip", bytes) == "400");
  }
  for (std::size_t back = 1; back <= 4; ++back) {
    std::string bytes = kDeflate;
    bytes[bytes.size() - back] ^= '\x40';
    BOOST_TEST(decode("deflate", bytes) == "400");
    bytes = kZstd;
    bytes[bytes.size() - back] ^= '\x40';
    BOOST_TEST(decode("zstd", bytes) == "400");
  }
  BOOST_TEST(decode("deflate", "\x78\xbb\0\0\0\1\1\2\3\4"sv) == "400");  // wants a dictionary
}

BOOST_AUTO_TEST_CASE(windows_beyond_the_standards_are_refused) {
  BOOST_TEST((decode_at_once("zstd", zstd_frame(23, 100), {}) == std::string(100, 'a')));
  BOOST_TEST(decode_at_once("zstd", zstd_frame(24, 100), {}) == "400");
  BOOST_TEST(decode_at_once("zstd", zstd_frame(31, 100), {}) == "400");
  BOOST_TEST(refusal("zstd", zstd_frame(24, 1)) == "the window of the zstd is too large");
  BOOST_TEST(decode("br", "\x11\x1e\x8b\x05\x80hello, hello\x03"sv) == "400");  // 2 to the 30
}

BOOST_AUTO_TEST_CASE(formats_from_before_the_standard_are_not_zstd) {
  for (const char version : {'\x22', '\x23', '\x24', '\x25', '\x26', '\x27', '\x1e'}) {
    std::string bytes = kZstd;
    bytes[0] = version;
    BOOST_TEST(decode("zstd", bytes) == "400");
    BOOST_TEST(decode("zstd", kZstd + bytes) == "400");
  }
}

BOOST_AUTO_TEST_CASE(several_codings_are_undone_from_the_last) {
  const std::string body = text(2000);
  const std::string gzip = encode_content(body, ContentCoding::gzip);
  const std::string both = encode_content(gzip, ContentCoding::br);
  BOOST_TEST((decode("gzip, br", both) == body));
  BOOST_TEST((decode("gzip,identity,,Br", both) == body));
  BOOST_TEST(decode("br, gzip", both) == "400");
  const std::string four =
      encode_content(encode_content(both, ContentCoding::zstd), ContentCoding::deflate);
  BOOST_TEST((decode_at_once("gzip, br, zstd, deflate", four, {}) == body));
  for (std::size_t size = 1; size < four.size(); size += 11) {
    const auto part = std::string_view(four).substr(0, size);
    BOOST_TEST(decode_at_once("gzip, br, zstd, deflate", part, {}) == "400");
  }
  // The outer is whole, and the inner is not.
  const std::string half = gzip.substr(0, gzip.size() / 2);
  BOOST_TEST(decode("gzip, br", encode_content(half, ContentCoding::br)) == "400");
  BOOST_TEST(decode("br, gzip", encode_content(kBr + "x", ContentCoding::gzip)) == "400");
  // Several times what is between two of them.
  std::string noise(100000, '\0');
  std::ranges::generate(noise, [n = 1U]() mutable {
    return static_cast<char>((n = n * 1103515245U + 12345U) >> 16U);
  });
  const std::string large =
      encode_content(encode_content(noise, ContentCoding::zstd), ContentCoding::gzip);
  BOOST_TEST((decode_at_once("zstd, gzip", large, {}) == noise));
}

BOOST_AUTO_TEST_CASE(codings_that_are_not_known_or_too_many_are_refused_at_once) {
  for (const std::string_view coding :
       {"compress", "gzip, compress", "compress, gzip", "gzip;q=1", "gzip br", "*", "\"gzip\"",
        "gzip, gzip, gzip, gzip, gzip"}) {
    const ContentDecoder decoder(coding);
    BOOST_TEST(decoder.refusal().status == 415, coding);
    BOOST_TEST(!decoder.is_identity());
  }
  BOOST_TEST(refusal("compress") == "the content coding is not known");
  BOOST_TEST(refusal("br,br,br,br,br") == "there are too many content codings");
  BOOST_TEST(!ContentDecoder("br,br,identity,br,br,identity").refusal());
}

BOOST_AUTO_TEST_CASE(a_body_that_becomes_too_large_is_refused_while_it_does) {
  for (const auto& [coding, bytes] : kKnown) {
    BOOST_TEST(decode(coding, bytes, {.output = 12}) == "hello, hello");
    BOOST_TEST(decode(coding, bytes, {.output = 11}) == "413");
    BOOST_TEST(decode(coding, bytes, {.output = 0}) == "413");
    BOOST_TEST(decode(coding, "", {.output = 0}) == "");
  }
  for (const std::string_view coding : {"gzip", "deflate", "br", "zstd"}) {
    const std::string bomb =
        encode_content(std::string(8 << 20, '\0'), *gnet::http::parse_content_coding(coding));
    BOOST_TEST(bomb.size() < 30000U);
    ContentDecoder decoder(coding, {.output = 100000, .ratio = 0});
    std::string room(65536, '\0');
    std::string_view bytes = bomb;
    while (!decoder.refusal()) {
      bytes.remove_prefix(decoder.decode(bytes, room).consumed);
      BOOST_REQUIRE(decoder.decoded() <= 100000U);
    }
    BOOST_TEST(decoder.refusal().status == 413);
    BOOST_TEST(decoder.decoded() >= 65536U);
  }
}

BOOST_AUTO_TEST_CASE(a_body_that_becomes_too_many_times_its_size_is_refused) {
  for (const std::string_view coding : {"gzip", "deflate", "br", "zstd"}) {
    BOOST_TEST_CONTEXT(coding) {
      const auto which = *gnet::http::parse_content_coding(coding);
      const std::string zeros(1500000, '\0');
      const std::string bomb = encode_content(zeros, which);
      BOOST_TEST(decode_at_once(coding, bomb, {}) == "413");
      BOOST_TEST((decode_at_once(coding, bomb, {.ratio = 0}) == zeros));
      BOOST_TEST((decode_at_once(coding, bomb, {.ratio_from = 1500000}) == zeros));
      BOOST_TEST((decode_at_once(coding, bomb, {.ratio = 1000000}) == zeros));
      const std::string lines = text(1500000);
      BOOST_TEST((decode_at_once(coding, encode_content(lines, which), {}) == lines));
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_large_between_two_codings_is_refused_too) {
  // Frames to be skipped, which become nothing at all in the end.
  std::string skipped = "\x50\x2a\x4d\x18"s + "\0\0\x40\0"s;
  skipped.resize(skipped.size() + (4 << 20));
  const std::string bomb = encode_content(skipped, ContentCoding::br);
  BOOST_TEST(decode_at_once("zstd, br", bomb, {}) == "413");
  BOOST_TEST(decode_at_once("zstd, br", bomb, {.output = 0, .ratio = 0}) == "");
}

BOOST_AUTO_TEST_CASE(a_decoder_moves_in_the_middle) {
  std::string room(100, '\0');
  ContentDecoder first("gzip");
  const auto some = first.decode(std::string_view(kGzip).substr(0, 20), room);
  std::string out = room.substr(0, some.written);
  ContentDecoder second = std::move(first);
  const auto rest = second.decode(std::string_view(kGzip).substr(20), room);
  second.finish();
  BOOST_TEST(second.is_done());
  BOOST_TEST(out + room.substr(0, rest.written) == "hello, hello");
}

BOOST_AUTO_TEST_CASE(ending_it_with_something_left_is_misuse) {
  for (const auto& [coding, bytes] : kKnown) {
    ContentDecoder decoder(coding);
    std::string room(5, '\0');
    BOOST_CHECK_THROW(decoder.decode(bytes, {}), gnet::Misuse);
    decoder.decode(bytes, room);
    BOOST_CHECK_THROW(decoder.finish(), gnet::Misuse);
    BOOST_TEST(!decoder.is_done());
  }
}

BOOST_AUTO_TEST_SUITE_END()
