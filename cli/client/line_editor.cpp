#include "cli/client/line_editor.h"

#include <fmt/format.h>
#include <histedit.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cwchar>
#include <exception>
#include <string_view>
#include <utility>

#include "cli/client/input.h"
#include "cli/out/failure.h"
#include "cli/out/output.h"
#include "gnet/base/log.h"
#include "gnet/os/signal.h"

namespace cli {
namespace {

constexpr int kHistorySize = 1000;

struct EndsEditLine {
  void operator()(EditLine* edit) const noexcept { el_end(edit); }
};
struct EndsHistory {
  void operator()(History* history) const noexcept { history_end(history); }
};

std::size_t columns_of_terminal() {
  winsize size{};
  const bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 80;
}

// As libedit shows them: ^A for control characters.
std::size_t width_of(wchar_t character, std::size_t column) {
  if (character == L'\t') return 8 - column % 8;
  const int width = wcwidth(character);
  return width < 0 ? 2 : static_cast<std::size_t>(width);
}

}  // namespace

// libedit keeps a pointer to it.
class LineEditor::Terminal {
 public:
  explicit Terminal(const Options& options);
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal();

  std::optional<std::string> line();
  void hide();
  void show();

 private:
  static Terminal& of(EditLine* edit);
  static char* prompt(EditLine* edit);
  static int read_char(EditLine* edit, wchar_t* character);

  void set_keys();
  void open_history(const std::string& path);
  bool decode(wchar_t& character);
  void erase() const;
  void stop();

  const TerminalModes modes_;  // before libedit changes them
  Input input_;
  std::string bytes_;  // that have been typed, and are not read
  std::mbstate_t decoding_{};
  std::exception_ptr failure_;
  std::string prompt_;
  std::size_t prompt_width_;
  std::string history_path_;
  HistEvent event_{};
  std::unique_ptr<History, EndsHistory> history_;
  std::unique_ptr<EditLine, EndsEditLine> edit_;
  bool editing_ = false;
  int asides_ = 0;
  gnet::SignalHandler on_stop_;
  gnet::SignalHandler on_quit_;
  gnet::SignalHandler on_resize_;
};

LineEditor::Terminal::Terminal(const Options& options)
    : modes_(STDIN_FILENO),
      // libedit takes what is between two of these characters to have no width.
      prompt_(options.color ? "\1\x1b[32m\1" + options.prompt + "\1\x1b[0m\1" : options.prompt),
      prompt_width_(options.prompt.size()),
      history_path_(options.history),
      history_(history_init()) {
  std::setlocale(LC_CTYPE, "");  // which characters there are, and how wide
  edit_.reset(el_init("gnet", stdin, stdout, stderr));
  if (!edit_ || !history_) throw Failure(Exit::io, "cannot use the terminal");
  el_set(edit_.get(), EL_CLIENTDATA, this);
  el_set(edit_.get(), EL_PROMPT_ESC, &Terminal::prompt, '\1');
  el_set(edit_.get(), EL_SIGNAL, 0);
  el_set(edit_.get(), EL_EDITOR, "emacs");
  el_wset(edit_.get(), EL_GETCFN, &Terminal::read_char);
  open_history(options.history);
  el_set(edit_.get(), EL_HIST, history, history_.get());
  set_keys();
  el_source(edit_.get(), nullptr);
  el_set(edit_.get(), EL_PREP_TERM, 1);  // nothing that is typed now is shown twice
  on_stop_ = gnet::on_signal(SIGTSTP, [this](int) { stop(); });
  on_quit_ = gnet::on_signal(SIGQUIT, [](int number) { leave(exit_for_signal(number)); });
  on_resize_ = gnet::on_signal(SIGWINCH, [this](int) {
    hide();
    el_resize(edit_.get());
    show();
  });
}

LineEditor::Terminal::~Terminal() {
  if (history_path_.empty()) return;
  if (history(history_.get(), &event_, H_SAVE, history_path_.c_str()) >= 0) return;
  gnet::Logger("gnet").warn("cannot write the history '{}': {}", history_path_, error_text(errno));
}

// What shells do with these keys, where libedit does something else, or nothing.
void LineEditor::Terminal::set_keys() {
  constexpr std::pair<const char*, const char*> kKeys[] = {
      {"^W", "ed-delete-prev-word"},     {"^U", "vi-kill-line-prev"},
      {"^R", "em-inc-search-prev"},      {"^L", "ed-clear-screen"},
      {"\\e[3~", "ed-delete-next-char"}, {"\\e[1~", "ed-move-to-beg"},
      {"\\e[4~", "ed-move-to-end"},      {"\\e[H", "ed-move-to-beg"},
      {"\\e[F", "ed-move-to-end"},       {"\\e[1;5D", "ed-prev-word"},
      {"\\e[1;5C", "em-next-word"},      {"\\e[1;3D", "ed-prev-word"},
      {"\\e[1;3C", "em-next-word"},
  };
  for (const auto& [key, function] : kKeys) {
    el_set(edit_.get(), EL_BIND, key, function, nullptr);
  }
}

void LineEditor::Terminal::open_history(const std::string& path) {
  history(history_.get(), &event_, H_SETSIZE, kHistorySize);
  history(history_.get(), &event_, H_SETUNIQUE, 1);
  if (path.empty() || access(path.c_str(), F_OK) != 0) return;
  if (history(history_.get(), &event_, H_LOAD, path.c_str()) >= 0) return;
  throw Failure(Exit::io, fmt::format("cannot read the history '{}'", path));
}

LineEditor::Terminal& LineEditor::Terminal::of(EditLine* edit) {
  void* self = nullptr;
  el_get(edit, EL_CLIENTDATA, &self);
  return *static_cast<Terminal*>(self);
}

char* LineEditor::Terminal::prompt(EditLine* edit) {
  return of(edit).prompt_.data();
}

// ---- reading ----

// Called by libedit, through which nothing is thrown.
int LineEditor::Terminal::read_char(EditLine* edit, wchar_t* character) {
  Terminal& self = of(edit);
  try {
    while (!self.decode(*character)) {
      const std::string_view more = self.input_.some();
      if (more.empty()) return 0;
      self.bytes_ = more;
    }
    return 1;
  } catch (...) {
    self.failure_ = std::current_exception();
    return -1;
  }
}

// Takes a character of what has been typed. Bytes that are none are dropped.
bool LineEditor::Terminal::decode(wchar_t& character) {
  while (!bytes_.empty()) {
    const std::size_t size = std::mbrtowc(&character, bytes_.data(), bytes_.size(), &decoding_);
    if (size == static_cast<std::size_t>(-2)) {  // the begin of one
      bytes_.clear();
      return false;
    }
    if (size == static_cast<std::size_t>(-1)) {
      decoding_ = {};
      bytes_.erase(0, 1);
      continue;
    }
    bytes_.erase(0, std::max<std::size_t>(size, 1));
    return true;
  }
  return false;
}

std::optional<std::string> LineEditor::Terminal::line() {
  int size = 0;
  editing_ = true;
  const char* typed = el_gets(edit_.get(), &size);
  editing_ = false;
  if (failure_) erase();
  // What is typed until the next line is asked for is shown then.
  el_set(edit_.get(), EL_PREP_TERM, 1);
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  if (typed == nullptr || size <= 0) {
    write_all(STDOUT_FILENO, "\r\n");
    return std::nullopt;
  }
  std::string line(typed, static_cast<std::size_t>(size));
  if (line.ends_with('\n')) line.pop_back();
  if (!line.empty()) history(history_.get(), &event_, H_ENTER, line.c_str());
  return line;
}

// ---- others ----

// From the first row of the line, wherever in it the cursor is.
void LineEditor::Terminal::erase() const {
  const LineInfoW* const line = el_wline(edit_.get());
  std::size_t column = prompt_width_;
  for (const wchar_t* at = line->buffer; at < line->cursor; ++at) column += width_of(*at, column);
  const std::size_t row = column / columns_of_terminal();
  const std::string up = row > 0 ? fmt::format("\x1b[{}A", row) : std::string();
  write_all(STDOUT_FILENO, "\r" + up + "\x1b[J");
}

void LineEditor::Terminal::hide() {
  if (asides_++ == 0 && editing_) erase();
}

void LineEditor::Terminal::show() {
  if (--asides_ == 0 && editing_) el_set(edit_.get(), EL_REFRESH);
}

// Until SIGCONT.
void LineEditor::Terminal::stop() {
  hide();
  el_set(edit_.get(), EL_PREP_TERM, 0);
  std::raise(SIGSTOP);
  el_set(edit_.get(), EL_PREP_TERM, 1);
  show();
}

// ---- the editor ----

std::string LineEditor::history_file(std::string_view name) {
  const char* const state = std::getenv("XDG_STATE_HOME");
  const char* const home = std::getenv("HOME");
  const bool has_state = state != nullptr && *state == '/';
  if (!has_state && home == nullptr) {
    throw Failure(Exit::io,
                  "there is no place for a history: neither XDG_STATE_HOME nor HOME is set");
  }
  const std::string folder =
      has_state ? std::string(state) + "/gnet" : std::string(home) + "/.local/state/gnet";
  for (std::size_t end = folder.find('/', 1);; end = folder.find('/', end + 1)) {
    if (mkdir(folder.substr(0, end).c_str(), 0700) != 0 && errno != EEXIST && errno != EROFS) {
      throw Failure(Exit::io, fmt::format("cannot make '{}': {}", folder, error_text(errno)));
    }
    if (end == folder.npos) break;
  }
  return fmt::format("{}/{}_history", folder, name);
}

bool LineEditor::is_possible() {
  const char* const term = std::getenv("TERM");
  const std::string_view kind = term == nullptr ? "" : term;
  return isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 && !kind.empty() && kind != "dumb";
}

LineEditor::LineEditor(const Options& options) : terminal_(std::make_unique<Terminal>(options)) {}

LineEditor::~LineEditor() = default;

std::optional<std::string> LineEditor::line() {
  return terminal_->line();
}

LineEditor::Aside::Aside(LineEditor* editor) : editor_(editor) {
  if (editor_ != nullptr) editor_->terminal_->hide();
}

LineEditor::Aside::~Aside() {
  if (editor_ != nullptr) editor_->terminal_->show();
}

}  // namespace cli
