// A text with places that are filled in anew for each request.
//
//   LoadTemplates templates;
//   const std::string marked = templates.mark("/items/{{n}}?u={{uuid}}");   // a URL can have this
//   const LoadTemplate text = templates.split(marked);
//   text.append_to(out, values);                                            // "/items/7?u=3f2a…"
//
// {{n}} is the number of the request, from 1; {{uuid}} a UUID of version 4; {{rand 1 9}} a number
// of these bounds, which are in it; {{line FILE}} the next line of a file, again from the first
// when there are no more.
//
// Threads: templates are const once they are made; each thread has LoadValues of its own.

#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace commands {

// What a thread fills in.
struct LoadValues {
  std::uint64_t number = 1;  // of the request
  std::mt19937_64 random;
};

class LoadTemplate {
 public:
  explicit LoadTemplate(std::string text = {}) : tail_(std::move(text)) {}

  [[nodiscard]] bool is_constant() const noexcept { return places_.empty(); }
  // All of it, if it is constant.
  [[nodiscard]] const std::string& text() const noexcept { return tail_; }

  void append_to(std::string& out, LoadValues& values) const;

 private:
  friend class LoadTemplates;
  enum class Kind { number, uuid, random, line };
  struct Place {
    std::string before = {};
    Kind kind = Kind::number;
    std::int64_t low = 0;
    std::int64_t high = 0;
    const std::vector<std::string>* lines = nullptr;
    bool encoded = false;
  };

  static void append_line(std::string& out, const Place& place, std::uint64_t number);

  std::vector<Place> places_;
  std::string tail_;
};

class LoadTemplates {
 public:
  LoadTemplates() = default;
  LoadTemplates(const LoadTemplates&) = delete;
  LoadTemplates& operator=(const LoadTemplates&) = delete;

  // Letters and digits instead of each place, which can stand anywhere in a message. Lines that
  // become part of a URL are percent-encoded. Throws UsageError for what is none of the above, and
  // Failure (io) for a file that cannot be read.
  [[nodiscard]] std::string mark(std::string_view text, bool in_url = false);

  // With the places where the marks are.
  [[nodiscard]] LoadTemplate split(std::string_view marked) const;

 private:
  [[nodiscard]] LoadTemplate::Place parse(std::string_view words);
  [[nodiscard]] const std::vector<std::string>& lines_of(const std::string& path);

  std::vector<LoadTemplate::Place> places_;
  std::map<std::string, std::vector<std::string>> files_;
};

}  // namespace commands
