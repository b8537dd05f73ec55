#include "commands/exec_shared.h"

#include <algorithm>
#include <optional>
#include <system_error>

#include "cli/server/paced_stream.h"
#include "gnet/base/error.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/fiber/hub.h"
#include "gnet/io/buffer_lease.h"
#include "gnet/io/peer_watch.h"

namespace commands {
namespace {

constexpr std::size_t kInputs = 4;  // that wait for the program; clients have more of it

constexpr unsigned kTurn = 64;  // messages, after which others of this hub get theirs

// How long a client may hold up the others, who have nothing to do meanwhile, and how often that is
// looked at.
constexpr gnet::Duration kPatience = std::chrono::seconds(1);
constexpr gnet::Duration kGlance = std::chrono::milliseconds(20);

constexpr gnet::Duration kFirstPause = std::chrono::milliseconds(100);
constexpr gnet::Duration kLongestPause = std::chrono::seconds(30);
// A program that has lived so long is not taken for one that cannot begin.
constexpr gnet::Duration kSettled = std::chrono::seconds(10);

}  // namespace

ExecShared::ExecShared(ExecContext& context, ExecFraming framing)
    : context_(context), framing_(framing), input_(kInputs) {}

void ExecShared::start(std::function<void()> over) {
  runner_ = gnet::spawn({.name = "shared program"}, [this, over = std::move(over)] { run(over); });
}

void ExecShared::stop() {
  stopping_ = true;
  if (child_ != nullptr) {
    child_->stop();
  } else if (runner_) {
    runner_.kill_async();
  }
  if (runner_) runner_.join();
}

void ExecShared::run(const std::function<void()>& over) {
  gnet::Duration pause = kFirstPause;
  while (!stopping_) {
    const gnet::Duration lived = run_once();
    if (stopping_ || context_.options.shared != Sharing::restart) break;
    if (lived >= kSettled) pause = kFirstPause;
    log_.warn("the program has ended ({}), and is started again in {}", end().text(),
              gnet::format_duration(pause));
    gnet::sleep(pause);
    pause = std::min(pause * 2, kLongestPause);
  }
  let_all_go();
  if (!stopping_ && over) over();
}

// How long it has lived.
gnet::Duration ExecShared::run_once() {
  const gnet::TimePoint since = gnet::Clock::now();
  ExecEnd end{255};
  bool has_begun = false;
  try {
    auto place = context_.slots.take(gnet::Deadline::never());
    ExecChild child(context_, std::move(*place),
                    {.program = *context_.programs.only(), .log = log_});
    has_begun = true;
    child_ = &child;
    struct Forget {
      ~Forget() { child = nullptr; }
      ExecChild*& child;
    } const forget{child_};
    end = child.converse(
        [&] {
          for (;;) child.input().send_all(input_.get());
        },
        [&] {
          auto reader = framing_.reader();
          const ExecFraming::Sink sink = [this](const ExecMessage& message) { tell(message); };
          const gnet::BufferLease buffer(gnet::detail::Scheduler::current(), kExecPiece);
          while (const std::size_t count = child.output().receive(buffer.data(), buffer.size())) {
            reader.feed({buffer.data(), count}, sink);
          }
          reader.finish(sink);
        });
  } catch (const std::exception& error) {
    log_.error("{}", gnet::describe(std::current_exception()));
  }
  const std::lock_guard lock(mutex_);
  end_ = end;
  could_not_begin_ = !has_begun;
  return gnet::Clock::now() - since;
}

void ExecShared::tell(const ExecMessage& message) {
  if (++told_ % kTurn == 0) gnet::yield();
  Message said;
  std::vector<std::shared_ptr<Line>> full;
  {
    const std::lock_guard lock(mutex_);
    if (guests_.empty()) return;
    said = std::make_shared<const Said>(Said{std::string(message.data), message.is_text});
    for (const auto& line : guests_) {
      if (!line->too_slow && !line->messages.try_put(said)) full.push_back(line);
    }
  }
  for (const auto& line : full) tell_late(line, said);
}

// Waits for room. What others lose by that they get back at half the rate.
void ExecShared::tell_late(const std::shared_ptr<Line>& line, const Message& said) {
  for (;;) {
    const gnet::TimePoint now = gnet::Clock::now();
    line->patience = std::min<gnet::Duration>(kPatience, line->patience + (now - line->seen) / 2);
    line->seen = now;
    const bool costs = holds_up_others(line);
    const bool done = line->messages.put(said, gnet::Deadline(kGlance));
    if (costs) line->patience -= gnet::Clock::now() - now;
    if (done || !is_here(line)) return;
    if (line->patience > gnet::Duration::zero()) continue;
    line->too_slow = true;
    return line->messages.close();
  }
}

bool ExecShared::is_here(const std::shared_ptr<Line>& line) const {
  const std::lock_guard lock(mutex_);
  return std::ranges::find(guests_, line) != guests_.end();
}

// Whether another one has taken most of what there was for it.
bool ExecShared::holds_up_others(const std::shared_ptr<Line>& line) const {
  const std::lock_guard lock(mutex_);
  return std::ranges::any_of(guests_, [&](const auto& other) {
    return other != line && !other->too_slow &&
           2 * other->messages.size() <= other->messages.capacity();
  });
}

void ExecShared::let_all_go() {
  const std::lock_guard lock(mutex_);
  over_ = true;
  for (const auto& line : guests_) line->messages.close();
}

void ExecShared::say(std::string_view text) {
  input_.put(std::string(text));
}

ExecEnd ExecShared::end() const {
  const std::lock_guard lock(mutex_);
  return end_;
}

bool ExecShared::could_not_begin() const {
  const std::lock_guard lock(mutex_);
  return could_not_begin_;
}

ExecShared::Guest::Guest(ExecShared& shared)
    : shared_(shared),
      line_(std::make_shared<Line>(shared.context_.options.queue_messages.number)) {
  line_->patience = kPatience;
  line_->seen = gnet::Clock::now();
  const std::lock_guard lock(shared_.mutex_);
  if (shared_.over_) line_->messages.close();
  shared_.guests_.push_back(line_);
}

ExecShared::Guest::~Guest() {
  const std::lock_guard lock(shared_.mutex_);
  std::erase(shared_.guests_, line_);
}

ExecShared::Message ExecShared::Guest::next() {
  try {
    return line_->messages.get();
  } catch (const gnet::QueueClosed&) {
    return nullptr;
  }
}

// ---- connections of bytes ----

void SharedStream::converse(gnet::AnyStream& stream, const gnet::Endpoint&) {
  ExecShared::Guest guest(shared_);
  cli::PacedStream paced(stream, pacer_);
  gnet::CancelScope while_there;
  teller_ = gnet::spawn({.name = "shared"}, [&] {
    try {
      std::string text;
      while (const auto message = guest.next()) {
        text.clear();
        shared_.framing().append(text, {message->data, message->is_text});
        paced.send_all(text);
      }
      if (guest.was_too_slow()) log().warn("too slow for what the program writes");
    } catch (const std::system_error&) {
      // It has gone.
    }
    while_there.cancel();
  });
  struct End {
    ~End() {
      const gnet::Uninterruptible wait_out;
      fiber.kill();
    }
    gnet::Fiber<>& fiber;
  } const end_teller{teller_};
  // One that has gone is not to wait until the program takes what it has said.
  const auto leave_when_gone = [&while_there](gnet::PeerChange change) {
    if (change == gnet::PeerChange::gone) while_there.cancel();
  };
  std::optional<gnet::PeerWatch<decltype(leave_when_gone)>> watch;
  if (gnet::Socket* const socket = stream.lowest_socket()) watch.emplace(*socket, leave_when_gone);
  static_cast<void>(while_there.run([&] {
    listen(paced);
    if (!draining_) teller_.join();  // it may still want to hear
  }));
}

void SharedStream::listen(gnet::ByteStream& client) {
  auto reader = shared_.framing().reader();
  std::string text;
  const ExecFraming::Sink add = [&](const ExecMessage& message) {
    shared_.framing().append(text, message);
  };
  const auto say = [&] {
    if (!text.empty()) shared_.say(text);
    text.clear();
  };
  const gnet::BufferLease buffer(gnet::detail::Scheduler::current(), kExecPiece);
  while (const std::size_t count = client.receive(buffer.data(), buffer.size())) {
    reader.feed({buffer.data(), count}, add);
    say();
  }
  reader.finish(add);
  say();
}

void SharedStream::drain(gnet::Duration quiet) {
  StreamConnection::drain(quiet);
  if (teller_) teller_.kill_async();
}

}  // namespace commands
