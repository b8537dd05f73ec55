#include "gnet/http/forwarder.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/http/ascii.h"
#include "gnet/http/client_conversation.h"
#include "gnet/http/client_error.h"
#include "gnet/http/http_error.h"
#include "gnet/http/request.h"
#include "gnet/http/response.h"
#include "gnet/http/scanner.h"

namespace gnet::http {
namespace {

constexpr std::uint16_t kHTTPPort = 80;
constexpr std::string_view kScheme = "http://";
constexpr std::string_view kMaxForwards = "Max-Forwards";

// Of one hop (RFC 9110 §7.6.1), or said anew for the next one.
bool stays_here(std::string_view name) noexcept {
  for (const std::string_view one :
       {"connection", "proxy-connection", "keep-alive", "te", "trailer", "transfer-encoding",
        "upgrade", "proxy-authorization", "proxy-authenticate", "content-length", "expect"}) {
    if (equal_ignoring_case(name, one)) return true;
  }
  return false;
}

// The names that Connection adds to those.
std::vector<std::string_view> named_by_connection(const FieldTable& fields) {
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const Field field = fields[i];
    if (field.id != FieldName::connection) continue;
    for (std::string_view rest = field.value; !rest.empty();) {
      const std::string_view word = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(rest.size(), word.size() + 1));
      names.push_back(detail::trim(word));
    }
  }
  return names;
}

template <typename Add>
void hand_on(const FieldTable& fields, Add add) {
  const auto names = named_by_connection(fields);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const Field field = fields[i];
    bool stays = stays_here(field.name);
    for (const std::string_view name : names)
      stays = stays || equal_ignoring_case(name, field.name);
    if (!stays) add(field.name, field.value);
  }
}

// How many more proxies a request may pass (RFC 9110 §7.6.2); nothing: any number.
std::optional<std::uint64_t> hops_left(const RequestHead& head) {
  if (head.method() != "OPTIONS" && head.method() != "TRACE") return std::nullopt;
  const std::string_view text = head.fields().find(kMaxForwards).value_or("");
  std::uint64_t hops = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), hops);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return hops;
}

// This one is the last that it was meant for.
void answer_here(const RequestHead& head, Response& response) {
  constexpr std::string_view kAllowed = "GET, HEAD, POST, PUT, PATCH, DELETE, CONNECT, OPTIONS";
  if (head.method() == "TRACE") {
    throw HTTPError(405, "this proxy traces nothing itself").set("Allow", kAllowed);
  }
  response.status(204).set("Allow", kAllowed).send({});
}

// Path and query as they were written. OPTIONS without a path is about the server (RFC 9112
// §3.2.4).
std::string target_for_origin(const RequestHead& head) {
  const bool has_path = head.target().size() > kScheme.size() + head.authority().size();
  if (head.method() == "OPTIONS" && !has_path) return "*";
  std::string target(head.path());
  if (head.has_query()) target += fmt::format("?{}", head.query());
  return target;
}

bool may_ask_twice(std::string_view method) noexcept {
  return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE";
}

[[noreturn]] void fail(const detail::ClientTrouble& trouble) {
  const bool late = trouble.failure == ClientFailure::timeout;
  throw HTTPError(late ? 504 : 502, trouble.what());
}

}  // namespace

Authority Authority::parse(std::string_view text, std::uint16_t otherwise) {
  const std::size_t bracket = text.starts_with('[') ? text.find(']') : text.npos;
  const std::size_t from = bracket == text.npos ? 0 : bracket;
  const std::size_t colon = text.find(':', from);
  Authority result;
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  result.host = std::string(host);
  result.port = otherwise;
  const std::string_view digits = colon == text.npos ? "" : text.substr(colon + 1);
  if (!digits.empty()) {
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), result.port);
    if (error != std::errc() || end != digits.data() + digits.size()) result.port = 0;
  }
  if (result.host.empty() || result.port == 0) throw HTTPError(400, "host and port are malformed");
  return result;
}

struct Forwarder::Target {
  Authority authority;
  std::string host;    // for the field Host
  std::string target;  // path and query, as they were written
  std::string where;
};

Forwarder::Forwarder(Dial dial, const ClientOptions& options)
    : dial_(std::move(dial)), options_(options) {}

Forwarder::~Forwarder() = default;

void Forwarder::forward(Request& request, Response& response) {
  const RequestHead& head = request.head();
  if (head.target_form() != TargetForm::absolute ||
      !equal_ignoring_case(head.target().substr(0, kScheme.size()), kScheme)) {
    throw HTTPError(400, "this is a proxy: it wants http://HOST/… for a target, or CONNECT");
  }
  Target target{.authority = Authority::parse(head.authority(), kHTTPPort),
                .host = std::string(head.authority()),
                .target = target_for_origin(head),
                .where = {}};
  if (hops_left(head) == 0) return answer_here(head, response);
  target.where = fmt::format("{} {}", target.authority.host, target.authority.port);
  const bool is_head = head.method() == "HEAD";
  const bool again = may_ask_twice(head.method()) && !request.has_body();
  connect(target);
  try {
    try {
      ask(request, target);
    } catch (const detail::ClientTrouble& trouble) {
      // A server may close a connection just when it is used again.
      const bool stale = reused_ && connection_->heard_nothing() &&
                         trouble.failure == ClientFailure::lost && again;
      connection_.reset();
      if (!stale) throw;
      connect(target);
      ask(request, target);
    }
  } catch (const detail::ClientTrouble& trouble) {
    connection_.reset();
    fail(trouble);
  } catch (...) {
    connection_.reset();
    throw;
  }
  try {
    answer(response, is_head);
  } catch (...) {
    connection_.reset();
    throw;
  }
}

void Forwarder::connect(const Target& target) {
  reused_ = connection_ && where_ == target.where && connection_->is_alive();
  if (reused_) return;
  connection_.reset();
  try {
    connection_ = std::make_unique<detail::ClientConversation>(
        dial_(target.authority.host, target.authority.port), options_);
    where_ = target.where;
  } catch (const std::system_error& error) {
    throw HTTPError(error.code() == std::errc::timed_out ? 504 : 502, describe(error));
  }
}

void Forwarder::ask(Request& request, const Target& target) {
  const RequestHead& head = request.head();
  const auto hops = hops_left(head);
  Headers headers;
  hand_on(head.fields(), [&](std::string_view name, std::string_view value) {
    if (equal_ignoring_case(name, "host")) return;
    if (!hops || !equal_ignoring_case(name, kMaxForwards)) headers.add(name, value);
  });
  if (hops) headers.add(kMaxForwards, std::to_string(*hops - 1));
  headers.add("Via", fmt::format("1.{} gnet", head.minor_version()));
  const BodyFraming framing = head.framing();
  source_ = [&request] { return request.read_some(); };
  connection_->ask({.start = {.method = head.method(),
                              .target = target.target,
                              .host = target.host,
                              .framing = framing,
                              .headers = &headers},
                    .source = framing.has_body() ? &source_ : nullptr},
                   Deadline::within(options_.timeout));
}

void Forwarder::answer(Response& response, bool is_head) {
  const ResponseHead& head = connection_->head();
  response.status(head.status(), head.reason());
  hand_on(head.fields(),
          [&](std::string_view name, std::string_view value) { response.add(name, value); });
  response.add("Via", fmt::format("1.{} gnet", head.minor_version()));
  const BodyFraming framing = connection_->framing();
  // To HEAD the length of the body that is not sent is part of the answer.
  const std::optional<std::string_view> told =
      is_head ? head.fields().find(FieldName::content_length) : std::nullopt;
  std::uint64_t length = 0;
  if (told &&
      std::from_chars(told->data(), told->data() + told->size(), length).ec == std::errc()) {
    response.length(length);
  } else if (framing.kind == BodyFraming::length) {
    response.length(framing.size);
  }
  try {
    for (auto piece = connection_->read_some(); !piece.empty(); piece = connection_->read_some()) {
      response.write(piece);
    }
  } catch (const detail::ClientTrouble& trouble) {
    fail(trouble);  // once the head has been sent: the answer is cut
  }
  if (framing.has_body() || told) {
    response.end();
  } else if (!response.started()) {
    response.send({});
  }
  if (!connection_->may_stay()) {
    connection_.reset();
  } else {
    connection_->rest();
  }
}

}  // namespace gnet::http
