#include "gnet/http/exchange.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "gnet/fiber/fiber.h"
#include "gnet/http/client_connector.h"
#include "gnet/http/client_message.h"
#include "gnet/http/cookie_jar.h"
#include "gnet/http/date.h"
#include "gnet/http/redirection.h"
#include "gnet/http/status.h"

namespace gnet::http::detail {

namespace {

constexpr std::size_t kDropped = 64 * 1024;  // of the body of an answer that is not wanted

// Done twice it is as if done once (RFC 9110 §9.2.2).
bool is_idempotent(std::string_view method) noexcept {
  constexpr std::array<std::string_view, 6> kMethods = {"GET",    "HEAD",    "PUT",
                                                        "DELETE", "OPTIONS", "TRACE"};
  return std::ranges::find(kMethods, method) != kMethods.end();
}

}  // namespace

Exchange::Exchange(std::shared_ptr<ClientCore> core, ClientRequest wanted)
    : request(std::move(wanted)),
      core_(std::move(core)),
      options_(core_->options),
      limit_(Deadline::within(timeout())) {}

Exchange::~Exchange() {
  if (connection_ && connection_->may_stay()) core_->pool.give(std::move(connection_));
}

void Exchange::run() {
  try {
    do {
      perform();
    } while (follow_redirect());
  } catch (const ClientTrouble& trouble) {
    fail(trouble);
  }
}

void Exchange::fail(const ClientTrouble& trouble) {
  connection_.reset();
  const bool is_out_of_time = trouble.failure == ClientFailure::timeout && limit_.passed();
  throw ClientError(trouble.failure, trouble.code,
                    fmt::format("{} {}", request.method, request.url.stripped().str()),
                    is_out_of_time ? fmt::format("not done within {}", format_duration(timeout()))
                                   : trouble.what());
}

// ---- trying, and trying again ----

void Exchange::perform() {
  for (unsigned failed = 1;; ++failed) {
    std::optional<Duration> pause;
    std::string why;
    try {
      attempt();
      if (status == 417 && asked_first_ && can_resend()) {
        may_expect_ = false;  // whatever its body has to say (RFC 9110 §10.1.1)
        leave_answer();
        attempt();
      }
      pause = pause_after_answer(failed);
      if (!pause) return;
      why = fmt::format("{} {}", status, reason_phrase(status));
      leave_answer();
    } catch (const ClientTrouble& trouble) {
      if (may_retry(trouble)) pause = options_.retry.delays.delay_after(failed);
      if (!pause || *pause >= limit_.remaining()) throw;
      why = trouble.what();
    }
    if (options_.retry.announce) options_.retry.announce(failed, *pause, why);
    sleep(*pause);
  }
}

// Nothing: the answer is the one.
std::optional<Duration> Exchange::pause_after_answer(unsigned failed) const {
  if (!may_retry(status)) return std::nullopt;
  auto pause = options_.retry.delays.delay_after(failed);
  if (!pause) return std::nullopt;
  if (const auto field = headers.get(FieldName::retry_after)) {
    const Duration wanted =
        parse_retry_after(*field, present_second()).value_or(std::chrono::seconds(0));
    if (wanted > options_.retry.longest_wait) return std::nullopt;
    pause = std::max(*pause, wanted);
  }
  if (*pause >= limit_.remaining()) return std::nullopt;
  return pause;
}

bool Exchange::may_retry(int answer) const noexcept {
  const auto& statuses = options_.retry.statuses;
  return std::ranges::find(statuses, answer) != statuses.end() && can_resend() &&
         (options_.retry.any_method || is_idempotent(request.method));
}

bool Exchange::may_retry(const ClientTrouble& trouble) const noexcept {
  if (!can_resend()) return false;
  const ClientRetry& retry = options_.retry;
  switch (trouble.failure) {
    case ClientFailure::resolve:
    case ClientFailure::connect:
      // Nothing was sent.
      return trouble.code == std::errc::timed_out ? retry.on_timeout : retry.on_connect;
    case ClientFailure::timeout:
      return retry.on_timeout && (retry.any_method || is_idempotent(request.method));
    case ClientFailure::lost:
      return retry.on_lost && (retry.any_method || is_idempotent(request.method));
    default:
      return false;
  }
}

bool Exchange::can_resend() const noexcept {
  return !source_used_ || request.rewind;
}

void Exchange::rewind_body() {
  if (!source_used_) return;
  request.rewind();
  source_used_ = false;
}

// ---- one request ----

void Exchange::attempt() {
  const ProxyURL* proxy = proxy_for(request.url, options_);
  // All that goes through a proxy which is asked for each URL can go on one connection.
  const ProxyURL* forwarding = forwarding_proxy(request, options_);
  const std::string key = proxy == nullptr ? request.url.origin()
                          : forwarding != nullptr
                              ? proxy->origin()
                              : fmt::format("{} {}", proxy->origin(), request.url.origin());
  asked_at_ = Clock::now();
  timings_ = {};
  if (!wants_upgrade(request)) connection_ = core_->pool.take(key);
  if (connection_) {
    timings_.reused = true;
    try {
      return converse(forwarding);
    } catch (const ClientTrouble& trouble) {
      const bool again = is_safe_on_new(trouble);
      connection_.reset();
      if (!again) throw;
    }
    timings_.reused = false;
  }
  open(key, proxy);
  converse(forwarding);
}

// Whether a connection that was kept had been closed by the server before the request came.
bool Exchange::is_safe_on_new(const ClientTrouble& trouble) const noexcept {
  return trouble.failure == ClientFailure::lost && connection_->heard_nothing() && can_resend() &&
         (is_idempotent(request.method) || connection_->sent_nothing() ||
          (body_framing(request).has_body() && connection_->sent_no_body()));
}

void Exchange::open(const std::string& key, const ProxyURL* proxy) {
  ClientConnector connector(request.url, proxy, wants_upgrade(request), *core_, limit_);
  connection_ = std::make_unique<ClientConnection>(connector.connect(timings_), options_, key);
}

void Exchange::converse(const ProxyURL* proxy) {
  rewind_body();
  const ClientMessage message(request, options_, proxy, may_expect_);
  asked_first_ = message.asks_first();
  if (options_.on_request) options_.on_request(message.head());
  // Whatever happens: what was taken of the source is gone.
  struct Used {
    ~Used() {
      if (exchange.request.source && !exchange.connection_->sent_no_body()) {
        exchange.source_used_ = true;
      }
    }
    Exchange& exchange;
  };
  {
    const Used used{*this};
    connection_->ask({.start = message.start(),
                      .body = request.body,
                      .source = request.source ? &request.source : nullptr,
                      .ask_first = asked_first_},
                     limit_);
  }
  keep_answer(message.takes_codings());
}

// ---- its answer ----

void Exchange::keep_answer(bool takes_codings) {
  const ResponseHead& head = connection_->head();
  status = head.status();
  reason = head.reason();
  minor_version = head.minor_version();
  headers = Headers(head.fields());
  framing = connection_->framing();
  peer = connection_->peer;
  if (const auto heard = connection_->heard_at()) timings_.first_byte = *heard - asked_at_;
  if (options_.cookies != nullptr) keep_cookies();
  decoded_.reset();
  if (takes_codings && framing.has_body() && status != 206) {
    decoded_ = DecodedBody::of(headers, options_.decoded);
  }
  if (!connection_->is_tunnel() && connection_->body().is_done()) end_body();
}

void Exchange::keep_cookies() {
  for (const auto& field : headers) {
    if (field.id == FieldName::set_cookie) {
      options_.cookies->store(request.url, field.value, present_second());
    }
  }
}

bool Exchange::follow_redirect() {
  if (options_.max_redirects == 0) return false;
  const auto to = redirect_target(status, headers, request.url);
  if (!to || (redirects_body(status, request.method) && !can_resend())) return false;
  if (redirects.size() == options_.max_redirects) {
    throw ClientTrouble(ClientFailure::protocol,
                        fmt::format("more than {} redirects", options_.max_redirects));
  }
  redirects.push_back({status, request.url.stripped()});
  leave_answer();
  redirect(request, status, *to);
  return true;
}

// Nobody wants its body, but the connection may be of use.
void Exchange::leave_answer() {
  if (!connection_) return;
  try {
    if (connection_->drop_body(kDropped)) end_body();
  } catch (const ClientTrouble&) {
    // Then it is of no use.
  }
  connection_.reset();
}

// ---- its body ----

std::string_view Exchange::read_some() {
  if (failure_) std::rethrow_exception(failure_);
  try {
    return decoded_ ? decoded_->next([this] { return read_raw(); }) : read_raw();
  } catch (const ClientTrouble& trouble) {
    received_ = received();
    ended_at_ = Clock::now();
    try {
      fail(trouble);
    } catch (const ClientError&) {
      failure_ = std::current_exception();
      throw;
    }
  }
}

std::string_view Exchange::read_raw() {
  if (!connection_ || connection_->is_tunnel()) return {};
  const std::string_view piece = connection_->read_some();
  if (piece.empty()) end_body();
  return piece;
}

std::string Exchange::read_all(std::size_t most) {
  std::string all;
  for (auto piece = read_some(); !piece.empty(); piece = read_some()) {
    if (piece.size() > most - all.size()) {
      fail({ClientFailure::limit, fmt::format("the answer is longer than {} bytes", most)});
    }
    all += piece;
  }
  return all;
}

void Exchange::end_body() {
  received_ = connection_->body().received();
  trailers = Headers(connection_->body().trailers());
  ended_at_ = Clock::now();
  if (connection_->may_stay()) core_->pool.give(std::move(connection_));
  connection_.reset();
}

UpgradedStream Exchange::take_stream() {
  if (!connection_) throw Misuse("this answer has not changed the protocol");
  UpgradedStream result = connection_->take_stream();
  connection_.reset();
  return result;
}

ClientTimings Exchange::timings() const {
  ClientTimings timings = timings_;
  timings.total = ended_at_.value_or(Clock::now()) - began_;
  return timings;
}

std::uint64_t Exchange::received() const noexcept {
  return connection_ ? connection_->body().received() : received_;
}

}  // namespace gnet::http::detail
