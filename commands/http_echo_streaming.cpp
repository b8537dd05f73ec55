// The pages of http-echo whose bodies take their time, or have any size.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "commands/http_echo_request.h"
#include "commands/http_echo_routes.h"
#include "gnet/base/random.h"
#include "gnet/fiber/fiber.h"
#include "gnet/fiber/hub.h"
#include "gnet/io/byte_stream.h"
#include "gnet/web/events.h"

namespace commands {
namespace {

using gnet::http::HTTPError;
using gnet::http::Request;
using gnet::http::Response;
using std::chrono::seconds;

constexpr seconds kPatience{60};               // with a client that takes nothing
constexpr std::size_t kMadePiece = 64 * 1024;  // bytes, of what is made as it is sent

// Numbers that a seed gives, always the same: Weyl sequence and mixer of SplitMix64.
class Numbers {
 public:
  explicit Numbers(std::uint64_t seed) noexcept : state_(seed) {}

  std::uint64_t next() noexcept {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15U;
    z = (z ^ z >> 30U) * 0xbf58476d1ce4e5b9U;
    z = (z ^ z >> 27U) * 0x94d049bb133111ebU;
    return z ^ z >> 31U;
  }

 private:
  std::uint64_t state_;
};

void fill(std::string& piece, Numbers& numbers) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < piece.size(); ++i) {
    if (i % 8 == 0) bits = numbers.next();
    piece[i] = static_cast<char>(bits >> (i % 8 * 8));
  }
}

void bytes(Request& request, Response& response) {
  auto left = to_size("bytes", request.param("size"), std::uint64_t{1} << 40U);
  const auto seed = request.query_value("seed");
  Numbers numbers(seed ? to_count("seed", *seed, std::numeric_limits<std::uint64_t>::max())
                       : gnet::random_bits());
  response.type("application/octet-stream").length(left);
  std::string piece;
  for (; left > 0; left -= piece.size()) {
    piece.resize(std::min<std::uint64_t>(left, kMadePiece));
    fill(piece, numbers);
    response.write(piece);
  }
}

void stream(Request& request, Response& response) {
  const auto count = to_count("stream", request.param("n"), 1000000000);
  const auto interval = query_duration(request, "interval", gnet::Duration::zero());
  response.type("application/x-ndjson");
  response.write({});
  for (std::uint64_t i = 0; i < count; ++i) {
    if (i > 0 && interval > gnet::Duration::zero()) gnet::sleep(interval);
    response.write(cli::JsonObject().add("id", i).add("ts", cli::utc_timestamp()).text() + "\n");
  }
}

// So many bytes in so much time, one after the other.
void drip(Request& request, Response& response) {
  const auto size = query_count(request, "bytes", 10, 1000000);
  const auto duration = query_duration(request, "duration", seconds(2));
  const auto status = query_count(request, "status", 200, 599);
  if (status < 200) throw HTTPError(400, "status: they go from 200 to 599");
  gnet::sleep(query_duration(request, "delay", gnet::Duration::zero()));
  response.status(static_cast<int>(status)).type("application/octet-stream").length(size);
  response.write({});
  for (std::uint64_t i = 0; i < size; ++i) {
    if (i > 0)
      gnet::sleep(duration / static_cast<std::int64_t>(std::max<std::uint64_t>(size - 1, 1)));
    response.write("*");
  }
}

// Goes on where the client was when it lost its connection.
void sse(Request& request, Response& response) {
  const auto count = query_count(request, "n", 0, 1000000000);  // 0: without end
  const auto interval = query_duration(request, "interval", seconds(1));
  const auto last = request.header("Last-Event-ID").value_or("");
  const auto begin = (last.empty() ? 0 : to_count("Last-Event-ID", last, 1000000000000)) + 1;
  gnet::UniqueFunction<void(gnet::web::EventSender&)> tick = [&](gnet::web::EventSender& events) {
    for (std::uint64_t id = begin; count == 0 || id <= count; ++id) {
      if (id > begin) gnet::sleep(interval);
      const std::string data =
          cli::JsonObject().add("id", id).add("ts", cli::utc_timestamp()).text();
      events.send({.data = data, .event = "tick", .id = std::to_string(id)});
    }
  };
  gnet::web::serve_events(request, response, tick, {.retry = seconds(2)});
}

// The head of the answer byte by byte.
void slow_headers(Request& request, Response& response) {
  const auto duration = to_duration("slow-headers", request.param("time"));
  static_cast<void>(body_of(request));
  const std::string body = request.method() == "HEAD" ? "" : "at last\n";
  std::string head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n";
  head += response.headers().text();
  head += fmt::format("Content-Length: {}\r\nConnection: close\r\n\r\n", body.size());
  gnet::ByteStream& stream = response.by_hand();
  for (const char byte : head) {
    stream.send_all({&byte, 1}, kPatience);
    gnet::sleep(duration / static_cast<std::int64_t>(head.size()));
  }
  stream.send_all(body, kPatience);
}

// Half a body, and then nothing.
void close(Request&, Response& response) {
  response.type("text/plain; charset=utf-8").length(40);
  response.write("this answer is cut o");
  gnet::sleep(std::chrono::milliseconds(100));  // so that it is read before the reset comes
  throw HTTPError(500, "the answer was to be cut");
}

constexpr EchoRoute kStreaming[] = {
    {"GET", "/bytes/{size}", bytes},
    {"GET", "/stream/{n}", stream},
    {"GET", "/drip", drip},
    {"GET", "/sse", sse},
    {"", "/slow-headers/{time}", slow_headers},
    {"", "/close", close},
};

}  // namespace

std::span<const EchoRoute> streaming_routes() {
  return kStreaming;
}

}  // namespace commands
