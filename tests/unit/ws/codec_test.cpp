#include "gnet/ws/codec.h"

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/ws/compressor.h"
#include "tests/unit/ws/endpoint.h"
#include "tests/unit/ws/frames.h"

BOOST_AUTO_TEST_SUITE(codec)

using gnet::ws::Codec;
using gnet::ws::CodecOptions;
using gnet::ws::Compressor;
using gnet::ws::DeflateAgreement;
using gnet::ws::Event;
using gnet::ws::Opcode;
using gnet::ws::Role;
using namespace std::chrono_literals;

namespace {

const CodecOptions kCompressed{.deflate = DeflateAgreement{}};

std::string to_server(unsigned first, const std::string& payload = {}) {
  return frame_to(Role::server, first, payload);
}

// A server that has been fed this, and what it then says.
std::string served(Codec& codec, const std::string& bytes) {
  return transcript(codec, Role::server, bytes, std::max<std::size_t>(bytes.size(), 1));
}

std::string deflated(std::string_view message) {
  Compressor compressor({});
  std::string payload;
  compressor.compress(message, payload);
  return payload;
}

// Moves what one end wrote to the other, until next() has nothing more to say; the data of the
// messages, one after the other.
std::vector<std::string> delivered(Codec& from, Codec& to) {
  std::string bytes(from.output());
  from.clear_output();
  std::vector<std::string> messages;
  to.feed(bytes);
  for (auto event = to.next(); event.kind != Event::none; event = to.next()) {
    messages.emplace_back(event.data);
  }
  return messages;
}

using Messages = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_CASE(two_ends_talk) {
  Codec server(Role::server);
  Codec client(Role::client);
  for (const std::size_t size : {0U, 5U, 125U, 126U, 1000U, 65535U, 65536U, 1000000U}) {
    const std::string text(size, 'x');
    client.send(Opcode::text, text);
    client.send(Opcode::binary, "\xff");
    BOOST_TEST((delivered(client, server) == Messages{text, "\xff"}));
    server.send(Opcode::text, text);
    server.send(Opcode::binary, "\xff");
    BOOST_TEST((delivered(server, client) == Messages{text, "\xff"}));
  }
}

BOOST_AUTO_TEST_CASE(a_message_that_lies_whole_in_what_came_is_not_copied) {
  Codec codec(Role::server);
  std::string bytes = to_server(kText, "Hello");
  codec.feed(bytes);
  const Event event = codec.next();
  BOOST_TEST(event.data == "Hello");
  BOOST_TEST(event.data.data() == bytes.data() + 6);
  BOOST_TEST(codec.held() == 0U);
}

BOOST_AUTO_TEST_CASE(clients_do_not_mask_twice_alike) {
  Codec codec(Role::client);
  codec.send(Opcode::text, "Hello");
  const std::string once(codec.output());
  codec.clear_output();
  codec.send(Opcode::text, "Hello");
  BOOST_TEST(codec.output() != once);
}

BOOST_AUTO_TEST_CASE(the_head_alone_for_those_who_write_the_message_themselves) {
  Codec codec(Role::server);
  const auto head = codec.head(Opcode::text, 300);
  BOOST_REQUIRE(head);
  BOOST_TEST(read_by_hand(Role::server, std::string(head->bytes()) + std::string(300, 'x')) ==
             "81 " + std::string(300, 'x'));
  BOOST_TEST(!Codec(Role::client).head(Opcode::text, 300));  // has to be masked
  BOOST_TEST(!Codec(Role::server, kCompressed).head(Opcode::text, 300));
  BOOST_TEST(Codec(Role::server, kCompressed).head(Opcode::text, 10).has_value());
}

BOOST_AUTO_TEST_CASE(a_message_may_be_sent_in_pieces) {
  Codec codec(Role::server);
  codec.send_piece(Opcode::text, "a", false);
  codec.ping("p");
  codec.send_piece(Opcode::text, "b", false);
  BOOST_CHECK_THROW(codec.send(Opcode::text, "not now"), gnet::Misuse);
  BOOST_CHECK_THROW((void)codec.head(Opcode::text, 1), gnet::Misuse);
  codec.send_piece(Opcode::text, "", true);
  codec.send(Opcode::binary, "c");
  BOOST_TEST(read_by_hand(Role::server, codec.output()) == "01 a, 89 p, 00 b, 80, 82 c");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_sent) {
  Codec codec(Role::server);
  BOOST_CHECK_THROW(codec.send(Opcode::ping, ""), std::invalid_argument);
  BOOST_CHECK_THROW(codec.send_piece(Opcode::continuation, "", true), std::invalid_argument);
  BOOST_CHECK_THROW(codec.ping(std::string(126, 'x')), std::invalid_argument);
  BOOST_CHECK_THROW(codec.pong(std::string(126, 'x')), std::invalid_argument);
  BOOST_CHECK_THROW(codec.close(1005, "why"), std::invalid_argument);
  BOOST_CHECK_THROW(codec.close(1006), std::invalid_argument);
  BOOST_TEST(codec.output().empty());
  BOOST_TEST(codec.open());
}

// --- closing -------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_peer_closes) {
  Codec codec(Role::server);
  BOOST_TEST(served(codec, to_server(kCloseFrame, closing(1001, "bye")) + to_server(kText, "no")) ==
             "close 1001 bye => 88 1001");
  BOOST_TEST((codec.finished() && !codec.open()));
  BOOST_TEST(codec.closed()->by_peer);
  BOOST_TEST(codec.closed()->clean);
  BOOST_TEST(!codec.closed()->failure);
  BOOST_TEST(served(codec, to_server(kText, "still not")) == "");
  BOOST_CHECK_THROW(codec.send(Opcode::text, ""), gnet::Misuse);
  BOOST_CHECK_THROW(codec.ping(), gnet::Misuse);
  codec.close();  // too late, and no mistake
  BOOST_TEST(codec.output().empty());
}

BOOST_AUTO_TEST_CASE(this_end_closes) {
  Codec codec(Role::server);
  codec.close(1001, "stopping");
  codec.close(1000);
  BOOST_TEST(read_by_hand(Role::server, codec.output()) == "88 1001 stopping");
  codec.clear_output();
  BOOST_TEST((!codec.open() && !codec.finished()));
  // What was on its way still comes; nothing is answered.
  BOOST_TEST(served(codec, to_server(kText, "late") + to_server(kPing)) == "text late | ping");
  BOOST_TEST(served(codec, to_server(kCloseFrame, closing(1001))) == "close 1001");
  BOOST_TEST(codec.finished());
  BOOST_TEST(!codec.closed()->by_peer);
  BOOST_TEST(codec.closed()->clean);
}

BOOST_AUTO_TEST_CASE(a_close_frame_without_a_code) {
  Codec codec(Role::server);
  BOOST_TEST(served(codec, to_server(kCloseFrame)) == "close 1005 => 88");
  Codec other(Role::server);
  other.close(1005);
  BOOST_TEST(read_by_hand(Role::server, other.output()) == "88");
}

BOOST_AUTO_TEST_CASE(a_connection_that_ends_without_a_close_frame) {
  Codec codec(Role::server);
  BOOST_TEST(served(codec, to_server(kTextStart, "half")) == " …");
  codec.lost();
  BOOST_TEST(codec.closed()->code == 1006);
  BOOST_TEST(!codec.closed()->clean);
  BOOST_TEST(codec.held() == 0U);

  Codec closing_itself(Role::server);
  closing_itself.close();
  closing_itself.lost();
  BOOST_TEST(closing_itself.closed()->code == 1006);

  Codec closed(Role::server);
  (void)served(closed, to_server(kCloseFrame, closing(1000)));
  closed.lost();  // as it should be
  BOOST_TEST(closed.closed()->code == 1000);
}

BOOST_AUTO_TEST_CASE(a_peer_that_breaks_the_rules_is_told_so) {
  Codec codec(Role::server);
  BOOST_TEST(served(codec, to_server(kText | kRsv2)) ==
             "failure 1002 => 88 1002 a reserved bit is set");
  BOOST_TEST(codec.closed()->failure);
  BOOST_TEST(codec.closed()->reason == "a reserved bit is set");
  BOOST_TEST(served(codec, to_server(kText, "more")) == "");

  Codec closing_already(Role::server);
  closing_already.close();
  closing_already.clear_output();
  BOOST_TEST(served(closing_already, to_server(kText | kRsv2)) == "failure 1002");
}

// --- limits --------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_message_has_a_greatest_length) {
  const CodecOptions options{.limits = {.max_message = 10}};
  const auto end = [&](const std::string& bytes) { return outcome(Role::server, options, bytes); };
  const std::string ten(10, 'x');
  BOOST_TEST(end(to_server(kText, ten)) == "text " + ten);
  BOOST_TEST(end(to_server(kTextStart, "xxxxx") + to_server(kLast, "xxxxx")) == "text " + ten);
  for (const std::string& bytes :
       {to_server(kText, ten + "x"), to_server(kTextStart, "xxxxx") + to_server(kLast, "xxxxxx"),
        to_server(kTextStart, ten) + to_server(kMiddle) + to_server(kLast, "x")}) {
    BOOST_TEST(end(bytes) == "failure 1009 => 88 1009 a message that is too long");
  }
  // The head alone says it: nothing is held for what it announces.
  BOOST_TEST(end(to_server(kText, ten + "x").substr(0, 6)) ==
             "failure 1009 => 88 1009 a message that is too long");
  const CodecOptions frames{.limits = {.max_frame = 5}};
  BOOST_TEST(outcome(Role::server, frames, to_server(kText, "xxxxxx")) ==
             "failure 1009 => 88 1009 a frame that is too long");
}

BOOST_AUTO_TEST_CASE(memory_is_not_taken_on_trust) {
  Codec codec(Role::server);
  BOOST_TEST(served(codec, to_server(kBinary, std::string(16U << 20U, 'x')).substr(0, 1000)) ==
             " …");
  BOOST_TEST(codec.held() < 20000U);
}

BOOST_AUTO_TEST_CASE(fragments_without_end_come_to_one) {
  // As a stream, so that not all of it is in memory here.
  for (const char* payload : {"", "x"}) {
    for (const bool compressed : {false, true}) {
      Codec codec(Role::server, {.limits = {.max_message = 1U << 20U, .max_controls = 1U << 30U},
                                 .deflate = DeflateAgreement{}});
      (void)served(codec, to_server(kBinaryStart | (compressed ? kRsv1 : 0), payload));
      std::string burst;
      for (int i = 0; i < 1000; ++i) {
        burst += to_server(kMiddle, compressed && *payload != 0 ? std::string(1, '\0') : payload);
      }
      int bursts = 0;
      while (!codec.finished() && ++bursts < 1000) {
        std::string bytes = burst;
        codec.feed(bytes);
        while (codec.next().kind != Event::none) {
        }
        BOOST_TEST(codec.held() < 3U << 20U);
      }
      BOOST_TEST(bursts < 100);
      BOOST_REQUIRE(codec.finished());
      BOOST_TEST((codec.closed()->code == 1009 || (compressed && *payload != 0)));
    }
  }
}

BOOST_AUTO_TEST_CASE(small_fragments_are_no_crime) {
  std::string bytes = to_server(kBinaryStart);
  for (int i = 0; i < 65536; ++i) bytes += to_server(kMiddle, std::string(64, 'x'));
  bytes += to_server(kLast);
  Codec codec(Role::server, {.limits = {.max_message = 4U << 20U}});
  BOOST_TEST(served(codec, bytes) == "binary 4194304 bytes");
}

BOOST_AUTO_TEST_CASE(control_frames_in_a_row_are_counted) {
  const gnet::TimePoint start(1000s);
  Codec codec(Role::server, {.limits = {.max_controls = 10}});
  const auto feed = [&](std::string bytes, gnet::TimePoint now) {
    codec.feed(bytes, now);
    while (codec.next().kind != Event::none) {
    }
    return !codec.finished();
  };
  std::string ten;
  for (int i = 0; i < 5; ++i) ten += to_server(kPing) + to_server(kPong, "x");
  BOOST_TEST(feed(ten, start));
  BOOST_TEST(feed(to_server(kText, "data"), start));
  BOOST_TEST(feed(ten, start));
  BOOST_TEST(feed(ten, start + 1100ms));  // a later second
  BOOST_TEST(feed(to_server(kTextStart, "a") + ten + to_server(kLast, "b"), start + 1100ms));
  BOOST_TEST(feed(ten, start + 1100ms));
  BOOST_TEST(!feed(to_server(kPing), start + 1100ms));
  BOOST_TEST(codec.closed()->code == 1008);

  Codec pieces(Role::server, {.limits = {.max_controls = 10}});
  pieces.receive_pieces(true);
  std::string empty = to_server(kTextStart);
  for (int i = 0; i < 10; ++i) empty += to_server(kMiddle);
  pieces.feed(empty);
  BOOST_TEST((pieces.next().kind == Event::failure));
  BOOST_TEST(pieces.closed()->code == 1008);
}

BOOST_AUTO_TEST_CASE(what_decompresses_to_too_much_is_stopped_on_the_way) {
  // 1 MiB of it would be 1 GiB: it is never all there.
  const std::string bomb = deflated(std::string(256U << 20U, '\0'));
  BOOST_TEST(bomb.size() < 2U << 20U);
  Codec codec(Role::server, {.limits = {.max_message = 16U << 20U}, .deflate = DeflateAgreement{}});
  std::string bytes = to_server(kBinary | kRsv1, bomb);
  std::size_t fed = 0;
  std::size_t most = 0;
  while (fed < bytes.size() && !codec.finished()) {
    const std::size_t size = std::min<std::size_t>(4096, bytes.size() - fed);
    codec.feed(std::span(bytes).subspan(fed, size));
    fed += size;
    while (codec.next().kind != Event::none) {
    }
    most = std::max(most, codec.held());
  }
  BOOST_REQUIRE(codec.finished());
  BOOST_TEST(codec.closed()->code == 1009);
  BOOST_TEST(fed < bytes.size() / 4);
  BOOST_TEST(most < 40U << 20U);
  BOOST_TEST(codec.held() < 1000U);
}

BOOST_AUTO_TEST_CASE(the_limit_is_exact_for_compressed_messages_too) {
  const CodecOptions options{.limits = {.max_message = 5000}, .deflate = DeflateAgreement{}};
  BOOST_TEST(
      outcome(Role::server, options, to_server(kText | kRsv1, deflated(std::string(5000, 'x')))) ==
      "text 5000 bytes");
  BOOST_TEST(
      outcome(Role::server, options, to_server(kText | kRsv1, deflated(std::string(5001, 'x')))) ==
      "failure 1009 => 88 1009 a message that is too long");
}

// --- memory --------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(memory_goes_back_after_a_large_message) {
  for (const bool compressed : {false, true}) {
    Codec codec(Role::server, kCompressed);
    const std::string text(1U << 20U, 'x');
    const std::string bytes =
        compressed ? to_server(kText | kRsv1, deflated(text)) : to_server(kText, text);
    BOOST_TEST(transcript(codec, Role::server, bytes, bytes.size() / 2 + 1) ==
               "text 1048576 bytes");
    BOOST_TEST(codec.held() == 0U);
    codec.send(Opcode::text, text);
    codec.clear_output();
    BOOST_TEST(codec.held() == 0U);
  }
}

BOOST_AUTO_TEST_CASE(a_codec_is_small) {
  BOOST_TEST(sizeof(Codec) <= 700U);
}

BOOST_AUTO_TEST_CASE(a_message_can_be_taken_away) {
  Codec codec(Role::server);
  std::string bytes = to_server(kTextStart, std::string(500, 'a')) +
                      to_server(kLast, std::string(500, 'b')) + to_server(kText, "whole");
  codec.feed(bytes);
  const Event first = codec.next();
  const char* const where = first.data.data();
  const std::string taken = codec.take_data(first);
  BOOST_TEST(static_cast<const void*>(taken.data()) == static_cast<const void*>(where));
  BOOST_TEST(taken == std::string(500, 'a') + std::string(500, 'b'));
  const Event second = codec.next();
  BOOST_TEST(codec.take_data(second) == "whole");
  BOOST_TEST((codec.next().kind == Event::none));
}

// --- in pieces -----------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(messages_can_be_received_as_they_come) {
  for (const bool compressed : {false, true}) {
    Codec codec(Role::server, {.limits = {.max_message = 10}, .deflate = DeflateAgreement{}});
    codec.receive_pieces(true);
    std::string text;
    for (int i = 0; i < 20000; ++i) text += "text " + std::to_string(i * 7919) + "\xc3\xa9 ";
    const std::string payload = compressed ? deflated(text) : text;
    std::string bytes = to_server(kTextStart | (compressed ? kRsv1 : 0), payload.substr(0, 1000)) +
                        to_server(kPing) + to_server(kLast, payload.substr(1000)) +
                        to_server(kText, "next");
    std::string together;
    std::string whole;
    int pieces = 0;
    for (std::size_t at = 0; at < bytes.size(); at += 4099) {
      codec.feed(std::span(bytes).subspan(at, std::min<std::size_t>(4099, bytes.size() - at)));
      for (auto event = codec.next(); event.kind != Event::none; event = codec.next()) {
        if (event.kind == Event::message) whole = event.data;
        if (event.kind != Event::piece) continue;
        BOOST_TEST(event.first == (pieces == 0));
        ++pieces;
        together += event.data;
        if (event.last) codec.receive_pieces(false);
      }
      BOOST_TEST(codec.held() < 20000U);
    }
    BOOST_TEST(together == text);
    BOOST_TEST(pieces > 10);
    BOOST_TEST(whole == "next");
  }
}

BOOST_AUTO_TEST_CASE(pieces_have_a_limit_and_are_utf8) {
  const auto end = [](const std::string& text) {
    Codec codec(Role::server, {.limits = {.max_pieces = 10}});
    codec.receive_pieces(true);
    std::string bytes = to_server(kTextStart, text.substr(0, 4)) + to_server(kLast, text.substr(4));
    codec.feed(bytes);
    while (codec.next().kind != Event::none) {
    }
    return codec.finished() ? codec.closed()->code : 0;
  };
  BOOST_TEST(end("0123456789") == 0);
  BOOST_TEST(end("0123456789x") == 1009);
  BOOST_TEST(end("012\xc3\xa9") == 0);
  BOOST_TEST(end("012\xc3x") == 1007);
  BOOST_TEST(end("0123\xc3") == 1007);
}

// --- compression ---------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(messages_are_compressed_where_it_pays) {
  Codec codec(Role::server, kCompressed);
  const auto first_byte = [&](std::string_view message) {
    codec.send(Opcode::text, message);
    const auto byte = static_cast<unsigned char>(codec.output().front());
    codec.clear_output();
    return static_cast<unsigned>(byte);
  };
  BOOST_TEST(first_byte(std::string(1000, 'x')) == (kText | kRsv1));
  BOOST_TEST(first_byte("short") == kText);
  std::string noise;
  for (unsigned i = 1; noise.size() < 1000; i = i * 1103515245 + 12345) {
    noise += static_cast<char>(i >> 24U);
  }
  BOOST_TEST(first_byte(noise) == kText);
}

BOOST_AUTO_TEST_CASE(both_kinds_of_messages_come_in_one_connection) {
  const std::string text = "Hello, hello, hello";
  BOOST_TEST(outcome(Role::server, kCompressed,
                     to_server(kText | kRsv1, deflated(text)) + to_server(kText, "plain") +
                         to_server(kBinary | kRsv1, deflated("")) + to_server(kText)) ==
             "text " + text + " | text plain | binary | text");
}

BOOST_AUTO_TEST_CASE(a_compressed_message_comes_in_fragments) {
  const std::string text = "Hello, hello, hello, and goodbye";
  const std::string payload = deflated(text);
  for (std::size_t cut = 0; cut <= payload.size(); ++cut) {
    BOOST_TEST(outcome(Role::server, kCompressed,
                       to_server(kTextStart | kRsv1, payload.substr(0, cut)) + to_server(kPing) +
                           to_server(kMiddle) + to_server(kLast, payload.substr(cut))) ==
               "ping | text " + text + " => 8a");
  }
}

BOOST_AUTO_TEST_CASE(what_is_corrupt_and_what_is_not_utf8) {
  BOOST_TEST(outcome(Role::server, kCompressed, to_server(kText | kRsv1, "\x07")) ==
             "failure 1007 => 88 1007 compressed data that is corrupt");
  BOOST_TEST(outcome(Role::server, kCompressed, to_server(kText | kRsv1, deflated("\xff"))) ==
             "failure 1007 => 88 1007 text that is not UTF-8");
  BOOST_TEST(outcome(Role::server, kCompressed, to_server(kText | kRsv1, deflated("half \xc3"))) ==
             "failure 1007 => 88 1007 text that is not UTF-8");
  BOOST_TEST(outcome(Role::server, kCompressed, to_server(kBinary | kRsv1, deflated("\xff"))) ==
             "binary \xff");
}

BOOST_AUTO_TEST_CASE(compression_that_was_not_agreed_on_is_refused) {
  BOOST_TEST(outcome(Role::server, {}, to_server(kText | kRsv1, deflated("x"))) ==
             "failure 1002 => 88 1002 a reserved bit is set");
}

BOOST_AUTO_TEST_CASE(two_ends_talk_in_every_agreement) {
  for (const bool takeover : {false, true}) {
    for (const bool peer_takeover : {false, true}) {
      for (const std::uint8_t bits : std::vector<std::uint8_t>{8, 9, 12, 15}) {
        const DeflateAgreement mine{takeover, peer_takeover, bits, 10};
        const DeflateAgreement theirs{peer_takeover, takeover, 10, bits};
        Codec server(Role::server, {.deflate = mine});
        Codec client(Role::client, {.deflate = theirs});
        std::size_t first = 0;
        for (int i = 0; i < 10; ++i) {
          std::string text;
          for (int n = 0; n < 40; ++n) text += "message " + std::to_string(n * 31) + '.';
          text += std::to_string(i);
          server.send(Opcode::text, text);
          const std::size_t size = server.output().size();
          if (i == 0) first = size;
          BOOST_TEST((delivered(server, client) == Messages{text}));
          client.send(Opcode::text, text);
          BOOST_TEST((delivered(client, server) == Messages{text}));
          if (i > 0) BOOST_TEST((size < first / 2) == (takeover && bits > 9));
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(messages_do_not_refer_to_others_without_takeover) {
  Compressor compressor({.context_takeover = true});
  std::string first;
  std::string second;
  compressor.compress(std::string(100, 'x') + "Hello", first);
  compressor.compress(std::string(100, 'x') + "Hello", second);
  const std::string bytes = to_server(kText | kRsv1, first) + to_server(kText | kRsv1, second);
  const std::string text = "text " + std::string(100, 'x') + "Hello";
  BOOST_TEST(outcome(Role::server, kCompressed, bytes) ==
             text + " | failure 1007 => 88 1007 compressed data that is corrupt");
  BOOST_TEST(outcome(Role::server, {.deflate = DeflateAgreement{false, true, 15, 15}}, bytes) ==
             text + " | " + text);
}

BOOST_AUTO_TEST_CASE(each_window_has_a_compressor_of_its_own) {
  std::string noise;
  for (unsigned i = 1; noise.size() < 3000; i = i * 1103515245 + 12345) {
    noise += static_cast<char>(i >> 24U);
  }
  const auto sent = [&](std::uint8_t bits) {
    Codec codec(Role::server, {.deflate = DeflateAgreement{false, false, bits, 15}});
    codec.send(Opcode::binary, noise + noise);
    return codec.output().size();
  };
  for (int round = 0; round < 3; ++round) {
    for (const std::uint8_t bits : std::vector<std::uint8_t>{15, 8, 9, 10, 11, 12, 13}) {
      // It sees that the second half is the first again only if that is near enough.
      BOOST_TEST((sent(bits) < 4000U) == (bits >= 12), static_cast<int>(bits));
    }
  }
}

BOOST_AUTO_TEST_CASE(connections_of_a_thread_do_not_mix) {
  // Several are within a compressed message at the same time.
  std::vector<std::unique_ptr<Codec>> codecs;
  std::vector<std::string> bytes;
  std::vector<std::string> texts;
  for (int i = 0; i < 10; ++i) {
    texts.push_back("the text of number " + std::to_string(i) + std::string(100, 'x'));
    codecs.push_back(std::make_unique<Codec>(Role::server, kCompressed));
    bytes.push_back(to_server(kText | kRsv1, deflated(texts.back())));
  }
  for (std::size_t i = 0; i < 10; ++i) {
    codecs[i]->feed(std::span(bytes[i]).first(15));
    BOOST_TEST((codecs[i]->next().kind == Event::none));
  }
  codecs[3].reset();
  for (std::size_t i = 0; i < 10; ++i) {
    if (codecs[i] == nullptr) continue;
    codecs[i]->feed(std::span(bytes[i]).subspan(15));
    BOOST_TEST(codecs[i]->next().data == texts[i]);
  }
}

BOOST_AUTO_TEST_CASE(a_codec_may_outlive_what_its_thread_shares) {
  std::string sent;
  std::thread([&] {
    struct Late {
      std::optional<Codec> codec;
      std::string* sent = nullptr;
      ~Late() {
        codec->send(Opcode::text, std::string(1000, 'y'));
        *sent = codec->output();
      }
    };
    thread_local Late late;  // destroyed after what the thread shares, which is made later
    late.codec.emplace(Role::server, kCompressed);
    late.sent = &sent;
    late.codec->send(Opcode::text, std::string(1000, 'x'));
    std::string half = to_server(kText | kRsv1, deflated("half a message")).substr(0, 10);
    late.codec->feed(half);
    BOOST_TEST((late.codec->next().kind == Event::none));
  }).join();
  BOOST_TEST(sent.size() > 20U);
}

// Where each side ends what it says by itself, both get all that the other has to say.
BOOST_AUTO_TEST_CASE(a_peer_that_has_closed_can_still_be_told_things) {
  Codec client(Role::client);
  Codec server(Role::server, {.answer_close = false});
  client.close(1000, "that is all");
  BOOST_TEST((delivered(client, server) == Messages{""}));
  BOOST_TEST(server.finished());
  BOOST_TEST(server.open());
  BOOST_TEST(server.closed()->reason == "that is all");
  BOOST_TEST(server.output().empty());
  server.send(Opcode::text, "here is more");
  BOOST_TEST((delivered(server, client) == Messages{"here is more"}));
  BOOST_TEST(!client.finished());
  server.close(4000);
  BOOST_TEST(!server.open());
  BOOST_TEST((delivered(server, client) == Messages{""}));
  BOOST_TEST(client.closed()->code == 4000);
  BOOST_TEST(client.closed()->clean);
}

BOOST_AUTO_TEST_CASE(a_peer_that_has_closed_and_gone_can_be_told_nothing) {
  Codec client(Role::client);
  Codec server(Role::server, {.answer_close = false});
  client.close();
  delivered(client, server);
  server.lost();
  BOOST_TEST(!server.open());
  BOOST_TEST(server.closed()->by_peer);
}

BOOST_AUTO_TEST_SUITE_END()
