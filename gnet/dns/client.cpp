#include "gnet/dns/client.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <memory>
#include <stdexcept>
#include <utility>

#include "gnet/base/error.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/http/client.h"
#include "gnet/http/media_type.h"
#include "gnet/io/buffer_lease.h"
#include "gnet/io/buffered.h"
#include "gnet/io/connect.h"
#include "gnet/io/tls_error.h"

namespace gnet::dns {
namespace {

constexpr std::size_t kLargest = 65535;  // of a message
constexpr std::size_t kLeastBuffer = 4096;
constexpr std::size_t kMostIdle = 16;
constexpr std::size_t kMostPorts = 64;
constexpr unsigned kMostOfPort = 32;      // so many answers, and the next query has another port
constexpr std::size_t kMostRandom = 256;  // bytes that getentropy() gives at a time
constexpr std::size_t kClientCookie = 8;
constexpr const char* kMediaType = "application/dns-message";

// Nobody may guess what it will be.
std::string random_bytes(std::size_t size) {
  std::string bytes(size, '\0');
  if (getentropy(bytes.data(), size) != 0) throw_errno("cannot get random numbers");
  return bytes;
}

// A query as it is sent, and what is an answer to it.
class Query {
 public:
  Query(const Question& question, std::uint16_t id, const QueryOptions& options)
      : cookie_(options.cookie.substr(0, kClientCookie)),
        bytes_(build_query(question, id, options)) {}

  [[nodiscard]] const std::string& bytes() const noexcept { return bytes_; }

  // Nothing for what is no answer to it. Throws BadMessage.
  [[nodiscard]] std::optional<Message> read(std::string_view answer) const {
    if (!is_answer_to(bytes_, answer)) return std::nullopt;
    Message message = parse_message(answer);
    if (!cookie_.empty() && message.edns && !message.edns->cookie.empty() &&
        !message.edns->cookie.starts_with(cookie_)) {
      return std::nullopt;
    }
    drop_strange_answers(message, bytes_);
    return message;
  }

 private:
  const std::string cookie_;
  const std::string bytes_;
};

// Of what came where an answer may be of any size.
Message whole(std::optional<Message> message) {
  if (!message) throw BadMessage("what came is no answer to the question");
  if (message->truncated) throw BadMessage("the answer is cut off, and not by UDP");
  return *std::move(message);
}

std::vector<std::string> texts_of(const std::vector<Server>& servers) {
  std::vector<std::string> texts;
  for (const Server& server : servers) texts.push_back(server.to_string());
  return texts;
}

bool is_failure(unsigned rcode) {
  return rcode == kServFail || rcode == kRefused || rcode == kNotImp;
}

// The peer has gone: another try may be luckier.
bool is_lost(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const ConnectionLost&) {
    return true;
  } catch (const http::ClientError& failure) {
    return failure.failure() == http::ClientFailure::lost;
  } catch (const std::system_error& failure) {
    return failure.code() == std::errc::connection_reset ||
           failure.code() == std::errc::broken_pipe || failure.code() == TLSErrc::truncated;
  } catch (...) {
    return false;
  }
}

}  // namespace

// One question, until it is answered.
class Client::Asking {
 public:
  Asking(Client& client, const Question& question, Deadline deadline)
      : client_(client), options_(client.options_), question_(question), deadline_(deadline) {
    if (options_.cookie) cookie_ = random_bytes(kClientCookie);
  }

  Reply run() {
    CancelScope scope(deadline_);
    std::optional<Reply> reply;
    try {
      if (scope.run([&] { reply = ask_around(); })) return *std::move(reply);
    } catch (const std::system_error& error) {
      const auto* http = dynamic_cast<const http::ClientError*>(&error);
      const bool too_late = http != nullptr && http->failure() == http::ClientFailure::timeout;
      if (error.code() != std::errc::timed_out && !too_late) throw;
    }
    if (second_best_) return *std::move(second_best_);
    std::string what = "no answer from " + *server_;
    if (strangers_ > 0) {
      what += fmt::format(" ({} {} no answer to the question)", strangers_,
                          strangers_ == 1 ? "datagram was" : "datagrams were");
    }
    throw_timed_out(what, began_);
  }

 private:
  const std::vector<Server>& servers() const { return client_.servers_; }

  // Each server in turn, until one has an answer that will do.
  Reply ask_around() {
    std::exception_ptr failure;
    std::vector<bool> out(servers().size());
    const std::size_t rounds = std::max<std::size_t>(options_.retries + 1U, servers().size());
    for (std::size_t round = 0; round < rounds; ++round) {
      const std::size_t index = round % servers().size();
      if (out[index]) continue;
      try {
        server_ = &client_.names_[index];
        auto reply = ask(servers()[index], share_of(round, rounds));
        if (!reply) continue;
        if (!is_failure(reply->message.rcode) || servers().size() == 1) return *std::move(reply);
        if (!second_best_) second_best_ = std::move(reply);
        out[index] = true;
      } catch (const BadName&) {
        throw;
      } catch (const BadMessage& error) {
        if (!failure) failure = failure_of(error);
        out[index] = true;
      } catch (const std::exception&) {
        if (!failure) failure = std::current_exception();
        out[index] = !is_lost(std::current_exception());
      }
    }
    if (second_best_) return *std::move(second_best_);
    if (failure) std::rethrow_exception(failure);
    throw_error(std::make_error_code(std::errc::timed_out), "query");
  }

  // With the name of the server whose answer it is.
  std::exception_ptr failure_of(const BadMessage& error) const {
    return std::make_exception_ptr(BadMessage(fmt::format("{}: {}", *server_, error.what())));
  }

  // When the next server gets its turn.
  Deadline share_of(std::size_t round, std::size_t rounds) const {
    if (servers().size() == 1 || deadline_.is_never()) return deadline_;
    return Deadline(deadline_.remaining() / static_cast<int>(rounds - round));
  }

  // Nothing: it has not answered in time.
  std::optional<Reply> ask(const Server& server, Deadline limit) {
    auto reply = ask_with_cookie(server, limit);
    if (!reply || reply->message.rcode != kBadCookie || !reply->message.edns) return reply;
    const std::string& theirs = reply->message.edns->cookie;
    if (cookie_.empty() || theirs.size() <= kClientCookie) return reply;
    cookie_ = theirs;
    return ask_with_cookie(server, limit);
  }

  std::optional<Reply> ask_with_cookie(const Server& server, Deadline limit) {
    if (server.is_https()) return ask_https(server);
    if (!server.is_datagram()) return ask_stream(server, limit);
    auto reply = ask_datagram(server, limit);
    if (!reply || !reply->message.truncated) return reply;
    const Server larger = server.over_tcp();
    larger_ = larger.to_string();
    const std::string* const first = std::exchange(server_, &larger_);
    reply = ask_stream(larger, limit);
    server_ = first;
    if (reply) reply->over_tcp = true;
    return reply;
  }

  Query make_query(std::uint16_t id) const {
    QueryOptions options = options_.query;
    if (!cookie_.empty()) options.cookie = cookie_;
    return Query(question_, id, options);
  }

  Reply made(Message message, const Server& server, std::size_t size) const {
    return {std::move(message), server, size, Clock::now() - began_, std::max(sent_, 1U)};
  }

  // ---- datagrams ----

  // A single server is asked by the same query each time: one that is slow answers the first.
  std::optional<Reply> ask_datagram(const Server& server, Deadline limit) {
    const Query query = make_query(client_.random_id());
    Port port = take_port(server, limit);
    try {
      const unsigned times = servers().size() == 1 ? options_.retries + 1 : 1;
      for (unsigned left = times; left > 0; --left) {
        port.socket.send(query.bytes());
        ++sent_;
        const Deadline turn = limit.is_never() || left == 1
                                  ? limit
                                  : Deadline(limit.remaining() / static_cast<int>(left));
        auto reply = receive(port.socket, query, server, turn);
        if (!reply) continue;
        if (++port.answers < kMostOfPort && client_.ports_.size() < kMostPorts) {
          client_.ports_.push_back(std::move(port));
        }
        return reply;
      }
      return std::nullopt;
    } catch (const std::system_error& error) {
      throw_error(error.code(), "cannot ask " + *server_);
    }
  }

  // Opening one takes longer than asking. One whose query had no answer is not asked by again: who
  // wants to forge one has had time to look for it.
  Port take_port(const Server& server, Deadline limit) {
    auto& ports = client_.ports_;
    const auto found = std::ranges::find(ports, &server, &Port::server);
    if (found != ports.end()) {
      Port port = std::move(*found);
      ports.erase(found);
      return port;
    }
    const Endpoint& endpoint = server.endpoint();
    return {&server, options_.open_datagrams ? options_.open_datagrams(endpoint)
                                             : DatagramSocket::connect(endpoint, limit)};
  }

  std::optional<Reply> receive(DatagramSocket& socket, const Query& query, const Server& server,
                               Deadline limit) {
    while (socket.socket().wait_readable(limit)) {
      const BufferLease buffer(detail::Scheduler::current(),
                               std::max<std::size_t>(options_.query.udp_size, kLeastBuffer));
      const auto size = socket.receive(buffer.data(), buffer.size(), Deadline(Duration::zero()));
      if (!size) continue;
      if (*size <= buffer.size()) {
        if (auto message = query.read({buffer.data(), *size})) {
          return made(*std::move(message), server, *size);
        }
      }
      ++strangers_;
    }
    return std::nullopt;
  }

  // ---- streams ----

  std::optional<Reply> ask_stream(const Server& server, Deadline limit) {
    const Query query = make_query(client_.random_id());
    std::string frame;
    frame += static_cast<char>(query.bytes().size() >> 8);
    frame += static_cast<char>(query.bytes().size());
    frame += query.bytes();
    ++sent_;
    for (;;) {
      auto kept = take_idle(server);
      AnyStream stream = kept ? *std::move(kept) : open(server, limit);
      try {
        return exchange(std::move(stream), frame, query, server, limit);
      } catch (const std::exception&) {
        if (!is_lost(std::current_exception())) throw;
        // One that was kept may have been closed meanwhile.
        if (!kept) throw ConnectionLost(*server_ + " ended the connection without an answer");
      }
    }
  }

  AnyStream open(const Server& server, Deadline limit) {
    if (options_.open_stream) return options_.open_stream(server.endpoint());
    return connect(server.endpoint(), limit);
  }

  Reply exchange(AnyStream stream, const std::string& frame, const Query& query,
                 const Server& server, Deadline limit) {
    stream.send_all(frame, limit);
    BufferedReader<AnyStream> reader(stream, kLeastBuffer);
    const std::string head = reader.read_exactly(2, limit);
    const std::size_t size = static_cast<std::size_t>(static_cast<unsigned char>(head[0])) << 8 |
                             static_cast<unsigned char>(head[1]);
    Message message = whole(query.read(reader.read_exactly(size, limit)));
    if (reader.buffered() == 0 && client_.idle_.size() < kMostIdle) {
      client_.idle_.push_back({server, std::move(stream)});
    }
    return made(std::move(message), server, size);
  }

  std::optional<AnyStream> take_idle(const Server& server) {
    auto& idle = client_.idle_;
    const auto found = std::ranges::find(idle, server, &Idle::server);
    if (found == idle.end()) return std::nullopt;
    AnyStream stream = std::move(found->stream);
    idle.erase(found);
    return stream;
  }

  // ---- HTTPS ----

  // Its number is 0, so that caches find what is the same (RFC 8484 §4.1).
  Reply ask_https(const Server& server) {
    const Query query = make_query(0);
    ++sent_;
    http::ClientRequest request{.method = "POST", .url = server.url(), .body = query.bytes()};
    request.headers = {{"Content-Type", kMediaType}, {"Accept", kMediaType}};
    if (!deadline_.is_never()) request.timeout = deadline_.remaining();
    auto response = client_.http_client().request(std::move(request));
    if (response.status() != 200) {
      throw BadMessage(
          fmt::format("the answer has status {} {}", response.status(), response.reason()));
    }
    const auto type = http::MediaType::parse(response.header("content-type").value_or(""));
    if (!type || type->essence() != kMediaType) {
      throw BadMessage("the answer is something else than application/dns-message");
    }
    const std::string body = response.read_all(kLargest);
    return made(whole(query.read(body)), server, body.size());
  }

  Client& client_;
  const ClientOptions& options_;
  const Question& question_;
  const Deadline deadline_;
  const TimePoint began_ = Clock::now();
  std::string cookie_;
  const std::string* server_ = &client_.names_.front();  // who is asked
  std::string larger_;                                   // the same over TCP
  std::optional<Reply> second_best_;  // a server that has failed, for want of another
  unsigned sent_ = 0;
  unsigned strangers_ = 0;
};

Client::Client(std::vector<Server> servers, ClientOptions options)
    : servers_(std::move(servers)), names_(texts_of(servers_)), options_(std::move(options)) {
  if (servers_.empty()) throw std::invalid_argument("there is no server to ask");
}

Client::~Client() = default;

std::uint16_t Client::random_id() {
  if (random_.empty()) random_ = random_bytes(kMostRandom);
  const auto high = static_cast<unsigned char>(random_[random_.size() - 2]);
  const auto low = static_cast<unsigned char>(random_.back());
  random_.resize(random_.size() - 2);
  return static_cast<std::uint16_t>(high << 8 | low);
}

// Made on the heap, since a stack of fibers has no room for its options.
http::Client& Client::http_client() {
  if (!http_) {
    const auto options = std::make_unique<http::ClientOptions>();
    if (options_.http) *options = options_.http();
    // Whoever is elsewhere is not the server that was asked.
    options->max_redirects = 0;
    http_ = std::make_unique<http::Client>(*options);
  }
  return *http_;
}

Reply Client::query(const Question& question, Deadline deadline) {
  return Asking(*this, question, deadline).run();
}

Reply query(const Server& server, const Question& question, Deadline deadline,
            const QueryOptions& options) {
  return Client({server}, {.query = options}).query(question, deadline);
}

}  // namespace gnet::dns
