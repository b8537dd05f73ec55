// As much of a Redis server as example_redis_client asks for, so that it runs where there is none.
//
//   gnet::StreamServer server("127.0.0.1:0", small_redis::serve);

#pragma once

#include <cctype>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "gnet/gnet.h"

namespace small_redis {

inline std::map<std::string, std::string> values;
inline std::map<std::string, std::set<gnet::AnyStream*>> subscribers;

inline std::string bulk(const std::string& text) {
  return "$" + std::to_string(text.size()) + "\r\n" + text + "\r\n";
}

inline std::string answer(gnet::AnyStream& stream, const std::vector<std::string>& words) {
  const std::string& verb = words.at(0);
  if (verb == "SET") return values[words.at(1)] = words.at(2), "+OK\r\n";
  if (verb == "DEL") return ":" + std::to_string(values.erase(words.at(1))) + "\r\n";
  if (verb == "GET") {
    const auto found = values.find(words.at(1));
    return found == values.end() ? "$-1\r\n" : bulk(found->second);
  }
  if (verb == "INCR") {
    std::string& value = values.try_emplace(words.at(1), "0").first->second;
    if (value.find_first_not_of("0123456789") != value.npos) {
      return "-ERR value is not an integer or out of range\r\n";
    }
    return ":" + (value = std::to_string(std::stol(value) + 1)) + "\r\n";
  }
  if (verb == "BLPOP") {
    gnet::sleep(std::chrono::seconds(std::stol(words.at(2))));
    return "*-1\r\n";
  }
  if (verb == "SUBSCRIBE") {
    subscribers[words.at(1)].insert(&stream);
    return "*3\r\n" + bulk("subscribe") + bulk(words.at(1)) + ":1\r\n";
  }
  if (verb == "PUBLISH") {
    const auto& listening = subscribers[words.at(1)];
    for (gnet::AnyStream* one : listening) {
      one->send_all("*3\r\n" + bulk("message") + bulk(words.at(1)) + bulk(words.at(2)));
    }
    return ":" + std::to_string(listening.size()) + "\r\n";
  }
  return "-ERR unknown command '" + verb + "'\r\n";
}

inline void serve(gnet::AnyStream& stream) {
  struct Leave {
    gnet::AnyStream& stream;
    ~Leave() {
      for (auto& [channel, listening] : subscribers) listening.erase(&stream);
    }
  } const leave{stream};
  gnet::BufferedReader reader(stream);
  while (const auto head = reader.read_line()) {  // "*2": so many words follow
    std::vector<std::string> words(std::stoul(head->substr(1)));
    for (auto& word : words) {
      const std::size_t size = std::stoul(reader.read_line()->substr(1));
      word = reader.read_exactly(size + 2).substr(0, size);
    }
    stream.send_all(answer(stream, words));
  }
}

}  // namespace small_redis
