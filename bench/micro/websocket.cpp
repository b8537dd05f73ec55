// What a WebSocket does with every byte, and with every message.

#include <benchmark/benchmark.h>

#include <random>
#include <string>

#include "gnet/base/utf8_checker.h"
#include "gnet/ws/codec.h"
#include "gnet/ws/masking.h"

namespace {

using namespace gnet;

constexpr std::size_t kSize = 64 * 1024;

void websocket_mask(benchmark::State& state) {
  std::string bytes(kSize, 'x');
  for (auto _ : state) {
    ws::apply_mask(bytes, {1, 2, 3, 4}, 1);
    benchmark::DoNotOptimize(bytes.data());
    benchmark::ClobberMemory();
  }
}
BENCHMARK(websocket_mask);

void check_utf8(benchmark::State& state, std::string_view words) {
  std::string text;
  while (text.size() + words.size() <= kSize) text += words;
  for (auto _ : state) {
    Utf8Checker checker;
    bool ok = checker.feed(text) && checker.complete();
    benchmark::DoNotOptimize(ok);
    benchmark::ClobberMemory();
  }
}

void utf8_ascii(benchmark::State& state) {
  check_utf8(state, "plain text, and more of it. ");
}
BENCHMARK(utf8_ascii);

void utf8_mixed(benchmark::State& state) {
  check_utf8(state, "Gr\u00fc\u00dfe, \u03ba\u1f79\u03c3\u03bc\u03b5 \u6f22\u5b57 \U0001f600! ");
}
BENCHMARK(utf8_mixed);

// A message from a client to a server and back.
void echo(benchmark::State& state, const std::string& message, const ws::CodecOptions& options) {
  ws::Codec client(ws::Role::client, options);
  ws::Codec server(ws::Role::server, options);
  const TimePoint now = Clock::now();
  client.send(ws::Opcode::text, message);
  const std::string frame(client.output());
  std::string bytes;
  for (auto _ : state) {
    bytes.assign(frame);
    server.feed(bytes, now);
    const ws::Event event = server.next();
    server.send(event.opcode, event.data);
    benchmark::DoNotOptimize(server.output().data());
    server.clear_output();
    benchmark::DoNotOptimize(server.next().kind);
  }
}

void websocket_echo_64(benchmark::State& state) {
  echo(state, std::string(64, 'x'), {});
}
BENCHMARK(websocket_echo_64);

void websocket_deflate_echo_1024(benchmark::State& state) {
  std::mt19937 random(3);
  std::string json;
  for (int id = 0; json.size() < 1024; ++id) {
    json += "{\"id\":" + std::to_string(id) + ",\"name\":\"item " +
            std::to_string(random() % 1000) + "\",\"price\":" + std::to_string(random() % 100000) +
            ",\"tags\":[\"a\",\"b\"]},\n";
  }
  json.resize(1024);
  echo(state, json, {.deflate = ws::DeflateAgreement{}});
}
BENCHMARK(websocket_deflate_echo_1024);

}  // namespace
