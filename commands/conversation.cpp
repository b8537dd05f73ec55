#include "commands/conversation.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "cli/client/lost_connection.h"
#include "cli/out/failure.h"
#include "gnet/fiber/fiber.h"

namespace commands {
namespace {

// How many datagrams back an echo is recognized as a late or second one.
constexpr std::size_t kRemembered = 16;

std::size_t hash_of(std::string_view text) {
  return std::hash<std::string_view>()(text);
}

}  // namespace

void Conversation::run() {
  auto message = source_();
  while (message) {
    ++sequence_;
    if (!exchange(*message)) return;
    message = source_();
    // After the last one there is nothing to wait for.
    if (message && options_.interval > gnet::Duration::zero()) gnet::sleep(options_.interval);
  }
}

bool Conversation::exchange(const std::string& message) {
  // What never had a connection was not sent.
  if (state_ == LinkState::coming) wait_for_link();
  report_.sent();
  for (;;) {
    wait_for_link();
    const gnet::TimePoint start = gnet::Clock::now();
    switch (exchange_once(message)) {
      case Outcome::echoed: {
        const bool matches = !options_.verify || answer_ == message;
        report_.echoed({.peer = peer_,
                        .sequence = sequence_,
                        .bytes = answer_.size(),
                        .rtt = gnet::Clock::now() - start,
                        .matches = matches});
        return matches || !options_.stop_on_error;
      }
      case Outcome::late: {
        const bool goes_on = fault("no answer");
        // The answer may still come, and nothing would tell it from that to an equal message.
        if (goes_on && link_ != nullptr) {
          linked_.clear();
          state_ = LinkState::coming;
          std::exchange(link_, nullptr)->renew();
        }
        return goes_on;
      }
      case Outcome::waiting:
      case Outcome::broken:
        continue;
    }
  }
}

void Conversation::wait_for_link() {
  while (link_ == nullptr) {
    if (error_) std::rethrow_exception(error_);
    if (!options_.resend && state_ == LinkState::broken) {
      report_.lost(peer_, sequence_, broken_because_);
      throw cli::lost_connection(peer_, broken_because_, broken_by_);
    }
    linked_.wait();
  }
}

Conversation::Outcome Conversation::exchange_once(const std::string& message) {
  answer_.clear();
  message_ = message;
  outcome_ = message.empty() ? Outcome::echoed : Outcome::waiting;
  settled_.clear();
  try {
    link_->send(message);
  } catch (const cli::Failure&) {
    throw;
  } catch (const gnet::ConnectionLost&) {
    // It is about to end, and says why when it has.
  } catch (const std::exception& error) {
    down(error.what());
  }
  if (outcome_ != Outcome::waiting) return outcome_;
  const bool in_time = settled_.wait(gnet::Deadline::within(options_.reply_limit));
  if (!in_time) outcome_ = Outcome::late;
  remember(message);
  return outcome_;
}

bool Conversation::fault(const std::string& reason) {
  report_.lost(peer_, sequence_, reason);
  return !options_.stop_on_error;
}

void Conversation::up(Link& link, std::string_view greeting) {
  link_ = &link;
  state_ = LinkState::up;
  peer_ = link.name();
  if (options_.datagrams) {
    remember(greeting);
  } else {
    skipped_ = greeting.size();
  }
  if (!greeting.empty()) link.send(greeting);
  linked_.set();
}

void Conversation::received(std::string_view data) {
  if (options_.datagrams) {
    if (outcome_ != Outcome::waiting || (data != message_ && is_of_earlier(data))) return;
    answer_ = data;
    return settle(Outcome::echoed);
  }
  const std::size_t skip = std::min(skipped_, data.size());
  skipped_ -= skip;
  data.remove_prefix(skip);
  if (data.empty() || outcome_ != Outcome::waiting) return;
  answer_ += data;
  if (answer_.size() >= message_.size()) settle(Outcome::echoed);
}

void Conversation::down(const std::string& reason, std::error_code cause) {
  link_ = nullptr;
  linked_.clear();
  state_ = LinkState::broken;
  broken_because_ = reason;
  broken_by_ = cause;
  if (outcome_ == Outcome::waiting) settle(Outcome::broken);
}

void Conversation::gave_up(std::exception_ptr error) {
  error_ = error;
  linked_.set();
}

void Conversation::settle(Outcome outcome) {
  outcome_ = outcome;
  settled_.set();
}

void Conversation::remember(std::string_view message) {
  if (!options_.datagrams || message.empty()) return;
  earlier_.push_back(hash_of(message));
  if (earlier_.size() > kRemembered) earlier_.pop_front();
}

bool Conversation::is_of_earlier(std::string_view answer) const {
  return std::ranges::find(earlier_, hash_of(answer)) != earlier_.end();
}

}  // namespace commands
