"""Reads TOML, such as a file of logins, with the standard library from Python 3.11 on, else with
the package tomli; and makes the texts of settings of its values.
"""

from __future__ import annotations

import re
import sys
from typing import Any

from handlers.shared.errors import SettingsError

# quotes as word processors and messengers write them
_CURLY = "\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb"
#: settings that are names: as a number, one would lose its zeros, as in 1.10
TEXTS = frozenset(("username", "device", "pdu", "host"))
_MOST_BITS = 64  # limit for an integer
_WHERE = re.compile(r"\(at ([^()]*)\)$")


def loads(text: str, path: str) -> dict[str, Any]:
    r"""The tables and values of a TOML document. `path`: of its file, for errors. Raises
    SettingsError, with the line number if it is known, and without a part of the text, which may
    contain secrets.

    >>> loads('[auth.hall]\nusername = "reader"', "logins.toml")
    {'auth': {'hall': {'username': 'reader'}}}
    """
    try:
        if sys.version_info >= (3, 11):
            import tomllib
        else:
            import tomli as tomllib  # it may be missing
    except ModuleNotFoundError:
        raise SettingsError(
            f"{path}: TOML needs Python 3.11, or the package tomli, which `pipx install .` in a"
            " clone of this project brings"
        ) from None
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        match = _WHERE.search(str(error))
        where = f" at {match.group(1)}{_why(text, match.group(1))}" if match else ""
    raise SettingsError(f"{path}: not valid TOML{where}")


def _why(text: str, where: str) -> str:
    """The end of a sentence that says what is wrong in a document at `where`, the place in a
    parser's error. It shows nothing of the text there, which may be a secret. "" if it is not
    known.

    >>> _why("password = secret", "line 1, column 12")
    ': a text needs quotes: key = "text"'
    >>> _why("port: 161", "line 1, column 5")
    ': a key and its text are key = "text"'
    >>> _why("[auth rack 1]", "line 1, column 7")
    ''
    """
    numbers = [int(digits) for digits in re.findall("[0-9]+", where)]
    if len(numbers) != 2:
        return ""
    line_number, column = numbers
    lines = text.split("\n")
    if not 1 <= line_number <= len(lines):
        return ""
    line = lines[line_number - 1]
    if any(mark in line for mark in _CURLY):
        return ': it has typographic quotes; write "text" with straight ones'
    lines_before = [before.strip() for before in lines[: line_number - 1]]
    if line.startswith("[") and line.strip() in lines_before:
        return ": the table stands there twice"
    text_before = line[: column - 1].rstrip()
    character = line[column - 1 : column]
    if character == ":" and re.fullmatch(r"\w+", text_before):
        return ': a key and its text are key = "text"'
    if text_before.endswith("="):
        return ': a text needs quotes: key = "text"'
    return ""


def text_only(key: str, value: Any) -> str:
    """The value of `key`, which must be a text in quotes: as a number, a secret or a name such as
    `1.10` would lose its zeros. Raises ValueError, whose text begins with `key`, for another type.

    >>> text_only("device", "1.10")
    '1.10'
    """
    if not isinstance(value, str):
        raise ValueError(f'{key} must be a text in quotes: {key} = "..."')
    return value


def setting_text(key: str, value: Any) -> str:
    """The text of a handler setting that TOML has as text, number or boolean. Raises ValueError,
    whose text begins with `key`, for another type, for an empty text, and, if `key` is one of
    TEXTS, settings such as user names that may look like numbers, for any value but a text.

    >>> setting_text("verify", False), setting_text("timeout", 2.5)
    ('no', '2.5')
    >>> setting_text("username", 110)
    Traceback (most recent call last):
    ValueError: username must be a text in quotes: username = "..."
    """
    text = text_only(key, value) if key in TEXTS else form_text(key, value)
    if not text.strip():
        raise ValueError(f"{key} is empty: leave it out, or give it a value")
    return text.strip()


def form_text(key: str, value: Any) -> str:
    """A value as the text that one would type on DCImanager's form; a boolean becomes yes or no.

    Raises ValueError, whose text begins with `key`, for a list, a table, a date, a time or an
    integer of more than 64 bits.

    >>> form_text("port", 8443), form_text("tls", True)
    ('8443', 'yes')
    >>> form_text("port", [8443])
    Traceback (most recent call last):
    ValueError: port is neither text nor a number
    >>> form_text("port", 1 << 64)
    Traceback (most recent call last):
    ValueError: port is an integer of more than 64 bits
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    # str() refuses very long ones
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        raise ValueError(f"{key} is an integer of more than {_MOST_BITS} bits")
    if isinstance(value, (str, int, float)):
        return str(value)
    raise ValueError(f"{key} is neither text nor a number")
