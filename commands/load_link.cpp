#include "commands/load_link.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <optional>
#include <system_error>

#include "cli/out/failure.h"
#include "gnet/base/error.h"
#include "gnet/http/body_decoder.h"
#include "gnet/io/any_stream.h"
#include "gnet/io/buffer_lease.h"

namespace commands {
namespace {

using gnet::Deadline;
using gnet::TimePoint;

constexpr std::size_t kAnswerBuffer = 64 * 1024;
constexpr std::size_t kMostKept = 1 << 20;  // of an answer that is compared with --expect
constexpr unsigned kMostInterim = 100;      // heads of 1xx before an answer

[[noreturn]] void time_out() {
  throw std::system_error(std::make_error_code(std::errc::timed_out));
}

LoadLink::Opening opening_of(const gnet::link::OpenTimings& timings) {
  return {.connect = timings.resolve + timings.connect + timings.proxy, .tls = timings.tls};
}

// ---- what is behind a stream of bytes ----

class StreamLink : public LoadLink {
 public:
  StreamLink(const LoadServer& server, LoadBench& bench) : LoadLink(bench), server_(server) {}

  Opening open() override {
    begin_ = end_ = 0;
    buffer_.reset();
    gnet::link::OpenTimings timings;
    stream_ = server_.dialler.open_timed(timings);
    return opening_of(timings);
  }
  bool is_open() const noexcept override { return stream_.is_open(); }
  gnet::ByteStream* stream() noexcept override { return &stream_; }
  void close() noexcept override {
    stream_.close();
    buffer_.reset();
  }
  void send(const LoadRequest& request, Deadline deadline) override {
    stream_.send_all(request.bytes, deadline);
    bench_.sent += request.bytes.size();
  }

 protected:
  [[nodiscard]] std::string_view unread() const noexcept {
    return begin_ == end_ ? std::string_view()
                          : std::string_view(buffer_->data() + begin_, end_ - begin_);
  }
  void consume(std::size_t count) noexcept { begin_ += count; }

  // Waits for more behind what is there. False at the end of the stream, or of the buffer.
  bool receive_more(Deadline deadline, Heard& heard) {
    if (begin_ == end_) {
      begin_ = end_ = 0;
      buffer_.reset();
      if (!stream_.wait_readable(deadline)) time_out();
      buffer_.emplace(gnet::detail::Scheduler::current(), kAnswerBuffer);
    } else if (begin_ > 0) {
      std::memmove(buffer_->data(), buffer_->data() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    if (end_ == buffer_->size()) return false;
    const std::size_t count =
        stream_.receive(buffer_->data() + end_, buffer_->size() - end_, deadline);
    if (count == 0) return false;
    heard.last = gnet::Clock::now();
    if (heard.first == TimePoint()) heard.first = heard.last;
    end_ += count;
    bench_.received += count;
    return true;
  }

  // Between two answers.
  void rest() noexcept {
    if (begin_ == end_) buffer_.reset();
  }

 private:
  const LoadServer& server_;
  gnet::AnyStream stream_;
  std::optional<gnet::BufferLease> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

// ---- HTTP ----

class HttpLoadLink final : public StreamLink {
 public:
  HttpLoadLink(const LoadRequests& requests, const LoadServer& server, LoadBench& bench)
      : StreamLink(server, bench), expected_(requests.expected()) {}

  int receive(const LoadRequest& request, Deadline deadline, Heard& heard) override {
    const Head head = receive_head(request, deadline, heard);
    if (expected_ == nullptr) {
      skip_body(deadline, heard);
    } else {
      check_body(deadline, heard);
    }
    if (request.last && !unread().empty()) {
      throw LoadFault(LoadError::protocol, "the server sends more than its answer");
    }
    if (!head.stays) {
      close();
    } else {
      rest();
    }
    return head.status;
  }

 private:
  struct Head {
    int status = 0;
    bool stays = false;
  };

  // A head that did not come whole is looked at again from its beginning: who sends it in pieces is
  // bounded by the time, and by the size of the buffer.
  Head receive_head(const LoadRequest& request, Deadline deadline, Heard& heard) {
    for (unsigned interim = 0;;) {
      gnet::http::ResponseParser& parser = bench_.parser;
      parser.reset();
      const auto parsed =
          unread().empty() ? gnet::http::Parsed::incomplete : parser.parse(unread());
      if (parsed == gnet::http::Parsed::refused) {
        throw LoadFault(LoadError::protocol,
                        fmt::format("malformed answer: {}", parser.refusal().reason));
      }
      if (parsed == gnet::http::Parsed::incomplete) {
        receive_more_of_head(deadline, heard);
        continue;
      }
      const gnet::http::ResponseHead& head = parser.head();
      consume(head.size());
      if (head.is_interim()) {
        if (++interim <= kMostInterim) continue;
        throw LoadFault(LoadError::protocol, "interim answers without an end");
      }
      if (head.status() == 101) {
        throw LoadFault(LoadError::protocol, "the server changes the protocol unasked");
      }
      const gnet::http::BodyFraming framing = head.framing(request.method);
      body_.start(framing);
      return {head.status(), head.keep_alive() && framing.kind != framing.until_close};
    }
  }

  void receive_more_of_head(Deadline deadline, Heard& heard) {
    const bool begun = !unread().empty();
    if (receive_more(deadline, heard)) return;
    if (unread().size() >= kAnswerBuffer)
      throw LoadFault(LoadError::protocol, "a head without an end");
    throw LoadFault(LoadError::lost, begun ? "the connection ended in the head of an answer"
                                           : "the server closed the connection without an answer");
  }

  // The next piece; false at its end.
  bool next_piece(std::string_view& piece, Deadline deadline, Heard& heard) {
    while (!body_.is_done()) {
      if (body_.refusal()) {
        throw LoadFault(LoadError::protocol,
                        fmt::format("malformed answer: {}", body_.refusal().reason));
      }
      if (unread().empty()) {
        if (!receive_more(deadline, heard)) finish_body();
        continue;
      }
      const auto [consumed, data] = body_.feed(unread());
      consume(consumed);
      if (data.empty()) continue;
      piece = data;
      return true;
    }
    return false;
  }

  void finish_body() {
    body_.finish();
    if (body_.refusal()) throw LoadFault(LoadError::lost, "the answer was cut short");
  }

  void skip_body(Deadline deadline, Heard& heard) {
    std::string_view piece;
    while (next_piece(piece, deadline, heard)) {
    }
  }

  void check_body(Deadline deadline, Heard& heard) {
    std::string all;
    std::string_view piece;
    while (next_piece(piece, deadline, heard)) {
      all += piece.substr(0, kMostKept - std::min(kMostKept, all.size()));
    }
    if (expected_->is_in(all)) return;
    throw LoadFault(LoadError::expect,
                    fmt::format("an answer has nothing like '{}' in it", expected_->text()));
  }

  const TextPattern* const expected_;
  gnet::http::BodyDecoder body_;
};

// ---- messages ----

[[noreturn]] void refuse_answer(const TextPattern* expected) {
  throw LoadFault(LoadError::expect,
                  expected != nullptr
                      ? fmt::format("an answer has nothing like '{}' in it", expected->text())
                      : "an answer is not what was sent (--expect says what it has to be)");
}

// Bytes that come back; with --expect, whatever comes until it is found.
class ByteLoadLink final : public StreamLink {
 public:
  ByteLoadLink(const LoadRequests& requests, const LoadServer& server, LoadBench& bench)
      : StreamLink(server, bench), expected_(requests.expected()) {}

  int receive(const LoadRequest& request, Deadline deadline, Heard& heard) override {
    expected_ != nullptr ? await_expected(deadline, heard)
                         : compare(request.bytes, deadline, heard);
    if (!unread().empty()) {
      throw LoadFault(LoadError::protocol, "the server sends more than it was sent");
    }
    rest();
    return 0;
  }

 private:
  void compare(std::string_view wanted, Deadline deadline, Heard& heard) {
    while (!wanted.empty()) {
      if (unread().empty() && !receive_more(deadline, heard)) lose();
      const std::size_t count = std::min(wanted.size(), unread().size());
      if (unread().substr(0, count) != wanted.substr(0, count)) refuse_answer(nullptr);
      consume(count);
      wanted.remove_prefix(count);
    }
  }

  void await_expected(Deadline deadline, Heard& heard) {
    std::string all;
    do {
      if (unread().empty() && !receive_more_of(all, deadline, heard)) lose();
      all += unread();
      consume(unread().size());
      if (all.size() > kMostKept) refuse_answer(expected_);
    } while (!expected_->is_in(all));
  }

  // What has come and is not the expected answer is another one.
  bool receive_more_of(const std::string& all, Deadline deadline, Heard& heard) {
    try {
      return receive_more(deadline, heard);
    } catch (const std::system_error& error) {
      if (all.empty() || error.code() != std::errc::timed_out) throw;
    }
    refuse_answer(expected_);
  }

  [[noreturn]] static void lose() {
    throw LoadFault(LoadError::lost, "the server closed the connection");
  }

  const TextPattern* const expected_;
};

class MessageLoadLink final : public LoadLink {
 public:
  MessageLoadLink(const LoadRequests& requests, const LoadServer& server, LoadBench& bench)
      : LoadLink(bench),
        server_(server),
        expected_(requests.expected()),
        kind_(server.text ? gnet::link::MessageKind::text : gnet::link::MessageKind::binary) {}

  Opening open() override {
    gnet::link::OpenTimings timings;
    link_ = server_.dialler.open_messages_timed(timings);
    return opening_of(timings);
  }
  bool is_open() const noexcept override { return link_ != nullptr; }
  void close() noexcept override { link_.reset(); }
  void finish() override {
    if (link_) link_->close();
    link_.reset();
  }
  void send(const LoadRequest& request, Deadline deadline) override {
    link_->send({request.bytes, kind_}, deadline);
    bench_.sent += request.bytes.size();
  }
  int receive(const LoadRequest& request, Deadline deadline, Heard& heard) override {
    const auto message = link_->receive(deadline);
    heard.first = heard.last = gnet::Clock::now();
    if (!message) throw LoadFault(LoadError::lost, "the server closed the connection");
    bench_.received += message->data.size();
    const bool good =
        expected_ != nullptr ? expected_->is_in(message->data) : message->data == request.bytes;
    if (!good) refuse_answer(expected_);
    return 0;
  }

 private:
  const LoadServer& server_;
  const TextPattern* const expected_;
  const gnet::link::MessageKind kind_;
  std::unique_ptr<gnet::link::MessageLink> link_;
};

LoadError error_of(cli::Exit code) {
  switch (code) {
    case cli::Exit::resolve:
      return LoadError::resolve;
    case cli::Exit::tls:
      return LoadError::tls;
    case cli::Exit::protocol:
      return LoadError::protocol;
    case cli::Exit::timeout:
      return LoadError::timeout;
    default:
      return LoadError::connect;
  }
}

}  // namespace

bool may_be_repeated(const LoadRequest& request) noexcept {
  constexpr std::string_view kSafeToRepeat[] = {"",       "GET",     "HEAD", "PUT",
                                                "DELETE", "OPTIONS", "TRACE"};
  return std::ranges::find(kSafeToRepeat, request.method) != std::end(kSafeToRepeat);
}

std::unique_ptr<LoadLink> make_load_link(const LoadRequests& requests, const LoadServer& server,
                                         LoadBench& bench) {
  switch (server.speech) {
    case LoadSpeech::http:
      return std::make_unique<HttpLoadLink>(requests, server, bench);
    case LoadSpeech::bytes:
      return std::make_unique<ByteLoadLink>(requests, server, bench);
    default:
      return std::make_unique<MessageLoadLink>(requests, server, bench);
  }
}

std::pair<LoadError, std::string> fault_of(const LoadServer& server, bool opened,
                                           const std::exception_ptr& error) {
  const std::string reason = cli::reason_of(error);
  if (!opened) {
    try {
      std::rethrow_exception(server.dialler.as_failure(error));
    } catch (const cli::Failure& failure) {
      return {error_of(failure.code()), reason};
    }
  }
  try {
    std::rethrow_exception(error);
  } catch (const LoadFault& fault) {
    return {fault.error(), fault.what()};
  } catch (const std::system_error& failure) {
    if (failure.code() == std::errc::timed_out) return {LoadError::timeout, "no answer in time"};
    // What nobody there says of a datagram.
    if (failure.code() == std::errc::connection_refused) return {LoadError::connect, reason};
    return {LoadError::lost, reason};
  } catch (...) {
    return {LoadError::lost, reason};
  }
}

}  // namespace commands
