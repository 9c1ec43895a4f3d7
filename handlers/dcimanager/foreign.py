"""Fields and values of the platform's data objects, whose types are not documented."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv6Address
from typing import Optional

from ..shared.errors import SettingsError


def read_field(holder: object, name: str) -> object:
    """The value of the key or the attribute `name` of `holder`; None if it is missing."""
    if isinstance(holder, Mapping):
        return holder.get(name)
    return getattr(holder, name, None)


def text(value: object) -> Optional[str]:
    """The text of a value, None if its type is not known to have one: an object's own text could be
    stars, or its type and address.

    "" for None, "yes" or "no" for a bool. None for bytes that are not UTF-8.

    >>> text(161), text(True), text(b"public")
    ('161', 'yes', 'public')
    >>> text(object()) is None
    True
    """
    # of pydantic's SecretStr and SecretBytes, whose text is stars
    reveal = getattr(value, "get_secret_value", None)
    if reveal is not None:
        value = reveal()
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return str.__str__(value)  # of an Enum of texts the text, not the member's name
    if isinstance(value, bytes):
        with contextlib.suppress(UnicodeDecodeError):
            return value.decode("utf-8")
    if isinstance(value, int):
        return int.__repr__(value)  # of an IntEnum the number
    if isinstance(value, (float, IPv4Address, IPv6Address)):
        return str(value)
    return None


def read_settings(value: object, most: int) -> list[tuple[object, object]]:
    """Key and value of each setting: of a mapping, or of a list of pairs or of objects with `key`
    and `value`; at most `most` + 1. Raises SettingsError for another type.

    >>> read_settings({"timeout": 3}, most=100)
    [('timeout', 3)]
    >>> read_settings([{"key": "timeout", "value": "3"}], most=100)
    [('timeout', '3')]
    """
    if value is None:
        return []
    if isinstance(value, Mapping):
        return list(itertools.islice(value.items(), most + 1))
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes)):
        return [_key_and_value(item) for item in itertools.islice(value, most + 1)]
    kind = type(value).__name__
    raise SettingsError(f"the handler settings have the type {kind}; give keys and values")


def _key_and_value(item: object) -> tuple[object, object]:
    """Key and value of a setting: of a pair, or of a mapping or an object with `key` and `value`.
    Raises SettingsError without a key.

    >>> _key_and_value(("verify", "no")), _key_and_value({"key": "verify", "value": "no"})
    (('verify', 'no'), ('verify', 'no'))
    """
    if isinstance(item, (list, tuple)) and len(item) == 2:
        return item[0], item[1]
    key = read_field(item, "key")
    if key is None:
        raise SettingsError("a handler setting has no key")
    return key, read_field(item, "value")
