// The sending half of Conversation.

#include <algorithm>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "gnet/base/error.h"
#include "gnet/base/utf8.h"
#include "gnet/ws/conversation.h"

namespace gnet::ws::detail {
namespace {

constexpr std::size_t kCopied = 1024;         // a longer message is not copied to the output
constexpr std::size_t kCopiedLater = 4096;    // nor is one that waits for others
constexpr std::size_t kTogether = 64 * 1024;  // output that waits for more of it, at most
constexpr std::size_t kKept = 256;            // what an idle WebSocket keeps of it

constexpr gnet::detail::WaitKind kTurn{"room in a WebSocket"};

[[noreturn]] void refuse_text() {
  throw std::invalid_argument("cannot send text that is not UTF-8");
}

}  // namespace

// One fiber writes.
class Conversation::Writing {
 public:
  explicit Writing(Conversation& of) noexcept : of_(of) {
    of.writing_ = true;
    of.hub_.disarm(of.soon_);
  }
  Writing(const Writing&) = delete;
  Writing& operator=(const Writing&) = delete;
  ~Writing() {
    of_.writing_ = false;
    of_.direct_ = 0;
    of_.changed_.notify_all();
  }

 private:
  Conversation& of_;
};

// ---- what goes in ----

void Conversation::throw_closed() const {
  const auto& closed = codec_.closed();
  if (!closed) throw WebSocketClosed(failed_ ? why_ : "this side has closed it");
  std::string text = std::to_string(closed->code) + ' ' + describe_close(closed->code);
  if (!closed->reason.empty()) text += ": " + closed->reason;
  throw WebSocketClosed(text);
}

void Conversation::check_text(Opcode opcode, std::string_view data) const {
  if (opcode == Opcode::text && !is_utf8(data)) refuse_text();
}

// Suspends until a message may be sent, and, `alone`, until nobody writes.
void Conversation::wait_for_turn(bool alone) {
  const void* const self = &hub_.running();
  for (;;) {
    if (!is_open()) throw_closed();
    const bool is_his = sender_ == nullptr || sender_ == self;
    if (is_his && queued() <= options_.high_water && !(alone && writing_)) return;
    changed_.wait(kTurn, this);
  }
}

void Conversation::send(Opcode opcode, std::string_view data) {
  const bool given = is_given(data);
  if (!given || !given_text_) check_text(opcode, data);
  wait_for_turn(false);
  message_at_ = hub_.now();
  const bool alone = !codec_.has_input() && !has_output();
  if (data.size() > kCopiedLater || (alone && (given || data.size() > kCopied))) {
    if (const auto head = codec_.head(opcode, data.size())) {
      if (writing_) wait_for_turn(true);
      return send_from_there(*head, data);
    }
  }
  codec_.send(opcode, data);
  flush_in_time();
}

// Whether this is the message that was received last, as it lies in the buffer.
bool Conversation::is_given(std::string_view data) const noexcept {
  return !data.empty() && data.data() == given_.data() && data.size() == given_.size();
}

bool Conversation::try_send(Opcode opcode, std::string_view data) {
  check_text(opcode, data);
  const std::size_t before = queued();
  if (!is_open() || sender_ != nullptr) return false;
  if (before != 0 && before + data.size() > options_.high_water) return false;
  codec_.send(opcode, data);
  message_at_ = hub_.now();
  if (!writing_ && !soon_.armed()) hub_.arm(soon_, message_at_);
  return true;
}

void Conversation::send_piece(Opcode opcode, std::string_view piece, bool last) {
  wait_for_turn(false);
  if (opcode == Opcode::text) {
    Utf8Checker checker = sender_ == nullptr ? Utf8Checker() : pieces_;
    if (!checker.feed(piece) || (last && !checker.complete())) refuse_text();
    pieces_ = checker;
  }
  codec_.send_piece(opcode, piece, last);
  sender_ = last ? nullptr : &hub_.running();
  message_at_ = hub_.now();
  if (last) changed_.notify_all();
  flush();
}

void Conversation::ping(std::string_view data) {
  if (!is_open()) throw_closed();
  codec_.ping(data);
  flush_in_time();
}

void Conversation::pong(std::string_view data) {
  if (!is_open()) throw_closed();
  codec_.pong(data);
  flush_in_time();
}

// ---- what goes out ----

// At once; but answers to messages that are here already leave together, when the last of them is
// given, or when the fiber suspends for something else.
void Conversation::flush_in_time() {
  if (!codec_.has_input() || queued() >= kTogether) return flush();
  if (!writing_ && !soon_.armed()) hub_.arm(soon_, hub_.now());
}

// Writes all that is there, unless a fiber does that already.
void Conversation::flush() {
  if (writing_ || !has_output()) return;
  const Writing here(*this);
  write_output();
}

void Conversation::write_output() {
  while (has_output()) {
    if (sent_ == sending_.size()) {
      codec_.swap_output(sending_);
      sent_ = 0;
    }
    sent_ += write(std::string_view(sending_).substr(sent_));
    if (failed_) {
      codec_.clear_output();
      sending_.clear();
      sent_ = 0;
    }
  }
}

// The beginning of a message that is long leaves with its head, from a buffer of the hub's, and the
// rest from where it lies. A message that goes back as it came has the head with which it came
// before it, which was longer, with its mask: there is room for its own, unless a part of that head
// came earlier.
void Conversation::send_from_there(const FrameHead& head, std::string_view data) {
  const Writing here(*this);
  write_output();
  const std::string_view begin = head.bytes();
  std::optional<BufferLease> buffer;
  std::string_view first;
  const std::size_t before =
      buffer_ && is_given(data) ? static_cast<std::size_t>(data.data() - buffer_->data()) : 0;
  if (before >= begin.size()) {
    char* const at = buffer_->data() + before - begin.size();
    std::memcpy(at, begin.data(), begin.size());
    first = {at, begin.size() + data.size()};
    data = {};
  } else {
    buffer.emplace(hub_, kTogether);
    const std::size_t copied = std::min(data.size(), kTogether - begin.size());
    std::memcpy(buffer->data(), begin.data(), begin.size());
    std::memcpy(buffer->data() + begin.size(), data.data(), copied);
    first = {buffer->data(), begin.size() + copied};
    data.remove_prefix(copied);
  }
  direct_ = first.size() + data.size();
  try {
    write_all(first);
    write_all(data);
  } catch (const Interrupt&) {
    sending_.assign(first).append(data);
    sent_ = direct_ = 0;
    if (!failed_) start_writer();
    throw;
  }
  if (failed_) throw_closed();
  write_output();
}

void Conversation::write_all(std::string_view& data) {
  while (!data.empty()) {
    const std::size_t count = write(data);
    data.remove_prefix(count);
    direct_ -= count;
  }
}

// How many bytes were sent; when nothing can be sent any more, all of them.
std::size_t Conversation::write(std::string_view data) {
  if (failed_) return data.size();
  try {
    const Deadline deadline = options_.write_timeout > Duration::zero()
                                  ? Deadline(options_.write_timeout.after(hub_.now()))
                                  : Deadline::never();
    const std::size_t count = stream_.send_some(data, deadline);
    if (!changed_.empty()) changed_.notify_all();
    return count;
  } catch (const Interrupt&) {
    // A mere socket has taken nothing then. Of a layer that is not known.
    if (is_plain()) {
      start_writer();
    } else {
      give_up("a message was cut short");
    }
    throw;
  } catch (const std::system_error& error) {
    fail(error.what());
    if (error.code() == std::errc::timed_out) stream_.abort();
  }
  return data.size();
}

// Nothing can be sent any more. What the peer has sent before can still be read.
void Conversation::fail(std::string why) noexcept {
  if (why_.empty()) why_ = std::move(why);
  failed_ = true;
  changed_.notify_all();
}

void Conversation::start_writer() {
  if (writer_ && writer_.active()) return;
  writer_ = spawn({.name = "WebSocket"}, [this] { flush(); });
}

void Conversation::start_writer_or_give_up() noexcept {
  if (writing_ || !has_output()) return;
  try {
    start_writer();
  } catch (...) {
    give_up("no memory to send with");
  }
}

void Conversation::give_back_memory() noexcept {
  sending_.clear();
  sent_ = 0;
  if (sending_.capacity() > kKept) std::string().swap(sending_);
  codec_.clear_output();
}

}  // namespace gnet::ws::detail
