#include "commands/ping_probe.h"

#include <fmt/format.h>

#include <algorithm>
#include <asio/ip/address.hpp>
#include <stdexcept>
#include <string_view>

#include "cli/out/failure.h"
#include "commands/ping_endpoint.h"
#include "gnet/base/stopwatch.h"
#include "gnet/io/datagram.h"

namespace commands {
namespace {

using gnet::Endpoint;

constexpr std::uint64_t kUsualSize = 56;  // that of ping
constexpr std::size_t kNumberSize = 8;

// Is there when it is connected to, with all its layers.
class PingConnection : public PingEndpoint {
 public:
  PingConnection(const PingOptions& options, const Endpoint& endpoint)
      : PingEndpoint(options, endpoint, 0) {}

  PingAnswer send(std::uint64_t, gnet::Deadline) override {
    gnet::link::OpenTimings timings;
    dialler().open_timed(timings).close();
    return {.time = timings.connect + timings.proxy + timings.tls, .phases = phases_of(timings)};
  }
};

// Sends back what it gets. Each probe has a socket of its own, so that what comes late, or twice,
// is not taken for the answer to another.
class PingDatagram : public PingEndpoint {
 public:
  PingDatagram(const PingOptions& options, const Endpoint& endpoint)
      : PingEndpoint(options, endpoint, gnet::max_udp_payload(endpoint)) {}

  PingAnswer send(std::uint64_t sequence, gnet::Deadline deadline) override {
    const std::string message = payload(sequence);
    std::string buffer(message.size() + 1, '\0');  // a longer one is another, too
    PingAnswer answer;
    gnet::Duration opening{};
    gnet::DatagramSocket socket;
    {
      const gnet::detail::Stopwatch watch(opening);
      socket = dialler().open_datagrams();
    }
    std::optional<std::size_t> size;
    {
      const gnet::detail::Stopwatch watch(answer.time);
      socket.send(message);
      size = socket.receive(buffer.data(), buffer.size(), deadline);
    }
    if (!size) throw std::system_error(std::make_error_code(std::errc::timed_out));
    if (std::string_view(buffer).substr(0, *size) != message) {
      throw std::runtime_error("the answer is not what was sent");
    }
    const Endpoint& to = dialler().endpoint();
    if (to.is_ip() && !to.address()) add_phase(answer.phases, "resolve", opening);
    add_phase(answer.phases, "answer", answer.time);
    return answer;
  }
};

}  // namespace

// ---- PingProbe ----

PingProbe::PingProbe(std::string name, Nature nature, const PingOptions& options)
    : name_(std::move(name)),
      nature_(nature),
      size_(options.size ? options.size->bytes : kUsualSize) {
  if (nature.largest == 0 || (size_ >= 1 && size_ <= nature.largest)) return;
  throw cli::UsageError(fmt::format("--size must be from 1 to {} for {}", nature.largest, name_));
}

std::string PingProbe::payload(std::uint64_t sequence) const {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz";
  std::string bytes(size_, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = i < kNumberSize ? static_cast<char>(sequence >> (8 * i) & 0xff)
                               : kLetters[i % kLetters.size()];
  }
  return bytes;
}

// ---- PingEndpoint ----

PingEndpoint::PingEndpoint(const PingOptions& options, const Endpoint& endpoint,
                           std::uint64_t largest)
    : PingProbe((options.to.tls ? endpoint.with_tls() : endpoint).to_string(),
                {.secure = endpoint.is_tls() || options.to.tls, .largest = largest}, options),
      to_(nature().secure ? options.to : cli::without_tls(options.to)),
      dialler_(options, to_, retry_, {.endpoint = endpoint, .given = true}) {}

void add_phase(std::vector<PingPhase>& phases, const char* name, gnet::Duration time) {
  if (time > gnet::Duration::zero()) phases.push_back({name, time});
}

std::vector<PingPhase> phases_of(const gnet::link::OpenTimings& timings) {
  std::vector<PingPhase> phases;
  add_phase(phases, "resolve", timings.resolve);
  add_phase(phases, "connect", timings.connect);
  add_phase(phases, "proxy", timings.proxy);
  add_phase(phases, "tls", timings.tls);
  add_phase(phases, "upgrade", timings.upgrade);
  return phases;
}

std::unique_ptr<PingProbe> make_ping_probe(const std::string& text, const PingOptions& options) {
  if (auto page = make_ping_page(text, options)) return page;
  if (auto query = make_ping_query(text, options)) return query;
  const Endpoint endpoint = Endpoint::parse(text);
  if (endpoint.is_local() || endpoint.is_listen()) {
    throw cli::UsageError(fmt::format(
        "bad target '{}': {}", text,
        endpoint.is_local() ? "there is no network in between" : "this is the listening side"));
  }
  if (endpoint.is_ws()) return make_ping_socket(endpoint, options);
  if (endpoint.is_datagram()) return std::make_unique<PingDatagram>(options, endpoint);
  return std::make_unique<PingConnection>(options, endpoint);
}

}  // namespace commands
