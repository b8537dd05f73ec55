// The cases of tests/data/http1_requests.txt, and a reader that turns a stream of bytes into the
// requests that a server would see.
//
//   for (const test::RequestCase& one : test::request_cases()) {
//     test::RequestReader reader;
//     reader.feed(one.bytes);
//     BOOST_TEST(reader.verdict() == one.verdicts.front());
//   }

#pragma once

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gnet/http/body_decoder.h"
#include "gnet/http/request_parser.h"

namespace test {

// One line of the file.
struct RequestCase {
  std::string name;
  std::vector<std::string> verdicts;  // all that are right, ours first
  std::string requests;               // that come out; of a server's: what has to be answered
  std::string bytes;
  std::vector<std::string> steps;  // the same as it stands there, up to each {then}
  bool for_server = false;         // it is about what is answered
};

inline std::vector<std::string> split(std::string_view text, std::string_view separator) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == text.npos) return parts;
    text.remove_prefix(end + separator.size());
  }
}

// Of \r, \n, \t, \\, \xHH.
inline std::string with_escapes_read(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    const char c = text[++i];
    if (c == 'x') {
      out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      out += c == 'r' ? '\r' : c == 'n' ? '\n' : c == 't' ? '\t' : c;
    }
  }
  return out;
}

// Of {N*text}, which is the text N times, and {then}, which is nothing, too.
inline std::string bytes_of(std::string_view text) {
  std::string out;
  for (std::size_t open = text.find('{'); open != text.npos; open = text.find('{')) {
    const std::size_t close = text.find('}', open);
    const std::string_view inner = text.substr(open + 1, close - open - 1);
    out += with_escapes_read(text.substr(0, open));
    if (const std::size_t star = inner.find('*'); star != inner.npos) {
      const std::string part = with_escapes_read(inner.substr(star + 1));
      for (int n = std::stoi(std::string(inner.substr(0, star))); n > 0; --n) out += part;
    }
    text.remove_prefix(close + 1);
  }
  return out + with_escapes_read(text);
}

inline std::vector<RequestCase> request_cases(const std::string& path) {
  std::vector<RequestCase> cases;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    const std::vector<std::string> columns = split(line, "\t");
    BOOST_REQUIRE_MESSAGE(columns.size() == 4 || columns.size() == 5, line);
    const bool for_server = columns[1] == "server";
    cases.push_back({columns[0], split(columns[1], "/"),
                     for_server ? columns[2] : bytes_of(columns[2]), bytes_of(columns[3]),
                     split(columns[3], "{then}"), for_server});
  }
  return cases;
}

// The requests in a stream of bytes that comes in pieces.
class RequestReader {
 public:
  void feed(std::string_view bytes) {
    buffer_ += bytes;
    while (refused_ == 0 && (in_body_ ? read_body() : read_head())) continue;
  }

  // The status to refuse with; or "incomplete", if more has to come; or "accept".
  [[nodiscard]] std::string verdict() const {
    if (refused_ != 0) return std::to_string(refused_);
    return in_body_ || parser_.has_begun() ? "incomplete" : "accept";
  }

  // Those that are whole: "METHOD target", and " body" if there is one, with " | " between them.
  [[nodiscard]] const std::string& requests() const noexcept { return requests_; }

  // Whether another has come with a good head, and is not whole.
  [[nodiscard]] bool is_in_body() const noexcept { return in_body_; }

 private:
  bool read_head() {
    const auto parsed = parser_.parse(buffer_);
    refused_ = parser_.refusal().status;
    if (parsed != gnet::http::Parsed::complete) return false;
    const gnet::http::RequestHead& head = parser_.head();
    request_ = std::string(head.method()) + " " + std::string(head.target());
    body_.start(head.framing());
    data_.clear();
    buffer_.erase(0, head.size());
    parser_.reset();
    in_body_ = true;
    return true;
  }

  bool read_body() {
    while (!body_.is_done() && !body_.refusal() && !buffer_.empty()) {
      const auto [consumed, data] = body_.feed(buffer_);
      data_ += data;
      buffer_.erase(0, consumed);
    }
    refused_ = body_.refusal().status;
    if (!body_.is_done()) return false;
    if (!requests_.empty()) requests_ += " | ";
    requests_ += request_ + (data_.empty() ? "" : " " + data_);
    in_body_ = false;
    return true;
  }

  gnet::http::RequestParser parser_;
  gnet::http::BodyDecoder body_;
  std::string buffer_;
  std::string request_;
  std::string data_;
  std::string requests_;
  int refused_ = 0;
  bool in_body_ = false;
};

}  // namespace test
