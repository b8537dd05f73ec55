#include "bench/load/dialogue.h"

#include <strings.h>
#include <zlib.h>

#include <array>
#include <cstdlib>

namespace bench {
namespace {

constexpr std::string_view kOk = "HTTP/1.1 200";
constexpr std::size_t kTexts = 16;  // that are not alike

// The sample of RFC 6455 §1.3.
constexpr std::string_view kKey = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr std::string_view kAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
constexpr std::string_view kMask = "\x37\xfa\x21\x3d";

std::string make_message(std::size_t size) {
  std::string message(size, '\0');
  for (std::size_t i = 0; i < size; ++i)
    message[i] = static_cast<char>('!' + (i * 7 + i / 64) % 90);
  return message;
}

// As programs send it: the same names again and again, and other values.
std::string make_text(std::size_t size, std::uint32_t seed) {
  std::string text = "[";
  while (text.size() < size) {
    seed = seed * 1664525 + 1013904223;
    text += "{\"id\": " + std::to_string(seed >> 8) + ", \"name\": \"item " +
            std::to_string(seed % 97) + "\", \"available\": true},\n";
  }
  text.resize(size);
  return text;
}

// Without what a frame of a client has more: its mask.
std::string frame_header(unsigned first, std::size_t size, unsigned mask_bit) {
  std::string header(1, static_cast<char>(first));
  const auto add = [&](std::size_t byte) { header += static_cast<char>(byte & 0xff); };
  if (size < 126) {
    add(size | mask_bit);
  } else if (size < 65536) {
    add(126U | mask_bit);
    add(size >> 8);
    add(size);
  } else {
    add(127U | mask_bit);
    for (int shift = 56; shift >= 0; shift -= 8) add(size >> shift);
  }
  return header;
}

std::string client_frame(unsigned first, std::string_view payload) {
  std::string frame = frame_header(first, payload.size(), 0x80);
  frame += kMask;
  for (std::size_t i = 0; i < payload.size(); ++i) {
    frame += static_cast<char>(payload[i] ^ kMask[i % kMask.size()]);
  }
  return frame;
}

// RFC 7692 §7.2: what is before the empty block at the end. Nothing refers to earlier messages.
std::string deflated(const std::string& text) {
  z_stream stream{};
  if (deflateInit2(&stream, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK) std::abort();
  std::string out(deflateBound(&stream, text.size()) + 16, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_SYNC_FLUSH);
  out.resize(stream.total_out - 4);
  deflateEnd(&stream);
  return out;
}

std::string inflated(std::string data, std::size_t most) {
  data.append("\0\0\xff\xff", 4);
  z_stream stream{};
  if (inflateInit2(&stream, -15) != Z_OK) std::abort();
  std::string out(most, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(data.data());
  stream.avail_in = static_cast<uInt>(data.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  inflate(&stream, Z_SYNC_FLUSH);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

void receive_more(Connection& connection, std::string& data) {
  std::array<char, 16 * 1024> part;
  const auto got = connection.receive_some(part.data(), part.size());
  if (!got || *got == 0) throw WrongEcho("the server closed a connection");
  data.append(part.data(), *got);
}

std::size_t read_head(Connection& connection, std::string& data) {
  std::size_t end = 0;
  while ((end = data.find("\r\n\r\n")) == data.npos) receive_more(connection, data);
  return end + 4;
}

std::size_t content_length(const std::string& head) {
  for (std::size_t at = head.find("\r\n"); at != head.npos; at = head.find("\r\n", at + 2)) {
    constexpr std::string_view kName = "Content-Length:";
    const char* const line = head.c_str() + at + 2;
    if (strncasecmp(line, kName.data(), kName.size()) == 0) {
      return static_cast<std::size_t>(std::atoll(line + kName.size()));
    }
  }
  throw WrongEcho("an answer without Content-Length");
}

}  // namespace

Dialogue::Dialogue(const Plan& plan) : speech_(plan.speech) {
  switch (plan.speech) {
    case Speech::echo:
      answer_ = make_message(plan.message_size);
      answer_size_ = answer_.size();
      messages_ = {answer_};
      break;
    case Speech::bulk:
      answer_ = "k";
      answer_size_ = answer_.size();
      messages_ = {make_message(plan.message_size)};
      break;
    case Speech::http:
      prepare_http(plan);
      break;
    case Speech::web_socket:
    case Speech::deflated_web_socket:
      prepare_web_socket(plan);
      break;
  }
}

void Dialogue::prepare_http(const Plan& plan) {
  depth_ = plan.depth;
  std::string all;
  for (std::size_t i = 0; i < depth_; ++i) {
    all += "GET " + plan.path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  }
  messages_ = {all};
  answer_begin_ = kOk;
}

void Dialogue::prepare_web_socket(const Plan& plan) {
  opening_ =
      "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " +
      std::string(kKey) + "\r\n";
  if (plan.speech == Speech::deflated_web_socket) {
    // As browsers offer it.
    opening_ += "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";
    prepare_deflated(plan.message_size);
  } else {
    const std::string payload = make_message(plan.message_size);
    messages_ = {client_frame(0x82, payload)};
    answer_ = frame_header(0x82, payload.size(), 0) + payload;
    answer_size_ = answer_.size();
    answer_begin_ = answer_.substr(0, 2);
  }
  opening_ += "\r\n";
}

void Dialogue::prepare_deflated(std::size_t size) {
  for (std::uint32_t i = 0; i < kTexts; ++i) {
    const std::string text = make_text(size, i);
    if (i == 0) first_text_ = text;
    messages_.push_back(client_frame(0xc1, deflated(text)));
  }
  answer_begin_ = "\xc1";
}

std::size_t Dialogue::answer_size(std::string_view begin) const noexcept {
  if (answer_size_ != 0) return answer_size_;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(begin[i]); };
  if (begin.size() < 2) return 0;
  if (byte(1) < 126) return 2U + byte(1);
  if (begin.size() < 4) return 0;
  return 4U + (std::size_t{byte(2)} << 8 | byte(3));
}

void Dialogue::open(Connection& connection) {
  if (!opening_.empty()) shake_hands(connection);
  connection.send_all(messages_.front());
  switch (speech_) {
    case Speech::echo:
    case Speech::bulk: {
      std::string data;
      while (data.size() < answer_.size()) receive_more(connection, data);
      if (data != answer_) throw WrongEcho("the server sent other bytes than it got");
      break;
    }
    case Speech::http:
      read_http_answers(connection);
      break;
    case Speech::web_socket:
    case Speech::deflated_web_socket:
      read_frame(connection);
      break;
  }
}

void Dialogue::shake_hands(Connection& connection) const {
  connection.send_all(opening_);
  std::string data;
  const std::size_t end = read_head(connection, data);
  const auto has = [&](std::string_view text) { return data.find(text) != data.npos; };
  if (!data.starts_with("HTTP/1.1 101") || !has(kAccept)) throw WrongEcho("no WebSocket");
  if (speech_ == Speech::deflated_web_socket && !has("permessage-deflate")) {
    throw WrongEcho("the server does not compress");
  }
  if (data.size() != end) throw WrongEcho("a message that nobody asked for");
}

// They are all of one size, which is learned here.
void Dialogue::read_http_answers(Connection& connection) {
  std::string data;
  const std::size_t head = read_head(connection, data);
  if (!data.starts_with(kOk)) throw WrongEcho("answered " + data.substr(0, data.find('\r')));
  answer_size_ = (head + content_length(data.substr(0, head))) * depth_;
  while (data.size() < answer_size_) receive_more(connection, data);
  if (data.size() > answer_size_) throw WrongEcho("more answers than requests");
}

void Dialogue::read_frame(Connection& connection) const {
  std::string data;
  while (answer_size(data) == 0 || data.size() < answer_size(data)) {
    receive_more(connection, data);
  }
  const std::string payload = data.substr(data[1] == 126 ? 4 : 2);
  bool right = data == answer_;
  if (speech_ == Speech::deflated_web_socket) {
    // What is short need not be compressed.
    right =
        first_text_ == (data[0] == '\xc1' ? inflated(payload, 2 * first_text_.size()) : payload);
  }
  if (!right) throw WrongEcho("the server sent another message than it got");
}

}  // namespace bench
