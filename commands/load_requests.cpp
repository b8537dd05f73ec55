#include "commands/load_requests.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "cli/line/read_file.h"
#include "cli/out/failure.h"
#include "commands/http_items.h"
#include "commands/web_address.h"
#include "gnet/base/random.h"
#include "gnet/base/unique_fd.h"
#include "gnet/base/version.h"
#include "gnet/http/auth.h"
#include "gnet/http/headers.h"
#include "gnet/http/message_writer.h"
#include "gnet/io/datagram.h"

namespace commands {
namespace {

constexpr std::size_t kMostNames = 5;
constexpr std::uint64_t kLongestMessage = 64 << 20;
constexpr std::size_t kMostTargets = 20'000'000;
constexpr std::size_t kLongestTargetLine = 1 << 20;  // of a file of targets
constexpr std::size_t kTargetsPiece = 256 << 10;
constexpr const char* kDefaultMessage = "ping";

bool is_http(std::string_view word) {
  if (word.starts_with("http://") || word.starts_with("https://")) return true;
  return word.find("://") == word.npos && !word.starts_with("unix") &&
         !word.starts_with("abstract:");
}

bool is_secure_word(std::string_view word) {
  const std::string_view scheme = word.substr(0, word.find("://"));
  return scheme == "https" || scheme == "wss" || scheme.find("tls") != scheme.npos;
}

std::string random_text(std::size_t size) {
  std::string text(size, '\0');
  for (char& c : text) c = static_cast<char>('a' + gnet::random_bits() % 26);
  return text;
}

// Cuts off the end of a head, and what it says of a body: that comes when the body is known.
void end_before_length(std::string& head) {
  constexpr std::string_view kNone = "Content-Length: 0\r\n";
  head.resize(head.size() - 2);
  const std::size_t at = head.find(kNone);
  if (at != head.npos) head.erase(at, kNone.size());
}

// The file of --targets, line by line.
class TargetLines {
 public:
  explicit TargetLines(const std::string& path) : path_(path) {
    if (path == "-") return;
    file_ = gnet::UniqueFd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file_) fail();
  }

  // Without its end. False: there is no more.
  bool next(std::string& line) {
    line.clear();
    ++number_;
    for (;;) {
      const std::string_view left = std::string_view(read_).substr(at_);
      const std::string_view part = left.substr(0, left.find('\n'));
      line += part;
      if (line.size() > kLongestTargetLine) refuse("a line is longer than 1 MiB");
      at_ += std::min(part.size() + 1, left.size());
      if (part.size() < left.size()) break;
      if (read_more()) continue;
      if (line.empty()) return false;
      break;
    }
    if (line.ends_with('\r')) line.pop_back();
    return true;
  }

  [[nodiscard]] std::size_t number() const noexcept { return number_; }  // of the line, from 1

  [[noreturn]] void refuse(std::string_view reason) const {
    throw cli::UsageError(fmt::format("{}:{}: {}", path_, number_, reason));
  }

 private:
  bool read_more() {
    read_.resize(kTargetsPiece);
    at_ = 0;
    ssize_t count = 0;
    do {
      count = read(file_ ? file_.get() : STDIN_FILENO, read_.data(), read_.size());
    } while (count < 0 && errno == EINTR);
    if (count < 0) fail();
    read_.resize(static_cast<std::size_t>(count));
    return count > 0;
  }

  [[noreturn]] void fail() const {
    throw cli::Failure(cli::Exit::io,
                       fmt::format("cannot read {}: {}", path_, cli::error_text(errno)));
  }

  const std::string& path_;
  gnet::UniqueFd file_;  // none: standard input
  std::string read_;
  std::size_t at_ = 0;
  std::size_t number_ = 0;
};

gnet::Endpoint endpoint_for(const WebAddress& address, const std::string& unix_path) {
  const bool secure = address.url.is_secure();
  const gnet::Endpoint endpoint =
      unix_path.empty()
          ? gnet::Endpoint::of(gnet::Transport::tcp, address.url.host_name(), address.url.port())
          : gnet::Endpoint::unix_path(unix_path);
  return secure ? endpoint.with_tls() : endpoint;
}

}  // namespace

// A request of HTTP before it is put together. All but the method may have places.
struct LoadRequests::Draft {
  std::string method;
  std::string url;
  gnet::http::Headers headers;
  std::optional<std::string> body;
};

LoadServer::LoadServer(const LoadOptions& options, cli::ClientOptions way,
                       const cli::Target& target)
    : to(std::move(way)), dialler(options, to, retry, target) {}

LoadRequests::LoadRequests(const LoadOptions& options) : options_(options) {
  if (!options.expect.empty()) expected_.emplace(options.expect, "--expect");
  try {
    for (const std::string& word : options.urls) add_url(word);
    if (!options.targets.empty()) read_targets();
  } catch (const std::invalid_argument& error) {  // of a field
    throw cli::UsageError(error.what());
  }
  if (servers_.empty()) throw cli::UsageError("a URL is missing: what to load");
  if (options.random && std::ranges::all_of(servers_, [](const LoadServer& server) {
        return server.requests.size() == 1;
      })) {
    throw cli::UsageError("--random needs several requests of a server");
  }
  share_connections();
}

void LoadRequests::add_url(const std::string& word) {
  if (!is_http(word)) return add_messages(word);
  check_for_http();
  Draft draft = draft_of(word);
  draft.method = options_.method;
  draft.body = options_.body;
  if (!options_.body_file.empty()) {
    if (draft.body) throw cli::UsageError("--body and --body-file exclude each other");
    draft.body = cli::read_file(options_.body_file);
  }
  if (draft.method.empty()) draft.method = draft.body ? "POST" : "GET";
  add_http(draft);
}

void LoadRequests::check_for_http() const {
  if (options_.mode == LoadMode::stream) {
    throw cli::UsageError("--mode stream is for tcp, tls, unix and ws, not for HTTP");
  }
  if (options_.message || options_.size) {
    throw cli::UsageError(fmt::format("{} is for messages; a request of HTTP has --body",
                                      options_.message ? "--message" : "--size"));
  }
}

// ---- requests of HTTP ----

LoadRequests::Draft LoadRequests::draft_of(const std::string& word) const {
  Draft draft{{}, word, {}, {}};
  for (const std::string& text : options_.headers) {
    const Field field = parse_field(text, "--header");
    draft.headers.add(field.name, field.value);
  }
  return draft;
}

void LoadRequests::add_http(const Draft& draft) {
  const WebAddress address = parse_address(templates_.mark(draft.url, true), "http");
  const gnet::http::URL& url = address.url;
  const std::string unix_path =
      address.unix_path.empty() ? options_.to.unix_path.path : address.unix_path;

  gnet::http::Headers headers;
  for (const gnet::http::Field& field : draft.headers) {
    headers.add(field.name, templates_.mark(field.value));
  }
  if (!headers.has("User-Agent"))
    headers.add("User-Agent", fmt::format("gnet/{}", gnet::version()));
  if (!headers.has("Authorization") && !url.username().empty()) {
    headers.add("Authorization", gnet::http::basic_authorization(url.username(), url.password()));
  }
  if (draft.body && !headers.has("Content-Type")) {
    headers.add("Content-Type", "application/x-www-form-urlencoded");
  }
  const LoadTemplate body = templates_.split(templates_.mark(draft.body.value_or("")));
  gnet::http::BodyFraming framing;
  if (draft.body && body.is_constant()) {
    framing = {gnet::http::BodyFraming::length, body.text().size()};
  }
  std::string start;
  const std::string authority = url.authority();
  gnet::http::append_request(start, {.method = draft.method,
                                     .target = url.target(),
                                     .host = authority,
                                     .connection = options_.no_keepalive ? "close" : "",
                                     .framing = framing,
                                     .headers = &headers});

  cli::ClientOptions way = options_.to;
  way.unix_path = {};
  if (url.is_secure()) {
    if (way.alpn.empty()) way.alpn = "http/1.1";
    if (way.sni.empty() && !unix_path.empty()) way.sni = url.host_name();
  }
  LoadServer& server =
      server_for(url.origin() + " " + unix_path, url.stripped().origin(), LoadSpeech::http, way,
                 {.endpoint = endpoint_for(address, unix_path), .given = true});
  if (names_.size() < kMostNames) {
    names_.push_back(draft.url.find('@') == draft.url.npos ? draft.url : url.stripped().str());
  }
  if (!body.is_constant()) {
    end_before_length(start);
    return add(server, {.method = method_index(draft.method),
                        .head = std::make_shared<const LoadTemplate>(templates_.split(start)),
                        .body = std::make_shared<const LoadTemplate>(body)});
  }
  LoadTemplate all = templates_.split(start + body.text());
  if (all.is_constant()) return add(server, fixed(all.text(), draft.method));
  add(server, {.method = method_index(draft.method),
               .head = std::make_shared<const LoadTemplate>(std::move(all))});
}

// A file as vegeta has it: METHOD URL, lines of header fields, @FILE for a body, an empty line.
void LoadRequests::read_targets() {
  check_for_targets();
  TargetLines lines(options_.targets);
  std::optional<Draft> draft;
  std::size_t began = 0;  // the line with its method
  const auto finish = [&] {
    if (!draft) return;
    if (entries_.size() == kMostTargets) {
      throw cli::UsageError(
          fmt::format("{}: more than {} targets", options_.targets, kMostTargets));
    }
    at_line(began, [&] { add_http(*draft); });
    draft.reset();
  };
  std::string line;
  while (lines.next(line)) {
    const std::size_t space = line.find(' ');
    const bool begins = space != line.npos && is_method(std::string_view(line).substr(0, space));
    if (line.empty() || begins) finish();
    if (line.empty() || line.starts_with('#')) continue;
    if (begins) {
      const std::string url = line.substr(space + 1);
      if (!is_http(url)) lines.refuse("a URL of http or https must follow the method");
      draft = draft_of(url);
      draft->method = line.substr(0, space);
      began = lines.number();
      continue;
    }
    if (!draft) lines.refuse("METHOD URL must be first, as in GET http://127.0.0.1:8080/");
    at_line(lines.number(), [&] {
      if (line.starts_with('@')) {
        draft->body = cli::read_file(line.substr(1));
      } else {
        const Field field = parse_field(line, "a header");
        draft->headers.add(field.name, field.value);
      }
    });
  }
  finish();
  if (entries_.empty()) {
    throw cli::UsageError(fmt::format("there is no target in '{}'", options_.targets));
  }
}

// The file says all of a request but the fields that each is to have.
void LoadRequests::check_for_targets() const {
  check_for_http();
  if (!options_.urls.empty()) return;
  const char* const of_urls = !options_.method.empty()      ? "--method"
                              : options_.body               ? "--body"
                              : !options_.body_file.empty() ? "--body-file"
                                                            : nullptr;
  if (of_urls == nullptr) return;
  throw cli::UsageError(fmt::format(
      "{} is for URLs of the command line: requests of --targets have their own", of_urls));
}

// What is wrong there is told with the place.
template <typename F>
void LoadRequests::at_line(std::size_t number, F&& step) const {
  const auto placed = [&](const std::exception& error) {
    return fmt::format("{}:{}: {}", options_.targets, number, error.what());
  };
  try {
    step();
  } catch (const cli::UsageError& error) {
    throw cli::UsageError(placed(error), error.hint());
  } catch (const cli::Failure& failure) {
    throw cli::Failure(failure.code(), placed(failure), failure.hint(), failure.endpoint(),
                       failure.cause());
  } catch (const std::invalid_argument& error) {
    throw cli::UsageError(placed(error));
  }
}

// ---- messages ----

std::string LoadRequests::message() const {
  if (options_.message && options_.size) {
    throw cli::UsageError("--message and --size exclude each other");
  }
  if (options_.message && options_.message->empty()) {
    throw cli::UsageError("--message must not be empty");
  }
  if (!options_.size) return options_.message.value_or(kDefaultMessage);
  if (options_.size->bytes == 0 || options_.size->bytes > kLongestMessage) {
    throw cli::UsageError("--size must be from 1 to 64M");
  }
  return random_text(options_.size->bytes);
}

void LoadRequests::add_messages(const std::string& word) {
  const char* const of_http = !options_.method.empty()       ? "--method"
                              : options_.body                ? "--body"
                              : !options_.body_file.empty()  ? "--body-file"
                              : options_.pipeline.number > 1 ? "--pipeline"
                                                             : nullptr;
  if (of_http != nullptr) {
    throw cli::UsageError(fmt::format("{} is for HTTP, and not for '{}'", of_http, word));
  }
  const gnet::Endpoint endpoint = gnet::Endpoint::parse(word);
  if (endpoint.is_local()) {
    throw cli::UsageError(fmt::format("'{}' is no server that could be loaded", word));
  }
  if (!options_.headers.empty()) throw cli::UsageError("--header is for HTTP");
  const bool packets = endpoint.has_messages() && options_.mode == LoadMode::message;
  if (options_.mode == LoadMode::stream && endpoint.is_datagram()) {
    throw cli::UsageError(fmt::format("--mode stream needs connections, and not '{}'", word));
  }
  LoadServer& server =
      server_for(word, endpoint.to_string(), packets ? LoadSpeech::messages : LoadSpeech::bytes,
                 options_.to, {.endpoint = endpoint, .given = true});
  server.text = options_.message.has_value() || !options_.size;
  names_.push_back(endpoint.to_string());
  LoadTemplate text = templates_.split(templates_.mark(message()));
  const std::size_t longest = gnet::max_udp_payload(endpoint);
  if (endpoint.transport() == gnet::Transport::udp && text.is_constant() &&
      text.text().size() > longest) {
    throw cli::UsageError(fmt::format("{} must be up to {} bytes for '{}'",
                                      options_.size ? "--size" : "--message", longest, word));
  }
  if (text.is_constant()) return add(server, fixed(text.text(), ""));
  add(server, {.head = std::make_shared<const LoadTemplate>(std::move(text))});
}

// ---- where they are kept ----

LoadServer& LoadRequests::server_for(const std::string& key, const std::string& name,
                                     LoadSpeech speech, const cli::ClientOptions& way,
                                     const cli::Target& target) {
  // The one that came last, as a rule.
  const auto found = std::find_if(servers_.rbegin(), servers_.rend(),
                                  [&](const LoadServer& server) { return server.key == key; });
  if (found != servers_.rend()) return *found;
  const bool others_secure =
      !options_.targets.empty() || std::ranges::any_of(options_.urls, is_secure_word);
  const bool plain = !target.endpoint.is_tls() && !way.tls && others_secure;
  LoadServer& server = servers_.emplace_back(options_, plain ? cli::without_tls(way) : way, target);
  server.key = key;
  server.name = name;
  server.speech = speech;
  return server;
}

void LoadRequests::add(LoadServer& server, const Entry& entry) {
  server.requests.push_back(static_cast<std::uint32_t>(entries_.size()));
  entries_.push_back(entry);
}

LoadRequests::Entry LoadRequests::fixed(std::string_view bytes, std::string_view method) {
  const Entry entry{.at = bytes_.size(),
                    .size = static_cast<std::uint32_t>(bytes.size()),
                    .method = method_index(method)};
  bytes_ += bytes;
  return entry;
}

std::uint16_t LoadRequests::method_index(std::string_view method) {
  const auto found = std::ranges::find(methods_, method);
  const auto index = static_cast<std::uint16_t>(found - methods_.begin());
  if (found == methods_.end()) methods_.emplace_back(method);
  return index;
}

// Each server gets one, and of the rest as many as it has of the requests.
void LoadRequests::share_connections() {
  const std::uint64_t all = options_.connections.number;
  if (all < servers_.size()) {
    throw cli::UsageError(fmt::format("there are {} servers: --connections must be {} or more",
                                      servers_.size(), servers_.size()));
  }
  const std::uint64_t rest = all - servers_.size();
  std::uint64_t given = 0;
  std::uint64_t seen = 0;
  for (LoadServer& server : servers_) {
    seen += server.requests.size();
    const std::uint64_t up_to = rest * seen / entries_.size();
    server.connections = 1 + up_to - given;
    given = up_to;
  }
}

std::vector<std::string> LoadRequests::names() const {
  std::vector<std::string> names = names_;
  if (entries_.size() > names.size()) {
    names.push_back(fmt::format("and {} more", entries_.size() - names.size()));
  }
  return names;
}

// ---- the next one ----

// Connections do not all begin with the same request.
LoadRequests::Turn LoadRequests::begin(const LoadServer& server, std::size_t connection) const {
  const std::size_t count = server.requests.size();
  return {
      &server,
      count == 0 ? 0 : connection * count / std::max<std::size_t>(1, server.connections) % count,
      {}};
}

LoadRequest LoadRequests::next(Turn& turn, LoadValues& values) const {
  const std::vector<std::uint32_t>& list = turn.server->requests;
  if (options_.random) turn.at = values.random() % list.size();
  const Entry& entry = entries_[list[turn.at]];
  if (++turn.at == list.size()) turn.at = 0;
  const std::string_view method = methods_.empty() ? std::string_view() : methods_[entry.method];
  if (!entry.head) return {{bytes_.data() + entry.at, entry.size}, method};
  turn.made.clear();
  entry.head->append_to(turn.made, values);
  if (entry.body) {
    std::string body;
    entry.body->append_to(body, values);
    fmt::format_to(std::back_inserter(turn.made), "Content-Length: {}\r\n\r\n{}", body.size(),
                   body);
  }
  return {turn.made, method};
}

}  // namespace commands
