#include "gnet/dns/message.h"

#include <fmt/format.h>
#include <ldns/ldns.h>

#include <algorithm>
#include <asio/ip/address.hpp>
#include <charconv>
#include <iterator>
#include <span>
#include <system_error>

#include "gnet/base/utf8.h"
#include "gnet/dns/ldns_owner.h"

namespace gnet::dns {
namespace {

constexpr std::size_t kHeader = 12;
constexpr std::size_t kPaddingBlock = 128;

std::uint16_t number_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>(static_cast<unsigned char>(bytes[at]) << 8 |
                                    static_cast<unsigned char>(bytes[at + 1]));
}

void put_number(std::string& out, std::size_t number) {
  out += static_cast<char>(number >> 8);
  out += static_cast<char>(number);
}

const std::uint8_t* data_of(std::string_view bytes) {
  return reinterpret_cast<const std::uint8_t*>(bytes.data());
}

std::string_view bytes_of(const ldns_rdf* data) {
  return {reinterpret_cast<const char*>(ldns_rdf_data(data)), ldns_rdf_size(data)};
}

// ---- queries ----

void put_option(std::string& options, unsigned code, std::string_view value) {
  put_number(options, code);
  put_number(options, value.size());
  options += value;
}

std::string subnet_option(const Subnet& subnet) {
  std::string value;
  put_number(value, subnet.address.size() == 4 ? 1 : 2);
  value += static_cast<char>(subnet.bits);
  value += '\0';
  std::string bytes = subnet.address.substr(0, (subnet.bits + 7) / 8);
  if (subnet.bits % 8 != 0) bytes.back() &= static_cast<char>(0xff << (8 - subnet.bits % 8));
  return value + bytes;
}

// `size`: of the query up to here, with the head of the OPT record.
std::string edns_options(const QueryOptions& options, std::size_t size) {
  std::string out;
  if (options.nsid) put_option(out, LDNS_EDNS_NSID, {});
  if (options.subnet) put_option(out, LDNS_EDNS_CLIENT_SUBNET, subnet_option(*options.subnet));
  if (!options.cookie.empty()) put_option(out, LDNS_EDNS_COOKIE, options.cookie);
  if (options.padding) {
    const std::size_t used = size + out.size() + 4;
    const std::size_t missing = (kPaddingBlock - used % kPaddingBlock) % kPaddingBlock;
    put_option(out, LDNS_EDNS_PADDING, std::string(missing, '\0'));
  }
  return out;
}

// ---- records ----

// What the parts of a record are called, in their order.
struct Layout {
  std::uint16_t type;
  std::vector<std::string_view> names;
};

std::span<const Layout> layouts() {
  static const std::vector<Layout> all = {
      {LDNS_RR_TYPE_A, {"address"}},
      {LDNS_RR_TYPE_AAAA, {"address"}},
      {LDNS_RR_TYPE_CNAME, {"target"}},
      {LDNS_RR_TYPE_DNAME, {"target"}},
      {LDNS_RR_TYPE_NS, {"target"}},
      {LDNS_RR_TYPE_PTR, {"target"}},
      {LDNS_RR_TYPE_MX, {"preference", "exchange"}},
      {LDNS_RR_TYPE_SRV, {"priority", "weight", "port", "target"}},
      {LDNS_RR_TYPE_SOA, {"mname", "rname", "serial", "refresh", "retry", "expire", "minimum"}},
      {LDNS_RR_TYPE_CAA, {"flags", "tag", "value"}},
      {LDNS_RR_TYPE_HTTPS, {"priority", "target", "params"}},
      {LDNS_RR_TYPE_SVCB, {"priority", "target", "params"}},
      {LDNS_RR_TYPE_NAPTR, {"order", "preference", "flags", "service", "regexp", "replacement"}},
      {LDNS_RR_TYPE_URI, {"priority", "weight", "target"}},
      {LDNS_RR_TYPE_DS, {"key_tag", "algorithm", "digest_type", "digest"}},
      {LDNS_RR_TYPE_CDS, {"key_tag", "algorithm", "digest_type", "digest"}},
      {LDNS_RR_TYPE_DNSKEY, {"flags", "protocol", "algorithm", "public_key"}},
      {LDNS_RR_TYPE_CDNSKEY, {"flags", "protocol", "algorithm", "public_key"}},
      {LDNS_RR_TYPE_RRSIG,
       {"type_covered", "algorithm", "labels", "original_ttl", "expiration", "inception", "key_tag",
        "signer", "signature"}},
      {LDNS_RR_TYPE_NSEC, {"next", "types"}},
      {LDNS_RR_TYPE_TLSA, {"usage", "selector", "matching_type", "certificate"}},
      {LDNS_RR_TYPE_SSHFP, {"algorithm", "fingerprint_type", "fingerprint"}},
      {LDNS_RR_TYPE_HINFO, {"cpu", "os"}},
  };
  return all;
}

// What is not text comes as RFC 3597 has it.
std::string text_of(const ldns_rdf* data) {
  if (std::string text = detail::text_of(ldns_rdf2str(data)); !text.empty()) return text;
  std::string text = fmt::format("\\# {}", ldns_rdf_size(data));
  if (ldns_rdf_size(data) > 0) text += ' ';
  for (const unsigned char byte : bytes_of(data)) text += fmt::format("{:02x}", byte);
  return text;
}

// A text as it came, without quotes and escapes.
std::optional<std::string> string_of(const ldns_rdf* data) {
  const std::string_view bytes = bytes_of(data);
  switch (ldns_rdf_get_type(data)) {
    case LDNS_RDF_TYPE_STR:
    case LDNS_RDF_TYPE_TAG:
      return std::string(bytes.substr(std::min<std::size_t>(1, bytes.size())));
    case LDNS_RDF_TYPE_LONG_STR:
      return std::string(bytes);
    default:
      return std::nullopt;
  }
}

Field::Value value_of(const ldns_rdf* data) {
  switch (ldns_rdf_get_type(data)) {
    case LDNS_RDF_TYPE_INT8:
    case LDNS_RDF_TYPE_INT16:
    case LDNS_RDF_TYPE_INT32:
    case LDNS_RDF_TYPE_PERIOD:
    case LDNS_RDF_TYPE_ALG:
    case LDNS_RDF_TYPE_CERTIFICATE_USAGE:
    case LDNS_RDF_TYPE_SELECTOR:
    case LDNS_RDF_TYPE_MATCHING_TYPE: {
      std::uint64_t number = 0;
      for (const unsigned char byte : bytes_of(data)) number = number << 8 | byte;
      return number;
    }
    default:
      break;
  }
  if (auto text = string_of(data)) return *std::move(text);
  return text_of(data);
}

std::vector<Field> fields_of(const ldns_rr* record) {
  const std::uint16_t type = ldns_rr_get_type(record);
  std::vector<Field> fields;
  if (type == LDNS_RR_TYPE_TXT || type == LDNS_RR_TYPE_SPF) {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < ldns_rr_rd_count(record); ++i) {
      texts.push_back(string_of(ldns_rr_rdf(record, i)).value_or(""));
    }
    fields.push_back({"text", std::move(texts)});
    return fields;
  }
  const auto layout = std::ranges::find(layouts(), type, &Layout::type);
  if (layout == layouts().end()) return fields;
  for (std::size_t i = 0; i < std::min(layout->names.size(), ldns_rr_rd_count(record)); ++i) {
    fields.push_back({layout->names[i], value_of(ldns_rr_rdf(record, i))});
  }
  return fields;
}

Record record_of(const ldns_rr* parsed) {
  Record record{.name = text_of(ldns_rr_owner(parsed)),
                .type = static_cast<std::uint16_t>(ldns_rr_get_type(parsed)),
                .class_number = static_cast<std::uint16_t>(ldns_rr_get_class(parsed)),
                .ttl = ldns_rr_ttl(parsed)};
  for (std::size_t i = 0; i < ldns_rr_rd_count(parsed); ++i) {
    if (i > 0) record.text += ' ';
    record.text += text_of(ldns_rr_rdf(parsed, i));
  }
  if (record.text.empty()) record.text = "\\# 0";
  record.fields = fields_of(parsed);
  return record;
}

// ---- EDNS ----

std::string subnet_text(std::string_view value) {
  if (value.size() < 4) return {};
  const bool v4 = number_at(value, 0) == 1;
  const auto asked = static_cast<unsigned char>(value[2]);
  const auto scope = static_cast<unsigned char>(value[3]);
  const std::string_view bytes = value.substr(4);
  std::string text;
  if (v4) {
    asio::ip::address_v4::bytes_type address{};
    if (bytes.size() > address.size()) return {};
    std::ranges::copy(bytes, address.begin());
    text = asio::ip::address_v4(address).to_string();
  } else {
    asio::ip::address_v6::bytes_type address{};
    if (bytes.size() > address.size()) return {};
    std::ranges::copy(bytes, address.begin());
    text = asio::ip::address_v6(address).to_string();
  }
  return fmt::format("{}/{}/{}", text, asked, scope);
}

void take_option(EDNS& edns, unsigned code, std::string_view value) {
  switch (code) {
    case LDNS_EDNS_NSID:
      edns.nsid = std::string(value);
      break;
    case LDNS_EDNS_COOKIE:
      edns.cookie = std::string(value);
      break;
    case LDNS_EDNS_EDE:
      if (value.size() < 2) throw BadMessage("an extended error is cut off");
      edns.errors.push_back({number_at(value, 0), std::string(value.substr(2))});
      break;
    case LDNS_EDNS_CLIENT_SUBNET:
      edns.subnet = subnet_text(value);
      break;
    case LDNS_EDNS_PADDING:
      edns.padding = value.size();
      break;
    default:
      break;
  }
}

EDNS edns_of(const ldns_rr* record) {
  const std::uint32_t ttl = ldns_rr_ttl(record);
  EDNS edns{.udp_size = static_cast<std::uint16_t>(ldns_rr_get_class(record)),
            .version = ttl >> 16 & 0xff,
            .dnssec = (ttl & 0x8000) != 0};
  if (ldns_rr_rd_count(record) == 0) return edns;
  for (std::string_view left = bytes_of(ldns_rr_rdf(record, 0)); !left.empty();) {
    if (left.size() < 4) throw BadMessage("an option of EDNS is cut off");
    const std::size_t size = number_at(left, 2);
    if (left.size() - 4 < size) throw BadMessage("an option of EDNS is cut off");
    take_option(edns, number_at(left, 0), left.substr(4, size));
    left.remove_prefix(4 + size);
  }
  return edns;
}

// ---- messages ----

std::size_t end_of_question(std::string_view bytes) noexcept {
  std::size_t at = kHeader;
  while (at < bytes.size() && bytes[at] != 0) at += 1 + static_cast<unsigned char>(bytes[at]);
  return at + 5;
}

char lower(char letter) noexcept {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter | 0x20) : letter;
}

class MessageReader {
 public:
  explicit MessageReader(std::string_view bytes) : bytes_(bytes) {}

  Message read() {
    if (bytes_.size() < kHeader) throw BadMessage("the answer is shorter than a header");
    read_flags();
    try {
      read_section(number_at(bytes_, 4), LDNS_SECTION_QUESTION, nullptr);
      read_section(number_at(bytes_, 6), LDNS_SECTION_ANSWER, &message_.answers);
      read_section(number_at(bytes_, 8), LDNS_SECTION_AUTHORITY, &message_.authority);
      read_section(number_at(bytes_, 10), LDNS_SECTION_ADDITIONAL, &message_.additional);
    } catch (const BadMessage&) {
      if (!message_.truncated) throw;
    }
    return std::move(message_);
  }

 private:
  void read_flags() {
    const unsigned flags = number_at(bytes_, 2);
    message_.id = number_at(bytes_, 0);
    message_.response = (flags & 0x8000) != 0;
    message_.authoritative = (flags & 0x0400) != 0;
    message_.truncated = (flags & 0x0200) != 0;
    message_.recursion = (flags & 0x0100) != 0;
    message_.recursion_available = (flags & 0x0080) != 0;
    message_.authentic = (flags & 0x0020) != 0;
    message_.checking_disabled = (flags & 0x0010) != 0;
    message_.rcode = flags & 15;
  }

  void read_section(unsigned count, ldns_pkt_section section, std::vector<Record>* records) {
    for (unsigned i = 0; i < count; ++i) {
      const std::size_t began = at_;
      ldns_rr* parsed = nullptr;
      const ldns_status status =
          ldns_wire2rr(&parsed, data_of(bytes_), bytes_.size(), &at_, section);
      const detail::OwnedRecord record(status == LDNS_STATUS_OK ? parsed : nullptr);
      if (!record) {
        throw BadMessage(fmt::format("the answer is malformed at byte {}: {}", began,
                                     ldns_get_errorstr_by_id(status)));
      }
      if (records == nullptr) continue;
      if (ldns_rr_get_type(record.get()) == LDNS_RR_TYPE_OPT) {
        take_edns(record.get());
      } else {
        records->push_back(record_of(record.get()));
      }
    }
  }

  void take_edns(const ldns_rr* record) {
    if (message_.edns) throw BadMessage("the answer is malformed: it has two OPT records");
    message_.edns = edns_of(record);
    message_.rcode |= ldns_rr_ttl(record) >> 24 << 4;
  }

  const std::string_view bytes_;
  std::size_t at_ = kHeader;
  Message message_;
};

// ---- whose records an answer has ----

bool is_same_name(std::string_view a, std::string_view b) noexcept {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

// "www.example.org." is below "org.", but not below itself.
bool is_below(std::string_view name, std::string_view parent) noexcept {
  return name.size() > parent.size() && name[name.size() - parent.size() - 1] == '.' &&
         is_same_name(name.substr(name.size() - parent.size()), parent);
}

// The name that is asked for, and those that it leads to, in their order.
std::vector<std::string_view> names_of(std::string_view asked, const std::vector<Record>& records) {
  constexpr std::size_t kMostNames = 17;
  std::vector<std::string_view> names{asked};
  while (names.size() < kMostNames) {
    const auto alias = std::ranges::find_if(records, [&](const Record& record) {
      return record.type == kCNAME && is_same_name(record.name, names.back());
    });
    if (alias == records.end()) break;
    names.push_back(alias->text);
  }
  return names;
}

// Records of DNAME, and their signatures, belong to a name above.
bool may_stand_above(const Record& record) noexcept {
  return record.type == LDNS_RR_TYPE_DNAME || record.type == LDNS_RR_TYPE_RRSIG;
}

}  // namespace

BadName::BadName(std::string_view name, std::string_view problem)
    : std::invalid_argument(fmt::format("bad name '{}': {}", printable(name), problem)) {}

Subnet Subnet::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  asio::error_code error;
  const auto address = asio::ip::make_address(std::string(text.substr(0, slash)), error);
  Subnet subnet;
  const auto take = [&](const auto& bytes) { subnet.address.assign(bytes.begin(), bytes.end()); };
  address.is_v4() ? take(address.to_v4().to_bytes()) : take(address.to_v6().to_bytes());
  const unsigned most = address.is_v4() ? 32 : 128;
  subnet.bits = most;
  bool good = !error && !(address.is_v6() && address.to_v6().scope_id() != 0);
  if (slash != text.npos) {
    const std::string_view bits = text.substr(slash + 1);
    const auto [end, problem] =
        std::from_chars(bits.data(), bits.data() + bits.size(), subnet.bits);
    good = good && problem == std::errc() && end == bits.data() + bits.size();
  }
  if (!good || subnet.bits > most) {
    throw std::invalid_argument(
        fmt::format("bad network '{}': must be like 192.0.2.0/24", printable(text)));
  }
  return subnet;
}

std::string build_query(const Question& question, std::uint16_t id, const QueryOptions& options) {
  if (question.name.empty() || question.name.find('\0') != std::string::npos) {
    throw BadName(question.name, "a name has letters");
  }
  ldns_rdf* parsed = nullptr;
  const ldns_status status = ldns_str2rdf_dname(&parsed, question.name.c_str());
  const detail::OwnedData name(status == LDNS_STATUS_OK ? parsed : nullptr);
  if (!name) {
    std::string reason = ldns_get_errorstr_by_id(status);
    if (status == LDNS_STATUS_LABEL_OVERFLOW) reason = "a label has at most 63 bytes";
    if (status == LDNS_STATUS_DOMAINNAME_OVERFLOW) reason = "a name has at most 255 bytes";
    if (status == LDNS_STATUS_EMPTY_LABEL) reason = "two dots with nothing between them";
    throw BadName(question.name, reason);
  }
  std::string query;
  put_number(query, id);
  put_number(query, (options.recursion ? 0x0100U : 0U) | (options.authentic ? 0x0020U : 0U) |
                        (options.checking_disabled ? 0x0010U : 0U));
  put_number(query, 1);
  put_number(query, 0);
  put_number(query, 0);
  put_number(query, options.has_edns() ? 1 : 0);
  query += bytes_of(name.get());
  put_number(query, question.type);
  put_number(query, question.class_number);
  if (!options.has_edns()) return query;
  query += '\0';
  put_number(query, kOPT);
  put_number(query, std::max<std::uint16_t>(options.udp_size, 512));
  put_number(query, 0);  // extended status, version
  put_number(query, options.dnssec ? 0x8000 : 0);
  const std::string extra = edns_options(options, query.size() + 2);
  put_number(query, extra.size());
  return query + extra;
}

bool is_answer_to(std::string_view query, std::string_view answer) noexcept {
  if (answer.size() < kHeader || query.size() < kHeader) return false;
  if (answer.substr(0, 2) != query.substr(0, 2)) return false;
  const bool is_response = (answer[2] & 0x80) != 0;
  const bool same_kind = ((answer[2] ^ query[2]) & 0x78) == 0;
  if (!is_response || !same_kind) return false;
  const unsigned rcode = answer[3] & 15;
  const bool failed =
      rcode == kFormErr || rcode == kServFail || rcode == kNotImp || rcode == kRefused;
  if (number_at(answer, 4) == 0) return failed;
  const std::size_t end = end_of_question(query);
  if (number_at(answer, 4) != 1 || answer.size() < end) return false;
  // Lengths of labels are no letters; types and classes may look like some.
  const auto same_letter = [](char a, char b) { return lower(a) == lower(b); };
  return std::equal(query.begin() + kHeader, query.begin() + static_cast<std::ptrdiff_t>(end - 4),
                    answer.begin() + kHeader, same_letter) &&
         query.substr(end - 4, 4) == answer.substr(end - 4, 4);
}

std::string Record::to_string() const {
  return fmt::format("{} {} {} {} {}", name, ttl, class_name(class_number), type_name(type), text);
}

std::string ExtendedError::to_string() const {
  const std::string_view known = extended_error_name(code);
  std::string what = known.empty() ? fmt::format("error {}", code) : std::string(known);
  if (!text.empty()) what += ": " + printable(text);
  return what;
}

std::string Message::flags() const {
  std::string text;
  const auto add = [&text](bool is_set, const char* flag) {
    if (is_set) text += (text.empty() ? "" : " ") + std::string(flag);
  };
  add(response, "qr");
  add(authoritative, "aa");
  add(truncated, "tc");
  add(recursion, "rd");
  add(recursion_available, "ra");
  add(authentic, "ad");
  add(checking_disabled, "cd");
  return text;
}

Message parse_message(std::string_view bytes) {
  return MessageReader(bytes).read();
}

void drop_strange_answers(Message& message, std::string_view query) {
  if (message.answers.empty()) return;
  std::size_t at = kHeader;
  ldns_rdf* parsed = nullptr;
  const ldns_status status = ldns_wire2dname(&parsed, data_of(query), query.size(), &at);
  const detail::OwnedData owned(status == LDNS_STATUS_OK ? parsed : nullptr);
  if (!owned || at + 4 > query.size()) throw BadMessage("the query has no question");
  const std::string asked = text_of(owned.get());
  const std::uint16_t class_number = number_at(query, at + 2);
  const std::vector<std::string_view> names = names_of(asked, message.answers);
  const auto belongs = [&](const Record& record) {
    const bool is_of_class = class_number == kANY || record.class_number == class_number;
    return is_of_class && std::ranges::any_of(names, [&](std::string_view name) {
             return is_same_name(record.name, name) ||
                    (may_stand_above(record) && is_below(name, record.name));
           });
  };
  if (std::ranges::all_of(message.answers, belongs)) return;
  std::vector<Record> kept;  // names look into those that go
  std::ranges::copy_if(message.answers, std::back_inserter(kept), belongs);
  message.answers = std::move(kept);
}

}  // namespace gnet::dns
