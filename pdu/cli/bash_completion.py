"""The words that bash completes, with quotes where bash needs them: it puts a completion into the
command line as it is.
"""

from __future__ import annotations

import shlex

from click.shell_completion import BashComplete, CompletionItem, add_completion_class


class _QuotedWords(BashComplete):
    """click's completion for bash, with quotes added. Without them, the name of a PDU such as
    `r1;reboot`, which a device may have given, would be a command. zsh and fish quote themselves.
    """

    def format_completion(self, item: CompletionItem) -> str:
        """A line for the script of `pdu completion bash`: `plain,WORD`.

        >>> from click import Command
        >>> bash = _QuotedWords(Command("pdu"), {}, "pdu", "_PDU_COMPLETE")
        >>> print(bash.format_completion(CompletionItem("r1;reboot")))
        plain,'r1;reboot'
        """
        if item.type == "plain":
            word = shlex.quote(str(item.value))
            # the script's `read` takes a backslash for an escape
            return "plain," + word.replace("\\", "\\\\")
        return super().format_completion(item)


def quote_completions() -> None:
    """Let click use completions with quotes for bash; called before it completes words."""
    add_completion_class(_QuotedWords)
