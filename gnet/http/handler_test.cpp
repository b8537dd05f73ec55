#include "gnet/http/handler_test.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "gnet/base/log.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/fiber/scheduler.h"
#include "gnet/http/body_decoder.h"
#include "gnet/http/message_writer.h"
#include "gnet/http/response_parser.h"
#include "gnet/http/server_conversation.h"
#include "gnet/io/byte_stream.h"

namespace gnet::http {
namespace {

// What a client has sent, and nothing more to come; and what it gets.
class MemoryStream final : public ByteStream {
 public:
  explicit MemoryStream(std::string input) : input_(std::move(input)), rest_(input_) {}

  std::size_t receive(void* buffer, std::size_t size, Deadline) override {
    require_open();
    const std::size_t count = std::min(size, rest_.size());
    if (count > 0) std::memcpy(buffer, rest_.data(), count);
    rest_.remove_prefix(count);
    return count;
  }
  std::size_t send_some(std::string_view data, Deadline) override {
    require_open();
    output += data;
    return data.size();
  }
  void send_all(std::string_view data, Deadline deadline) override { send_some(data, deadline); }
  void shutdown_send(Deadline) override { require_open(); }
  bool wait_readable(Deadline) override {
    require_open();
    return true;
  }
  void close() noexcept override { open_ = false; }
  void abort() noexcept override {
    open_ = false;
    aborted = true;
  }
  [[nodiscard]] bool is_open() const noexcept override { return open_; }
  [[nodiscard]] Endpoint local_endpoint() const override { return endpoint(); }
  [[nodiscard]] Endpoint remote_endpoint() const override { return endpoint(); }

  static Endpoint endpoint() { return Endpoint::parse("unix:@test"); }

  std::string output;
  bool aborted = false;

 private:
  void require_open() const {
    if (open_) return;
    throw std::system_error(make_error_code(std::errc::broken_pipe), "the client has left");
  }

  std::string input_;
  std::string_view rest_;
  bool open_ = true;
};

// Counts how often the running fiber suspends, and cancels a scope at one of these times.
class Countdown : gnet::detail::ParkHook {
 public:
  Countdown(CancelScope& scope, std::size_t at)
      : ParkHook{count},
        scope_(scope),
        at_(at),
        fiber_(gnet::detail::Scheduler::current().running()) {
    hang();
  }
  Countdown(const Countdown&) = delete;
  Countdown& operator=(const Countdown&) = delete;
  ~Countdown() {
    for (ParkHook** link = &fiber_.park_hook; *link != nullptr; link = &(*link)->next) {
      if (*link != this) continue;
      *link = next;
      return;
    }
  }

  [[nodiscard]] std::size_t suspensions() const noexcept { return suspensions_; }

 private:
  static void count(ParkHook& hook) noexcept {
    auto& self = static_cast<Countdown&>(hook);
    self.hang();
    if (++self.suspensions_ == self.at_) self.scope_.cancel();
  }
  void hang() noexcept {
    next = fiber_.park_hook;
    fiber_.park_hook = this;
  }

  CancelScope& scope_;
  std::size_t at_;
  gnet::detail::FiberControl& fiber_;
  std::size_t suspensions_ = 0;
};

struct TestLog {
  [[nodiscard]] const Logger& log() const noexcept { return logger; }
  const Logger logger{"test"};
};

std::string written(const TestRequest& request) {
  Headers headers = request.headers;
  if (!headers.has(FieldName::host)) headers.add("Host", "test");
  BodyFraming framing;
  if (!request.body.empty()) framing = {BodyFraming::length, request.body.size()};
  std::string text;
  append_request(text, {.method = request.method,
                        .target = request.target,
                        .framing = framing,
                        .headers = &headers});
  return text + request.body;
}

// The last answer in there that is whole; others are interim ones.
void read(std::string_view output, std::string_view method, TestAnswer& answer) {
  ResponseParser parser;
  while (parser.parse(output) == Parsed::complete) {
    const ResponseHead& head = parser.head();
    output.remove_prefix(head.size());
    if (head.is_interim()) {
      parser.reset();
      continue;
    }
    BodyDecoder body;
    const BodyFraming framing = head.framing(method);
    body.start(framing);
    std::string text;
    while (!body.is_done() && !output.empty()) {
      const auto [consumed, data] = body.feed(output);
      text += data;
      output.remove_prefix(consumed);
    }
    if (!body.is_done() && framing.kind != BodyFraming::until_close) return;
    answer.status = head.status();
    answer.headers = Headers(head.fields());
    answer.body = std::move(text);
    return;
  }
}

}  // namespace

TestAnswer test_handler(Handler& handler, const TestRequest& request, const TestOptions& options) {
  TestAnswer answer;
  MemoryStream stream(written(request));
  Handler observed = [&](Request& asked, Response& response) {
    CancelScope scope;
    Countdown countdown(scope, options.leave_at);
    struct Count {
      ~Count() { suspensions = countdown.suspensions(); }
      const Countdown& countdown;
      std::size_t& suspensions;
    } const counting{countdown, answer.suspensions};
    answer.left = !scope.run([&] { handler(asked, response); });
    if (answer.left) stream.abort();
  };
  const Endpoint peer = MemoryStream::endpoint();
  TestLog log;
  detail::ServerConversation(stream, peer, observed, options.server, detail::LogSource(log)).run();
  if (!stream.aborted) read(stream.output, request.method, answer);
  return answer;
}

}  // namespace gnet::http
