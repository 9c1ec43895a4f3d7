"""Reads TOML with the standard library from Python 3.11 on, else with the package tomli."""

from __future__ import annotations

import re
import sys
from typing import Any

from ...errors import SettingsError

_MOST_BITS = 64  # limit for an integer
_WHERE = re.compile(r"\(at ([^()]*)\)$")


def loads(text: str, path: str) -> dict[str, Any]:
    """Parse a document.

    Raises SettingsError, with the line number if it is known but not the text, which may contain
    secrets.
    """
    try:
        if sys.version_info >= (3, 11):
            import tomllib
        else:
            import tomli as tomllib  # it may be missing
    except ModuleNotFoundError:
        raise SettingsError(
            f"{path}: TOML needs Python 3.11, or the package tomli, which `pipx install .` in a"
            " clone of this project and pdu.pyz (make tools) bring"
        ) from None
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        found = _WHERE.search(str(error))
        where = f" at {found.group(1)}" if found else ""
    raise SettingsError(f"{path}: not valid TOML{where}")


def as_text(key: str, value: Any) -> str:
    """A value as the text that one would type on DCImanager's form; a boolean becomes yes or no.

    Raises ValueError, whose text begins with `key`, for a list, a table, a date, a time or an
    integer of more than 64 bits.
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    # str() refuses very long ones
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        raise ValueError(f"{key} is an integer of more than {_MOST_BITS} bits")
    if isinstance(value, (str, int, float)):
        return str(value)
    raise ValueError(f"{key} is neither text nor a number")
