#include "gnet/link/start_tls.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <system_error>

#include "gnet/io/buffered.h"

namespace gnet::link {
namespace {

constexpr std::size_t kLongestLine = 4096;
constexpr int kMostLines = 200;              // of one answer
constexpr std::size_t kMostXML = 64 * 1024;  // of one element
constexpr std::size_t kMostPacket = 4096;    // of mysql, ldap
constexpr std::size_t kMostText = 200;       // of a refusal that is repeated

struct Row {
  std::string_view name;
  std::uint16_t port;
};
constexpr std::array kProtocols = std::to_array<Row>({{"smtp", 25},
                                                      {"imap", 143},
                                                      {"pop3", 110},
                                                      {"ftp", 21},
                                                      {"xmpp", 5222},
                                                      {"ldap", 389},
                                                      {"postgres", 5432},
                                                      {"mysql", 3306}});

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

bool starts_ignoring_case(std::string_view text, std::string_view start) {
  return equal_ignoring_case(text.substr(0, start.size()), start);
}

// One such conversation, up to where TLS begins.
class Conversation {
 public:
  Conversation(ByteStream& stream, StartTLS protocol, const std::string& host, Deadline deadline)
      : stream_(stream),
        reader_(stream, kLongestLine),
        protocol_(protocol),
        host_(host),
        deadline_(deadline) {}

  void run() {
    try {
      talk();
    } catch (const std::system_error& error) {
      // A server that ends without having read all of what it was sent resets.
      if (error.code() != std::errc::connection_reset && error.code() != std::errc::broken_pipe)
        throw;
      fail("the server has ended the connection");
    }
    // Somebody in between has sent it, for it to be taken for what was secured (CVE-2011-0411).
    if (reader_.buffered() > 0) fail("the server goes on in the clear where TLS should begin");
  }

 private:
  void talk() {
    switch (protocol_) {
      case StartTLS::smtp:
        return smtp();
      case StartTLS::imap:
        return imap();
      case StartTLS::pop3:
        return pop3();
      case StartTLS::ftp:
        return ftp();
      case StartTLS::xmpp:
        return xmpp();
      case StartTLS::ldap:
        return ldap();
      case StartTLS::postgres:
        return postgres();
      case StartTLS::mysql:
        return mysql();
    }
  }

  [[noreturn]] void fail(std::string_view reason) const {
    throw StartTLSError(fmt::format("{}: {}", to_string(protocol_), reason));
  }
  [[noreturn]] void refused(std::string_view answer) const {
    fail(fmt::format("the server refuses TLS: {}", answer.substr(0, kMostText)));
  }
  [[noreturn]] void strange(std::string_view answer) const {
    fail(fmt::format("this is no server of {}: '{}'", to_string(protocol_),
                     answer.substr(0, kMostText)));
  }

  void send(std::string_view text) { stream_.send_all(text, deadline_); }

  std::string line() {
    try {
      if (auto line = reader_.read_line(deadline_, kLongestLine)) return *std::move(line);
    } catch (const std::length_error&) {
      fail("a line of the server is too long");
    }
    fail("the server has ended the connection");
  }

  std::string bytes(std::size_t count) {
    if (!reader_.wait_for(count, deadline_)) fail("the server has ended the connection");
    return reader_.read_exactly(count, deadline_);
  }

  // ---- smtp and ftp: "250-first", "250 last" (RFC 5321, 4.2.1; RFC 959, 4.2) ----

  // The last line of an answer; calls f with what stands behind the number in each.
  template <typename F>
  std::string reply(F&& f) {
    std::string number;
    for (int i = 0; i < kMostLines; ++i) {
      std::string text = line();
      const bool numbered =
          text.size() >= 3 && std::all_of(text.begin(), text.begin() + 3, [](char c) {
            return std::isdigit(static_cast<unsigned char>(c)) != 0;
          });
      // In the middle of an answer of ftp lines may be anything.
      if (number.empty() && !numbered) strange(text);
      if (number.empty()) number = text.substr(0, 3);
      const bool has_text = text.size() > 4;
      f(has_text ? std::string_view(text).substr(4) : std::string_view());
      const bool goes_on = text.size() > 3 && text[3] == '-';
      if (numbered && text.starts_with(number) && !goes_on) return text;
    }
    fail("an answer of the server does not end");
  }
  std::string reply() {
    return reply([](std::string_view) {});
  }

  void smtp() {
    if (const std::string greeting = reply(); !greeting.starts_with("220")) strange(greeting);
    send("EHLO gnet.invalid\r\n");
    bool offered = false;
    const std::string hello = reply(
        [&](std::string_view word) { offered = offered || equal_ignoring_case(word, "STARTTLS"); });
    if (!hello.starts_with("250")) refused(hello);
    if (!offered) fail("the server does not offer TLS");
    send("STARTTLS\r\n");
    if (const std::string answer = reply(); !answer.starts_with("220")) refused(answer);
  }

  void ftp() {
    // 120: the service will be ready in a while.
    std::string greeting = reply();
    if (greeting.starts_with("120")) greeting = reply();
    if (!greeting.starts_with("220")) strange(greeting);
    send("AUTH TLS\r\n");
    if (const std::string answer = reply(); !answer.starts_with("234")) refused(answer);
  }

  // ---- imap and pop3 (RFC 2595) ----

  void imap() {
    const std::string greeting = line();
    if (!starts_ignoring_case(greeting, "* OK") && !starts_ignoring_case(greeting, "* PREAUTH")) {
      strange(greeting);
    }
    send("a1 STARTTLS\r\n");
    for (int i = 0; i < kMostLines; ++i) {
      const std::string answer = line();
      if (answer.starts_with("* ")) continue;  // said to nobody in particular
      if (starts_ignoring_case(answer, "a1 OK")) return;
      refused(answer);
    }
    fail("an answer of the server does not end");
  }

  void pop3() {
    if (const std::string greeting = line(); !greeting.starts_with("+OK")) strange(greeting);
    send("STLS\r\n");
    if (const std::string answer = line(); !answer.starts_with("+OK")) refused(answer);
  }

  // ---- xmpp (RFC 6120, 5) ----

  // What comes up to a tag that begins like one of these, and it.
  std::string up_to(std::initializer_list<std::string_view> ends) {
    std::string text;
    while (text.size() < kMostXML) {
      std::optional<std::string> piece;
      try {
        piece = reader_.read_until(">", deadline_, kMostXML);
      } catch (const std::length_error&) {
        break;
      }
      if (!piece || !piece->ends_with('>')) fail("the server has ended the connection");
      const std::size_t begin = piece->rfind('<');
      if (begin == piece->npos) strange(*piece);
      text += *piece;
      const std::string_view tag = std::string_view(*piece).substr(begin);
      if (std::ranges::any_of(ends, [&](std::string_view end) { return tag.starts_with(end); })) {
        return text;
      }
    }
    fail("an answer of the server does not end");
  }

  void xmpp() {
    std::string host;
    for (const char c : host_) {
      const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 ||
                         std::string_view("-._:").find(c) != std::string_view::npos;
      if (plain) host += c;
    }
    send(
        fmt::format("<?xml version='1.0'?><stream:stream to='{}' version='1.0' "
                    "xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>",
                    host));
    const std::string features = up_to(
        {"</stream:features", "<stream:features/", "</features", "<stream:error", "</stream"});
    if (features.find("urn:ietf:params:xml:ns:xmpp-tls") == features.npos) {
      fail("the server does not offer TLS");
    }
    send("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
    const std::string answer = up_to({"<proceed", "<failure", "</stream"});
    if (answer.find("<proceed") == answer.npos) refused(answer);
    // <proceed …></proceed>
    if (!answer.ends_with("/>")) static_cast<void>(up_to({"</proceed"}));
  }

  // ---- ldap: an extended request (RFC 4511, 4.14) ----

  void ldap() {
    constexpr std::string_view kRequest =
        "\x30\x1d\x02\x01\x01\x77\x18\x80\x16"
        "1.3.6.1.4.1.1466.20037";
    send(kRequest);
    const std::string head = bytes(2);
    if (head[0] != 0x30) strange("no message of LDAP");
    std::size_t size = static_cast<unsigned char>(head[1]);
    if (size >= 0x80) {
      const std::size_t count = size - 0x80;
      if (count == 0 || count > 4) strange("no message of LDAP");
      size = 0;
      for (const char c : bytes(count)) size = size << 8 | static_cast<unsigned char>(c);
    }
    if (size > kMostPacket) fail("an answer of the server is too long");
    // The number of the message, the extended response, and its resultCode first: each with a
    // length.
    const std::string body = bytes(size);
    BER left{body};
    const auto number = left.take(0x02);
    const auto response = left.take(0x78);
    if (!number || !response) strange("no extended response");
    BER inside{*response};
    const auto code = inside.take(0x0a);
    if (!code || code->size() != 1) strange("no result");
    if (code->front() == 0) return;
    static_cast<void>(inside.take(0x04));  // matchedDN
    const auto text = inside.take(0x04);
    refused(fmt::format("result {} {}", static_cast<int>(static_cast<unsigned char>(code->front())),
                        text.value_or("")));
  }

  // The parts of a message of LDAP, one after the other.
  struct BER {
    std::string_view left;

    std::optional<std::string_view> take(unsigned char tag) {
      if (left.size() < 2 || static_cast<unsigned char>(left[0]) != tag) return std::nullopt;
      std::size_t size = static_cast<unsigned char>(left[1]);
      std::size_t head = 2;
      if (size >= 0x80) {
        const std::size_t count = size - 0x80;
        if (count == 0 || count > 4 || left.size() < 2 + count) return std::nullopt;
        size = 0;
        for (; head < 2 + count; ++head) size = size << 8 | static_cast<unsigned char>(left[head]);
      }
      if (left.size() - head < size) return std::nullopt;
      const std::string_view value = left.substr(head, size);
      left.remove_prefix(head + size);
      return value;
    }
  };

  // ---- postgres: SSLRequest, and a letter for an answer ----

  void postgres() {
    constexpr std::string_view kRequest("\0\0\0\x08\x04\xd2\x16\x2f", 8);
    send(kRequest);
    const std::string answer = bytes(1);
    if (answer == "S") return;
    if (answer == "N") refused("N");
    strange(answer);
  }

  // ---- mysql: the server speaks first, and says what it can ----

  void mysql() {
    constexpr unsigned kSSL = 0x0800;
    constexpr unsigned kProtocol41 = 0x0200;
    constexpr unsigned kSecureConnection = 0x8000;
    const std::string head = bytes(4);
    const auto byte = [](std::string_view text, std::size_t at) {
      return static_cast<unsigned>(static_cast<unsigned char>(text[at]));
    };
    const std::size_t size = byte(head, 0) | byte(head, 1) << 8 | byte(head, 2) << 16;
    if (size > kMostPacket) strange("no greeting of MySQL");
    const std::string greeting = bytes(size);
    if (greeting.starts_with('\xff'))
      refused(greeting.size() > 3 ? greeting.substr(3) : "an error");
    // Its version ends with NUL; a thread, eight bytes of salt and one of filling follow.
    const std::size_t version = greeting.find('\0', 1);
    if (!greeting.starts_with('\x0a') || version == greeting.npos ||
        greeting.size() < version + 1 + 4 + 8 + 1 + 2) {
      strange("no greeting of MySQL");
    }
    const std::size_t at = version + 1 + 4 + 8 + 1;
    if (((byte(greeting, at) | byte(greeting, at + 1) << 8) & kSSL) == 0) {
      fail("the server does not offer TLS");
    }
    constexpr unsigned kWanted = kSSL | kProtocol41 | kSecureConnection;
    std::string request(4 + 32, '\0');
    request[0] = 32;
    request[3] = static_cast<char>(byte(head, 3) + 1);
    request[4] = static_cast<char>(kWanted & 0xff);
    request[5] = static_cast<char>(kWanted >> 8);
    request[11] = 1;   // packets of up to 16 MiB
    request[12] = 33;  // utf8
    send(request);
  }

  ByteStream& stream_;
  BufferedReader<ByteStream> reader_;
  const StartTLS protocol_;
  const std::string& host_;
  const Deadline deadline_;
};

}  // namespace

std::string_view to_string(StartTLS protocol) noexcept {
  return kProtocols[static_cast<std::size_t>(protocol)].name;
}

std::optional<StartTLS> start_tls_by_name(std::string_view name) noexcept {
  if (equal_ignoring_case(name, "postgresql")) return StartTLS::postgres;
  for (std::size_t i = 0; i < kProtocols.size(); ++i) {
    if (equal_ignoring_case(name, kProtocols[i].name)) return static_cast<StartTLS>(i);
  }
  return std::nullopt;
}

std::uint16_t port_of(StartTLS protocol) noexcept {
  return kProtocols[static_cast<std::size_t>(protocol)].port;
}

void start_tls(ByteStream& stream, StartTLS protocol, const std::string& host, Deadline deadline) {
  Conversation(stream, protocol, host, deadline).run();
}

}  // namespace gnet::link
