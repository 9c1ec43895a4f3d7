"""Keeps the login of a run out of its output when a device sends it back, in the forms that errors
know (handlers/http/login.py)."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from itertools import chain
from typing import Any

from .generic_words import has_only_generic_words
from .options import RunOptions
from .output import Result

NOTICE = "(not shown: it holds the login)"
_SHORTEST = 4  # characters of a secret that is sought alone
_LONG_NUMBER = 7  # digits of a number that is sought alone: a shorter one may be a figure
_EXAMINED = 8000  # characters at the beginning of a file that are searched


def hide_login(result: Result, run_options: RunOptions) -> Result:
    """The result with a notice in place of each text or line that holds a secret of this run."""
    sought = _sought(run_options.user, run_options.used)
    if not sought:
        return result
    from handlers.http import login  # imported late, as in `_sought`

    @functools.cache  # names of fields and states are the same in each outlet
    def redact(text: str) -> str:
        return NOTICE if login.holds(text, sought) else text

    return result._replace(data=_texts(result.data, redact), lines=list(map(redact, result.lines)))


def file_holds_login(data: bytes, user: str, secrets: Sequence[str]) -> bool:
    """Whether the beginning of a file holds the login. A password of letters alone counts only
    beside its user: it may be a word of the file, such as the vendor's name."""
    telling = [secret for secret in _sought(user, secrets) if not secret.isalpha()]
    from handlers.http import login  # imported late, as in `_sought`

    return login.holds(data[:_EXAMINED].decode("utf-8", "replace"), telling)


def _sought(user: str, secrets: Sequence[str]) -> list[str]:
    """The secrets, and the beginnings of `user:secret`.

    A secret that is a common word or a short number counts only so.
    """
    if not secrets:
        return []
    from handlers.http import login  # imported late: 27 ms, which a run without a secret saves

    texts = chain.from_iterable(
        login.secrets(login.Login(user or None, secret)) for secret in secrets
    )
    return [text for text in dict.fromkeys(texts) if text not in secrets or not _is_weak(text)]


def _is_weak(secret: str) -> bool:
    if secret.isdigit():
        return len(secret) < _LONG_NUMBER
    is_word = secret.isalpha() and has_only_generic_words(secret)
    return is_word or len(secret) < _SHORTEST


def _texts(data: Any, redact: Any) -> Any:
    """Data for JSON with each of its texts and names as `redact` returns it."""
    if isinstance(data, str):
        return redact(data)
    if isinstance(data, dict):
        return {_texts(name, redact): _texts(value, redact) for name, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [_texts(value, redact) for value in data]
    return data
