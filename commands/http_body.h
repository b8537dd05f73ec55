// The body of a request of gnet http: texts, files and standard input, one behind the other.
//
//   HttpBody body;
//   body.add_file("cat.jpg");
//   body.give_to(request);       // which reads it piece by piece when it is sent
//
// Threads: of the hub that sends it.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gnet/http/client_request.h"

namespace commands {

class HttpBody {
 public:
  void add(std::string text);
  void add(const HttpBody& other);
  // Throws cli::Failure (io) for one that cannot be read.
  void add_file(const std::string& path);
  // At most once: what came that way does not come again.
  void add_input();

  [[nodiscard]] bool empty() const noexcept { return parts_.empty(); }
  // Nothing: it is not known.
  [[nodiscard]] std::optional<std::uint64_t> size() const noexcept;

  // `watch` is told the size of each piece before it is sent, and may suspend.
  void give_to(gnet::http::ClientRequest& request,
               const std::function<void(std::size_t)>& watch) const;

  // As options of curl: "--data-binary", "@file".
  [[nodiscard]] std::vector<std::string> curl_words() const;

  // Whether it can be read again.
  [[nodiscard]] bool is_repeatable() const noexcept;

  // All of it, for people. Throws as reading does.
  void print(const std::function<void(std::string_view)>& out) const;

 private:
  struct Part {
    std::string text;
    std::string path;  // "-": standard input
    std::optional<std::uint64_t> size;
  };
  class Reader;

  std::vector<Part> parts_;
};

}  // namespace commands
