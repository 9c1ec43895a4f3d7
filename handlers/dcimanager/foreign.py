"""Values of the platform, whose own methods may raise or hide their text. What is returned are
plain values.
"""

from __future__ import annotations

import itertools
import numbers
from collections import UserString
from collections.abc import Iterable, Mapping
from typing import Any, Callable, Optional, TypeVar, Union

from ..shared.errors import PduHandlerError, Reason, SettingsError

T = TypeVar("T")
_LONGEST_NUMBER = 100  # limit in bits
_GETTER = "get_secret_value"  # of pydantic's SecretStr and SecretBytes, whose text is stars


def is_mapping(value: object) -> bool:
    """Whether it has keys and values, also without being declared as a Mapping."""
    return isinstance(value, Mapping) or (
        callable(getattr(value, "keys", None)) and hasattr(type(value), "__getitem__")
    )


def text(value: object) -> Optional[str]:
    """The text of a value, None if its type is not known to have one: an object's own text could be
    stars, or its type and address.

    "" for None, "yes" or "no" for a bool. Of a text Enum the text, not the member's name. Raises
    ValueError for bytes that are not UTF-8 and for a number of more than 100 bits.
    """
    value = _reveal(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, UserString):
        value = value.data
    if isinstance(value, str):
        return str.__str__(value)  # exactly its characters, whatever a subclass shows
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).decode("utf-8")
    if isinstance(value, int):
        if int.bit_length(value) > _LONGEST_NUMBER:
            raise ValueError("a number that is too long")
        return int.__repr__(value)
    if isinstance(value, float):
        return float.__repr__(value)
    if isinstance(value, numbers.Number) or type(value).__module__ == "ipaddress":
        return str(value)
    return None


def _reveal(value: object) -> object:
    """What the documented getter of an object such as SecretStr returns, else the value."""
    getter = getattr(value, _GETTER, None)
    return getter() if callable(getter) and not isinstance(value, type) else value


# ---- what the platform passed --------------------------------------------------------------------


def call_platform(function: Callable[[], T], reason: Reason) -> T:
    """The function's result. If a method of the platform's objects raises, SettingsError with
    `reason` and the exception's type; its text may hold a secret."""
    try:
        return function()
    except PduHandlerError:
        raise
    except Exception as error:
        kind = type(error).__name__
    # outside `except`: the exception may hold a secret
    parts = (reason,) if isinstance(reason, str) else reason
    raise SettingsError((*parts, f" ({kind})"))


def read_field(holder: object, name: str) -> object:
    """The value of the key `name` if `holder` is a mapping, else of its attribute `name`; None if
    missing.

    Raises SettingsError, which names the field, if it cannot be read.
    """

    def value() -> object:
        """The item of a mapping, or the attribute; None if there is neither."""
        if isinstance(holder, Mapping):
            return holder.get(name)
        attribute = getattr(holder, name, None)
        # a mapping of the platform's that is not registered as Mapping
        if attribute is None and is_mapping(holder):
            mapping: Any = holder
            return mapping[name] if name in mapping.keys() else None
        return attribute

    return call_platform(value, unreadable(name))


def read_text(value: object, name: str) -> Optional[str]:
    """The `text` of the value of the field `name`. Raises SettingsError."""
    return call_platform(lambda: text(value), unreadable(name))


def read_address(value: object, name: str) -> str:
    """The text of the address in the field `name` without blanks around it, "" for a value of
    another type. Raises SettingsError.
    """

    def read_stripped() -> str:
        if isinstance(value, bytes):
            return bytes(value).decode("ascii", "surrogateescape").strip()
        if isinstance(value, (int, float)):
            return ""
        return (text(value) or "").strip()

    return call_platform(read_stripped, unreadable(name))


def read_json_text(value: object, name: str) -> Union[str, bytes, None]:
    """The value of the field `name` exactly as text or bytes, without blanks around it; None if it
    is neither. Raises SettingsError.
    """

    def read_stripped() -> Union[str, bytes, None]:
        if isinstance(value, str):
            return str.__str__(value).strip()
        if isinstance(value, (bytes, bytearray)):
            return bytes(value).strip()
        return None

    return call_platform(read_stripped, unreadable(name))


def read_settings(value: object, name: str, most: int) -> list[tuple[str, str]]:
    """Key and value, as text, of each setting in the field `name`: a mapping, pairs, or objects
    with `key` and `value`; at most `most` + 1. Raises SettingsError.
    """
    entries = call_platform(lambda: _entries(value, most), unreadable(name))
    settings: list[tuple[str, str]] = []
    for key, setting in entries:
        key_text = _setting_text(key, "a key")
        shown_key = key_text.strip().lower()[:60]
        setting_text = _setting_text(setting, f"the value of {shown_key!r}")
        settings.append((key_text, setting_text))
    return settings


def _entries(value: object, most: int) -> list[tuple[object, object]]:
    """Key and value of each setting, as the platform passes them; at most `most` + 1. Raises
    SettingsError for another type."""
    if value is None:
        return []
    if is_mapping(value):
        return _mapping_entries(value, most)
    if isinstance(value, Iterable) and not isinstance(value, str):
        items = itertools.islice(value, most + 1)
        return [_entry(item) for item in items]
    kind = type(value).__name__
    raise SettingsError(f"the handler settings have the type {kind}; give keys and values")


def _mapping_entries(mapping: Any, most: int) -> list[tuple[object, object]]:
    """Key and value of each item. A mapping of `key` and `value` alone is one setting."""
    keys = list(itertools.islice(mapping.keys(), most + 1))
    names = {key for key in keys if isinstance(key, str)}
    is_one_setting = len(keys) == 2 and names == {"key", "value"}
    if is_one_setting:
        return [(mapping["key"], mapping["value"])]
    return [(key, mapping[key]) for key in keys]


def _entry(item: object) -> tuple[object, object]:
    """Key and value of a pair, or of an object with `key` and `value`. Raises SettingsError
    without a key."""
    if isinstance(item, (list, tuple)) and len(item) == 2:
        return item[0], item[1]
    key = read_field(item, "key")
    value = read_field(item, "value")
    if key is None:
        raise SettingsError("a handler setting has no key")
    return key, value


def _setting_text(value: object, what: str) -> str:
    """A key or a value as text, "" for None. Raises SettingsError."""
    beginning = f"handler settings: {what} "

    def read_setting() -> Optional[str]:
        try:
            return text(value)
        except UnicodeDecodeError:
            why = "is bytes that are not UTF-8 text; type it again"
        except ValueError as error:
            why = f"is {error}"
        raise SettingsError(beginning + why)

    setting = call_platform(read_setting, f"{beginning}cannot be read")
    if setting is None:
        raise SettingsError(f"{beginning}has the type {type(value).__name__}; give text")
    return setting


def unreadable(name: str) -> str:
    """The reason if a field cannot be read."""
    return f"the field {name!r} of the PDU's data, which the platform passed, cannot be read"
