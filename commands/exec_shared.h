// One program for all clients: what it writes goes to everybody, what anybody says to it.
//
// Nobody waits for a client that is slow: messages are queued for it, and when they are too many it
// is let go. With `restart` the program is started again when it has ended, after a pause that
// grows while it does not live long.
//
//   ExecShared shared(context, framing);
//   shared.start();
//   ExecShared::Guest guest(shared);                          // in each connection, on any thread
//   while (const auto message = guest.next()) socket.send(message->data);
//   shared.say(line);
//
// Threads: start() and stop() on one hub; say(), end() and a Guest of its own on any.

#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "cli/server/session.h"
#include "commands/exec_child.h"
#include "gnet/fiber/fiber.h"
#include "gnet/protocol/stream_connection.h"
#include "gnet/sync/thread_channel.h"

namespace commands {

class ExecShared {
 public:
  struct Said {
    std::string data;
    bool is_text;
  };
  using Message = std::shared_ptr<const Said>;

  ExecShared(ExecContext& context, ExecFraming framing);
  ExecShared(const ExecShared&) = delete;
  ExecShared& operator=(const ExecShared&) = delete;

  // From now on it runs. `over` is called when it has ended and is not started again.
  void start(std::function<void()> over);
  // Ends it by its steps. Suspends.
  void stop();

  // Messages, framed already, for its input. Suspends while there is too much.
  void say(std::string_view text);

  [[nodiscard]] const ExecFraming& framing() const noexcept { return framing_; }
  // How it has ended the last time.
  [[nodiscard]] ExecEnd end() const;

  class Guest {
   public:
    explicit Guest(ExecShared& shared);
    Guest(const Guest&) = delete;
    Guest& operator=(const Guest&) = delete;
    ~Guest();

    // Suspends until there is one; null when the program has ended for good, or it is too slow.
    [[nodiscard]] Message next();
    [[nodiscard]] bool was_too_slow() const noexcept { return too_slow_; }

   private:
    friend class ExecShared;
    ExecShared& shared_;
    gnet::ThreadChannel<Message> messages_;
    std::atomic<bool> too_slow_ = false;
  };

 private:
  void run(const std::function<void()>& over);
  gnet::Duration run_once();
  void tell(const ExecMessage& message);
  void let_all_go();

  ExecContext& context_;
  const ExecFraming framing_;
  const gnet::Logger log_{"exec-server"};
  gnet::ThreadChannel<std::string> input_;
  mutable std::mutex mutex_;
  std::vector<Guest*> guests_;
  ExecEnd end_;
  bool over_ = false;
  gnet::Fiber<> runner_;
  ExecChild* child_ = nullptr;
  bool stopping_ = false;
};

// A connection of bytes with the program that all have.
class SharedStream final : public gnet::StreamConnection {
 public:
  SharedStream(ExecShared& shared, cli::SessionRules& rules)
      : shared_(shared), pacer_(rules.pacer()) {}

 private:
  void converse(gnet::AnyStream& stream, const gnet::Endpoint& peer) override;
  void drain(gnet::Duration quiet) override;
  void listen(gnet::ByteStream& client);

  ExecShared& shared_;
  cli::Pacer pacer_;
  gnet::Fiber<> teller_;
};

}  // namespace commands
