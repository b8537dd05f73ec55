// redis SOCKET: hiredis, which blocks and knows nothing of fibers, on many fibers of one thread. A
// redis-server listens on the unix socket, or will soon.

#include <hiredis/hiredis.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "gnet/gnet.h"
#include "gnet/patch/patch.h"

using namespace std::chrono_literals;

namespace {

struct Free {
  void operator()(redisContext* context) const { redisFree(context); }
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using Context = std::unique_ptr<redisContext, Free>;
using Reply = std::unique_ptr<redisReply, Free>;

void check(bool good, const char* what) {
  if (good) return;
  std::printf("not so: %s\n", what);
  std::exit(1);
}

Context connect_to(const std::string& path) {
  Context context(redisConnectUnix(path.c_str()));
  check(context != nullptr, "hiredis has memory");
  return context;
}

template <typename... Args>
Reply command(const Context& context, const char* format, Args... args) {
  return Reply(static_cast<redisReply*>(redisCommand(context.get(), format, args...)));
}

void wait_for_server(const std::string& path) {
  for (int i = 0; i < 1000; ++i) {
    const Context context = connect_to(path);
    if (context->err == 0) {
      const Reply pong = command(context, "PING");
      if (pong != nullptr && std::string(pong->str) == "PONG") return;
    }
    gnet::sleep(10ms);
  }
  check(false, "the server answers");
}

// A hundred commands that take a second each, at the same time.
void wait_for_lists(const std::string& path) {
  const auto start = gnet::Clock::now();
  std::vector<gnet::Fiber<>> fibers;
  for (int i = 0; i < 100; ++i) {
    fibers.push_back(gnet::spawn([&path, i] {
      const Context context = connect_to(path);
      check(context->err == 0, "a fiber connects");
      const Reply reply = command(context, "BLPOP empty%d 1", i);
      check(reply != nullptr && reply->type == REDIS_REPLY_NIL, "the list stays empty");
    }));
  }
  gnet::joinall(fibers);
  const auto took = gnet::Clock::now() - start;
  std::printf("100 BLPOP of a second took %s\n", gnet::format_duration(took).c_str());
  check(took >= 900ms && took < 1500ms, "all wait at the same time");
}

// One pushes what the other waits for.
void hand_over(const std::string& path) {
  auto popping = gnet::spawn([&path] {
    const Context context = connect_to(path);
    const Reply reply = command(context, "BLPOP list 30");
    check(reply != nullptr && reply->elements == 2, "something comes");
    return std::string(reply->element[1]->str);
  });
  const Context context = connect_to(path);
  gnet::sleep(5ms);
  const std::string large(1'000'000, 'x');
  const Reply pushed = command(context, "RPUSH list %b", large.data(), large.size());
  check(pushed != nullptr && pushed->type == REDIS_REPLY_INTEGER, "RPUSH is answered");
  check(popping.get() == large, "what was pushed comes");
}

// The fiber ends soon, and hiredis gets to tidy up.
void kill_one(const std::string& path) {
  bool told = false;
  bool freed = false;
  auto fiber = gnet::spawn([&] {
    {
      const Context context = connect_to(path);
      const Reply reply = command(context, "BLPOP nothing 30");
      told = reply == nullptr && context->err == REDIS_ERR_IO && errno == ECANCELED;
    }
    freed = true;
    gnet::sleep(30s);
  });
  gnet::sleep(20ms);
  const auto start = gnet::Clock::now();
  fiber.kill();
  check(gnet::Clock::now() - start < 5s, "a kill ends the wait");
  check(told && freed && fiber.dead(), "hiredis tells of it");
}

}  // namespace

int main(int, char** arguments) {
  const std::string path = arguments[1];
  check(gnet::patch::in_force(), "the program is patched");
  wait_for_server(path);
  wait_for_lists(path);
  hand_over(path);
  kill_one(path);
  const auto threads = std::filesystem::directory_iterator("/proc/self/task");
  check(std::distance(begin(threads), end(threads)) == 1, "all of it was one thread");
}
