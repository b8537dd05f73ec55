// A document of JSON, of which a few values are wanted.
//
//   const cli::JsonDocument run("run.json", cli::read_file("run.json"));
//   const std::optional<double> p99 = run.number({"latency_us", "p99"});
//
// Threads: a value; any, one at a time.

#pragma once

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace boost::json {
class value;
}

namespace cli {

class JsonDocument {
 public:
  // The path is that of errors. Throws UsageError: "run.json:3:7: syntax error".
  JsonDocument(const std::string& path, const std::string& text);

  // From object to object; nothing where there is no such value, or one of another kind.
  using Keys = std::initializer_list<std::string_view>;
  [[nodiscard]] std::optional<double> number(Keys keys) const;
  [[nodiscard]] std::optional<std::string> text(Keys keys) const;
  // Of a list those that are texts.
  [[nodiscard]] std::vector<std::string> texts(Keys keys) const;

 private:
  [[nodiscard]] const boost::json::value* find(Keys keys) const;

  std::shared_ptr<const boost::json::value> root_;
};

}  // namespace cli
