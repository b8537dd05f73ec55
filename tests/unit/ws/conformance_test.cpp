// The families of cases by which implementations of RFC 6455 and RFC 7692 are commonly compared
// (framing, pings and pongs, reserved bits, opcodes, fragmentation, UTF-8, closing, limits,
// compression), as data, for both roles, and each in every split (endpoint.h). A case passes only
// if it ends exactly as the standard says: not later, and with nothing delivered that should not
// be.

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

#include "gnet/ws/codec.h"
#include "gnet/ws/compressor.h"
#include "tests/unit/ws/endpoint.h"
#include "tests/unit/ws/frames.h"

BOOST_AUTO_TEST_SUITE(conformance)

using gnet::ws::CodecOptions;
using gnet::ws::DeflateAgreement;
using gnet::ws::Role;
using namespace std::literals;

namespace {

struct Frame {
  unsigned first;
  std::string payload = {};
};
using Frames = std::vector<Frame>;

struct Case {
  const char* name;
  Frames frames;
  std::string expected;  // of what comes in, as transcript() has it
  std::string written = {};
};

// Failures are told as this and no more: the reason is for people.
std::string without_reason(std::string text) {
  const auto at = text.find("=> 88 10");
  if (text.find("failure") != std::string::npos && at != std::string::npos) text.resize(at + 10);
  const auto pong = text.rfind(", 88 10");
  if (text.find("failure") != std::string::npos && pong != std::string::npos) {
    text.resize(pong + 9);
  }
  return text;
}

void run(const std::vector<Case>& cases, const CodecOptions& options = {}) {
  for (const Case& c : cases) {
    for (const Role role : {Role::server, Role::client}) {
      std::string bytes;
      for (const Frame& frame : c.frames) bytes += frame_to(role, frame.first, frame.payload);
      const std::string expected = c.expected + (c.written.empty() ? "" : " => " + c.written);
      const std::string found = outcome(role, options, bytes);
      BOOST_TEST(without_reason(found) == expected,
                 c.name << (role == Role::server ? " (server): " : " (client): ") << found
                        << ", not " << expected);
    }
  }
}

std::string repeated(const std::string& text, std::size_t count) {
  std::string all;
  while (count-- > 0) all += text;
  return all;
}

std::string from_hex(std::string_view digits) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

const std::string kBroken = "failure 1002";
const std::string kToldBroken = "88 1002";
const std::string kNotText = "failure 1007";
const std::string kToldNotText = "88 1007";

}  // namespace

BOOST_AUTO_TEST_CASE(family_1_framing) {
  const std::string big(65536, '*');
  run({{"1.1.1 empty text", {{kText}}, "text"},
       {"1.1.2 text of 125", {{kText, big.substr(0, 125)}}, "text " + big.substr(0, 125)},
       {"1.1.3 text of 126", {{kText, big.substr(0, 126)}}, "text " + big.substr(0, 126)},
       {"1.1.4 text of 127", {{kText, big.substr(0, 127)}}, "text " + big.substr(0, 127)},
       {"1.1.5 text of 128", {{kText, big.substr(0, 128)}}, "text " + big.substr(0, 128)},
       {"1.1.6 text of 65535", {{kText, big.substr(0, 65535)}}, "text 65535 bytes"},
       {"1.1.7 text of 65536", {{kText, big}}, "text 65536 bytes"},
       {"1.2.1 empty binary", {{kBinary}}, "binary"},
       {"1.2.2 binary of 125",
        {{kBinary, repeated("\xfe", 125)}},
        "binary " + repeated("\xfe", 125)},
       {"1.2.3 binary of 126",
        {{kBinary, repeated("\xfe", 126)}},
        "binary " + repeated("\xfe", 126)},
       {"1.2.4 binary of 127",
        {{kBinary, repeated("\xfe", 127)}},
        "binary " + repeated("\xfe", 127)},
       {"1.2.5 binary of 128",
        {{kBinary, repeated("\xfe", 128)}},
        "binary " + repeated("\xfe", 128)},
       {"1.2.6 binary of 65535", {{kBinary, repeated("\xfe", 65535)}}, "binary 65535 bytes"},
       {"1.2.7 binary of 65536", {{kBinary, repeated("\xfe", 65536)}}, "binary 65536 bytes"}});
}

BOOST_AUTO_TEST_CASE(family_2_pings_and_pongs) {
  const std::string most = repeated("\xfe", 125);
  Frames ten;
  std::string ten_pings;
  std::string ten_pongs;
  for (int i = 0; i < 10; ++i) {
    const std::string payload = "payload-" + std::to_string(i);
    ten.push_back({kPing, payload});
    ten_pings += (i == 0 ? "ping " : " | ping ") + payload;
    ten_pongs += (i == 0 ? "8a " : ", 8a ") + payload;
  }
  run({{"2.1 empty ping", {{kPing}}, "ping", "8a"},
       {"2.2 ping with text", {{kPing, "Hello, world!"}}, "ping Hello, world!", "8a Hello, world!"},
       {"2.3 ping with bytes",
        {{kPing, "\x00\xff\xfe"s}},
        "ping \x00\xff\xfe"s,
        "8a \x00\xff\xfe"s},
       {"2.4 ping of 125", {{kPing, most}}, "ping " + most, "8a " + most},
       {"2.5 ping of 126", {{kPing, most + "x"}}, kBroken, kToldBroken},
       {"2.7 pong that nobody asked for", {{kPong}}, "pong"},
       {"2.8 the same with text", {{kPong, "unsolicited"}}, "pong unsolicited"},
       {"2.9 and a ping",
        {{kPong, "unsolicited"}, {kPing, "p"}},
        "pong unsolicited | ping p",
        "8a p"},
       {"2.10 ten pings", ten, ten_pings, ten_pongs}});
}

BOOST_AUTO_TEST_CASE(family_3_reserved_bits) {
  run({{"3.1 RSV3", {{kText | kRsv3, "x"}}, kBroken, kToldBroken},
       {"3.2 RSV2 after a message",
        {{kText, "good"}, {kText | kRsv2, "bad"}, {kPing}},
        "text good | " + kBroken,
        kToldBroken},
       {"3.3 RSV2 and 3",
        {{kText, "good"}, {kText | kRsv2 | kRsv3, "bad"}, {kPing}},
        "text good | " + kBroken,
        kToldBroken},
       {"3.4 RSV1",
        {{kText, "good"}, {kText | kRsv1, "bad"}, {kPing}},
        "text good | " + kBroken,
        kToldBroken},
       {"3.5 RSV1 and 3 of binary", {{kBinary | kRsv1 | kRsv3, "x"}}, kBroken, kToldBroken},
       {"3.6 RSV1 and 2 of a ping", {{kPing | kRsv1 | kRsv2}}, kBroken, kToldBroken},
       {"3.7 all of a close frame",
        {{kCloseFrame | kRsv1 | kRsv2 | kRsv3, closing(1000)}},
        kBroken,
        kToldBroken}});
}

BOOST_AUTO_TEST_CASE(family_4_opcodes) {
  for (const unsigned opcode : {3U, 4U, 5U, 6U, 7U, 11U, 12U, 13U, 14U, 15U}) {
    run({{"4.1, 4.2 alone", {{kFin | opcode}}, kBroken, kToldBroken},
         {"4.1, 4.2 with a payload", {{kFin | opcode, "reserved"}}, kBroken, kToldBroken},
         {"4.1, 4.2 after a message",
          {{kText, "good"}, {kFin | opcode, "reserved"}, {kPing}},
          "text good | " + kBroken,
          kToldBroken}});
  }
}

BOOST_AUTO_TEST_CASE(family_5_fragmentation) {
  run({{"5.1 a ping in two", {{9, "frag"}, {kLast, "ment"}}, kBroken, kToldBroken},
       {"5.2 a pong in two", {{10, "frag"}, {kLast, "ment"}}, kBroken, kToldBroken},
       {"5.3 text in two", {{kTextStart, "frag"}, {kLast, "ment"}}, "text fragment"},
       {"5.6 a ping between",
        {{kTextStart, "frag"}, {kPing, "ping"}, {kLast, "ment"}},
        "ping ping | text fragment",
        "8a ping"},
       {"5.9 a continuation of nothing, and text",
        {{kLast, "non-continuation"}, {kText, "Hello"}},
        kBroken,
        kToldBroken},
       {"5.12 the same that goes on",
        {{kMiddle, "non-continuation"}, {kText, "Hello"}},
        kBroken,
        kToldBroken},
       {"5.15 a continuation after the last",
        {{kTextStart, "frag"}, {kLast, "ment"}, {kMiddle, "more"}, {kText, "Hello"}},
        "text fragment | " + kBroken,
        kToldBroken},
       {"5.16 twice a continuation of nothing",
        {{kMiddle, "a"}, {kTextStart, "b"}, {kLast, "c"}, {kMiddle, "a"}},
        kBroken,
        kToldBroken},
       {"5.18 text within text", {{kTextStart, "a"}, {kText, "b"}}, kBroken, kToldBroken},
       {"5.19 five fragments with pings between",
        {{kTextStart, "f1"},
         {kMiddle, "f2"},
         {kPing, "1"},
         {kMiddle, "f3"},
         {kMiddle, "f4"},
         {kPing, "2"},
         {kLast, "f5"}},
        "ping 1 | ping 2 | text f1f2f3f4f5",
        "8a 1, 8a 2"},
       {"fragments of nothing", {{kTextStart}, {kMiddle}, {kLast}}, "text"},
       {"fragments of bytes", {{kBinaryStart, "\xff"}, {kLast, "\xfe"}}, "binary \xff\xfe"}});
}

// --- 6: UTF-8 ------------------------------------------------------------------------------------

namespace {

// Whole, in two fragments at every place, and in fragments of a byte.
void check_text(const char* name, const std::string& text, bool valid) {
  const std::string expected = valid ? "text" + (text.empty() ? "" : " " + text) : kNotText;
  const std::string written = valid ? "" : kToldNotText;
  run({{name, {{kText, text}}, expected, written}});
  for (std::size_t cut = 1; cut < text.size(); ++cut) {
    run({{name,
          {{kTextStart, text.substr(0, cut)}, {kLast, text.substr(cut)}},
          expected,
          written}});
  }
  Frames bytes{{kTextStart}};
  for (const char c : text) bytes.push_back({kMiddle, std::string(1, c)});
  bytes.push_back({kLast});
  run({{name, bytes, expected, written}});
}

}  // namespace

BOOST_AUTO_TEST_CASE(family_6_text_is_utf8) {
  const std::string kosme = from_hex("cebae1bdb9cf83cebcceb5");
  check_text("6.1 empty", "", true);
  check_text("6.2 Hello-µ@ßöäüàá-UTF-8!!", "Hello-µ@ßöäüàá-UTF-8!!", true);
  check_text("6.3 with a surrogate in it", kosme + from_hex("eda080") + "edited", false);
  check_text("6.5 κόσμε", kosme, true);
  for (std::size_t size = 1; size <= kosme.size(); ++size) {  // 6.6
    const bool whole = size == 2 || size == 5 || size == 7 || size == 9 || size == 11;
    check_text("6.6 the beginning of κόσμε", kosme.substr(0, size), whole);
  }
}

BOOST_AUTO_TEST_CASE(family_6_sequences) {
  struct Sequence {
    const char* name;
    std::vector<const char*> valid;
    std::vector<const char*> wrong;
  };
  const std::vector<Sequence> sequences{
      {"6.7 the first of each length", {"00", "c280", "e0a080", "f0908080"}, {}},
      {"6.8 lengths of 5 and 6", {}, {"f888808080", "fc8480808080"}},
      {"6.9 the last of each length", {"7f", "dfbf", "efbfbf", "f48fbfbf"}, {}},
      {"6.10 beyond", {}, {"f7bfbfbf", "fbbfbfbfbf", "fdbfbfbfbfbf"}},
      {"6.11 other limits", {"ed9fbf", "ee8080", "efbfbd", "f48fbfbf"}, {"f4908080"}},
      {"6.12 continuations alone",
       {},
       {"80", "bf", "80bf", "80bf80", "80bf80bf", "80bf80bf80", "80bf80bf80bf"}},
      {"6.13 beginnings alone",
       {},
       {"c020c120df20", "e020ef20", "f020f720", "f820fb20", "fc20fd20"}},
      {"6.14 the last byte missing",
       {},
       {"c0", "e080", "f08080", "f8808080", "fc80808080", "df", "efbf", "f7bfbf", "fbbfbfbf",
        "fdbfbfbfbf"}},
      {"6.15 all of them", {}, {"c0e080f08080f8808080fc80808080dfefbff7bfbffbbfbfbffdbfbfbfbf"}},
      {"6.16 bytes that are never right", {}, {"fe", "ff", "fefeffff"}},
      {"6.17 overlong", {}, {"c0af", "e080af", "f08080af", "f8808080af", "fc80808080af"}},
      {"6.18 the greatest overlong",
       {},
       {"c1bf", "e09fbf", "f08fbfbf", "f887bfbfbf", "fc83bfbfbfbf"}},
      {"6.19 overlong zeros", {}, {"c080", "e08080", "f0808080", "f880808080", "fc8080808080"}},
      {"6.20 surrogates",
       {},
       {"eda080", "edadbf", "edae80", "edafbf", "edb080", "edbe80", "edbfbf"}},
      {"6.21 pairs of them",
       {},
       {"eda080edb080", "eda080edbfbf", "edadbfedb080", "edadbfedbfbf", "edae80edb080",
        "edae80edbfbf", "edafbfedb080", "edafbfedbfbf"}},
      {"6.22 values that are no characters",
       {"efbfbe", "efbfbf", "f09fbfbe", "f09fbfbf", "f0afbfbe", "f0bfbfbf", "f18fbfbe", "f48fbfbf"},
       {}},
      {"6.23 specials", {"efbfb9", "efbfba", "efbfbb", "efbfbc", "efbfbd"}, {}}};
  for (const Sequence& sequence : sequences) {
    for (const char* valid : sequence.valid) check_text(sequence.name, from_hex(valid), true);
    for (const char* wrong : sequence.wrong) check_text(sequence.name, from_hex(wrong), false);
  }
}

BOOST_AUTO_TEST_CASE(family_6_text_is_refused_at_the_first_byte) {
  // The connection fails with nothing behind the byte: neither the rest of the frame nor a last
  // one.
  const std::string kosme = from_hex("cebae1bdb9cf83cebcceb5");
  for (const char* wrong : {"f4908080", "eda080", "c0af", "80", "ff", "e08080"}) {
    const std::string bad = from_hex(wrong);
    const std::size_t shows = bad.size() > 2 ? 2 : 1;  // the byte that cannot be; c0 is the first
    for (const Role role : {Role::server, Role::client}) {
      const std::string begin = frame_to(role, kTextStart, kosme);
      std::string bytes = begin + frame_to(role, kMiddle, bad + "never read");
      bytes.resize(bytes.size() - 10 - (bad.size() - shows));
      BOOST_TEST(without_reason(outcome(role, {}, bytes)) == "failure 1007 => 88 1007", wrong);
      // And not a byte before.
      bytes.pop_back();
      BOOST_TEST(outcome(role, {}, bytes) == " …", wrong);
    }
  }
}

// --- 7: closing ----------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(family_7_closing) {
  const std::string close = closing(1000);
  run({{"7.1.1 after a message",
        {{kText, "Hello"}, {kCloseFrame, close}},
        "text Hello | close 1000",
        "88 1000"},
       {"7.1.2 twice", {{kCloseFrame, close}, {kCloseFrame, close}}, "close 1000", "88 1000"},
       {"7.1.3 a ping after it", {{kCloseFrame, close}, {kPing}}, "close 1000", "88 1000"},
       {"7.1.4 text after it", {{kCloseFrame, close}, {kText, "no"}}, "close 1000", "88 1000"},
       {"7.1.5 within a message",
        {{kTextStart, "frag"}, {kCloseFrame, close}, {kLast, "ment"}},
        "close 1000",
        "88 1000"},
       {"7.1.6 a long message, closing, a ping",
        {{kText, std::string(256 * 1024, 'x')}, {kCloseFrame, close}, {kPing}},
        "text 262144 bytes | close 1000",
        "88 1000"},
       {"7.3.1 nothing said", {{kCloseFrame}}, "close 1005", "88"},
       {"7.3.2 a single byte", {{kCloseFrame, "a"}}, kBroken, kToldBroken},
       {"7.3.3 a code", {{kCloseFrame, closing(1000)}}, "close 1000", "88 1000"},
       {"7.3.4 a reason", {{kCloseFrame, closing(1000, "Hello")}}, "close 1000 Hello", "88 1000"},
       {"7.3.5 the longest reason",
        {{kCloseFrame, closing(1000, std::string(123, '*'))}},
        "close 1000 " + std::string(123, '*'),
        "88 1000"},
       {"7.3.6 a longer one",
        {{kCloseFrame, closing(1000, std::string(124, '*'))}},
        kBroken,
        kToldBroken},
       {"7.5.1 a reason that is not UTF-8",
        {{kCloseFrame, closing(1000, from_hex("cebaeda080656469746564"))}},
        kNotText,
        kToldNotText}});
  for (const unsigned code :
       std::vector<unsigned>{1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014,
                             3000, 3999, 4000, 4999}) {
    const std::string number = std::to_string(code);
    run({{"7.7", {{kCloseFrame, closing(code)}}, "close " + number, "88 " + number}});
  }
  for (const unsigned code :
       std::vector<unsigned>{0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535}) {
    run({{"7.9, 7.13", {{kCloseFrame, closing(code)}}, kBroken, kToldBroken},
         {"7.9, 7.13 with a reason", {{kCloseFrame, closing(code, "x")}}, kBroken, kToldBroken}});
  }
}

// --- 9 and 10: long messages ---------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(family_9_long_messages) {
  for (const std::size_t size : {64U << 10U, 256U << 10U, 1U << 20U, 4U << 20U, 16U << 20U}) {
    const std::string text(size, '*');
    const std::string shown = std::to_string(size) + " bytes";
    for (const Role role : {Role::server, Role::client}) {
      const auto once = [&](const std::string& bytes, std::size_t piece) {
        gnet::ws::Codec codec(role);
        return transcript(codec, role, bytes, piece);
      };
      BOOST_TEST(once(frame_to(role, kText, text), 16384) == "text " + shown);
      BOOST_TEST(once(frame_to(role, kBinary, text), 65536) == "binary " + shown);
    }
  }
  const std::string four(4U << 20U, '*');
  for (std::size_t fragment = 64; fragment <= four.size(); fragment *= 16) {
    std::string bytes = frame_to(Role::server, kTextStart);
    for (std::size_t at = 0; at < four.size(); at += fragment) {
      bytes += frame_to(Role::server, kMiddle, four.substr(at, fragment));
    }
    bytes += frame_to(Role::server, kLast);
    gnet::ws::Codec codec(Role::server);
    BOOST_TEST(transcript(codec, Role::server, bytes, 65536) == "text 4194304 bytes");
  }
  // 9.5, 9.6: one frame that comes in small pieces; 10.1: of 1300 bytes.
  for (const std::size_t piece : {64U, 1300U, 2048U}) {
    gnet::ws::Codec codec(Role::server);
    BOOST_TEST(transcript(codec, Role::server,
                          frame_to(Role::server, kText, std::string(1U << 20U, '*')),
                          piece) == "text 1048576 bytes");
  }
}

// --- 12 and 13: compression ----------------------------------------------------------------------

namespace {

std::string numbered_json(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; text.size() < size; ++i) {
    text += "{\"id\":" + std::to_string(i * 7919 % 10007) + ",\"name\":\"caf\xc3\xa9\"},";
  }
  while (text.size() > size) text.pop_back();
  if (!text.empty() && text.back() == '\xc3') text.back() = 'c';
  return text;
}

// Messages of one compressor, in one frame each and in fragments, to endpoints of both roles.
void run_compressed(const DeflateAgreement& agreed, std::size_t size, std::size_t fragment) {
  gnet::ws::Compressor compressor({.window_bits = agreed.peer_window_bits,
                                   .level = 6,
                                   .context_takeover = agreed.peer_context_takeover});
  std::string bytes[2];
  std::string expected;
  for (int i = 0; i < 6; ++i) {
    const std::string text = numbered_json(size);
    std::string payload;
    compressor.compress(text, payload);
    for (const Role role : {Role::server, Role::client}) {
      auto& to = bytes[role == Role::server ? 0 : 1];
      unsigned first = kTextStart | kRsv1;
      for (std::size_t at = 0; at < payload.size(); at += fragment, first = kMiddle) {
        const bool last = at + fragment >= payload.size();
        to += frame_to(role, first | (last ? kFin : 0), payload.substr(at, fragment));
      }
    }
    expected += (i == 0 ? "text" : " | text");
    if (size > 300) expected += " " + std::to_string(size) + " bytes";
    if (size > 0 && size <= 300) expected += " " + text;
  }
  for (const Role role : {Role::server, Role::client}) {
    for (const std::size_t piece : {1U, 19U, 4096U, 1U << 20U}) {
      gnet::ws::Codec codec(role, {.deflate = agreed});
      BOOST_TEST(transcript(codec, role, bytes[role == Role::server ? 0 : 1], piece) == expected);
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(family_12_compressed_messages) {
  for (const std::size_t size :
       {0U, 16U, 64U, 256U, 1024U, 4096U, 8192U, 16384U, 32768U, 65536U, 131072U}) {
    run_compressed({}, size, 1U << 20U);
    run_compressed({}, size, 255);
  }
}

BOOST_AUTO_TEST_CASE(family_13_in_every_agreement) {
  for (const bool takeover : {false, true}) {
    for (const unsigned bits : {8U, 9U, 12U, 15U}) {
      const DeflateAgreement agreed{false, takeover, 15, static_cast<std::uint8_t>(bits)};
      for (const std::size_t size : {16U, 1024U, 32768U}) {
        run_compressed(agreed, size, 1U << 20U);
        run_compressed(agreed, size, 100);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(families_1_to_7_hold_where_compression_is_agreed) {
  std::string hello;
  gnet::ws::Compressor({}).compress("Hello", hello);
  const CodecOptions options{.deflate = DeflateAgreement{}};
  run({{"plain text", {{kText, "Hello"}}, "text Hello"},
       {"compressed text", {{kText | kRsv1, hello}}, "text Hello"},
       {"RSV1 in a continuation",
        {{kTextStart | kRsv1, hello.substr(0, 2)}, {kLast | kRsv1, hello.substr(2)}},
        kBroken,
        kToldBroken},
       {"RSV1 of a ping", {{kPing | kRsv1}}, kBroken, kToldBroken},
       {"RSV1 of a close frame", {{kCloseFrame | kRsv1}}, kBroken, kToldBroken},
       {"RSV2 of compressed text", {{kText | kRsv1 | kRsv2, hello}}, kBroken, kToldBroken},
       {"a ping within",
        {{kTextStart | kRsv1, hello.substr(0, 2)}, {kPing, "p"}, {kLast, hello.substr(2)}},
        "ping p | text Hello",
        "8a p"},
       {"half of it", {{kText | kRsv1, hello.substr(0, 3)}}, kNotText, kToldNotText}},
      options);
}

BOOST_AUTO_TEST_SUITE_END()
