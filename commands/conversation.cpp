#include "commands/conversation.h"

#include <fmt/format.h>

#include "cli/failure.h"
#include "gnet/fiber/fiber.h"

namespace commands {

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
  if (peer_.empty()) wait_for_link();
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
      case Outcome::late:
        return fault("no answer");
      case Outcome::waiting:
      case Outcome::broken:
        continue;
    }
  }
}

void Conversation::wait_for_link() {
  while (link_ == nullptr) {
    if (error_) std::rethrow_exception(error_);
    if (!options_.resend && !peer_.empty()) {
      report_.lost(peer_, sequence_, broken_because_);
      throw cli::Failure(cli::Exit::lost,
                         fmt::format("lost the connection to {}: {}", peer_, broken_because_));
    }
    linked_.wait();
  }
}

Conversation::Outcome Conversation::exchange_once(const std::string& message) {
  answer_.clear();
  expected_ = message.size();
  outcome_ = expected_ == 0 ? Outcome::echoed : Outcome::waiting;
  settled_.clear();
  try {
    link_->send(message);
  } catch (const std::exception& error) {
    down(error.what());
  }
  if (outcome_ != Outcome::waiting) return outcome_;
  const bool limited = options_.reply_limit > gnet::Duration::zero();
  const bool in_time =
      settled_.wait(limited ? gnet::Deadline(options_.reply_limit) : gnet::Deadline::never());
  return in_time ? outcome_ : Outcome::late;
}

bool Conversation::fault(const std::string& reason) {
  report_.lost(peer_, sequence_, reason);
  return !options_.stop_on_error;
}

void Conversation::up(Link& link, std::string_view greeting) {
  link_ = &link;
  peer_ = link.name();
  skipped_ = greeting.size();
  if (!greeting.empty()) link.send(greeting);
  linked_.set();
}

void Conversation::received(std::string_view data) {
  const std::size_t skip = std::min(skipped_, data.size());
  skipped_ -= skip;
  data.remove_prefix(skip);
  if (data.empty() || outcome_ != Outcome::waiting) return;
  answer_ += data;
  if (answer_.size() < expected_) return;
  outcome_ = Outcome::echoed;
  settled_.set();
}

void Conversation::down(const std::string& reason) {
  link_ = nullptr;
  linked_.clear();
  broken_because_ = reason;
  if (outcome_ != Outcome::waiting) return;
  outcome_ = Outcome::broken;
  settled_.set();
}

void Conversation::gave_up(std::exception_ptr error) {
  error_ = error;
  linked_.set();
}

}  // namespace commands
