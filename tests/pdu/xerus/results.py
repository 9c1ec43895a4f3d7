"""The type of the fixture `run`, and shortcuts for its results: exit code, standard output and
standard error.
"""

from __future__ import annotations

import json
from typing import Any, Callable

Run = Callable[..., tuple[int, str, str]]


def done(result: tuple[int, str, str]) -> str:
    code, out, err = result
    assert code == 0, err
    return out


def facts(run: Run, *words: str) -> Any:
    return json.loads(done(run(*words, "--json")))
