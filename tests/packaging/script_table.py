"""Runs of register.sh against the stand-in for DCImanager: script.txt (tests/tables.py).

    snmp new & DCI_URL=x & without small    its words, variables, and an archive that is not there
    token 400 BODY, content cut             the answer to the POST of a path with this end; `cut`
                                            ends the connection

Texts have Python's escapes. On the right stand the exit code, the lines that it prints, after `!`
those on stderr, and the paths of the calls, with the POST that registers before its answer is cut.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Callable, Optional

from handlers import VERSION
from tests.dcimanager.api import Answer, Request
from tests.dcimanager.manager import DciManager
from tests.tables import Case, Table

from .registering import Admin

TABLE = Table(Path(__file__).with_name("script.txt"))


def shown(admin: Admin, case: Case) -> str:
    """The right side of a case, as the code gives it now."""
    words, *changes = case.left.split(TABLE.separator)
    variables: dict[str, str] = {}
    answers: dict[str, Optional[Answer]] = {}
    for change in changes:
        name, equals, text = change.partition("=")
        end, _, answer = change.partition(" ")
        if end == "without":
            admin.archive(answer).unlink()
        elif equals and name.isupper():
            variables[name] = _text(text).decode()
        else:
            answers[end] = _answer(answer)

    def wrap(request: Request, serve: Callable[[Request], Answer]) -> Optional[Answer]:
        end = request.path.rpartition("/")[2]
        return answers[end] if end in answers else serve(request)

    with DciManager(wrap=wrap) as manager:
        run = admin.run_script(manager, *shlex.split(words), **variables)
        paths = [request.path.rpartition("v3/")[2] for request in manager.requests]
        calls = [path.rpartition("public/")[2] for path in paths]
        lines = [*run.out.splitlines(), *(f"! {line}" for line in run.err.splitlines())]
        text = " / ".join(lines).replace(manager.url, "URL").replace(VERSION, "VERSION")
    return f"{run.code} {text}; calls: {', '.join(calls) or 'none'}"


def _text(text: str) -> bytes:
    """The text that is written with Python's escapes."""
    return text.encode("latin-1", "backslashreplace").decode("unicode_escape").encode()


def _answer(text: str) -> Optional[Answer]:
    """The answer of `400 BODY`; None for `cut`."""
    if text == "cut":
        return None
    status, _, body = text.partition(" ")
    return Answer(int(status), _text(body))
