#include <fcntl.h>
#include <fmt/format.h>
#include <sys/types.h>
#include <unistd.h>

#include <asio/ip/address.hpp>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <optional>
#include <string_view>
#include <utility>

#include "cli/client/dialler.h"
#include "cli/client/http_route.h"
#include "cli/client/target.h"
#include "cli/control/asking.h"
#include "cli/control/places.h"
#include "cli/out/failure.h"
#include "commands/http_expect.h"
#include "commands/text_pattern.h"
#include "commands/wait_probe.h"
#include "commands/web_address.h"
#include "gnet/base/unique_fd.h"
#include "gnet/base/utf8.h"
#include "gnet/http/client.h"
#include "gnet/http/percent.h"
#include "gnet/io/buffered.h"
#include "gnet/io/resolver.h"
#include "gnet/os/socket_table.h"

namespace commands {
namespace {

constexpr std::size_t kMostBody = 1024 * 1024;  // of what --body looks at
constexpr std::size_t kRedisLine = 512;

template <typename Number>
std::optional<Number> whole_number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// ---- http ----

class WaitPage : public WaitProbe {
 public:
  WaitPage(const WaitOptions& options, const gnet::http::URL& url)
      : WaitProbe(url.stripped().str(), {.near = false, .secure = url.is_secure(), .page = true}),
        request_{.url = url},
        status_text_(options.status.value_or(kUsualStatuses)),
        statuses_(status_text_, "--status"),
        client_(cli::lone_requests(options_for(options, url.is_secure()), url)) {
    if (!options.body.empty()) body_.emplace(options.body, "--body");
    for (const std::string& header : options.headers) {
      Field field = parse_field(header, "--header");
      request_.headers.add(std::move(field.name), std::move(field.value));
    }
    if (options.follow) client_.max_redirects = 10;
  }

 private:
  void try_it(gnet::Deadline) override {
    gnet::http::Client client(client_);
    gnet::http::ClientRequest request{.url = request_.url};
    request.headers = request_.headers;
    auto response = cli::ask_named(client, std::move(request));
    if (!statuses_.has(response.status())) {
      throw WaitMissing(
          fmt::format("status {}, where {} was expected", response.status(), status_text_));
    }
    if (body_ && !body_->is_in(response.read_all(kMostBody))) {
      throw WaitMissing(fmt::format("a body without '{}'", body_->text()));
    }
  }

  gnet::http::ClientRequest request_;
  const std::string status_text_;
  const StatusSet statuses_;
  std::optional<TextPattern> body_;
  gnet::http::ClientOptions client_;
};

// ---- redis ----

std::string redis_command(const std::vector<std::string>& words) {
  std::string text = fmt::format("*{}\r\n", words.size());
  for (const std::string& word : words) text += fmt::format("${}\r\n{}\r\n", word.size(), word);
  return text;
}

// redis://[[USER]:PASSWORD@]HOST[:PORT][/…]
class WaitRedis : public WaitProbe {
 public:
  WaitRedis(const WaitOptions& options, const gnet::Endpoint& endpoint,
            std::vector<std::string> login)
      : WaitProbe("redis://" + endpoint.short_name(), {.near = false, .secure = options.to.tls}),
        login_(std::move(login)),
        to_(options_for(options, options.to.tls)),
        dialler_(options, to_, retry_, {.endpoint = endpoint, .given = true}) {}

 private:
  void try_it(gnet::Deadline deadline) override {
    gnet::AnyStream stream = dialler_.open_stream();
    gnet::BufferedReader<gnet::AnyStream> reader(stream);
    if (!login_.empty()) {
      stream.send_all(redis_command(login_));
      expect(reader, "+OK", deadline);
    }
    stream.send_all(redis_command({"PING"}));
    expect(reader, "+PONG", deadline);
  }

  static void expect(gnet::BufferedReader<gnet::AnyStream>& reader, std::string_view wanted,
                     gnet::Deadline deadline) {
    const auto line = reader.read_line(deadline, kRedisLine);
    if (!line) throw WaitMissing("it closes the connection");
    std::string_view answer = *line;
    if (answer.ends_with('\r')) answer.remove_suffix(1);
    if (answer != wanted) throw WaitMissing(gnet::printable(answer));
  }

  const std::vector<std::string> login_;
  const cli::ClientOptions to_;
  const cli::ReconnectOptions retry_;
  const cli::Dialler dialler_;
};

std::unique_ptr<WaitProbe> redis_probe(std::string_view text, const WaitOptions& options) {
  text = text.substr(0, text.find('/'));
  std::vector<std::string> login;
  if (const std::size_t at = text.rfind('@'); at != text.npos) {
    const std::string_view user = text.substr(0, at);
    const std::size_t colon = user.find(':');
    login = {"AUTH"};
    if (colon != 0 && colon != user.npos) {
      login.push_back(gnet::http::percent_decode(user.substr(0, colon)));
    }
    login.push_back(gnet::http::percent_decode(user.substr(colon == user.npos ? 0 : colon + 1)));
    text.remove_prefix(at + 1);
  }
  std::string authority(text);
  if (authority.find(':', authority.rfind(']') == authority.npos ? 0 : authority.rfind(']')) ==
      authority.npos) {
    authority += ":6379";
  }
  return std::make_unique<WaitRedis>(options, gnet::Endpoint::parse("tcp://" + authority),
                                     std::move(login));
}

// ---- what is known here ----

class WaitName : public WaitProbe {
 public:
  WaitName(const WaitOptions& options, const std::string& host)
      : WaitProbe("dns:" + host, {}), host_(host) {
    if (options.to.only_v4) family_ = gnet::Family::v4;
    if (options.to.only_v6) family_ = gnet::Family::v6;
  }

 private:
  void try_it(gnet::Deadline deadline) override {
    static_cast<void>(gnet::resolve(host_, family_, deadline));
  }

  const std::string host_;
  gnet::Family family_ = gnet::Family::any;
};

class WaitListener : public WaitProbe {
 public:
  explicit WaitListener(std::uint16_t port)
      : WaitProbe(fmt::format("port:{}", port), {.near = true}), port_(port) {}

 private:
  void try_it(gnet::Deadline) override {
    if (!gnet::is_listened_at(port_)) throw WaitMissing("nobody listens");
  }

  const std::uint16_t port_;
};

// What /proc tells of a process: whether it has ended and only its parent does not know, and when
// it began. Nothing where /proc hides it.
struct ProcessFacts {
  bool ended = false;
  std::string began = {};
};

std::optional<ProcessFacts> facts_of(pid_t pid) {
  const gnet::UniqueFd fd(open(fmt::format("/proc/{}/stat", pid).c_str(), O_RDONLY | O_CLOEXEC));
  std::string text(1024, '\0');
  const ssize_t size = fd ? read(fd.get(), text.data(), text.size()) : 0;
  if (size <= 0) return std::nullopt;
  text.resize(static_cast<std::size_t>(size));
  // The name of the program is in brackets, and may have some in it.
  const std::size_t name_end = text.rfind(')');
  if (name_end == text.npos || name_end + 2 >= text.size()) return std::nullopt;
  constexpr int kBegan = 20;  // words behind the name
  std::size_t at = name_end + 1;
  for (int word = 1; word < kBegan && at != text.npos; ++word) at = text.find(' ', at + 1);
  const char state = text[name_end + 2];
  ProcessFacts facts{.ended = state == 'Z' || state == 'X'};
  if (at != text.npos) facts.began = text.substr(at + 1, text.find(' ', at + 1) - at - 1);
  return facts;
}

// The number may come to belong to another process, which is not the one that is meant.
class WaitProcess : public WaitProbe {
 public:
  explicit WaitProcess(pid_t pid)
      : WaitProbe(fmt::format("pid:{}", pid), {.near = true}), pid_(pid) {}

 private:
  void try_it(gnet::Deadline) override {
    if (kill(pid_, 0) != 0 && errno != EPERM) throw WaitMissing("no such process");
    const auto facts = facts_of(pid_);
    if (!facts) return;
    if (facts->ended) throw WaitMissing("it has ended");
    if (began_.empty()) began_ = facts->began;
    if (began_ != facts->began) throw WaitMissing("it has ended");
  }

  const pid_t pid_;
  std::string began_;
};

class WaitReady : public WaitProbe {
 public:
  explicit WaitReady(const std::string& name)
      : WaitProbe("ready:" + name, {.near = true}), name_(name) {
    if (name.find('/') == name.npos) cli::check_process_name(name);
  }

 private:
  // Who answers is ready: before that nobody is there to do it.
  void try_it(gnet::Deadline deadline) override {
    const bool is_path = name_.find('/') != name_.npos;
    cli::ControlConnection control(is_path ? name_ : cli::socket_of(name_), deadline);
    cli::ControlRequest request;
    request.op = "list";
    const auto answer = control.ask(request, deadline);
    if (answer.code != cli::Exit::ok) throw WaitMissing(answer.message);
  }

  const std::string name_;
};

}  // namespace

std::unique_ptr<WaitProbe> make_named_probe(const std::string& text, const WaitOptions& options) {
  using cli::behind;
  if (behind(text, "http://") || behind(text, "https://")) {
    return std::make_unique<WaitPage>(options, parse_address(text, "http").url);
  }
  if (const auto rest = behind(text, "redis://")) return redis_probe(*rest, options);
  if (const auto name = behind(text, "dns:")) {
    if (name->empty()) throw cli::UsageError("dns: needs a name");
    return std::make_unique<WaitName>(options, std::string(*name));
  }
  if (const auto rest = behind(text, "port:")) {
    const auto port = whole_number<std::uint16_t>(*rest);
    if (!port || *port == 0)
      throw cli::UsageError(fmt::format("bad target '{}': a port is 1-65535", text));
    return std::make_unique<WaitListener>(*port);
  }
  if (const auto rest = behind(text, "pid:")) {
    const auto pid = whole_number<pid_t>(*rest);
    if (!pid || *pid <= 0) {
      throw cli::UsageError(fmt::format("bad target '{}': not the number of a process", text));
    }
    return std::make_unique<WaitProcess>(*pid);
  }
  if (const auto name = behind(text, "ready:"))
    return std::make_unique<WaitReady>(std::string(*name));
  return nullptr;
}

}  // namespace commands
