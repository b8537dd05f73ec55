#include "gnet/io/tls_stream.h"

#include <unistd.h>

#include <asio/read_until.hpp>
#include <asio/write.hpp>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <functional>
#include <memory>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/base/sanitizer.h"
#include "gnet/io/tls_buffers.h"
#include "tests/unit/io/tls_pair.h"
#include "tests/unit/valgrind.h"

BOOST_AUTO_TEST_SUITE(tls_stream)

using namespace gnet;
using namespace test;

// ---- data ----

BOOST_AUTO_TEST_CASE(what_one_side_sends_the_other_receives) {
  Secure pair(TLSContext::client(believing()), usual_server());
  auto server = spawn([&] { pair.server.send_all("re: " + receive_text(pair.server)); });
  pair.client.send_all("hello");
  BOOST_TEST(receive_text(pair.client) == "re: hello");
}

BOOST_AUTO_TEST_CASE(three_million_bytes_come_back_whole_after_half_close) {
  Secure pair(TLSContext::client(believing()), usual_server());
  std::string data(3'000'000, '\0');
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<char>(i * 31 + i / 251);
  auto echo = spawn([&] {
    while (true) {
      const std::string text = receive_text(pair.server, 10000);
      if (text.empty()) break;
      pair.server.send_all(text);
    }
    pair.server.shutdown_send();
  });
  // Sends and receives at once: the two do not hold each other up.
  auto sender = spawn([&] {
    pair.client.send_all(data, kPatience);
    pair.client.shutdown_send();
  });
  BOOST_TEST((receive_all(pair.client) == data));
  sender.get();
  echo.get();
}

BOOST_AUTO_TEST_CASE(asio_s_synchronous_algorithms_run_on_it) {
  Secure pair(TLSContext::client(believing()), usual_server());
  auto echo = spawn([&] {
    std::string line;
    const std::size_t size = asio::read_until(pair.server, asio::dynamic_buffer(line), '\n');
    asio::write(pair.server, asio::buffer(line.substr(0, size)));
    pair.server.shutdown_send();
  });
  const std::string sent = std::string(100'000, 'x') + "\n";
  asio::write(pair.client, asio::buffer(sent));
  std::string answer;
  asio::error_code end;
  asio::read_until(pair.client, asio::dynamic_buffer(answer), '\n', end);
  BOOST_TEST(!end);
  BOOST_TEST((answer == sent));
  asio::read_until(pair.client, asio::dynamic_buffer(answer), '?', end);
  BOOST_TEST((end == asio::error::eof));
  echo.get();
}

BOOST_AUTO_TEST_CASE(an_empty_send_and_an_empty_receive_do_nothing) {
  Secure pair(TLSContext::client(believing()), usual_server());
  BOOST_TEST(shake(pair.client, pair.server).client == "");
  pair.client.send_all("");
  BOOST_TEST(pair.client.receive(nullptr, 0) == 0U);
}

BOOST_AUTO_TEST_CASE(a_receive_that_timed_out_may_be_tried_again) {
  Secure pair(TLSContext::client(believing()), usual_server());
  BOOST_TEST(shake(pair.client, pair.server).client == "");
  char buffer[8];
  BOOST_TEST(
      is(code_of([&] { pair.client.receive(buffer, sizeof buffer, 5ms); }), std::errc::timed_out));
  BOOST_TEST(contains(text_of([&] { pair.client.receive(buffer, sizeof buffer, 5ms); }),
                      "receive with localhost: timed out after "));
  pair.server.send_all("late");
  BOOST_TEST(receive_text(pair.client) == "late");
}

BOOST_AUTO_TEST_CASE(after_a_send_that_timed_out_nothing_is_sent) {
  Secure pair(TLSContext::client(believing()), usual_server());
  BOOST_TEST(shake(pair.client, pair.server).client == "");
  const std::string much(4'000'000, 'x');
  BOOST_TEST(is(code_of([&] { pair.client.send_all(much, 20ms); }), std::errc::timed_out));
  BOOST_TEST(is(code_of([&] { pair.client.send_all("more"); }), TLSErrc::protocol));
  BOOST_TEST(is(code_of([&] { pair.client.shutdown_send(); }), TLSErrc::protocol));
}

BOOST_AUTO_TEST_CASE(a_second_reader_is_misuse) {
  Secure pair(TLSContext::client(believing()), usual_server());
  BOOST_TEST(shake(pair.client, pair.server).client == "");
  auto reader = spawn([&] { return receive_text(pair.client); });
  yield();
  char buffer[8];
  BOOST_CHECK_THROW(pair.client.receive(buffer, sizeof buffer), Misuse);
  pair.server.send_all("x");
  BOOST_TEST(reader.get() == "x");
}

BOOST_AUTO_TEST_CASE(closing_wakes_whoever_waits) {
  Secure pair(TLSContext::client(believing()), usual_server());
  BOOST_TEST(shake(pair.client, pair.server).client == "");
  auto reader = spawn([&] { return code_of([&] { receive_text(pair.client); }); });
  yield();
  pair.client.close();
  BOOST_TEST(is(reader.get(), std::errc::bad_file_descriptor));
  BOOST_TEST(receive_text(pair.server) == "");
}

BOOST_AUTO_TEST_CASE(a_stream_may_be_destroyed_while_fibers_wait_on_it) {
  for (const bool agreed : {false, true}) {
    Secure pair(TLSContext::client(believing()), usual_server());
    if (agreed) BOOST_TEST(shake(pair.client, pair.server).client == "");
    auto client = std::make_unique<TLSStream>(std::move(pair.client));
    const std::string much(4'000'000, 'x');
    // Without the handshake one of them does it, and the others wait for that one.
    auto reader = spawn([&] { return code_of([&] { receive_text(*client); }); });
    auto writer = spawn([&] { return code_of([&] { client->send_all(much); }); });
    auto end = spawn([&] { return code_of([&] { client->shutdown_send(); }); });
    yield();
    while (agreed && client->lowest_socket()->may_write()) yield();
    client.reset();
    BOOST_TEST(is(reader.get(), std::errc::bad_file_descriptor));
    BOOST_TEST(is(writer.get(), std::errc::bad_file_descriptor));
    BOOST_TEST(is(end.get(), std::errc::bad_file_descriptor));
  }
}

// ---- ends ----

BOOST_AUTO_TEST_CASE(an_end_without_farewell_is_an_error) {
  Secure pair(TLSContext::client(believing()), usual_server());
  BOOST_TEST(shake(pair.client, pair.server).client == "");
  pair.server.lowest_socket()->close();
  BOOST_TEST(is(code_of([&] { receive_text(pair.client); }), TLSErrc::truncated));
}

BOOST_AUTO_TEST_CASE(an_end_without_farewell_may_be_allowed) {
  Secure pair(TLSContext::client(believing()), usual_server());
  BOOST_TEST(shake(pair.client, pair.server).client == "");
  pair.client.allow_truncation();
  pair.server.lowest_socket()->close();
  BOOST_TEST(receive_text(pair.client) == "");
}

BOOST_AUTO_TEST_CASE(closing_says_farewell) {
  Secure pair(TLSContext::client(believing()), usual_server());
  BOOST_TEST(shake(pair.client, pair.server).client == "");
  pair.server.close();
  BOOST_TEST(receive_text(pair.client) == "");
}

BOOST_AUTO_TEST_CASE(a_stream_that_is_replaced_says_farewell) {
  Secure pair(TLSContext::client(believing()), usual_server());
  BOOST_TEST(shake(pair.client, pair.server).client == "");
  Secure other(TLSContext::client(believing()), usual_server());
  pair.server = std::move(other.server);
  BOOST_TEST(receive_text(pair.client) == "");
  BOOST_TEST(shake(other.client, pair.server).client == "");
}

BOOST_AUTO_TEST_CASE(a_stream_that_was_moved_away_is_closed) {
  Secure pair(TLSContext::client(believing()), usual_server());
  TLSStream client = std::move(pair.client);
  BOOST_TEST(!pair.client.is_open());  // NOLINT: that is the question
  pair.client.close();
  pair.client.abort();
  pair.client.allow_truncation();
  const auto refused = [](auto&& operation) {
    return is(code_of(operation), std::errc::bad_file_descriptor);
  };
  BOOST_TEST(refused([&] { pair.client.handshake(); }));
  BOOST_TEST(refused([&] { receive_text(pair.client); }));
  BOOST_TEST(refused([&] { pair.client.send_all("x"); }));
  BOOST_TEST(refused([&] { pair.client.shutdown_send(); }));
  BOOST_TEST(shake(client, pair.server).client == "");
}

BOOST_AUTO_TEST_CASE(nobody_waits_for_data_that_came_with_the_end_of_the_handshake) {
  test::Plain pair = test::plain_pair();
  TLSSession client(pair.client.socket(), TLSContext::client(believing()), "localhost");
  TLSSession server(pair.server.socket(), usual_server());
  BOOST_TEST((client.try_handshake() == TLSNeed::data));
  BOOST_TEST((server.try_handshake() == TLSNeed::data));
  BOOST_TEST_REQUIRE((client.try_handshake() == TLSNeed::nothing));
  TLSNeed need = TLSNeed::nothing;
  BOOST_TEST(client.try_send("hello", need) == 5u);
  BOOST_TEST_REQUIRE((server.try_handshake() == TLSNeed::nothing));
  BOOST_TEST_REQUIRE(pair.server.socket().may_read());
  char text[16];
  BOOST_TEST((server.try_receive(text, sizeof text, need) == 5u));
}

BOOST_AUTO_TEST_CASE(a_second_farewell_is_harmless) {
  Secure pair(TLSContext::client(believing()), usual_server());
  BOOST_TEST(shake(pair.client, pair.server).client == "");
  pair.client.shutdown_send(5ms);
  pair.client.shutdown_send(5ms);  // nothing to wait for
  pair.server.send_all("answer");
  pair.client.shutdown_send(5ms);
  BOOST_TEST(receive_text(pair.client) == "answer");
  BOOST_TEST(receive_text(pair.server) == "");
  pair.server.shutdown_send();
  BOOST_TEST(receive_text(pair.client) == "");
}

BOOST_AUTO_TEST_CASE(after_the_farewell_nothing_is_sent_and_receiving_goes_on) {
  Secure pair(TLSContext::client(believing()), usual_server());
  BOOST_TEST(shake(pair.client, pair.server).client == "");
  pair.client.shutdown_send();
  BOOST_TEST(is(code_of([&] { pair.client.send_all("more"); }), std::errc::broken_pipe));
  pair.server.send_all("answer");
  BOOST_TEST(receive_text(pair.client) == "answer");
}

BOOST_AUTO_TEST_CASE(the_farewell_waits_for_what_another_fiber_sends) {
  Secure pair(TLSContext::client(believing()), usual_server());
  BOOST_TEST(shake(pair.client, pair.server).client == "");
  const std::string much(4'000'000, 'x');
  auto writer = spawn([&] { pair.client.send_all(much, kPatience); });
  while (pair.client.lowest_socket()->may_write()) yield();
  const auto end = [&] { pair.client.shutdown_send(kPatience); };
  auto one = spawn(end);
  auto other = spawn(end);
  yield();
  BOOST_TEST_REQUIRE(!one.ready());
  BOOST_TEST_REQUIRE(!other.ready());
  BOOST_TEST(is(code_of([&] { pair.client.shutdown_send(5ms); }), std::errc::timed_out));
  BOOST_TEST((receive_all(pair.server) == much));
  writer.get();
  one.get();
  other.get();
}

// ---- the handshake ----

BOOST_AUTO_TEST_CASE(both_sides_learn_what_was_agreed_on) {
  TLSClientOptions options = believing();
  options.alpn = {"h2", "echo"};
  Secure pair(TLSContext::client(options),
              TLSContext::server({.identity = localhost(), .alpn = {"echo", "h2"}}));
  BOOST_TEST(shake(pair.client, pair.server).client == "");
  BOOST_TEST(pair.client.session().version() == "TLSv1.3");
  BOOST_TEST(pair.client.session().cipher() == pair.server.session().cipher());
  BOOST_TEST(pair.client.session().alpn() == "echo");  // the server's order counts
  BOOST_TEST(pair.server.session().alpn() == "echo");
  BOOST_TEST(pair.server.session().server_name() == "localhost");
  BOOST_TEST(pair.client.session().peer_certificate().value().fingerprint() ==
             usual_server().certificate().fingerprint());
  BOOST_TEST(!pair.server.session().peer_certificate().has_value());
}

BOOST_AUTO_TEST_CASE(without_a_common_application_protocol_there_is_no_handshake) {
  TLSClientOptions options = believing();
  options.alpn = {"h2"};
  const Outcome outcome = shake(TLSContext::client(options),
                                TLSContext::server({.identity = localhost(), .alpn = {"echo"}}));
  BOOST_TEST(contains(outcome.client, "no application protocol"));
  BOOST_TEST(is(outcome.client_code, TLSErrc::handshake));
  BOOST_TEST(is(outcome.server_code, TLSErrc::handshake));
}

BOOST_AUTO_TEST_CASE(a_client_that_does_not_know_the_authority_refuses) {
  const Outcome outcome = shake(TLSContext::client(), usual_server());
  BOOST_TEST(outcome.client == "TLS handshake with localhost: self-signed certificate");
  BOOST_TEST(is(outcome.client_code, TLSErrc::certificate));
  BOOST_TEST(is(outcome.server_code, TLSErrc::refused));
  BOOST_TEST(contains(outcome.server, "unknown ca"));
}

BOOST_AUTO_TEST_CASE(a_client_that_does_not_verify_takes_any_certificate) {
  BOOST_TEST(shake(TLSContext::client({.verify = false}), usual_server(), "").client == "");
}

BOOST_AUTO_TEST_CASE(a_certificate_for_another_name_is_refused) {
  const Outcome outcome = shake(TLSContext::client(believing()), usual_server(), "example.org");
  BOOST_TEST(outcome.client ==
             "TLS handshake with example.org: the certificate is not for this name");
  BOOST_TEST(is(outcome.client_code, TLSErrc::certificate));
}

BOOST_AUTO_TEST_CASE(a_server_may_be_named_by_its_address) {
  BOOST_TEST(shake(TLSContext::client(believing()), usual_server(), "127.0.0.1").client == "");
  BOOST_TEST(shake(TLSContext::client(believing()), usual_server(), "::1").client == "");
  BOOST_TEST(shake(TLSContext::client(believing()), usual_server(), "127.0.0.2").client ==
             "TLS handshake with 127.0.0.2: the certificate is not for this name");
}

BOOST_AUTO_TEST_CASE(a_dot_at_the_end_of_the_server_s_name_does_not_count) {
  Secure pair(TLSContext::client(believing()), usual_server(), "localhost.");
  BOOST_TEST(shake(pair.client, pair.server).client == "");
  BOOST_TEST(pair.server.session().server_name() == "localhost");
  BOOST_CHECK_THROW(TLSStream(plain_pair().client, TLSContext::client(), "."), Misuse);
}

BOOST_AUTO_TEST_CASE(an_expired_certificate_is_refused) {
  const Identity old = make_self_signed({.validity = -1s});
  const TemporaryFile file(old.certificate);
  const Outcome outcome =
      shake(TLSContext::client({.ca_file = file.name()}), TLSContext::server({.identity = old}));
  BOOST_TEST(outcome.client == "TLS handshake with localhost: certificate has expired");
  BOOST_TEST(is(outcome.client_code, TLSErrc::certificate));
}

BOOST_AUTO_TEST_CASE(a_client_that_verifies_must_know_a_name) {
  BOOST_CHECK_THROW(TLSStream(plain_pair().client, TLSContext::client(), ""), Misuse);
}

BOOST_AUTO_TEST_CASE(a_pinned_key_is_accepted_and_no_other) {
  const std::string pin = usual_server().certificate().pin();
  const auto pinning = [](std::string key) {
    return TLSContext::client({.verify = false, .pins = {"sha256//AAAA", std::move(key)}});
  };
  BOOST_TEST(shake(pinning(pin), usual_server()).client == "");
  const Outcome outcome = shake(pinning("sha256//BBBB"), usual_server());
  BOOST_TEST(contains(outcome.client, pin + ", which is not pinned"));
  BOOST_TEST(is(outcome.client_code, TLSErrc::certificate));
}

BOOST_AUTO_TEST_CASE(versions_must_have_something_in_common) {
  TLSClientOptions options = believing();
  options.min_version = TLSVersion::tls1_3;
  BOOST_TEST(shake(TLSContext::client(options), usual_server()).client == "");
}

// ---- certificates of clients ----

BOOST_AUTO_TEST_CASE(a_client_shows_its_certificate) {
  const Identity own = make_self_signed({.names = {"me"}});
  const TemporaryFile authority(own.certificate);
  const auto server =
      TLSContext::server({.identity = localhost(), .client_ca_file = authority.name()});
  TLSClientOptions options = believing();
  options.identity = own;
  Secure pair(TLSContext::client(options), server);
  BOOST_TEST(shake(pair.client, pair.server).server == "");
  BOOST_TEST(pair.server.session().peer_certificate().value().subject() == "CN=me");
}

BOOST_AUTO_TEST_CASE(a_client_without_a_certificate_is_refused_where_one_is_wanted) {
  const TemporaryFile authority(localhost().certificate);
  const auto server =
      TLSContext::server({.identity = localhost(), .client_ca_file = authority.name()});
  const Outcome outcome = shake(TLSContext::client(believing()), server);
  BOOST_TEST(is(outcome.server_code, TLSErrc::certificate));
  BOOST_TEST(is(outcome.client_code, TLSErrc::refused));
  BOOST_TEST(contains(outcome.client, "certificate required"));
}

BOOST_AUTO_TEST_CASE(a_client_with_a_foreign_certificate_is_refused) {
  const TemporaryFile authority(localhost().certificate);
  const auto server =
      TLSContext::server({.identity = localhost(), .client_ca_file = authority.name()});
  TLSClientOptions options = believing();
  options.identity = make_self_signed({.names = {"stranger"}});
  const Outcome outcome = shake(TLSContext::client(options), server);
  BOOST_TEST(is(outcome.server_code, TLSErrc::certificate));
  BOOST_TEST(is(outcome.client_code, TLSErrc::refused));
}

// ---- sessions ----

BOOST_AUTO_TEST_CASE(a_second_connection_resumes_the_session) {
  const auto client = TLSContext::client(believing());
  const auto visit = [&] {
    Secure pair(client, usual_server());
    BOOST_TEST(shake(pair.client, pair.server).client == "");
    return pair.client.session().resumed();
  };
  BOOST_TEST(!visit());
  BOOST_TEST(visit());
  BOOST_TEST(visit());
}

BOOST_AUTO_TEST_CASE(sessions_are_not_resumed_where_that_is_not_wanted) {
  TLSClientOptions options = believing();
  options.resume = false;
  const auto client = TLSContext::client(options);
  for (int i = 0; i < 2; ++i) {
    Secure pair(client, usual_server());
    BOOST_TEST(shake(pair.client, pair.server).client == "");
    BOOST_TEST(!pair.client.session().resumed());
  }
}

// ---- new certificates ----

BOOST_AUTO_TEST_CASE(reload_reads_the_files_again_for_new_connections) {
  const TemporaryFile file(localhost().key + localhost().certificate);
  TLSContext server = TLSContext::server({.certificate_file = file.name()});
  Secure before(TLSContext::client(believing()), server);
  BOOST_TEST(shake(before.client, before.server).client == "");
  const Identity fresh = make_self_signed();
  file.write(fresh.key + fresh.certificate);
  server.reload();
  before.server.send_all("still here");
  BOOST_TEST(receive_text(before.client) == "still here");
  Secure after(TLSContext::client({.verify = false}), server);
  BOOST_TEST(shake(after.client, after.server).client == "");
  BOOST_TEST(after.client.session().peer_certificate().value().fingerprint() ==
             Certificate::from_pem(fresh.certificate).fingerprint());
}

BOOST_AUTO_TEST_CASE(a_reload_that_fails_changes_nothing) {
  const TemporaryFile file(localhost().key + localhost().certificate);
  TLSContext server = TLSContext::server({.certificate_file = file.name()});
  file.write("nonsense");
  BOOST_CHECK_THROW(server.reload(), TLSError);
  BOOST_TEST(shake(TLSContext::client(believing()), server).client == "");
}

BOOST_AUTO_TEST_CASE(contexts_say_what_is_wrong_with_their_options) {
  BOOST_CHECK_THROW(static_cast<void>(TLSContext::server({})), Misuse);
  const auto reason = [](const std::function<void()>& make) -> std::string {
    try {
      make();
    } catch (const std::system_error& error) {
      return error.what();
    }
    return "nothing";
  };
  BOOST_TEST(contains(reason([] {
                        static_cast<void>(
                            TLSContext::server({.identity = localhost(), .ciphers = "nonsense"}));
                      }),
                      "ciphers 'nonsense': no cipher match"));
  BOOST_TEST(contains(reason([] {
                        const Identity mixed{localhost().certificate, make_self_signed().key};
                        static_cast<void>(TLSContext::server({.identity = mixed}));
                      }),
                      "the private key is not that of the certificate"));
  BOOST_TEST(contains(
      reason([] { static_cast<void>(TLSContext::client({.ca_file = "/nonexistent/ca"})); }),
      "cannot open /nonexistent/ca: no such file or directory"));
  BOOST_TEST(contains(reason([] { static_cast<void>(TLSContext::client({.alpn = {""}})); }),
                      "1 to 255 bytes"));
}

// ---- peers that misbehave ----

BOOST_AUTO_TEST_CASE(a_peer_that_does_not_speak_tls_is_told_from_one_that_does) {
  for (const std::string text : {"GET / HTTP/1.0\r\n\r\n", "hello, is anybody here?\r\n"}) {
    Plain plain = plain_pair();
    TLSStream server(std::move(plain.server), usual_server());
    plain.client.send_all(text);
    try {
      server.handshake(kPatience);
      BOOST_ERROR("accepted: " << text);
    } catch (const TLSError& error) {
      BOOST_TEST(std::string(error.what()) == "TLS handshake: the peer does not speak TLS");
      BOOST_TEST(is(error.code(), TLSErrc::handshake));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_peer_that_goes_away_during_the_handshake_is_an_error) {
  Plain plain = plain_pair();
  TLSStream server(std::move(plain.server), usual_server());
  plain.client.send_all(std::string_view("\x16\x03\x01\x02", 4));
  plain.client.close();
  BOOST_TEST(is(code_of([&] { server.handshake(kPatience); }), TLSErrc::truncated));
}

// With what it was sent unread: that makes it a reset.
BOOST_AUTO_TEST_CASE(a_peer_that_resets_the_connection_during_the_handshake_is_an_error_of_tls) {
  Plain plain = plain_pair();
  plain.server.send_all("unread");
  TLSStream server(std::move(plain.server), usual_server());
  plain.client.send_all(std::string_view("\x16\x03\x01\x02", 4));
  plain.client.abort();
  BOOST_TEST(is(code_of([&] { server.handshake(kPatience); }), TLSErrc::truncated));
}

BOOST_AUTO_TEST_CASE(a_reset_of_what_is_below_is_one_as_well) {
  Secure pair(TLSContext::client(believing()), usual_server());
  auto agree = spawn([&] { pair.client.handshake(kPatience); });
  pair.server.send_all("unread");
  agree.get();
  TLSStream inner(std::move(pair.server), usual_server());
  pair.client.abort();
  BOOST_TEST(is(code_of([&] { inner.handshake(kPatience); }), TLSErrc::truncated));
}

BOOST_AUTO_TEST_CASE(a_peer_that_says_nothing_meets_the_deadline) {
  Plain plain = plain_pair();
  TLSStream client(std::move(plain.client), TLSContext::client(), "localhost");
  try {
    client.handshake(5ms);
    BOOST_ERROR("no deadline");
  } catch (const std::system_error& error) {
    BOOST_TEST(is(error.code(), std::errc::timed_out));
    BOOST_TEST(contains(error.what(), "TLS handshake with localhost"));
  }
}

BOOST_AUTO_TEST_CASE(a_wait_for_data_that_ends_before_the_handshake_does_is_no_error) {
  Secure pair(TLSContext::client(believing()), usual_server());
  BOOST_TEST(!pair.client.wait_readable(5ms));
  BOOST_TEST(!pair.client.wait_readable(0ms));
  auto answer = spawn([&] { pair.server.send_all("late", kPatience); });
  BOOST_TEST(pair.client.wait_readable(kPatience));
  BOOST_TEST(receive_text(pair.client) == "late");
  answer.get();
}

BOOST_AUTO_TEST_CASE(data_that_was_changed_on_its_way_is_an_error) {
  Secure pair(TLSContext::client(believing()), usual_server());
  BOOST_TEST(shake(pair.client, pair.server).client == "");
  // A record of application data that nobody encrypted.
  pair.server.lowest_socket()->send_all(std::string("\x17\x03\x03\x00\x20", 5) +
                                        std::string(32, 'x'));
  BOOST_TEST(is(code_of([&] { receive_text(pair.client); }), TLSErrc::protocol));
  BOOST_TEST(is(code_of([&] { receive_text(pair.client); }), TLSErrc::protocol));
}

BOOST_AUTO_TEST_CASE(a_fiber_that_is_killed_in_the_handshake_leaves_the_stream_usable) {
  Secure pair(TLSContext::client(believing()), usual_server());
  auto victim = spawn([&] { pair.client.handshake(); });
  yield();
  victim.kill();
  BOOST_TEST(shake(pair.client, pair.server).client == "");
}

BOOST_AUTO_TEST_CASE(a_reader_and_a_writer_may_both_come_before_the_handshake) {
  Secure pair(TLSContext::client(believing()), usual_server());
  auto reader = spawn([&] { return receive_text(pair.client); });
  auto writer = spawn([&] { pair.client.send_all("ping"); });
  BOOST_TEST(receive_text(pair.server) == "ping");
  pair.server.send_all("pong");
  BOOST_TEST(reader.get() == "pong");
  writer.get();
}

BOOST_AUTO_TEST_CASE(only_the_sessions_used_last_keep_their_buffers) {
  const TLSContext trusting = TLSContext::client(believing());
  std::vector<std::unique_ptr<Secure>> pairs;
  for (std::size_t i = 0; i < detail::TLSBuffers::kMaxHolders; ++i) {
    auto& pair = *pairs.emplace_back(std::make_unique<Secure>(trusting, usual_server()));
    BOOST_TEST_REQUIRE(shake(pair.client, pair.server).client.empty());
  }
  BOOST_TEST(detail::TLSBuffers::holders() == detail::TLSBuffers::kMaxHolders);
  // Those that have lost them get new ones.
  for (auto& pair : pairs) {
    pair->client.send_all("hello");
    BOOST_TEST(receive_text(pair->server) == "hello");
    pair->server.send_all("hello yourself");
    BOOST_TEST(receive_text(pair->client) == "hello yourself");
  }
  BOOST_TEST(detail::TLSBuffers::holders() == detail::TLSBuffers::kMaxHolders);
  pairs.clear();
  BOOST_TEST(detail::TLSBuffers::holders() == 0U);
}

#if !defined(GNET_ASAN) && !defined(GNET_TSAN)  // which have heaps of their own
BOOST_AUTO_TEST_CASE(what_many_sessions_held_goes_back_to_the_system) {
  if (test::on_valgrind()) return;
  const auto resident = [] {
    std::size_t total = 0;
    std::size_t pages = 0;
    std::ifstream("/proc/self/statm") >> total >> pages;
    return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  };
  TLSSession client(TLSContext::client({.verify = false}));
  std::string hello;
  static_cast<void>(client.try_handshake());
  client.take_output(hello);
  const std::size_t before = resident();
  std::vector<std::unique_ptr<TLSSession>> sessions;
  for (int i = 0; i < 600; ++i) {
    sessions.push_back(std::make_unique<TLSSession>(usual_server()));
    sessions.back()->feed(hello);
    static_cast<void>(sessions.back()->try_handshake());
  }
  // What lies behind them keeps the heap from becoming smaller.
  const auto last = std::make_unique<std::string>(200, 'x');
  const std::size_t held = resident() - before;
  sessions.clear();
  BOOST_TEST(held > std::size_t{10'000'000});
  BOOST_TEST(resident() < before + held / 3);
}
#endif

BOOST_AUTO_TEST_CASE(names_that_openssl_would_cut_are_refused) {
  using namespace std::string_literals;
  const auto refused = [](const std::system_error& error) {
    return error.code() == std::errc::invalid_argument &&
           std::string(error.what()).find("holds a NUL byte") != std::string::npos;
  };
  BOOST_CHECK_EXCEPTION(
      Secure(TLSContext::client(believing()), usual_server(), "localhost\0.example"s),
      std::system_error, refused);
  BOOST_CHECK_EXCEPTION(static_cast<void>(TLSContext::client({.ca_file = "/tmp/ca\0.pem"s})),
                        std::system_error, refused);
  BOOST_CHECK_EXCEPTION(
      static_cast<void>(TLSContext::server({.certificate_file = "a\0b"s, .key_file = "a\0b"s})),
      std::system_error, refused);
}

BOOST_AUTO_TEST_SUITE_END()
