#include "cli/line/suggest.h"

#include <algorithm>
#include <array>
#include <utility>

namespace cli {
namespace {

// What people type, and what it is called here.
constexpr std::array<std::pair<std::string_view, std::string_view>, 20> kSynonyms{{
    {"echo", "echo-server"},
    {"echod", "echo-server"},
    {"discard", "echo-server"},
    {"chargen", "echo-server"},
    {"daytime", "echo-server"},
    {"server", "echo-server"},
    {"listen", "echo-server"},
    {"client", "echo-client"},
    {"nc", "connect"},
    {"ncat", "connect"},
    {"netcat", "connect"},
    {"telnet", "connect"},
    {"serve", "http-serve"},
    {"http-server", "http-serve"},
    {"httpd", "http-serve"},
    {"files", "http-serve"},
    {"completions", "completion"},
    {"curl", "http"},
    {"wget", "http"},
    {"get", "http"},
}};

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  // Optimal string alignment: three rows are enough, since a swap looks two rows back.
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before.swap(last);
    last.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row[b.size()];
}

std::string closest(std::string_view word, const std::vector<std::string>& candidates) {
  const std::size_t limit = word.size() < 5 ? 1 : 2;
  const std::string* best = nullptr;
  std::size_t best_distance = limit + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = &candidate;
    }
  }
  if (best != nullptr) return *best;
  const auto starts = [&](const std::string& candidate) { return candidate.starts_with(word); };
  const auto only = std::find_if(candidates.begin(), candidates.end(), starts);
  if (only == candidates.end() || word.size() < 2) return {};
  return std::any_of(only + 1, candidates.end(), starts) ? std::string() : *only;
}

std::string command_for(std::string_view word, const std::vector<std::string>& commands) {
  for (const auto& [habit, command] : kSynonyms) {
    if (habit != word) continue;
    const auto found = std::find(commands.begin(), commands.end(), command);
    if (found != commands.end()) return *found;
  }
  return closest(word, commands);
}

}  // namespace cli
