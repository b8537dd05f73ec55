// One program for all clients: what it writes goes to everybody, what anybody says to it.
//
// Messages are queued for each client. Where the queue of one is full, all wait for it, and so does
// the program; one that holds up others for most of the time is let go. With `restart` the program
// is started again when it has ended, after a pause that grows while it does not live long.
//
//   ExecShared shared(context, framing);
//   shared.start();
//   ExecShared::Guest guest(shared);                          // in each connection, on any thread
//   while (const auto message = guest.next()) socket.send(message->data);
//   shared.say(line);
//
// Threads: start() and stop() on one hub; all else, and a Guest of its own, on any.

#pragma once

#include <atomic>
#include <cstdint>
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
  // Whether it could not even begin then; why is in the log.
  [[nodiscard]] bool could_not_begin() const;

  // What waits for a client.
  struct Line {
    explicit Line(std::size_t capacity) : messages(capacity) {}
    gnet::ThreadChannel<Message> messages;
    std::atomic<bool> too_slow = false;
    gnet::Duration patience;  // that the others still have with it, when it was `seen`
    gnet::TimePoint seen;
  };

  class Guest {
   public:
    explicit Guest(ExecShared& shared);
    Guest(const Guest&) = delete;
    Guest& operator=(const Guest&) = delete;
    ~Guest();

    // Suspends until there is one; null when the program has ended for good, or it is too slow.
    [[nodiscard]] Message next();
    [[nodiscard]] bool was_too_slow() const noexcept { return line_->too_slow; }

   private:
    ExecShared& shared_;
    const std::shared_ptr<Line> line_;
  };

 private:
  void run(const std::function<void()>& over);
  gnet::Duration run_once();
  void tell(const ExecMessage& message);
  void tell_late(const std::shared_ptr<Line>& line, const Message& said);
  [[nodiscard]] bool is_here(const std::shared_ptr<Line>& line) const;
  [[nodiscard]] bool holds_up_others(const std::shared_ptr<Line>& line) const;
  void let_all_go();

  ExecContext& context_;
  const ExecFraming framing_;
  const gnet::Logger log_{"exec-server"};
  gnet::ThreadChannel<std::string> input_;
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<Line>> guests_;
  std::uint64_t told_ = 0;
  ExecEnd end_;
  bool could_not_begin_ = false;
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
