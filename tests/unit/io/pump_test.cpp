#include "gnet/io/pump.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <iterator>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gnet/fiber/fiber.h"
#include "gnet/fiber/timeout.h"
#include "gnet/io/connect.h"
#include "gnet/io/listener.h"
#include "gnet/io/pipe.h"
#include "gnet/io/splice.h"
#include "gnet/io/stream.h"
#include "gnet/io/tls_stream.h"
#include "gnet/io/wait_fd.h"
#include "tests/unit/io/tls_pair.h"

BOOST_AUTO_TEST_SUITE(pump)

using namespace gnet;
using namespace std::chrono_literals;

namespace {

constexpr auto kPatience = 60s;

struct Ends {
  AnyStream outer;
  AnyStream inner;
};

Ends plain_ends() {
  auto [outer, inner] = Stream::make_pair();
  return {std::move(outer), std::move(inner)};
}

Ends secured_ends() {
  auto [outer, inner] = Stream::make_pair();
  return {TLSStream(std::move(outer), TLSContext::client({.verify = false})),
          TLSStream(std::move(inner), test::usual_server())};
}

std::string receive_all(ByteStream& stream) {
  std::string text;
  std::vector<char> buffer(64 * 1024);
  while (const std::size_t size = stream.receive(buffer.data(), buffer.size(), kPatience)) {
    text.append(buffer.data(), size);
  }
  return text;
}

std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i)
    text[i] = static_cast<char>('a' + i * 7 % 26 + i / 4096 % 3);
  return text;
}

// A client and a server with a pump between them.
struct Relay {
  Relay(Ends left, Ends right, PumpOptions options = {})
      : client(std::move(left)),
        server(std::move(right)),
        fiber(spawn([this, options] { return gnet::pump(client.inner, server.inner, options); })) {}

  Ends client;
  Ends server;
  Fiber<PumpResult> fiber;
};

std::size_t open_descriptors() {
  std::size_t count = 0;
  for (int fd = 0; fd < 256; ++fd) count += fcntl(fd, F_GETFD) != -1 ? 1 : 0;
  return count;
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_answer_that_comes_after_the_end_of_the_question_is_delivered) {
  const std::vector<std::pair<Ends (*)(), Ends (*)()>> kinds = {
      {plain_ends, plain_ends}, {plain_ends, secured_ends}, {secured_ends, secured_ends}};
  for (const auto& [left, right] : kinds) {
    for (const bool splice : {true, false}) {
      Relay relay(left(), right(), {.splice = splice});
      const std::string question = pattern(300'000);
      auto ask = spawn([&] {
        relay.client.outer.send_all(question, kPatience);
        relay.client.outer.shutdown_send(kPatience);
      });
      auto serve = spawn([&] {
        const std::string heard = receive_all(relay.server.outer);
        relay.server.outer.send_all(heard + heard, kPatience);
        relay.server.outer.shutdown_send(kPatience);
      });
      BOOST_TEST((receive_all(relay.client.outer) == question + question));
      const PumpResult result = relay.fiber.get();
      BOOST_TEST(result.complete());
      BOOST_TEST(result.forward.bytes == question.size());
      BOOST_TEST(result.backward.bytes == 2 * question.size());
      BOOST_TEST((result.forward.spliced > 0) ==
                 (splice && left == plain_ends && right == plain_ends));
      ask.get();
      serve.get();
    }
  }
}

// Both ends of a TCP connection: of a unix socket there is no reset.
Ends tcp_ends() {
  Listener listener("tcp-l://127.0.0.1:0");
  AnyStream outer = connect_stream(listener.local_endpoint());
  return {std::move(outer), Stream(listener.accept().fd)};
}

BOOST_AUTO_TEST_CASE(a_reset_behind_the_end_is_noticed_without_anything_to_send) {
  for (const bool from_client : {true, false}) {
    Relay relay(tcp_ends(), tcp_ends());
    AnyStream& one = from_client ? relay.client.outer : relay.server.outer;
    AnyStream& other = from_client ? relay.server.outer : relay.client.outer;
    one.send_all("last");
    one.shutdown_send();
    BOOST_TEST(receive_all(other) == "last");
    one.abort();
    BOOST_REQUIRE(relay.fiber.join(Deadline(kPatience)));
    const PumpResult result = relay.fiber.get();
    const PumpDirection& ended = from_client ? result.forward : result.backward;
    const PumpDirection& lost = from_client ? result.backward : result.forward;
    BOOST_TEST((ended.end == PumpEnd::eof));
    BOOST_TEST((lost.end == PumpEnd::error));
    BOOST_REQUIRE(lost.error);
    BOOST_CHECK_EXCEPTION(
        std::rethrow_exception(lost.error), std::system_error,
        [](const std::system_error& error) { return error.code() == std::errc::connection_reset; });
  }
}

BOOST_AUTO_TEST_CASE(a_kill_ends_a_pump_of_which_one_direction_has_ended) {
  Relay relay(tcp_ends(), tcp_ends());
  relay.client.outer.shutdown_send();
  BOOST_TEST(receive_all(relay.server.outer).empty());
  yield();
  relay.fiber.kill();
  BOOST_TEST(relay.fiber.was_killed());
}

BOOST_AUTO_TEST_CASE(pipes_are_spliced_too) {
  auto [in, to_pump] = Pipe::make();
  auto [from_pump, out] = Pipe::make();
  auto write = spawn([&to_pump = to_pump] {
    to_pump.send_all(pattern(200'000));
    to_pump.close();
  });
  auto carry = spawn([&in = in, &out = out] {
    const PumpDirection result = gnet::copy(in, out);
    out.close();
    return result;
  });
  BOOST_TEST((from_pump.receive_all() == pattern(200'000)));
  BOOST_TEST(carry.get().spliced);
  BOOST_TEST((carry.get().end == PumpEnd::eof));
  write.get();
}

BOOST_AUTO_TEST_CASE(a_reader_that_does_not_read_stops_the_writer) {
  for (const bool splice : {true, false}) {
    Relay relay(plain_ends(), plain_ends(), {.splice = splice});
    std::size_t sent = 0;
    const std::string piece = pattern(16 * 1024);
    try {
      for (;;) sent += relay.client.outer.send_some(piece, 50ms);
    } catch (const std::system_error& error) {
      BOOST_TEST((error.code() == std::errc::timed_out));
    }
    BOOST_TEST(sent < 4 * 1024 * 1024u);
    relay.client.outer.shutdown_send();
    BOOST_TEST(receive_all(relay.server.outer).size() == sent);
    relay.server.outer.close();
    BOOST_TEST(relay.fiber.get().forward.bytes == sent);
  }
}

BOOST_AUTO_TEST_CASE(it_ends_when_nothing_moves_and_not_before) {
  for (const bool splice : {true, false}) {
    Relay relay(plain_ends(), plain_ends(), {.idle_timeout = 400ms, .splice = splice});
    char byte = 0;
    for (int i = 0; i < 10; ++i) {  // traffic one way keeps both alive
      sleep(50ms);
      relay.server.outer.send_all("x");
      BOOST_TEST(relay.client.outer.receive(&byte, 1, kPatience) == 1u);
    }
    BOOST_TEST(!relay.fiber.dead());
    const PumpResult result = relay.fiber.get();
    BOOST_TEST(((result.forward.end == PumpEnd::timed_out) ||
                (result.backward.end == PumpEnd::timed_out)));
    BOOST_TEST(result.backward.bytes == 10u);
  }
}

BOOST_AUTO_TEST_CASE(a_half_closed_pair_has_a_time_of_its_own) {
  Relay relay(plain_ends(), plain_ends(), {.half_close_timeout = 20ms});
  relay.client.outer.shutdown_send();
  const PumpResult result = relay.fiber.get();
  BOOST_TEST((result.forward.end == PumpEnd::eof));
  BOOST_TEST((result.backward.end == PumpEnd::timed_out));
}

BOOST_AUTO_TEST_CASE(the_deadline_and_the_limit_of_bytes_end_it) {
  {
    Relay relay(plain_ends(), plain_ends(), {.deadline = 20ms});
    BOOST_TEST(!relay.fiber.get().complete());
  }
  Relay relay(plain_ends(), plain_ends(), {.max_bytes = 1000});
  relay.client.outer.send_all(pattern(5000));
  const PumpResult result = relay.fiber.get();
  BOOST_TEST((result.forward.end == PumpEnd::limit));
  BOOST_TEST(result.forward.bytes == 1000u);
  BOOST_TEST((result.backward.end == PumpEnd::cut));
}

BOOST_AUTO_TEST_CASE(a_source_that_fails_cuts_the_other_direction_and_is_no_end_for_the_sink) {
  for (const bool splice : {true, false}) {
    auto [client, inner] = secured_ends();  // an end without a farewell is a failure
    auto agreed = spawn([&, stream = &client] { stream->handshake(kPatience); });
    inner.handshake(kPatience);
    agreed.get();
    Relay relay({std::move(client), std::move(inner)}, plain_ends(), {.splice = splice});
    yield();
    relay.client.outer.abort();
    const PumpResult result = relay.fiber.get();
    BOOST_TEST((result.forward.end == PumpEnd::error));
    BOOST_TEST((result.forward.error != nullptr));
    BOOST_TEST((result.backward.end == PumpEnd::cut));
    BOOST_TEST(!relay.server.outer.wait_readable(10ms));
  }
}

BOOST_AUTO_TEST_CASE(what_was_cut_short_sees_a_reset_and_no_end) {
  for (const bool from_client : {true, false}) {
    Relay relay(tcp_ends(), tcp_ends());
    AnyStream& one = from_client ? relay.client.outer : relay.server.outer;
    AnyStream& other = from_client ? relay.server.outer : relay.client.outer;
    one.send_all("part");
    char heard[4];
    BOOST_TEST(other.receive(heard, sizeof heard, kPatience) == 4);
    one.abort();
    const PumpResult result = relay.fiber.get();
    BOOST_TEST(result.failed());
    abort_cut_short(relay.client.inner, relay.server.inner, result);
    BOOST_CHECK_EXCEPTION(
        other.receive(heard, sizeof heard, kPatience), std::system_error,
        [](const std::system_error& error) { return error.code() == std::errc::connection_reset; });
  }
}

BOOST_AUTO_TEST_CASE(what_has_got_everything_is_left_open_after_an_error) {
  PumpResult result;
  result.forward.end = PumpEnd::error;
  result.backward.end = PumpEnd::eof;
  Ends client = plain_ends();
  Ends server = plain_ends();
  abort_cut_short(client.inner, server.inner, result);
  BOOST_TEST(client.inner.is_open());
  BOOST_TEST(!server.inner.is_open());
}

BOOST_AUTO_TEST_CASE(what_a_sink_has_to_say_is_delivered_although_it_takes_no_more) {
  for (const bool splice : {true, false}) {
    Relay relay(plain_ends(), plain_ends(), {.splice = splice});
    relay.server.outer.send_all("busy, go away");
    ::shutdown(relay.server.outer.lowest_socket()->native_handle(), SHUT_RD);
    relay.client.outer.send_all(pattern(100'000));
    std::string heard(13, '\0');
    std::size_t got = 0;
    while (got < heard.size()) {
      got += relay.client.outer.receive(heard.data() + got, heard.size() - got, kPatience);
    }
    BOOST_TEST(heard == "busy, go away");
    relay.server.outer.close();
    BOOST_TEST((relay.fiber.get().forward.end == PumpEnd::error));
    BOOST_TEST((relay.fiber.get().backward.end == PumpEnd::eof));
  }
}

// Both are full of what the other has not read: an echo, and a client that has never read it.
BOOST_AUTO_TEST_CASE(a_sink_that_goes_away_while_all_are_stuck_ends_both) {
  auto [client, near_client] = Stream::make_pair();
  auto [server, near_server] = Stream::make_pair();
  auto echo = gnet::spawn([&server = server] {
    char buffer[4096];
    try {
      while (const std::size_t count = server.receive(buffer, sizeof buffer)) {
        server.send_all({buffer, count});
      }
      server.shutdown_send();
    } catch (const std::system_error&) {
    }
  });
  auto pumping = gnet::spawn([&near_client = near_client, &near_server = near_server] {
    static_cast<void>(gnet::pump(near_client, near_server, {}));
    near_server.close();
  });
  const std::string data(64 * 1024, 'x');
  const bool stuck = !gnet::Timeout(100ms, gnet::silent).run([&client = client, &data] {
    for (;;) client.send_all(data);
  });
  BOOST_TEST(stuck);
  client.close();
  BOOST_TEST(pumping.join(10s));
  pumping.kill();
  echo.get();
}

BOOST_AUTO_TEST_CASE(an_interrupt_ends_both_directions_and_leaves_the_streams_open) {
  for (const bool splice : {true, false}) {
    Relay relay(plain_ends(), plain_ends(), {.splice = splice});
    yield();
    relay.fiber.kill();
    BOOST_TEST(relay.fiber.was_killed());
    BOOST_TEST(relay.client.inner.is_open());
    relay.client.inner.send_all("still here");
    char byte = 0;
    BOOST_TEST(relay.client.outer.receive(&byte, 1, kPatience) == 1u);
  }
}

BOOST_AUTO_TEST_CASE(without_descriptors_it_copies) {
  Relay relay(plain_ends(), plain_ends());
  rlimit before{};
  BOOST_REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit none{0, before.rlim_max};
  const std::vector<detail::SplicePipe> kept(16);  // would serve it
  BOOST_REQUIRE(setrlimit(RLIMIT_NOFILE, &none) == 0);
  std::string heard;
  auto read = spawn([&] { heard = receive_all(relay.server.outer); });
  relay.client.outer.send_all(pattern(100'000), kPatience);
  relay.client.outer.shutdown_send();
  read.join();
  BOOST_REQUIRE(setrlimit(RLIMIT_NOFILE, &before) == 0);
  BOOST_TEST((heard == pattern(100'000)));
}

BOOST_AUTO_TEST_CASE(it_leaves_no_descriptor_behind) {
  {
    Relay warm_up(plain_ends(), plain_ends());
    warm_up.client.outer.send_all("x");
    warm_up.client.outer.close();
    warm_up.server.outer.close();
    warm_up.fiber.join();
  }
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 20; ++i) {
    Relay relay(plain_ends(), plain_ends());
    relay.client.outer.send_all(pattern(1'000'000 % (1 + static_cast<std::size_t>(i) * 5000)));
    yield();
    relay.fiber.kill();
  }
  BOOST_TEST(open_descriptors() <= before + 2 * 16);
}

BOOST_AUTO_TEST_CASE(a_descriptor_that_is_used_again_is_nobodys_sink) {
  auto [source, feed] = Stream::make_pair();
  auto [sink, heard] = Stream::make_pair();
  auto carry = spawn([&source = source, &sink = sink] { return gnet::copy(source, sink); });
  yield();
  const int number = sink.socket().native_handle();
  sink.close();
  auto [stranger, his_peer] = Stream::make_pair();
  BOOST_TEST(
      (stranger.socket().native_handle() == number || his_peer.socket().native_handle() == number));
  feed.send_all("SECRET");
  BOOST_TEST((carry.get().end == PumpEnd::error));
  BOOST_TEST(!stranger.wait_readable(5ms));
  BOOST_TEST(!his_peer.wait_readable(5ms));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_spliced_to_is_written_to) {
  UniqueFd fd(::open("/proc/self/comm", O_WRONLY | O_CLOEXEC));
  BOOST_REQUIRE(fd);
  char before[32] = {};
  const UniqueFd reading(::open("/proc/self/comm", O_RDONLY | O_CLOEXEC));
  BOOST_REQUIRE(::read(reading.get(), before, sizeof before - 1) > 0);
  Pipe sink(std::move(fd));
  auto [source, feed] = Stream::make_pair();
  feed.send_all("spliced");
  feed.close();
  const PumpDirection result = gnet::copy(source, sink);
  BOOST_TEST((result.end == PumpEnd::eof));
  BOOST_TEST(result.bytes == 7u);
  BOOST_TEST(!result.spliced);
  Pipe restore(UniqueFd(::open("/proc/self/comm", O_WRONLY | O_CLOEXEC)));
  restore.send_all(std::string_view(before, std::string_view(before).find('\n')));
}

BOOST_AUTO_TEST_CASE(the_end_of_the_sending_side_does_not_close_what_is_read_from) {
  auto [reader, writer] = Pipe::make();
  reader.shutdown_send();
  BOOST_TEST(reader.is_open());
  writer.send_all("x");
  writer.shutdown_send();
  BOOST_TEST(!writer.is_open());
  BOOST_TEST(reader.receive_all() == "x");
}

BOOST_AUTO_TEST_CASE(an_error_that_interrupts_is_no_error_of_a_stream) {
  struct Struck : std::runtime_error {
    using std::runtime_error::runtime_error;
  };
  Relay relay(plain_ends(), plain_ends());
  yield();
  relay.fiber.kill(std::make_exception_ptr(Struck("struck")));
  BOOST_CHECK_THROW(relay.fiber.get(), Struck);
}

BOOST_AUTO_TEST_CASE(pipes_of_the_last_fibers_of_a_thread_are_closed) {
  const auto open_descriptors = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
  };
  const auto before = open_descriptors();
  std::thread([] {
    auto last = spawn([] {
      const detail::SplicePipe pipe;
      sleep(60s);
    });
    yield();
    const detail::SplicePipe kept;
  }).join();
  BOOST_TEST(open_descriptors() == before);
}

BOOST_AUTO_TEST_CASE(a_pipe_between_has_room_for_all_that_is_taken_at_once) {
  constexpr int kMost = 256 * 1024;
  auto [reader, writer] = Pipe::make();
  const bool may_be_large = fcntl(writer.native_handle(), F_SETPIPE_SZ, kMost) == kMost;
  writer.send_all(pattern(may_be_large ? 200'000 : 40'000));
  for (int i = 0; i < 2; ++i) {  // the second time with a pipe that was kept
    detail::SplicePipe pipe;
    BOOST_TEST(pipe.fill(reader.native_handle(), 1) == 1);
    const ssize_t count = pipe.fill(reader.native_handle(), kMost);
    BOOST_TEST(count == (may_be_large ? 200'000 : 40'000) - 1);
    std::string text(static_cast<std::size_t>(count) + 1, ' ');
    for (std::size_t at = 0; at < text.size();) {
      const ssize_t taken = pipe.take(text.data() + at, text.size() - at);
      BOOST_REQUIRE(taken > 0);
      at += static_cast<std::size_t>(taken);
    }
    BOOST_TEST((text == pattern(text.size())));
    writer.send_all(text);
  }
}

BOOST_AUTO_TEST_CASE(the_child_of_a_fork_has_pipes_of_its_own) {
  auto [reader, writer] = Pipe::make();
  { const detail::SplicePipe kept; }
  std::optional<detail::SplicePipe> in_use;
  in_use.emplace();
  writer.send_all("xy");
  const pid_t child = fork();
  if (child == 0) {
    in_use.reset();
    detail::SplicePipe pipe;
    _exit(pipe.fill(reader.native_handle(), 1) == 1 ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  BOOST_TEST(status == 0);
  in_use.reset();
  detail::SplicePipe pipe;
  BOOST_TEST(pipe.fill(reader.native_handle(), 1) == 1);
  char byte = 0;
  BOOST_TEST(pipe.take(&byte, 1) == 1);
  BOOST_TEST(byte == 'y');
}

BOOST_AUTO_TEST_SUITE_END()
