// What clients say to a server, and where an answer ends: bytes that come back, or that are
// counted, requests of HTTP, or messages of a WebSocket that come back.
//
//   Dialogue dialogue({.speech = Speech::web_socket, .message_size = 64});
//   dialogue.open(connection);          // a handshake, and one message to see that it is answered
//   connection.send_all(dialogue.message(0));
//
// It knows no more of a protocol than it takes to load a server with it: the first answer is read
// with care, and those behind it have to be like it.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bench/load/connection.h"

namespace bench {

enum class Speech : std::uint8_t {
  echo,
  bulk,                // much one way, and a byte for it the other way
  http,                // GET
  web_socket,          // binary messages
  deflated_web_socket  // the same, of text, with permessage-deflate
};

struct Plan {
  std::size_t connections = 1;
  std::size_t message_size = 64;
  bool check_content = false;  // compare every byte, not only lengths
  std::uint16_t socks_to = 0;  // the server is a SOCKS proxy, to ask for this port; 0: it is not
  bool tls = false;
  Speech speech = Speech::echo;
  std::string path = "/";  // http
  std::size_t depth = 1;   // requests that are sent at once: http
};

class Dialogue {
 public:
  explicit Dialogue(const Plan& plan);

  // Begins it on a blocking connection, and has one message answered. Throws WrongEcho.
  void open(Connection& connection);

  // What to say the n-th time.
  [[nodiscard]] const std::string& message(std::uint64_t n) const noexcept {
    return messages_[n % messages_.size()];
  }

  // How long an answer is that begins so; 0 if that cannot be said yet.
  [[nodiscard]] std::size_t answer_size(std::string_view begin) const noexcept;

  // What every answer begins with; and all of it, where that is known.
  [[nodiscard]] const std::string& answer_begin() const noexcept { return answer_begin_; }
  [[nodiscard]] const std::string& answer() const noexcept { return answer_; }

  // Requests that one message holds.
  [[nodiscard]] std::size_t depth() const noexcept { return depth_; }

 private:
  void prepare_http(const Plan& plan);
  void prepare_web_socket(const Plan& plan);
  void prepare_deflated(std::size_t size);
  void shake_hands(Connection& connection) const;
  void read_http_answers(Connection& connection);
  void read_frame(Connection& connection) const;

  const Speech speech_;
  std::size_t depth_ = 1;
  std::string opening_;  // what a connection begins with
  std::vector<std::string> messages_;
  std::string first_text_;       // what the first message says, where that is not what is sent
  std::size_t answer_size_ = 0;  // 0: a frame says it itself
  std::string answer_begin_;
  std::string answer_;
};

}  // namespace bench
