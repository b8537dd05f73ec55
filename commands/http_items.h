// The words behind the URL of gnet http, as HTTPie has them.
//
//   parse_item("Accept:text/html");   // a header field
//   parse_item("page==2");            // a value of the query
//   parse_item("name=Ada");           // a text of the body
//   parse_item("n:=[1, 2]");          // JSON of the body
//   parse_item("photo@cat.jpg");      // a file of a form
//
// The first separator in a word counts; a backslash takes the meaning of the character behind it.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace commands {

struct HttpItem {
  enum Kind { header, query, text, json, file };

  Kind kind = text;
  std::string name;
  std::string value;
};

// Throws cli::UsageError for what is none.
[[nodiscard]] HttpItem parse_item(std::string_view word);

// The texts and the JSON among items as one JSON object, of which the last of a name counts. Throws
// cli::UsageError for what is no JSON.
[[nodiscard]] std::string json_of(const std::vector<HttpItem>& items);

// Whether a word behind the first URL is one more.
[[nodiscard]] bool is_target(std::string_view word);

// Whether a word in front of the URL is a method: capital letters, hyphens.
[[nodiscard]] bool is_method(std::string_view word);

}  // namespace commands
