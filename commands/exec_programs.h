// The programs of gnet exec-server: one for all, or those of a folder, by the path of a request.
//
//   const ExecPrograms programs(options);          // throws where there is none to run
//   if (const auto program = programs.find("/reports/today")) start(*program);
//
// A folder is looked through beforehand: a request asks for what was found, and for no file.
//
// Threads: find() may be called from any; so may rescan(), beside it.

#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace commands {

struct ExecProgram {
  std::vector<std::string> arguments;
  std::string script_name = {};  // the part of the path that stands for it
  std::string path_info = {};    // what is behind
  std::string folder = {};       // that it is in; empty: none is known
};

class ExecPrograms {
 public:
  // Where one for all is looked for: as the process that becomes it will.
  struct Place {
    std::string_view path = {};       // PATH of its environment
    std::string_view directory = {};  // that it runs in; empty: this process's
  };

  // One for all paths. Throws cli::Failure (126 or 127) if it cannot be run.
  static ExecPrograms of(std::vector<std::string> arguments, Place place);

  // The files below a folder that may be executed, but for hidden ones and for links that lead out
  // of it. Throws cli::Failure.
  static ExecPrograms in(const std::string& folder);

  // None at all.
  ExecPrograms() : state_(std::make_unique<State>()) {}

  // `path`: decoded, and checked by RequestPath.
  [[nodiscard]] std::optional<ExecProgram> find(std::string_view path) const;

  [[nodiscard]] bool empty() const;

  // The one for all.
  [[nodiscard]] const std::optional<ExecProgram>& only() const noexcept { return only_; }

  // Looks through the folder anew; does nothing for one program. Throws cli::Failure.
  void rescan();

  [[nodiscard]] std::size_t size() const;

 private:
  using Found = std::map<std::string, std::string, std::less<>>;  // by path: the file
  struct State {
    mutable std::mutex mutex;
    std::shared_ptr<const Found> found = std::make_shared<Found>();
  };
  [[nodiscard]] std::shared_ptr<const Found> found() const;

  std::optional<ExecProgram> only_;
  std::string folder_;
  std::unique_ptr<State> state_;
};

}  // namespace commands
