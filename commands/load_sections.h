// A report of gnet load before it is laid out as text or as a page: facts, tables and notes, all of
// them words.
//
//   for (const LoadFact& fact : load_facts(results, verdict)) say(fact.name, fact.text);
//
// Threads: functions without state.

#pragma once

#include <string>
#include <vector>

#include "commands/load_verdict.h"
#include "commands/load_view.h"

namespace commands {

struct LoadFact {
  std::string name;  // "requests"
  std::string text;  // "19,998 answered, 1,999.8/s of 2,000/s intended"
};

// Columns of numbers, but for `words` at the left and the last one if `reasons` is set. A head may
// have two lines.
struct LoadTable {
  std::string title;
  std::vector<std::string> heads;
  std::vector<std::vector<std::string>> rows;
  std::size_t words = 1;
  bool reasons = false;
};

enum class LoadTone : unsigned char { note, warning, failure };
struct LoadNote {
  LoadTone tone = LoadTone::note;
  std::string text;
};

[[nodiscard]] std::vector<LoadFact> load_facts(const LoadResults& results,
                                               const LoadVerdict& verdict);

// Those that have any rows: latency, phases, errors, --find-rate, --compare.
[[nodiscard]] std::vector<LoadTable> load_tables(const LoadResults& results, const LoadView& view,
                                                 const LoadVerdict& verdict);

// What has to be known to read the rest, and what is wrong.
[[nodiscard]] std::vector<LoadNote> load_notes(const LoadResults& results,
                                               const LoadVerdict& verdict);

}  // namespace commands
