// A Redis client as a program would have it: a pool of connections, commands that are pipelined
// when several fibers ask at once, subscriptions, and commands that can be given up at any moment.
//
//   example_redis_client [ENDPOINT]     # unless given, of a small server in this program
//
// The wire format is hiredis', of which this takes the parser and nothing else: connecting, waiting
// and time limits are gnet's.

#include <hiredis/hiredis.h>

#include <cstdio>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "gnet/gnet.h"
#include "small_redis.h"

using namespace std::chrono_literals;

namespace redis {

struct Free {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
  void operator()(redisReader* reader) const { redisReaderFree(reader); }
};
using Reply = std::unique_ptr<redisReply, Free>;
using Command = std::vector<std::string>;

// What the server answers when a command is wrong.
struct Error : std::runtime_error {
  using runtime_error::runtime_error;
};

std::string text(const Reply& reply) {
  if (reply->type == REDIS_REPLY_INTEGER) return std::to_string(reply->integer);
  if (reply->type == REDIS_REPLY_NIL) return "(nil)";
  return {reply->str, reply->len};
}

std::string encoded(const Command& command) {
  std::vector<const char*> words;
  std::vector<std::size_t> sizes;
  for (const auto& word : command) words.push_back(word.data()), sizes.push_back(word.size());
  char* buffer = nullptr;
  const int size =
      redisFormatCommandArgv(&buffer, static_cast<int>(words.size()), words.data(), sizes.data());
  std::string result(buffer, static_cast<std::size_t>(size));
  redisFreeCommand(buffer);
  return result;
}

// Replies, one after the other, from a stream.
class ReplyReader {
 public:
  explicit ReplyReader(gnet::AnyStream& stream) : stream_(stream) {}

  // Suspends until there is one. Throws ConnectionLost at the end.
  Reply next(gnet::Deadline deadline = {}) {
    for (;;) {
      void* reply = nullptr;
      if (redisReaderGetReply(parser_.get(), &reply) != REDIS_OK) {
        throw gnet::ConnectionLost(parser_->errstr);
      }
      if (reply != nullptr) return Reply(static_cast<redisReply*>(reply));
      char buffer[16 * 1024];
      const std::size_t count = stream_.receive(buffer, sizeof buffer, deadline);
      if (count == 0) throw gnet::ConnectionLost("redis has closed the connection");
      redisReaderFeed(parser_.get(), buffer, count);
    }
  }

 private:
  gnet::AnyStream& stream_;
  std::unique_ptr<redisReader, Free> parser_{redisReaderCreate()};
};

// One connection, used by any number of fibers: their commands leave one behind the other, and one
// fiber hands each reply to whoever has waited longest.
class Connection {
 public:
  explicit Connection(const gnet::Endpoint& server)
      : stream_(gnet::connect(server, 2s)), receiver_(gnet::spawn([this] { receive(); })) {}

  ~Connection() {
    const gnet::Uninterruptible whole;
    receiver_.kill();
  }

  bool alive() const { return !receiver_.dead(); }

  // Suspends until the reply is there. Who is interrupted, or whose deadline passes, leaves: its
  // reply comes all the same, and is dropped, so that the next one is not taken for it.
  Reply call(const Command& command, gnet::Deadline deadline = {}) {
    const auto answer = std::make_shared<gnet::AsyncResult<Reply>>();
    {
      // Once begun a command leaves as a whole, whatever becomes of the caller.
      const std::lock_guard in_order(sending_);
      if (!alive()) throw gnet::ConnectionLost("the connection to redis is gone");
      awaited_.push_back(answer);
      const gnet::Uninterruptible whole;
      stream_.send_all(encoded(command), 5s);
    }
    answer->get(deadline);
    Reply reply = std::move(*answer).get();
    if (reply->type == REDIS_REPLY_ERROR) throw Error(text(reply));
    return reply;
  }

 private:
  void receive() {
    try {
      for (ReplyReader replies(stream_);;) {
        Reply reply = replies.next();
        if (awaited_.empty()) throw gnet::ConnectionLost("redis says something that nobody asked");
        awaited_.front()->set(std::move(reply));
        awaited_.pop_front();
      }
    } catch (const std::exception&) {
      for (; !awaited_.empty(); awaited_.pop_front()) {
        awaited_.front()->set_exception(std::current_exception());
      }
    }
  }

  gnet::AnyStream stream_;
  gnet::Mutex sending_;
  std::deque<std::shared_ptr<gnet::AsyncResult<Reply>>> awaited_;
  gnet::Fiber<> receiver_;
};

// So many connections, made when they are needed, and made again when they are lost.
class Client {
 public:
  Client(gnet::Endpoint server, std::size_t connections)
      : server_(std::move(server)), places_(connections) {}

  // Commands of the same fiber are one after the other, those of several go side by side.
  Reply call(const Command& command, gnet::Deadline deadline = {}) {
    return connection()->call(command, deadline);
  }

  std::size_t connections() const {
    std::size_t alive = 0;
    for (const auto& place : places_) alive += place && place->alive() ? 1 : 0;
    return alive;
  }

 private:
  // In turn. A server that starts again is given some time.
  std::shared_ptr<Connection> connection() {
    const std::size_t place = next_++ % places_.size();
    const std::lock_guard one_connects(connecting_);
    if (!places_[place] || !places_[place]->alive()) {
      places_[place] = gnet::retry({.initial = 50ms, .max_retries = 5},
                                   [&] { return std::make_shared<Connection>(server_); });
    }
    return places_[place];
  }

  gnet::Endpoint server_;
  std::vector<std::shared_ptr<Connection>> places_;
  std::size_t next_ = 0;
  gnet::Mutex connecting_;
};

// What is published on a channel. Its connection is used for nothing else.
class Subscription {
 public:
  Subscription(const gnet::Endpoint& server, const std::string& channel)
      : stream_(gnet::connect(server, 2s)) {
    stream_.send_all(encoded({"SUBSCRIBE", channel}), 2s);
    static_cast<void>(replies_.next(2s));  // the confirmation
  }

  std::string next(gnet::Deadline deadline = {}) {
    const Reply message = replies_.next(deadline);  // "message", the channel, and what was said
    return {message->element[2]->str, message->element[2]->len};
  }

 private:
  gnet::AnyStream stream_;
  ReplyReader replies_{stream_};
};

}  // namespace redis

int main(int argc, char** argv) {
  std::unique_ptr<gnet::StreamServer> small;
  if (argc < 2) {
    small = std::make_unique<gnet::StreamServer>("127.0.0.1:0", small_redis::serve);
    small->start();
  }
  const gnet::Endpoint server = small ? small->local_endpoint() : gnet::Endpoint::parse(argv[1]);
  redis::Client client(server, 3);

  std::printf("set: %s\n", text(client.call({"SET", "greeting", "hello"})).c_str());
  std::printf("get: %s\n", text(client.call({"GET", "greeting"})).c_str());
  std::printf("get: %s\n", text(client.call({"GET", "nothing"})).c_str());
  try {
    client.call({"INCR", "greeting"});
  } catch (const redis::Error& error) {
    std::printf("error: %s\n", error.what());
  }

  // A thousand fibers at once, on three connections.
  client.call({"DEL", "counter"});
  gnet::with_nursery([&](gnet::Nursery& nursery) {
    for (int i = 0; i < 1000; ++i) nursery.spawn([&] { client.call({"INCR", "counter"}, 5s); });
  });
  std::printf("counter: %s, by %zu connections\n", text(client.call({"GET", "counter"})).c_str(),
              client.connections());

  // Given up, at a deadline and by a kill; the connection goes on with the next command.
  redis::Client single(server, 1);
  try {
    single.call({"BLPOP", "empty", "1"}, 20ms);
  } catch (const gnet::TimedOut&) {
    std::printf("nothing came in time\n");
  }
  auto asking = gnet::spawn([&] { single.call({"BLPOP", "empty", "1"}); });
  gnet::sleep(10ms);
  asking.kill();
  std::printf("still in step: %s\n", text(single.call({"GET", "greeting"}, 10s)).c_str());

  // Somebody listens.
  redis::Subscription news(server, "news");
  auto listener = gnet::spawn([&] {
    for (int i = 0; i < 3; ++i) std::printf("heard: %s\n", news.next(5s).c_str());
  });
  for (const char* item : {"one", "two", "three"}) client.call({"PUBLISH", "news", item});
  listener.get();
}
