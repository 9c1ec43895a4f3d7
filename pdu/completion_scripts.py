"""The shells' side of completion: scripts for bash, zsh and fish, and the lines that they read.

A word for which pdu offers nothing, or a file, is completed by the shell as for any other command.
"""

from __future__ import annotations

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
)

# click's own scripts for these two shells complete files worse than the shell does: zsh replaces
# `--option=` by the value, and fish neither reads quotes and `~` nor a file after `=`.
_ZSH = r"""#compdef %(prog_name)s

%(complete_func)s() {
    local -a offers words_ described
    local offer kind word about files=1
    offers=("${(@f)$(env COMP_WORDS="${words[*]}" COMP_CWORD=$((CURRENT-1)) \
        %(complete_var)s=zsh_complete %(prog_name)s 2>/dev/null)}")
    for offer in "${(@)offers}"; do
        IFS=$'\t' read -r kind word about <<< "$offer"
        case $kind in
            plain)
                files=
                if [[ -n $about ]]; then described+=("${word//:/\\:}:$about")
                else words_+=("$word"); fi ;;
            dir) files=dir ;;
        esac
    done
    [[ $PREFIX == --*=* ]] && compset -P 1 '*='
    case $files in
        1) _default || { compset -P 1 '*=' && _files } ;;
        dir) _files -/ ;;
        *)
            (( $#described )) && _describe -V unsorted described -U -i "$IPREFIX"
            (( $#words_ )) && compadd -U -i "$IPREFIX" -V unsorted -a words_ ;;
    esac
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    %(complete_func)s "$@"      # a file in a folder of fpath
else
    (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i }
    compdef %(complete_func)s %(prog_name)s
fi
"""
# fish asks twice for a line, for words and for whether files are meant: the answer is kept.
_FISH = r"""function %(complete_func)s_ask
    set -l line (commandline -cp)
    set -q %(complete_func)s_line; and test "$%(complete_func)s_line" = "$line"; and return
    set -g %(complete_func)s_line $line
    set -g %(complete_func)s_offers (env %(complete_var)s=fish_complete COMP_WORDS="$line" \
        COMP_CWORD=(commandline -ct) %(prog_name)s 2>/dev/null)
end

function %(complete_func)s_files
    %(complete_func)s_ask
    not string match -q -r '^(plain|dir)\t' -- $%(complete_func)s_offers
end

function %(complete_func)s
    %(complete_func)s_ask
    set -l option (string match -r -- '^--[^=]*=' (commandline -ct))
    for offer in $%(complete_func)s_offers
        set -l part (string split \t -- $offer)
        switch $part[1]
            case plain
                printf '%%s%%s\t%%s\n' "$option" $part[2] $part[3]
            case dir
                __fish_complete_directories
        end
    end
end

complete --command %(prog_name)s --no-files --arguments "(%(complete_func)s)"
complete --command %(prog_name)s --condition %(complete_func)s_files --force-files
"""


class _Bash(BashComplete):
    # readline completes files where pdu offers nothing
    source_template = BashComplete.source_template.replace(
        "complete -o nosort", "complete -o nosort -o bashdefault -o default"
    )

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one to complete, and this word.

        bash makes three words of `--option=value` and offers words for the last one.
        """
        previous_words, word = super().get_completion_args()
        words: list[str] = []
        for next_word in [*previous_words, word]:
            word_before = words[-1] if words else ""
            is_split = next_word == "=" or word_before.endswith("=")
            if words and is_split:
                words[-1] += next_word
            else:
                words.append(next_word)
        return words[:-1], words[-1]


def _line(item: CompletionItem) -> str:
    """Kind (plain, file or dir), word and help, between tabs."""
    return "\t".join(
        " ".join(str(part or "").split()) for part in (item.type, item.value, item.help)
    )


class _Zsh(ZshComplete):
    source_template = _ZSH

    def format_completion(self, item: CompletionItem) -> str:
        return _line(item)


class _Fish(FishComplete):
    source_template = _FISH

    def format_completion(self, item: CompletionItem) -> str:
        return _line(item)


SHELLS: dict[str, type[ShellComplete]] = {"bash": _Bash, "zsh": _Zsh, "fish": _Fish}


def answer(command: click.Command, name: str, variable: str, instruction: str) -> int:
    """Prints what `command` offers for the line in the variables of the shell's script.

    `instruction`, the value of `variable`, is the shell's name and "_complete". Returns an exit
    code, 1 for another instruction.
    """
    shell, _, what = instruction.partition("_")
    if shell not in SHELLS or what != "complete":
        return 1
    click.echo(SHELLS[shell](command, {}, name, variable).complete())
    return 0
