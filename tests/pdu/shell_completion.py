"""Lines that a person completes with Tab in a real zsh or fish."""

from __future__ import annotations

import os
import select
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from tests.waiting import PATIENCE_S

# Tab inserts all matches, one after the other; Ctrl-D sends the line's text with a NUL after it.
_ZSH = r"""
unsetopt list_beep
source {script}
cd {folder}
send-line() {{ print -rn -- "$BUFFER"$'\0' >&{lines} }}
zle -N send-line
zle -C all-matches complete-word _generic
zstyle ':completion:all-matches:*' insert yes
zstyle ':completion:all-matches::::' completer _all_matches _complete
bindkey -e
bindkey '^I' all-matches
bindkey '^D' send-line
zle-line-init() {{ print -rn -- $'ready\0' >&{lines} }}     # from now on zle reads the keys
zle -N zle-line-init
"""


class Zsh:
    """An interactive zsh in a terminal of its own, which has read `script`, in `folder`."""

    def __init__(
        self, program: str, script: Path, folder: Path, environment: Mapping[str, str]
    ) -> None:
        self._home = tempfile.TemporaryDirectory()
        self._lines, lines = os.pipe()
        setup = _ZSH.format(script=script, folder=folder, lines=lines)
        Path(self._home.name, ".zshrc").write_text(setup, "utf-8")
        self._terminal, inner = os.openpty()
        self._process = subprocess.Popen(
            [program, "--no-global-rcs", "-i"],
            stdin=inner,
            stdout=inner,
            stderr=inner,
            start_new_session=True,
            pass_fds=(lines,),
            env={**environment, "ZDOTDIR": self._home.name, "TERM": "dumb"},
        )
        os.close(inner)
        os.close(lines)
        self._seen = self._shown = b""

    def __enter__(self) -> Zsh:
        try:
            assert self._next() == "ready"
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def _end(self) -> None:
        self._process.kill()
        self._process.wait(PATIENCE_S)
        os.close(self._terminal)
        os.close(self._lines)
        self._home.cleanup()

    def completed(self, line: str) -> str:
        """The whole line after a press of Tab at the end of `line`: with all matches."""
        os.write(self._terminal, b"\x15" + line.encode() + b"\t\x04")
        return self._next()

    def _next(self) -> str:
        """The next text from zsh."""
        end = time.monotonic() + PATIENCE_S
        while b"\0" not in self._seen:
            left = end - time.monotonic()
            ready, _, _ = select.select([self._lines, self._terminal], [], [], max(0.0, left))
            assert ready and left > 0, f"zsh sends no line; the screen: {self._shown[-2000:]!r}"
            if self._terminal in ready:
                self._shown += os.read(self._terminal, 4096)
            if self._lines in ready:
                self._seen += os.read(self._lines, 4096)
        line, _, self._seen = self._seen.partition(b"\0")
        return line.decode()


def complete_in_fish(
    program: str, script: Path, folder: Path, environment: Mapping[str, str], line: str
) -> list[str]:
    """The words that fish offers at the end of `line`, without their descriptions."""
    done = subprocess.run(
        [program, "--no-config", "-c", 'source $argv[1]; complete -C "$argv[2]"', script, line],
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=True,
    )
    assert done.stderr == ""
    return [offer.partition("\t")[0] for offer in done.stdout.splitlines()]
