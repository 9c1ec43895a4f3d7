"""What bash completes, as words of its language: it takes a completion as it is."""

from __future__ import annotations

import shlex

from click.shell_completion import BashComplete, CompletionItem, add_completion_class


class _QuotedWords(BashComplete):
    """click's completion for bash, but for the quotes. Names of a list, which PDUs may have given,
    would be commands: `r1;reboot`. zsh and fish quote by themselves.
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
    """Let click use it for bash."""
    add_completion_class(_QuotedWords)
