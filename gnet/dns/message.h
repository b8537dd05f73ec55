// The messages of DNS (RFC 1035, RFC 6891): questions to be sent, and answers that have come.
//
//   const std::string query = gnet::dns::build_query({"example.org", *type_of("MX")}, id);
//   …
//   if (!gnet::dns::is_answer_to(query, answer)) return;      // somebody else's, or forged
//   for (const auto& record : gnet::dns::parse_message(answer).answers) {
//     fmt::print("{} {}\n", record.name, record.text);        // example.org. 10 mail.example.org.
//   }
//
// What comes may be anything: parse_message() reads it within its bounds, or says that it is
// malformed. Texts are safe to print: what is no printable ASCII is escaped, as in "\010".
//
// Threads: functions without state, and values.

#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "gnet/dns/names.h"

namespace gnet::dns {

// The text cannot be a name of DNS: a label of more than 63 bytes, or more than 255 in all.
class BadName : public std::invalid_argument {
 public:
  BadName(std::string_view name, std::string_view problem);
};

// What has come is no message: it is cut off, or a name in it leads to itself.
class BadMessage : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Question {
  std::string name;  // with or without the dot at its end; "\." is a dot within a label
  std::uint16_t type = kA;
  std::uint16_t class_number = kIN;
};

// A network, of which so many bits count.
struct Subnet {
  std::string address;  // 4 bytes, or 16, as they are sent
  unsigned bits = 0;

  // "192.0.2.0/24", "2001:db8::/32", or an address alone. Throws std::invalid_argument.
  [[nodiscard]] static Subnet parse(std::string_view text);
};

// What a query says beside its question.
struct QueryOptions {
  bool recursion = true;              // RD: find it, wherever it is
  bool authentic = false;             // AD: say whether it was verified
  bool checking_disabled = false;     // CD: do not verify it
  bool dnssec = false;                // DO: with the signatures
  std::uint16_t udp_size = 1232;      // the largest answer over UDP; 0: as it was before EDNS
  bool nsid = false;                  // which one of its machines is the server?
  bool padding = false;               // to a multiple of 128 bytes (RFC 8467)
  std::string cookie = {};            // 8 bytes, and those of the server behind them (RFC 7873)
  std::optional<Subnet> subnet = {};  // whom the answer is for (RFC 7871)

  // Whether it has anything of EDNS.
  [[nodiscard]] bool has_edns() const noexcept {
    return udp_size > 0 || dnssec || nsid || padding || !cookie.empty() || subnet;
  }
};

// Throws BadName.
[[nodiscard]] std::string build_query(const Question& question, std::uint16_t id,
                                      const QueryOptions& options = {});

// Whether these bytes are the answer to that query: its number, its question. The name may come
// with other capitals. An error may leave the question out.
[[nodiscard]] bool is_answer_to(std::string_view query, std::string_view answer) noexcept;

// One part of what a record says, by its name: {"preference", 10}, {"exchange", "mx.test."}. Texts
// of TXT are as they came, with whatever bytes.
struct Field {
  using Value = std::variant<std::uint64_t, std::string, std::vector<std::string>>;
  std::string_view name;
  Value value;
};

struct Record {
  std::string name;  // ends with a dot
  std::uint16_t type = 0;
  std::uint16_t class_number = kIN;
  std::uint32_t ttl = 0;           // seconds
  std::string text = {};           // what it says, as zone files have it
  std::vector<Field> fields = {};  // the same in parts; none for types that are rare

  // "mail.example.org. 300 IN A 192.0.2.1"
  [[nodiscard]] std::string to_string() const;
};

// Why the server has answered so, see RFC 8914.
struct ExtendedError {
  unsigned code = 0;
  std::string text;

  // "blocked: by order", or "error 4711".
  [[nodiscard]] std::string to_string() const;
};

// What a server says by EDNS.
struct EDNS {
  std::uint16_t udp_size = 0;
  unsigned version = 0;
  bool dnssec = false;
  std::optional<std::string> nsid = {};  // bytes
  std::string cookie = {};               // bytes
  std::vector<ExtendedError> errors = {};
  std::optional<std::string> subnet = {};  // "192.0.2.0/24/20": asked, and for which it holds
  std::optional<std::size_t> padding = {};
};

struct Message {
  std::uint16_t id = 0;
  bool response = false;             // QR
  bool authoritative = false;        // AA
  bool truncated = false;            // TC: there is more than this
  bool recursion = false;            // RD
  bool recursion_available = false;  // RA
  bool authentic = false;            // AD
  bool checking_disabled = false;    // CD
  unsigned rcode = 0;                // with the bits that EDNS has of it
  std::vector<Record> answers = {};
  std::vector<Record> authority = {};
  std::vector<Record> additional = {};
  std::optional<EDNS> edns = {};

  // "qr rd ra"
  [[nodiscard]] std::string flags() const;
};

// Throws BadMessage. Of one that is truncated it takes what there is.
[[nodiscard]] Message parse_message(std::string_view bytes);

// Drops answers that are not of the query's class, nor of its name or one that this is an alias of
// by way of 16 at most: a server may say what it likes of other names, and is not believed (RFC
// 5452 §6).
void drop_strange_answers(Message& message, std::string_view query);

}  // namespace gnet::dns
