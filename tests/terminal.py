"""A program on a terminal of its own, where it asks for what it was not given."""
from __future__ import annotations

import os
import subprocess
from typing import List, Mapping, NamedTuple


class Shown(NamedTuple):
    """All that stood on the terminal, and the exit code."""

    text: str
    code: int


def run(command: List[str], environment: Mapping[str, str], question: str, typed: bytes) -> Shown:
    """Runs `command` and types `typed` (b"\\x03" is Ctrl-C) once, when `question` stands there."""
    terminal, inner = os.openpty()
    # The first terminal that the leader of a session opens becomes that session's own.
    process = subprocess.Popen(["sh", "-c", 'exec "$@" <"$0"', os.ttyname(inner), *command], env=dict(environment), stdout=inner,
                               stderr=inner, start_new_session=True)
    os.close(inner)
    shown, answered = b"", False
    try:
        while True:
            try:
                piece = os.read(terminal, 1000)
            except OSError:                     # Linux: nobody holds the other side any more
                break
            shown += piece
            if not answered and question.encode() in shown:
                answered = True
                os.write(terminal, typed)
        return Shown(shown.decode("utf-8", "replace"), process.wait(timeout=30))
    finally:
        os.close(terminal)
        if process.poll() is None:
            process.kill()
            process.wait()
