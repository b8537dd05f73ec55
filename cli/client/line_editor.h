// Lines that a person types at a terminal, edited as shells have it: arrows, history, ^A ^E ^U ^W
// ^K ^Y ^R and the rest of what libedit knows, and what ~/.editrc says.
//
// Waiting for a key suspends the fiber. Meanwhile other fibers print in front of the line that is
// being typed, which is there again, as it was, when they have:
//
//   cli::LineEditor editor({.prompt = "> "});
//   while (const auto line = editor.line()) send(*line);
//
//   const cli::LineEditor::Aside aside(&editor);   // elsewhere
//   cli::print("< something came\n");
//
// The terminal is given back as it was found by the destructor, by leave(), and when ^Z stops the
// program.
//
// Threads: belongs to the hub on which it was made; one at a time.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace cli {

class LineEditor {
 public:
  struct Options {
    std::string prompt = "> ";
    bool color = false;        // of the prompt
    std::string history = {};  // a file that is read and written; empty: none
  };

  // Where the history of lines of this kind belongs: $XDG_STATE_HOME/gnet/NAME_history, or that of
  // ~/.local/state. Makes the folder. Throws Failure (io).
  [[nodiscard]] static std::string history_file(std::string_view name);

  // Whether standard input and output are a terminal on which lines can be edited.
  [[nodiscard]] static bool is_possible();

  // Throws Failure (io) for a history that cannot be read.
  explicit LineEditor(const Options& options);
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;
  // Keeps the history. What was being typed is gone.
  ~LineEditor();

  // The next line, without its end; nothing at ^D, and when the terminal has gone. Suspends. Throws
  // Failure (io).
  [[nodiscard]] std::optional<std::string> line();

  // While one of these exists the terminal is for others, who end what they print with a line end.
  class Aside {
   public:
    // Null: it is nobody's anyway.
    explicit Aside(LineEditor* editor);
    Aside(const Aside&) = delete;
    Aside& operator=(const Aside&) = delete;
    ~Aside();

   private:
    LineEditor* editor_;
  };

 private:
  class Terminal;
  std::unique_ptr<Terminal> terminal_;
};

}  // namespace cli
