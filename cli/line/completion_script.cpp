#include "cli/line/completion.h"

namespace cli {
namespace {

constexpr std::string_view kBash =
    R"script(# bash completion for gnet; load it with: source <(gnet completion bash)
_gnet() {
  local cur words cword line
  if declare -F _get_comp_words_by_ref > /dev/null; then
    _get_comp_words_by_ref -n =: cur words cword
  else
    words=("${COMP_WORDS[@]}") cword=$COMP_CWORD cur=${COMP_WORDS[COMP_CWORD]}
  fi
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :file) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
      :directory) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur") ;;
      *) COMPREPLY+=("$line") ;;
    esac
  done < <("${words[0]}" __complete bash "$cword" -- "${words[@]}" 2> /dev/null)
  # Words are cut at '=' and ':' when they are inserted.
  if [[ $cur == *=* && ${#COMPREPLY[@]} -gt 0 ]]; then
    COMPREPLY=("${COMPREPLY[@]#"${cur%%=*}="}")
  elif declare -F __ltrim_colon_completions > /dev/null; then
    __ltrim_colon_completions "$cur"
  fi
}
complete -F _gnet gnet
)script";

constexpr std::string_view kZsh = R"script(#compdef gnet
# zsh completion for gnet; load it with: source <(gnet completion zsh)
_gnet() {
  local -a lines
  lines=("${(@f)$(${words[1]} __complete zsh $((CURRENT - 1)) -- "${words[@]}" 2> /dev/null)}")
  case $lines[1] in
    :file) _files ;;
    :directory) _files -/ ;;
    '') return 1 ;;
    *) _describe gnet lines ;;
  esac
}
if [[ $funcstack[1] == _gnet ]]; then _gnet "$@"; else compdef _gnet gnet; fi
)script";

constexpr std::string_view kFish =
    R"script(# fish completion for gnet; load it with: gnet completion fish | source
function __gnet_complete
    set -l before (commandline -opc)
    set -l words $before (commandline -ct)
    set -l lines ($words[1] __complete fish (count $before) -- $words 2> /dev/null)
    switch "$lines[1]"
        case ':file'
            __fish_complete_path (commandline -ct)
        case ':directory'
            __fish_complete_directories (commandline -ct)
        case '*'
            printf '%s\n' $lines
    end
end
complete -c gnet -f -a '(__gnet_complete)'
)script";

}  // namespace

std::string_view completion_script(std::string_view shell) {
  if (shell == "bash") return kBash;
  if (shell == "zsh") return kZsh;
  if (shell == "fish") return kFish;
  return {};
}

}  // namespace cli
