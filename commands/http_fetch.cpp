#include "commands/http_fetch.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "cli/client/http_route.h"
#include "cli/out/failure.h"
#include "cli/out/json.h"
#include "cli/out/output.h"
#include "cli/out/terminal.h"
#include "commands/http_format.h"
#include "commands/json_text.h"
#include "gnet/fiber/fiber.h"
#include "gnet/http/content_disposition.h"
#include "gnet/http/event_stream.h"
#include "gnet/http/media_type.h"
#include "gnet/http/percent.h"
#include "gnet/http/range.h"
#include "gnet/http/status.h"
#include "gnet/io/endpoint.h"

namespace commands {
namespace {

constexpr std::size_t kMostHeld = 64 * 1024 * 1024;       // of a body that is wanted whole
constexpr std::size_t kMostFormatted = 16 * 1024 * 1024;  // a larger one is printed as it is

std::string parts_of(const HttpOptions& options, bool terminal) {
  if (options.json) return {};
  if (!options.print.empty()) return options.print;
  if (options.offline) return "HB";
  if (options.head) return "h";
  return options.include || terminal ? "hb" : "b";
}

bool is_json_type(const gnet::http::ClientResponse& response) {
  const auto type = gnet::http::MediaType::parse(response.header("content-type").value_or(""));
  return type && (type->essence() == "application/json" || type->essence().ends_with("+json"));
}

bool is_event_stream(const gnet::http::ClientResponse& response) {
  const auto type = gnet::http::MediaType::parse(response.header("content-type").value_or(""));
  return type && type->essence() == "text/event-stream";
}

// Of a body that a later range can be known to belong to (RFC 9110 §13.1.5).
std::string validator_of(const gnet::http::Headers& headers) {
  const auto tag = headers.get("ETag");
  if (tag && !tag->starts_with("W/")) return std::string(*tag);
  return std::string(headers.get("Last-Modified").value_or(""));
}

// Whoever looks on should not take it for dead.
class Patience {
 public:
  Patience(const gnet::http::URL& url, bool shown) {
    if (!shown) return;
    fiber_.emplace(gnet::spawn([host = url.authority()] {
      gnet::sleep(std::chrono::seconds(1));
      cli::write_all(STDERR_FILENO, fmt::format("waiting for {}\n", host));
    }));
  }
  Patience(const Patience&) = delete;
  Patience& operator=(const Patience&) = delete;
  ~Patience() {
    if (fiber_) fiber_->kill_async();
  }

 private:
  std::optional<gnet::Fiber<>> fiber_;
};

}  // namespace

std::exception_ptr as_failure(const gnet::http::ClientError& error) {
  using gnet::http::ClientFailure;
  // Those that have not got as far as the server say themselves where they wanted to go.
  const bool there = error.failure() != ClientFailure::resolve &&
                     error.failure() != ClientFailure::connect &&
                     error.failure() != ClientFailure::tls;
  return std::make_exception_ptr(cli::Failure(
      cli::exit_for(error.failure()), there ? error.what() : error.reason(), {}, {}, error.code()));
}

HttpFetch::HttpFetch(const HttpOptions& options, const HttpPlan& plan, HttpSession& session,
                     gnet::http::Client& client, const HttpExpectations& expected,
                     const gnet::http::URL& url)
    : options_(options),
      plan_(plan),
      session_(session),
      client_(client),
      expected_(expected),
      url_(url),
      terminal_(options.output.empty() && !options.remote_name && isatty(STDOUT_FILENO) == 1),
      color_(terminal_ && cli::wants_color(STDOUT_FILENO, options.color)),
      trace_(options.quiet.times > 0 ? 0 : options.verbose.times),
      parts_(parts_of(options, terminal_)) {}

cli::Exit HttpFetch::run(const std::function<void()>& await_turn) {
  open_file();
  Response response = ask();
  complete_ = is_complete_already(response);
  if (is_refused_range(response) && !complete_) {
    file_->forget();  // the server has something else by now
    response = ask();
  }
  await_turn();
  print_head(response);
  take_body(response);
  const std::optional<std::string> fault = this->fault(response);
  report(response, fault);
  if (!fault) return cli::Exit::ok;
  if (options_.json) return cli::Exit::negative;
  throw cli::Failure(cli::Exit::negative, fmt::format("{} {}: {}", plan_.method(),
                                                      response.url().stripped().str(), *fault));
}

// ---- the request ----

void HttpFetch::check() {
  try {
    static_cast<void>(gnet::Endpoint::of(gnet::Transport::tcp, url_.host_name(), 1));
    static_cast<void>(client_.head_of(request()));
  } catch (const std::invalid_argument& error) {
    throw cli::UsageError(error.what());
  }
}

void HttpFetch::show_request() {
  const std::string head = client_.head_of(request());
  if (prints('H')) cli::print(color_ ? colored_head(head) : head);
  if (prints('B')) plan_.body().print([](std::string_view piece) { cli::print(piece); });
}

std::string HttpFetch::file_name() const {
  if (!options_.remote_name) return options_.output == "-" ? std::string() : options_.output;
  const std::string& in_url = url_.path();
  const auto name = gnet::http::safe_file_name(gnet::http::percent_decode(in_url));
  if (name && !in_url.ends_with('/')) return *name;
  throw cli::UsageError(fmt::format("{} names no file: use --output", url_.stripped().str()));
}

void HttpFetch::open_file() {
  const std::string path = file_name();
  if (path.empty()) return;
  file_ = std::make_unique<HttpFile>(path, !options_.resume.empty());
}

gnet::http::ClientRequest HttpFetch::request() {
  gnet::http::ClientRequest request =
      plan_.request(url_, [this](std::size_t size) { up_->advance(size); });
  session_.apply_to(request.headers, url_);
  return request;
}

gnet::http::ClientResponse HttpFetch::ask() {
  up_.emplace("up", plan_.body().size(), shows_progress() && !plan_.body().empty(),
              options_.limit_rate.bytes_per_second);
  gnet::http::ClientRequest request = this->request();
  const bool continues = file_ && file_->offset() > 0;
  if (continues) {
    request.headers.set("Range", fmt::format("bytes={}-", file_->offset()));
    request.headers.set("If-Range", file_->validator());
  } else if (file_ && !options_.resume.empty()) {
    request.headers.set("Accept-Encoding", "identity");  // parts of what is kept
  }
  if (trace_.wants_head()) trace_.head_sent(client_.head_of(request));
  const Patience patience(url_, talks());
  try {
    Response response = client_.request(std::move(request));
    trace_.answered(response);
    return response;
  } catch (const cli::Failure&) {
    throw;
  } catch (const std::system_error&) {
    throw;
  } catch (const std::runtime_error& error) {  // a file has become another one meanwhile
    throw cli::Failure(cli::Exit::io, error.what());
  }
}

// A person looks at standard error.
bool HttpFetch::talks() const noexcept {
  return isatty(STDERR_FILENO) == 1 && options_.quiet.times == 0 && !options_.json;
}

bool HttpFetch::shows_progress() const noexcept {
  return talks() && !terminal_;
}

// ---- the answer ----

void HttpFetch::print_head(const Response& response) {
  if (prints('h')) cli::print(response_head(response, color_));
}

void HttpFetch::take_body(Response& response) {
  const bool has_events = options_.sse && is_event_stream(response);
  keeps_body_ = expected_.wants_body() || (options_.json && !file_ && !has_events);
  std::optional<std::uint64_t> size;
  if (response.framing().kind == gnet::http::BodyFraming::length) size = response.framing().size;
  down_.emplace("down", response.is_decoded() ? std::nullopt : size, shows_progress(),
                options_.limit_rate.bytes_per_second);
  if (complete_) return file_->commit();
  if (file_) begin_file(response);
  if (has_events) {
    take_events(response);
  } else if (terminal_ && !options_.no_buffer && prints('b') && is_json_type(response)) {
    print_formatted(response);
  } else {
    take_pieces(response);
  }
  if (file_) file_->commit();
}

void HttpFetch::take_pieces(Response& response) {
  for (auto piece = response.read_some(); !piece.empty(); piece = response.read_some()) put(piece);
}

// What all pieces of a body have in common.
void HttpFetch::hold(std::string_view piece) {
  down_->advance(piece.size());
  trace_.received(piece);
  if (!keeps_body_) return;
  if (piece.size() > kMostHeld - body_.size()) {
    throw cli::Failure(cli::Exit::protocol,
                       fmt::format("{}: the body is larger than {} MB, which is too large for "
                                   "--json and --expect-body",
                                   url_.stripped().str(), kMostHeld / 1'000'000));
  }
  body_ += piece;
}

// A piece of the body goes where it is wanted.
void HttpFetch::put(std::string_view piece) {
  hold(piece);
  if (file_) return file_->write(piece);
  if (!prints('b')) return;
  if (terminal_ && !std::exchange(begun_, true) && piece.find('\0') != piece.npos) {
    throw cli::Failure(cli::Exit::io, "the body is binary, which a terminal cannot show",
                       "--output FILE keeps it");
  }
  cli::print(piece);
}

void HttpFetch::print_formatted(Response& response) {
  std::string text;
  while (text.size() <= kMostFormatted) {
    const std::string_view piece = response.read_some();
    if (piece.empty()) {
      if (keeps_body_) body_ = text;
      down_->advance(text.size());
      cli::print(format_json(text, color_).value_or(text));
      return;
    }
    text += piece;
  }
  put(text);
  take_pieces(response);
}

void HttpFetch::take_events(Response& response) {
  gnet::http::EventStreamReader reader;
  try {
    for (auto piece = response.read_some(); !piece.empty(); piece = response.read_some()) {
      hold(piece);
      while (const auto event = reader.next(piece)) {
        cli::JsonObject line = cli::event(event->event);
        if (!event->id.value_or("").empty()) line.add("id", *event->id);
        const std::string text = line.add("data", event->data).text() + '\n';
        if (file_) {
          file_->write(text);
        } else if (options_.json || prints('b')) {
          cli::print(text);
        }
      }
    }
  } catch (const gnet::http::EventTooLong& error) {
    throw cli::Failure(cli::Exit::protocol, error.what());
  }
}

// ---- files ----

void HttpFetch::begin_file(const Response& response) {
  if (response.status() >= 400 && (options_.fail || !options_.resume.empty())) {
    file_.reset();  // what an error has to say is not the file
    return;
  }
  const std::string validator = validator_of(response.headers());
  if (file_->offset() == 0 || response.status() != 206) {
    return file_->begin(HttpFile::How::anew, validator);
  }
  const auto range = gnet::http::parse_content_range(response.header("content-range").value_or(""));
  if (!range || !range->part || range->part->first != file_->offset()) {
    throw cli::Failure(cli::Exit::protocol,
                       fmt::format("{}: the server sends another range than it was asked for",
                                   url_.stripped().str()));
  }
  file_->begin(HttpFile::How::append, validator);
}

bool HttpFetch::is_refused_range(const Response& response) const noexcept {
  return file_ && file_->offset() > 0 && response.status() == 416;
}

// There is nothing behind what is there.
bool HttpFetch::is_complete_already(const Response& response) const {
  if (!is_refused_range(response)) return false;
  const auto range = gnet::http::parse_content_range(response.header("content-range").value_or(""));
  return range && range->size == file_->offset();
}

// ---- what is said about it ----

void HttpFetch::report(const Response& response, const std::optional<std::string>& fault) {
  const HttpOutcome outcome{plan_.method(), url_, response, up_->done(), down_->done()};
  up_.reset();
  down_.reset();
  if (options_.json) {
    std::optional<std::string_view> body;
    if (keeps_body_) body = body_;
    cli::JsonObject document = json_outcome(outcome, body);
    if (file_) document.add("file", file_->path());
    if (fault) document.add("fault", *fault);
    cli::print_line(document.text());
  }
  if (prints('m')) cli::print("\n" + timing_text(response.timings()) + "\n");
  if (!options_.write_out.empty()) cli::print(write_out(options_.write_out, outcome));
  if (options_.timing && !options_.json) {
    cli::write_all(STDERR_FILENO, timing_text(response.timings()) + "\n");
  }
}

// What makes the answer a no.
std::optional<std::string> HttpFetch::fault(const Response& response) const {
  if (auto fault = expected_.fault(response.status(), response.headers(), body_)) return fault;
  if (options_.sse && !is_event_stream(response)) {
    return fmt::format("{} is no stream of events", response.status());
  }
  if (!options_.fail || response.status() < 400 || complete_) return std::nullopt;
  return fmt::format("{} {}", response.status(), response.reason());
}

}  // namespace commands
