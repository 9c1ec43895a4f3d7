"""Values and exceptions of the platform, whose own methods may raise or hide their text."""

from __future__ import annotations

import contextlib
import numbers
from collections import UserString
from collections.abc import Iterator, Mapping
from typing import Callable, Optional, TypeVar

from ..shared.errors import PduHandlerError, Reason, SettingsError

T = TypeVar("T")
_LONGEST_NUMBER = 100  # limit in bits
_DEEPEST = 10  # limit for groups of exceptions in groups
_GETTER = "get_secret_value"  # of pydantic's SecretStr and SecretBytes, whose text is stars


def exception_text(error: BaseException) -> str:
    """The type's name and the text; the name alone if the exception cannot make its text."""
    name = type(error).__name__
    try:
        return f"{name}: {error}"
    except Exception:  # its __str__ raised, or returned no text
        return f"{name}, whose text cannot be made"


def leaf_exceptions(error: BaseException, depth: int = 0) -> Iterator[BaseException]:
    """The exceptions in a group (PEP 654), also nested ones; else the exception itself."""
    inner: object = ()
    if type(error).__name__.endswith("ExceptionGroup") and depth < _DEEPEST:
        with contextlib.suppress(Exception):
            inner = getattr(error, "exceptions", ())
    if isinstance(inner, tuple) and inner:
        for one in inner:
            yield from leaf_exceptions(one, depth + 1)
    else:
        yield error


def read_foreign(function: Callable[[], T], failed: Reason) -> T:
    """The function's result. If a method of the platform's objects raises, SettingsError with
    `failed` and the exception's type; its text may hold a secret."""
    try:
        return function()
    except PduHandlerError:
        raise
    except Exception as error:
        kind = type(error).__name__
    # outside `except`: the exception may hold a secret
    parts = (failed,) if isinstance(failed, str) else failed
    raise SettingsError((*parts, f" ({kind})"))


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
    value = _revealed(value)
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


def _revealed(value: object) -> object:
    """What the documented getter of an object such as SecretStr returns, else the value."""
    getter = getattr(value, _GETTER, None)
    return getter() if callable(getter) and not isinstance(value, type) else value
