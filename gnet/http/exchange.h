// One request of a client, to the end of the body of its answer: through redirects, retries, and
// connections that have died meanwhile.
//
//   auto exchange = std::make_unique<Exchange>(core, std::move(request));
//   exchange->run();                  // the head is there
//   exchange->read_some();
//
// Threads: of the hub of its client.

#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gnet/fiber/deadline.h"
#include "gnet/http/client_core.h"
#include "gnet/http/client_error.h"
#include "gnet/http/client_request.h"
#include "gnet/http/client_response.h"
#include "gnet/http/decoded_body.h"

namespace gnet::http::detail {

class Exchange {
 public:
  Exchange(std::shared_ptr<ClientCore> core, ClientRequest request);
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  ~Exchange();

  // Until the head of the answer is there.
  void run();

  // ---- for ClientResponse ----

  [[nodiscard]] std::string_view read_some();
  [[nodiscard]] std::string read_all(std::size_t most);
  [[nodiscard]] bool is_decoded() const noexcept { return decoded_ != nullptr; }
  [[nodiscard]] UpgradedStream take_stream();
  [[nodiscard]] ClientTimings timings() const;
  [[nodiscard]] std::uint64_t received() const noexcept;

  int status = 0;
  int minor_version = 1;
  std::string reason;
  Headers headers;
  Headers trailers;
  BodyFraming framing;
  std::string peer;
  std::vector<Redirection> redirects;
  ClientRequest request;

 private:
  void perform();
  void attempt();
  void open(const std::string& key, const ProxyURL* proxy);
  void converse(const ProxyURL* proxy);
  void keep_answer(bool takes_codings);
  void keep_cookies();
  [[nodiscard]] bool follow_redirect();
  void leave_answer();
  [[nodiscard]] std::string_view read_raw();
  void end_body();
  void rewind_body();
  [[nodiscard]] bool can_resend() const noexcept;
  [[nodiscard]] bool is_safe_on_new(const ClientTrouble& trouble) const noexcept;
  [[nodiscard]] bool may_retry(const ClientTrouble& trouble) const noexcept;
  [[nodiscard]] bool may_retry(int status) const noexcept;
  [[nodiscard]] std::optional<Duration> pause_after_answer(unsigned failed) const;
  [[noreturn]] void fail(const ClientTrouble& trouble);
  [[nodiscard]] TimeSpan timeout() const noexcept {
    return request.timeout.value_or(options_.timeout);
  }

  const std::shared_ptr<ClientCore> core_;
  const ClientOptions& options_;
  const TimePoint began_ = Clock::now();
  const Deadline limit_;

  std::unique_ptr<ClientConnection> connection_;  // null before, and once the body has ended
  ClientTimings timings_;
  TimePoint asked_at_ = began_;           // the last request
  std::optional<TimePoint> ended_at_;     // the body
  std::uint64_t received_ = 0;            // once it has ended
  std::exception_ptr failure_;            // of the body
  std::unique_ptr<DecodedBody> decoded_;  // null: as it came
  bool source_used_ = false;              // some of it was sent
  bool asked_first_ = false;              // with Expect
  bool may_expect_ = true;                // no server has refused that
};

}  // namespace gnet::http::detail
