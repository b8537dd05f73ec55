// The part of ExecWeb that speaks CGI.

#include <exception>
#include <system_error>

#include "commands/exec_environment.h"
#include "commands/exec_web.h"
#include "gnet/base/error.h"
#include "gnet/http/cgi_response.h"
#include "gnet/http/http_error.h"
#include "gnet/http/request.h"
#include "gnet/http/response.h"
#include "gnet/io/buffer_lease.h"

namespace commands {
namespace {

using gnet::http::CGIResponse;
using gnet::http::HTTPError;
using gnet::http::Parsed;
using gnet::http::RequestPath;

// One path may lead to another one so often.
constexpr int kMaxRedirects = 10;

// How long the end of a program may take behind that of its output.
constexpr gnet::Duration kLastWord = std::chrono::milliseconds(200);

// The answer of a program, from its head to its end.
class Answer {
 public:
  Answer(gnet::http::Response& response, bool sends_body)
      : response_(response), sends_body_(sends_body) {}

  void take(std::string_view bytes) {
    if (parser_.response().head_size != 0) return body(bytes);
    head_ += bytes;
    if (parser_.parse(head_) != Parsed::complete) return;
    if (redirect().empty()) begin();
    body(std::string_view(head_).substr(parser_.response().head_size));
  }

  // The program has written all.
  void end() { parser_.end(); }

  [[nodiscard]] const gnet::http::Refusal& refusal() const { return parser_.refusal(); }
  [[nodiscard]] const std::string& redirect() const { return parser_.response().local_redirect; }
  [[nodiscard]] bool has_begun() const { return begun_; }
  [[nodiscard]] bool is_empty() const { return head_.empty(); }
  // More has come than is of the answer.
  [[nodiscard]] bool is_long() const { return long_; }
  // Less has come than the program has told.
  [[nodiscard]] bool is_short() const { return sends_body_ && left_ && *left_ > 0; }
  [[nodiscard]] bool tells_length() const { return left_.has_value(); }

 private:
  void begin() {
    const CGIResponse& answer = parser_.response();
    begun_ = true;
    response_.status(answer.status, answer.reason);
    for (const auto& field : answer.headers) response_.add(field.name, field.value);
    left_ = answer.content_length;
    if (left_) response_.length(*left_);
    response_.write({});
  }

  void body(std::string_view bytes) {
    const bool sends = redirect().empty() && sends_body_;
    const std::uint64_t most = sends ? left_.value_or(bytes.size()) : 0;
    if (bytes.size() > most) {
      long_ = true;
      bytes = bytes.substr(0, most);
    }
    if (left_) *left_ -= bytes.size();
    if (!bytes.empty()) response_.write(bytes);
  }

  gnet::http::Response& response_;
  const bool sends_body_;
  gnet::http::CGIResponseParser parser_;
  std::string head_;
  std::optional<std::uint64_t> left_;
  bool begun_ = false;
  bool long_ = false;
};

// The program has given no answer. `malformed`: it has given another thing, and was ended for that.
[[noreturn]] void refuse(const gnet::http::Request& request, std::string_view reason,
                         const ExecEnd& end, bool malformed) {
  const bool failed = !malformed && end.status != 0;
  request.log().warn("{}: {}{}", request.target(), reason, failed ? " (" + end.text() + ")" : "");
  if (end.out_of_time) throw HTTPError(504, "the program was out of time");
  HTTPError error(failed ? 500 : 502, std::string(reason));
  if (failed) {
    error.set("X-Exit-Status", end.status < 0 ? end.text() : std::to_string(end.status));
  }
  throw error;
}

}  // namespace

void ExecWeb::serve_cgi(Request& request, Response& response, const RequestPath& path,
                        const ExecPrograms& programs) {
  auto program = programs.find(path.text());
  if (!program) throw HTTPError(404, "there is no such program");
  std::string redirect;
  for (int round = 0; round <= kMaxRedirects; ++round) {
    if (answer_by_cgi(request, response, *program, redirect, round == 0)) return;
    const std::size_t query = redirect.find('?');
    const auto next = RequestPath::parse(std::string_view(redirect).substr(0, query));
    if (next) program = programs.find(next->text());
    if (!next || !program) throw HTTPError(404, "there is no such program");
  }
  throw HTTPError(502, "the program leads to itself");
}

// False: `redirect` is what is to answer instead.
bool ExecWeb::answer_by_cgi(Request& request, Response& response, const ExecProgram& program,
                            std::string& redirect, bool is_first) {
  ExecChild::Start start = start_of(request, program);
  start.keeps_errors = true;
  if (!is_first) {
    // A new request, without the body of the old one (RFC 3875 §6.2.2).
    const std::size_t query = redirect.find('?');
    start.environment["REQUEST_METHOD"] = "GET";
    start.environment["QUERY_STRING"] =
        query == redirect.npos ? std::string() : redirect.substr(query + 1);
    start.environment.erase("CONTENT_TYPE");
    start.environment.erase("CONTENT_LENGTH");
  }
  // Which the client may wait to be asked for; from then on it comes beside the answer.
  std::string first(is_first && request.has_body() ? request.read_some() : std::string_view());
  Answer answer(response, request.method() != "HEAD");
  ExecEnd end;
  bool complete = false;
  std::exception_ptr of_request;
  try {
    ExecChild child(context_, take_place(), std::move(start));
    const auto feed = [&] {
      std::string_view piece = first;
      try {
        for (; !piece.empty(); piece = request.read_some()) child.input().send_all(piece);
      } catch (const HTTPError&) {
        of_request = std::current_exception();  // it is cut, or too large
        child.leave();
      }
    };
    const AtDrain at_drain(response, [&child] { child.stop(); });
    const auto deliver = [&] {
      const gnet::BufferLease buffer(gnet::detail::Scheduler::current(), kExecPiece);
      while (const std::size_t count = child.output().receive(buffer.data(), buffer.size())) {
        answer.take({buffer.data(), count});
        if (answer.refusal() || answer.is_long()) return child.leave();
      }
      if (!answer.has_begun() || answer.is_short()) return;
      // Only its end tells whether it has written all. It may live on: then it has.
      if (!answer.tells_length() && child.status_by(kLastWord).value_or(0) < 0) return;
      response.end();
      complete = true;
    };
    end = child.converse(feed, deliver);
  } catch (const std::system_error& error) {
    request.log().error("{}", gnet::describe(error));
    if (answer.has_begun()) throw;
    if (is_shortage(error.code())) throw HTTPError(503, "no program can be started now");
    if (error.code() == std::errc::argument_list_too_long) {
      throw HTTPError(431, "the request has more fields than a program can be given");
    }
    throw HTTPError(500, "the program cannot be started");
  }
  if (of_request) std::rethrow_exception(of_request);
  const bool malformed = static_cast<bool>(answer.refusal());
  answer.end();
  if (answer.has_begun()) {
    if (answer.is_long()) response.end();
    if (complete || answer.is_long()) return true;
    throw gnet::SystemError(std::make_error_code(std::errc::connection_aborted), "cannot answer",
                            answer.is_short() ? "the program has written less than it has told"
                            : end.out_of_time ? "the program was out of time"
                                              : "the program has not written all: " + end.text());
  }
  if (answer.refusal()) refuse(request, answer.refusal().reason, end, malformed);
  redirect = answer.redirect();
  return false;
}

}  // namespace commands
