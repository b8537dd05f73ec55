// The names in a folder, some at a time: a folder may have more of them than fit in an answer.
//
//   auto reader = gnet::web::FolderReader::open(site, "docs");
//   for (auto some = reader->next(); !some.empty(); some = reader->next()) {
//     for (const auto& entry : some) show(entry.name, entry.size);
//   }
//
// In it is what Directory::open() would find: no hidden names unless they are wanted, no links that
// are not followed, no pipes and devices; and no name that http::RequestPath refuses, such as one
// with a backslash: a link to it would lead nowhere. In no order.
//
// Threads: a FolderReader belongs to the hub on which it was made.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gnet/base/chrono.h"
#include "gnet/web/directory.h"

namespace gnet::web {

struct FolderEntry {
  std::string name;  // any bytes but a slash and NUL
  std::uint64_t size = 0;
  std::chrono::sys_seconds modified{};
  bool is_folder = false;
  bool is_link = false;  // the rest is of what it leads to
};

class FolderReader {
 public:
  // Nothing if there is no such folder; as Directory::open() otherwise.
  [[nodiscard]] static std::optional<FolderReader> open(const Directory& directory,
                                                        std::string_view path,
                                                        Absence* why = nullptr);

  // The next few hundred; none at the end. Suspends. Throws SystemError.
  [[nodiscard]] std::vector<FolderEntry> next();

 private:
  struct State;
  explicit FolderReader(std::shared_ptr<State> state) noexcept : state_(std::move(state)) {}

  std::shared_ptr<State> state_;
};

}  // namespace gnet::web
