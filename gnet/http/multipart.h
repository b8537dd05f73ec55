// Bodies of several parts, read as they come: multipart/form-data and multipart/byteranges
// (RFC 2046 §5.1, RFC 7578, RFC 9110 §14.6).
//
//   gnet::http::MultipartReader reader(boundary);
//   while (!reader.ended()) {
//     std::string_view input = body.read_some();
//     if (input.empty()) reader.finish();              // throws: it is not whole
//     for (;;) {
//       const auto event = reader.next(input);
//       if (event == MultipartEvent::more) break;
//       if (event == MultipartEvent::part_begin) open(reader.part().file_name);
//       if (event == MultipartEvent::data) write(reader.data());
//       if (event == MultipartEvent::part_end) close();
//     }
//   }
//
// Nothing but the header of one part is ever held, so a part may be of any size. How the bytes are
// split makes no difference but to the pieces in which data comes.
//
// MultipartPlan writes such a body, whose length is known before it is sent.
//
// Threads: values.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gnet::http {

class MediaType;

// "a body of several parts: a part's header is longer than 8192 bytes".
class MultipartError : public std::runtime_error {
 public:
  explicit MultipartError(const std::string& reason);
};

// The boundary that a multipart type has; nothing for other types and for what is none: 1 to 70
// letters, digits, '()+_,-./:=? and spaces, but not at its end.
[[nodiscard]] std::optional<std::string> multipart_boundary(const MediaType& type);

using PartFields = std::vector<std::pair<std::string, std::string>>;

// What stands before the data of a part.
struct PartHeader {
  PartFields fields{};                     // in their order, with names in lower case
  std::optional<std::string> name{};       // of the field of a form
  std::optional<std::string> file_name{};  // as it was sent: see safe_file_name()

  // The first field whose name (in lower case) is key, such as "content-type".
  [[nodiscard]] std::optional<std::string_view> field(std::string_view key) const;
};

enum class MultipartEvent : std::uint8_t {
  more,        // all input is taken, and more is needed
  part_begin,  // part() says of what
  data,        // data() has some of it
  part_end,
  end,  // of all parts; what comes after it is ignored
};

class MultipartReader {
 public:
  struct Limits {
    std::size_t header = 8192;  // bytes of a part's header
    std::size_t parts = 1000;
  };

  explicit MultipartReader(std::string_view boundary);
  MultipartReader(std::string_view boundary, Limits limits);

  // Takes from the front of input what the next event is made of. Throws MultipartError for what
  // is malformed or beyond a limit; after that the reader is of no more use.
  MultipartEvent next(std::string_view& input);

  // The part that is being read.
  [[nodiscard]] const PartHeader& part() const noexcept { return part_; }

  // Never empty after MultipartEvent::data. Valid as long as the input, until next() is called.
  [[nodiscard]] std::string_view data() const noexcept { return data_; }

  // The last boundary has been read.
  [[nodiscard]] bool ended() const noexcept { return state_ == State::epilogue; }

  // Throws MultipartError unless ended(): the body is over and something is missing.
  void finish() const;

 private:
  enum class State : std::uint8_t {
    preamble,
    boundary,
    padding,
    dash,
    line_end,
    header,
    data,
    epilogue
  };

  std::optional<MultipartEvent> step(std::string_view& input);
  std::optional<MultipartEvent> find_boundary(std::string_view& input);
  std::optional<MultipartEvent> resume_match(std::string_view& input);
  std::optional<MultipartEvent> boundary_found();
  std::optional<MultipartEvent> after_boundary(char c);
  std::optional<MultipartEvent> read_header(std::string_view& input);
  void parse_header(std::string_view text);
  void parse_field(std::string_view line);
  void expect_boundary();

  std::string delimiter_;  // with CR LF -- before the boundary
  Limits limits_;
  State state_ = State::preamble;
  std::size_t matched_ = 0;  // how much of the delimiter the input ended with
  std::size_t assumed_ = 0;  // how much of that belongs to what was before, and is no data
  std::size_t parts_ = 0;
  std::string header_;
  PartHeader part_;
  std::string_view data_;
};

// The text around the parts of a body, for parts whose sizes are known.
//
//   gnet::http::MultipartPlan plan(gnet::http::make_boundary());
//   for (auto range : ranges) plan.add({{"Content-Range", content_range(range, size)}},
//   range.size()); head("Content-Length", plan.length()); for (std::size_t i = 0; i <
//   ranges.size(); ++i) send(plan.head(i)), send_file(ranges[i]); send(plan.tail());
class MultipartPlan {
 public:
  // Throws std::invalid_argument for what is no boundary.
  explicit MultipartPlan(std::string boundary);

  // One more part, of so many bytes. Throws std::invalid_argument, which names the field, for what
  // could not be one field of a header.
  void add(const PartFields& fields, std::uint64_t size);

  // For a Content-Type: "multipart/form-data; boundary=…".
  [[nodiscard]] std::string content_type(std::string_view subtype) const;

  // What comes before the data of part i, and what comes after that of the last.
  [[nodiscard]] const std::string& head(std::size_t i) const { return heads_.at(i); }
  [[nodiscard]] const std::string& tail() const noexcept { return tail_; }

  // Of all: heads, data and tail.
  [[nodiscard]] std::uint64_t length() const noexcept { return length_ + tail_.size(); }

 private:
  std::string boundary_;
  std::vector<std::string> heads_;
  std::string tail_;
  std::uint64_t length_ = 0;
};

// A new one that nobody guesses, so that no data has it in it.
[[nodiscard]] std::string make_boundary();

}  // namespace gnet::http
