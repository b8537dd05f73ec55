// Peers of TLS that break its rules, or have nothing in common with us: each end says what failed
// in one line, and goes on with others.

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <boost/test/unit_test.hpp>
#include <memory>
#include <random>

#include "gnet/io/tls_error.h"
#include "gnet/io/wait_fd.h"
#include "tests/unit/io/tls_pair.h"

BOOST_AUTO_TEST_SUITE(tls_attacks)

using namespace gnet;
using namespace test;

namespace {

// A client of OpenSSL alone, which may be told to do what a TLSStream never does.
class Stranger {
 public:
  Stranger(UniqueFd fd, int version, const char* ciphers = "ALL:@SECLEVEL=0") : fd_(std::move(fd)) {
    fcntl(fd_.get(), F_SETFL, O_NONBLOCK);
    SSL_CTX_set_min_proto_version(context_.get(), version);
    SSL_CTX_set_max_proto_version(context_.get(), version);
    BOOST_TEST_REQUIRE(SSL_CTX_set_cipher_list(context_.get(), ciphers) == 1);
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), fd_.get());
    SSL_set_connect_state(ssl_.get());
  }

  // Does it until it is done; the reason why it could not be.
  template <typename F>
  std::string attempt(F&& operation) {
    for (;;) {
      ERR_clear_error();
      const int result = operation(ssl_.get());
      if (result > 0) return "";
      switch (SSL_get_error(ssl_.get(), result)) {
        case SSL_ERROR_WANT_READ:
          if (!wait_read(fd_.get(), kPatience)) return "no answer";
          break;
        case SSL_ERROR_WANT_WRITE:
          if (!wait_write(fd_.get(), kPatience)) return "no room";
          break;
        case SSL_ERROR_SSL:
          return ERR_reason_error_string(ERR_peek_error());
        default:
          return "the end";
      }
    }
  }

  std::string handshake() { return attempt(SSL_do_handshake); }

  std::string send(std::string_view text) {
    return attempt(
        [&](SSL* ssl) { return SSL_write(ssl, text.data(), static_cast<int>(text.size())); });
  }

  std::string receive() {
    char buffer[100];
    int size = 0;
    const std::string problem =
        attempt([&](SSL* ssl) { return size = SSL_read(ssl, buffer, sizeof buffer); });
    return problem.empty() ? std::string(buffer, static_cast<std::size_t>(size)) : problem;
  }

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };

  UniqueFd fd_;
  std::unique_ptr<SSL_CTX, Free> context_{SSL_CTX_new(TLS_client_method())};
  std::unique_ptr<SSL, Free> ssl_;
};

struct Visit {
  Visit(int version, const char* ciphers = "ALL:@SECLEVEL=0")
      : Visit(plain_pair(), version, ciphers) {}

  Stranger client;
  TLSStream server;

 private:
  Visit(Plain plain, int version, const char* ciphers)
      : client(plain.client.socket().release(), version, ciphers),
        server(std::move(plain.server), usual_server()) {}
};

// The first thing that a client says.
std::string client_hello() {
  Plain plain = plain_pair();
  TLSStream client(std::move(plain.client), TLSContext::client(believing()), "localhost");
  auto greeter = spawn([&] { static_cast<void>(code_of([&] { client.handshake(kPatience); })); });
  std::string hello(4096, '\0');
  hello.resize(plain.server.receive(hello.data(), hello.size(), kPatience));
  greeter.kill();
  return hello;
}

// What a server says to a client that sends this and goes away.
std::error_code answer_to(std::string_view text) {
  Plain plain = plain_pair();
  TLSStream server(std::move(plain.server), usual_server());
  plain.client.send_all(text);
  plain.client.shutdown_send();
  return code_of([&] { server.handshake(kPatience); });
}

bool is_of_tls(std::error_code code) {
  return code.category() == tls_category();
}

}  // namespace

// ---- handshakes that are none ----

BOOST_AUTO_TEST_CASE(a_handshake_may_be_cut_off_anywhere) {
  const std::string hello = client_hello();
  BOOST_TEST_REQUIRE(hello.size() > 100U);
  for (std::size_t size = 0; size < hello.size(); ++size) {
    const std::error_code code = answer_to(std::string_view(hello).substr(0, size));
    BOOST_TEST_CONTEXT("after " << size << " bytes") {
      BOOST_TEST(is(code, TLSErrc::truncated));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_client_that_falls_silent_in_the_handshake_meets_the_deadline) {
  const std::string hello = client_hello();
  Plain plain = plain_pair();
  TLSStream server(std::move(plain.server), usual_server());
  plain.client.send_all(std::string_view(hello).substr(0, hello.size() / 2));
  std::error_code code;
  const std::string text = text_of([&] {
    try {
      server.handshake(5ms);
    } catch (const std::system_error& error) {
      code = error.code();
      throw;
    }
  });
  BOOST_TEST(is(code, std::errc::timed_out));
  BOOST_TEST(contains(text, "TLS handshake: timed out after "));
}

BOOST_AUTO_TEST_CASE(a_damaged_greeting_is_an_error_and_nothing_worse) {
  const std::string hello = client_hello();
  for (std::size_t at = 0; at < hello.size(); ++at) {
    std::string damaged = hello;
    damaged[at] = static_cast<char>(damaged[at] ^ 0xff);
    BOOST_TEST_CONTEXT("byte " << at) {
      BOOST_TEST(is_of_tls(answer_to(damaged)));
    }
  }
}

BOOST_AUTO_TEST_CASE(noise_is_an_error_on_either_side) {
  std::minstd_rand random(1);
  for (int i = 0; i < 200; ++i) {
    std::string noise(1 + random() % 500, '\0');
    for (char& c : noise) c = static_cast<char>(random());
    // Some of it looks like a record.
    if (i % 2 == 0) noise.replace(0, 3, "\x16\x03\x01", 3);
    BOOST_TEST(is_of_tls(answer_to(noise)));
    Plain plain = plain_pair();
    TLSStream client(std::move(plain.client), TLSContext::client(believing()), "localhost");
    plain.server.send_all(noise);
    plain.server.shutdown_send();
    BOOST_TEST(is_of_tls(code_of([&] { client.handshake(kPatience); })));
  }
}

BOOST_AUTO_TEST_CASE(a_record_longer_than_may_be_is_an_error) {
  BOOST_TEST(
      is_of_tls(answer_to(std::string("\x16\x03\x01\xff\xff", 5) + std::string(70'000, 'x'))));
}

// ---- nothing in common ----

BOOST_AUTO_TEST_CASE(a_client_that_speaks_tls_1_1_only_is_refused) {
  Visit visit(TLS1_1_VERSION);
  auto client = spawn([&] { return visit.client.handshake(); });
  std::error_code code;
  const std::string text = text_of([&] {
    try {
      visit.server.handshake(kPatience);
    } catch (const TLSError& error) {
      code = error.code();
      throw;
    }
  });
  BOOST_TEST(text == "TLS handshake: unsupported protocol");
  BOOST_TEST(is(code, TLSErrc::handshake));
  BOOST_TEST(contains(client.get(), "alert protocol version"));
}

BOOST_AUTO_TEST_CASE(a_client_without_a_cipher_that_we_have_is_refused) {
  Visit visit(TLS1_2_VERSION, "AES128-SHA:@SECLEVEL=0");
  auto client = spawn([&] { return visit.client.handshake(); });
  BOOST_TEST(text_of([&] { visit.server.handshake(kPatience); }) ==
             "TLS handshake: no shared cipher");
  BOOST_TEST(contains(client.get(), "alert handshake failure"));
}

BOOST_AUTO_TEST_CASE(both_ends_say_why_a_certificate_is_not_accepted) {
  const Outcome other_name = shake(TLSContext::client(believing()), usual_server(), "example.org");
  BOOST_TEST(other_name.client ==
             "TLS handshake with example.org: the certificate is not for this name");
  BOOST_TEST(is(other_name.server_code, TLSErrc::refused));
  BOOST_TEST(contains(other_name.server, "bad certificate"));

  const Identity old = make_self_signed({.validity = -1s});
  const TemporaryFile file(old.certificate);
  const Outcome expired =
      shake(TLSContext::client({.ca_file = file.name()}), TLSContext::server({.identity = old}));
  BOOST_TEST(expired.client == "TLS handshake with localhost: certificate has expired");
  BOOST_TEST(is(expired.server_code, TLSErrc::refused));
  BOOST_TEST(contains(expired.server, "certificate expired"));
}

// ---- after the handshake ----

BOOST_AUTO_TEST_CASE(a_client_cannot_renegotiate) {
  Visit visit(TLS1_2_VERSION);
  auto echo = spawn([&] {
    return text_of([&] {
      for (;;) visit.server.send_all(receive_text(visit.server));
    });
  });
  BOOST_TEST(visit.client.handshake() == "");
  BOOST_TEST(visit.client.send("before") == "");
  BOOST_TEST(visit.client.receive() == "before");
  BOOST_TEST(contains(visit.client.attempt([](SSL* ssl) {
    SSL_renegotiate(ssl);
    return SSL_do_handshake(ssl);
  }),
                      "no renegotiation"));
  // OpenSSL's client gives up then.
  BOOST_TEST(echo.get() == "receive: sslv3 alert handshake failure");
}

BOOST_AUTO_TEST_CASE(keys_may_be_renewed_at_any_time) {
  Visit visit(TLS1_3_VERSION);
  auto echo = spawn([&] {
    for (int i = 0; i < 100; ++i) visit.server.send_all(receive_text(visit.server));
  });
  BOOST_TEST(visit.client.handshake() == "");
  for (int i = 0; i < 100; ++i) {
    visit.client.attempt([](SSL* ssl) { return SSL_key_update(ssl, SSL_KEY_UPDATE_REQUESTED); });
    BOOST_TEST(visit.client.send("x") == "");
    BOOST_TEST(visit.client.receive() == "x");
  }
  echo.get();
}

BOOST_AUTO_TEST_SUITE_END()
