// Lines and exact amounts, over anything that reads and writes bytes: Stream, TLSStream,
// Pipe, File.
//
//   gnet::BufferedReader reader(stream);
//   gnet::BufferedWriter writer(stream);
//   while (auto line = reader.read_line()) {
//     writer.write(*line + "\n");
//     if (reader.buffered() == 0) writer.flush();   // one send for several lines
//   }
//
// A fiber that is interrupted loses nothing: what was read stays in the reader. What
// throws beside that is what the source throws.
//
// Threads: as the source, which must outlive what is made on it, unless a reader owns it.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "gnet/base/error.h"
#include "gnet/fiber/deadline.h"

namespace gnet {
namespace detail {

template <typename Source>
std::size_t receive_from(Source& source, void* buffer, std::size_t size, Deadline deadline) {
  if constexpr (requires { source.receive(buffer, size, deadline); }) {
    return source.receive(buffer, size, deadline);
  } else {
    return source.read(buffer, size);
  }
}

template <typename Sink>
void send_to(Sink& sink, std::string_view data, Deadline deadline) {
  if constexpr (requires { sink.send_all(data, deadline); }) {
    sink.send_all(data, deadline);
  } else {
    sink.write_all(data);
  }
}

}  // namespace detail

template <typename Source>
class BufferedReader {
 public:
  // `capacity`: the bytes that it asks for at a time.
  explicit BufferedReader(Source& source, std::size_t capacity = 16 * 1024)
      : source_(&source), capacity_(capacity) {}

  // Owns its source: gnet::BufferedReader reader(gnet::connect(endpoint)).
  explicit BufferedReader(Source&& source, std::size_t capacity = 16 * 1024)
      : owned_(std::make_unique<Source>(std::move(source))),
        source_(owned_.get()),
        capacity_(capacity) {}

  [[nodiscard]] Source& source() noexcept { return *source_; }

  // How much is there without asking the source, and what it is: valid until the next call.
  [[nodiscard]] std::size_t buffered() const noexcept { return buffer_.size() - begin_; }
  [[nodiscard]] std::string_view peek() const noexcept {
    return std::string_view(buffer_).substr(begin_);
  }

  // Suspends until `size` bytes can be peeked at. False: the source ends before.
  bool wait_for(std::size_t size, Deadline deadline = Deadline::never()) {
    while (buffered() < size) {
      if (!fill(deadline)) return false;
    }
    return true;
  }

  // What is read while a Mark exists can be read again, unless it is accepted: for messages of
  // several parts, which an interrupt in the middle must not tear.
  //
  //   auto mark = reader.mark();
  //   const std::string header = *reader.read_line();
  //   const std::string body = reader.read_exactly(size_in(header));
  //   mark.accept();
  class Mark {
   public:
    explicit Mark(BufferedReader& reader) noexcept
        : reader_(reader), at_(reader.dropped_ + reader.begin_), outermost_(!reader.marked_) {
      if (outermost_) reader.marked_ = at_;
    }
    Mark(const Mark&) = delete;
    Mark& operator=(const Mark&) = delete;
    ~Mark() {
      if (!accepted_) rewind();
      if (outermost_) reader_.marked_.reset();
    }

    // What was read so far stays read.
    void accept() noexcept { accepted_ = true; }

    // Back to where it was made.
    void rewind() noexcept { reader_.begin_ = static_cast<std::size_t>(at_ - reader_.dropped_); }

   private:
    BufferedReader& reader_;
    const std::uint64_t at_;
    const bool outermost_;
    bool accepted_ = false;
  };
  [[nodiscard]] Mark mark() noexcept { return Mark(*this); }

  // Suspends until something is there to be read. False: the end.
  bool wait(Deadline deadline = Deadline::never()) { return buffered() > 0 || fill(deadline); }

  // Suspends until something is there; up to `size` bytes of it, 0 at the end.
  std::size_t read(void* into, std::size_t size, Deadline deadline = Deadline::never()) {
    if (size == 0 || !wait(deadline)) return 0;
    const std::size_t count = std::min(size, buffered());
    std::memcpy(into, buffer_.data() + begin_, count);
    begin_ += count;
    return count;
  }

  // Suspends until a line is there; without its end, "\n" or "\r\n". What comes after the last
  // "\n" is a line too, if it is anything; then nothing. Throws std::length_error for a line longer
  // than `limit` bytes.
  std::optional<std::string> read_line(Deadline deadline = Deadline::never(),
                                       std::size_t limit = kLongestLine) {
    auto line = read_until("\n", deadline, limit);
    if (!line) return line;
    if (line->ends_with('\n')) line->pop_back();
    if (line->ends_with('\r')) line->pop_back();
    return line;
  }

  // Suspends until `end` has come; everything up to it, and it. At the end of the source what
  // there is, or nothing. Throws std::length_error for more than `limit` bytes.
  std::optional<std::string> read_until(std::string_view end, Deadline deadline = Deadline::never(),
                                        std::size_t limit = kLongestLine) {
    for (std::size_t looked = 0;;) {
      const std::string_view there = std::string_view(buffer_).substr(begin_);
      const std::size_t found = there.find(end, looked);
      if (found != std::string_view::npos && found + end.size() <= limit) {
        return take(found + end.size());
      }
      if (there.size() > limit) throw std::length_error("a line is too long");
      looked = there.size() < end.size() ? 0 : there.size() - end.size() + 1;
      if (fill(deadline)) continue;
      if (buffered() == 0) return std::nullopt;
      return take(buffered());
    }
  }

  // Suspends until `size` bytes are there. Throws ConnectionLost when the source ends before;
  // what came stays to be read.
  std::string read_exactly(std::size_t size, Deadline deadline = Deadline::never()) {
    if (!wait_for(size, deadline)) throw ConnectionLost("the data ended too early");
    return take(size);
  }

  // Suspends until the end; everything up to it.
  std::string read_all(Deadline deadline = Deadline::never()) {
    while (fill(deadline)) {
    }
    return take(buffered());
  }

  static constexpr std::size_t kLongestLine = 1024 * 1024;

 private:
  // Receives some more. False: the end.
  bool fill(Deadline deadline) {
    const std::size_t read = marked_ ? static_cast<std::size_t>(*marked_ - dropped_) : begin_;
    if (read > buffer_.size() / 2) {
      buffer_.erase(0, read);
      begin_ -= read;
      dropped_ += read;
    }
    const std::size_t before = buffer_.size();
    struct Fit {  // also when the source throws
      std::string& buffer;
      std::size_t size;
      ~Fit() { buffer.resize(size); }
    } fit{buffer_, before};
    buffer_.resize(before + capacity_);
    fit.size += detail::receive_from(*source_, buffer_.data() + before, capacity_, deadline);
    return fit.size > before;
  }

  std::string take(std::size_t size) {
    std::string taken = buffer_.substr(begin_, size);
    begin_ += size;
    return taken;
  }

  std::unique_ptr<Source> owned_;  // null: somebody else's
  Source* source_;
  std::size_t capacity_;
  std::string buffer_;
  std::size_t begin_ = 0;                // of what was not taken yet
  std::uint64_t dropped_ = 0;            // bytes that were in front of the buffer
  std::optional<std::uint64_t> marked_;  // by the outermost Mark, counted with those
};

template <typename Sink>
class BufferedWriter {
 public:
  // `capacity`: how much it collects before it sends by itself.
  explicit BufferedWriter(Sink& sink, std::size_t capacity = 16 * 1024)
      : sink_(sink), capacity_(capacity) {}
  BufferedWriter(const BufferedWriter&) = delete;
  BufferedWriter& operator=(const BufferedWriter&) = delete;

  // Drops what was not flushed: a destructor does not suspend.
  ~BufferedWriter() = default;

  [[nodiscard]] std::size_t buffered() const noexcept { return buffer_.size(); }

  // Collects, and suspends to send when there is more than its capacity.
  void write(std::string_view data, Deadline deadline = Deadline::never()) {
    buffer_ += data;
    if (buffer_.size() >= capacity_) flush(deadline);
  }

  // Suspends until everything is sent. After an error or an interrupt it is not known how
  // much was; the rest is dropped.
  void flush(Deadline deadline = Deadline::never()) {
    if (buffer_.empty()) return;
    const std::string data = std::exchange(buffer_, {});
    detail::send_to(sink_, data, deadline);
  }

 private:
  Sink& sink_;
  std::size_t capacity_;
  std::string buffer_;
};

}  // namespace gnet
