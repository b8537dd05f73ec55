#include "cli/line/completion.h"

namespace cli {
namespace {

constexpr std::string_view kBash =
    R"script(# bash completion for gnet; load it with: source <(gnet completion bash)
_gnet() {
  local cur= line= rest=${COMP_LINE:0:COMP_POINT} words=() cword=-1 i option= breaks= prefix=
  # The words as they were typed: bash has cut them at '=' and ':' too.
  for ((i = 0; i <= COMP_CWORD; ++i)); do
    if ((i == 0)) || [[ $rest == [[:space:]]* ]]; then
      rest=${rest#"${rest%%[![:space:]]*}"}
      words[++cword]=
    fi
    if ((i == COMP_CWORD)); then
      words[cword]+=$rest
    else
      words[cword]+=${COMP_WORDS[i]}
      rest=${rest#"${COMP_WORDS[i]}"}
    fi
  done
  cur=${words[cword]}
  [[ $cur == --*=* ]] && option=${cur%%=*}=
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :file) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "${cur#"$option"}") ;;
      :directory) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "${cur#"$option"}") ;;
      *) COMPREPLY+=("${line#"$option"}") ;;
    esac
  done < <("${words[0]}" __complete bash "$cword" -- "${words[@]}" 2> /dev/null)
  [[ ${#COMPREPLY[@]} == 1 && $COMPREPLY == *[/:=] ]] && compopt -o nospace
  # What stands before the last of them is there already.
  cur=${cur#"$option"}
  [[ $COMP_WORDBREAKS == *:* ]] && breaks+=:
  [[ $COMP_WORDBREAKS == *=* ]] && breaks+==
  [[ -n $breaks ]] && prefix=${cur%"${cur##*["$breaks"]}"}
  COMPREPLY=("${COMPREPLY[@]#"$prefix"}")
  # Where '=' cuts no words, the option is part of what is replaced.
  [[ -n $option && $breaks != *=* ]] && COMPREPLY=("${COMPREPLY[@]/#/$option}")
}
complete -F _gnet gnet
)script";

constexpr std::string_view kZsh = R"script(#compdef gnet
# zsh completion for gnet; load it with: source <(gnet completion zsh)
_gnet() {
  local -a lines
  lines=("${(@f)$(${words[1]} __complete zsh $((CURRENT - 1)) -- "${words[@]}" 2> /dev/null)}")
  case $lines[1] in
    :file) compset -P '--*='; _files ;;
    :directory) compset -P '--*='; _files -/ ;;
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
        case ':file' ':directory'
            set -l option (string match -r '^--[^=]*=' -- $words[-1])
            set -l start (string replace -r '^--[^=]*=' '' -- $words[-1])
            set -l paths (__fish_complete_path $start)
            test "$lines[1]" = ':directory'; and set paths (__fish_complete_directories $start)
            printf "$option%s\n" $paths
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
