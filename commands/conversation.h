// One connection of echo-client: sends a message, waits for its echo, sends the next.
//
// The connection itself may come and go: a Link tells the Conversation when it is
// up, what comes, and when it is down. A message whose echo has not come when the
// link goes down is sent again on the next one, so that every message is echoed
// exactly once in the report.
//
// Threads: belongs to the hub on which it was made.

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "commands/echo_report.h"
#include "gnet/sync/event.h"

namespace commands {

// The sending half of a connection, or of a datagram socket.
class Link {
 public:
  virtual ~Link() = default;
  // Throws what send(2) says, and Failure for what no other connection would take either.
  virtual void send(std::string_view message) = 0;
  // Begins anew, so that no answer to an earlier message comes any more; up() follows. Asked only
  // of datagrams.
  virtual void renew() {}
  // The other side, as reports name it.
  [[nodiscard]] virtual std::string name() const = 0;
};

struct ConversationOptions {
  gnet::Duration interval{};     // between an echo and the next message
  gnet::Duration reply_limit{};  // how long a lone datagram's echo may take; 0: forever
  bool datagrams = false;        // an answer comes whole, and may come late, twice or never
  bool verify = true;
  bool resend = false;  // after a broken connection; otherwise that is an error
  bool stop_on_error = false;
};

class Conversation {
 public:
  // Gives the message to send, or nothing at the end. May suspend.
  using Source = std::function<std::optional<std::string>()>;

  Conversation(ConversationOptions options, Source source, EchoReport& report)
      : options_(options), source_(std::move(source)), report_(report) {}

  // Exchanges all messages; suspends while there is no link. Throws what gave_up() was told,
  // and Failure (lost) when the link breaks and nothing is to be sent again.
  void run();

  // ---- told by the connection ----

  void up(Link& link, std::string_view greeting);
  void received(std::string_view data);
  void down(const std::string& reason, std::error_code cause = {});

  // There will be no link any more.
  void gave_up(std::exception_ptr error);

  [[nodiscard]] bool linked() const noexcept { return link_ != nullptr; }

 private:
  enum class Outcome { waiting, echoed, broken, late };
  enum class LinkState { coming, up, broken };

  // False: nothing more is to be sent.
  bool exchange(const std::string& message);
  Outcome exchange_once(const std::string& message);
  void wait_for_link();
  bool fault(const std::string& reason);
  void settle(Outcome outcome);
  void remember(std::string_view message);
  [[nodiscard]] bool is_of_earlier(std::string_view answer) const;

  ConversationOptions options_;
  Source source_;
  EchoReport& report_;
  Link* link_ = nullptr;  // null unless it is up
  LinkState state_ = LinkState::coming;
  std::size_t skipped_ = 0;  // of what comes: the echo of a greeting
  std::string peer_;
  std::string answer_;
  std::string_view message_;         // the one whose echo is awaited
  std::deque<std::size_t> earlier_;  // hashes of datagrams before it, whose echoes may still come
  std::uint64_t sequence_ = 0;
  Outcome outcome_ = Outcome::late;  // nothing is awaited yet
  std::string broken_because_;
  std::error_code broken_by_;
  std::exception_ptr error_;
  gnet::Event linked_;   // set while there is a link, or none will come
  gnet::Event settled_;  // the outcome is known
};

}  // namespace commands
