// What gnet load sends, and to whom: requests and messages, made ready before the first is sent.
//
//   const LoadRequests requests(options);
//   for (const LoadServer& server : requests.servers()) connect_to(server.dialler);
//   LoadRequests::Turn turn = requests.begin(server, thread, threads);
//   const LoadRequest request = requests.next(turn);
//
// Threads: const once it is made; each connection has a Turn of its own, each thread LoadValues.

#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/client/dialler.h"
#include "commands/load_options.h"
#include "commands/load_template.h"
#include "commands/text_pattern.h"

namespace commands {

// How a server is spoken to.
enum class LoadSpeech : unsigned char {
  http,
  bytes,     // messages on a stream, which come back, or are answered
  messages,  // WebSockets and datagrams
};

// Something that connections go to. Requests for the same one share its connections.
struct LoadServer {
  LoadServer(const LoadOptions& options, cli::ClientOptions way, const cli::Target& target);

  const cli::ClientOptions to;
  const cli::ReconnectOptions retry;  // by none: the load itself connects again
  const cli::Dialler dialler;
  std::string key;   // what makes it another one
  std::string name;  // in messages
  LoadSpeech speech = LoadSpeech::http;
  bool text = false;                    // of a WebSocket: the kind of its messages
  std::vector<std::uint32_t> requests;  // of it, in order
  std::uint64_t connections = 0;        // that it gets
};

struct LoadRequest {
  std::string_view bytes;   // valid until the next one of the same turn
  std::string_view method;  // of HTTP
  bool last = true;         // no other was sent behind it
};

class LoadRequests {
 public:
  // Where a connection is in the list of its server.
  struct Turn {
    const LoadServer* server = nullptr;
    std::size_t at = 0;
    std::string made;  // of a request with places
  };

  // Reads the files that the options name. Throws UsageError, and Failure (io).
  explicit LoadRequests(const LoadOptions& options);

  [[nodiscard]] const std::deque<LoadServer>& servers() const noexcept { return servers_; }

  // For people and reports: the URLs, without passwords; of many the first.
  [[nodiscard]] std::vector<std::string> names() const;

  [[nodiscard]] Turn begin(const LoadServer& server, std::size_t connection) const;
  [[nodiscard]] LoadRequest next(Turn& turn, LoadValues& values) const;

  // What an answer has to have in it, by --expect; null: nothing.
  [[nodiscard]] const TextPattern* expected() const noexcept {
    return expected_ ? &*expected_ : nullptr;
  }

 private:
  // A request: all of it, or head and body with places, whose length is known when they are filled.
  struct Entry {
    std::uint64_t at = 0;  // of bytes_, if it has no places
    std::uint32_t size = 0;
    std::uint16_t method = 0;
    std::shared_ptr<const LoadTemplate> head = nullptr;
    std::shared_ptr<const LoadTemplate> body = nullptr;
  };
  struct Draft;

  void add_url(const std::string& word);
  void add_http(const Draft& draft);
  void add_messages(const std::string& word);
  void check_for_http() const;
  void read_targets();
  void check_for_targets() const;
  template <typename F>
  void at_line(std::size_t number, F&& step) const;
  [[nodiscard]] std::string message() const;
  [[nodiscard]] Draft draft_of(const std::string& word) const;
  LoadServer& server_for(const std::string& key, const std::string& name, LoadSpeech speech,
                         const cli::ClientOptions& way, const cli::Target& target);
  void add(LoadServer& server, const Entry& entry);
  [[nodiscard]] Entry fixed(std::string_view bytes, std::string_view method);
  [[nodiscard]] std::uint16_t method_index(std::string_view method);
  void share_connections();

  const LoadOptions& options_;
  LoadTemplates templates_;
  std::deque<LoadServer> servers_;
  std::vector<Entry> entries_;
  std::string bytes_;
  std::vector<std::string> methods_;
  std::vector<std::string> names_;
  std::optional<TextPattern> expected_;
};

}  // namespace commands
