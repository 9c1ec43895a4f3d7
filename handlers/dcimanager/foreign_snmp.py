"""Parameters and exceptions of the platform's SNMP calls, whose own methods may raise."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any, Optional

from ..shared.errors import SettingsError
from .foreign import call_platform, is_mapping, read_field, text, unreadable

_DOUBLE = "pdu_common.snmp_client.errors"
_DEEPEST = 10  # limit for groups of exceptions in groups
_DEEPEST_PARAMETER = 10  # limit for nested parameters


def exception_text(error: BaseException) -> str:
    """The type's name and the text; the name alone if the exception cannot make its text. The
    names of our double's types are internal, and its texts say what they say.
    """
    name = type(error).__name__
    try:
        return str(error) if type(error).__module__ == _DOUBLE else f"{name}: {error}"
    except Exception:  # its __str__ raised, or returned no text
        return f"{name}, whose text cannot be made"


def leaf_exceptions(error: BaseException, depth: int = 0) -> Iterator[BaseException]:
    """The exceptions in a group (PEP 654), also nested ones; else the exception itself."""
    inner: object = ()
    if type(error).__name__.endswith("ExceptionGroup") and depth < _DEEPEST:
        with contextlib.suppress(Exception):
            inner = getattr(error, "exceptions", ())
    if isinstance(inner, tuple) and inner:
        for member in inner:
            yield from leaf_exceptions(member, depth + 1)
    else:
        yield error


def read_parameters(pdu_data: object) -> list[tuple[str, str]]:
    """Each text in the field `snmp_params` with its key; of a nested one, keys with dots between.

    Raises SettingsError if they cannot be read: a secret among them could then reach an error.
    """
    params = read_field(pdu_data, "snmp_params")

    def parameters() -> list[tuple[str, str]]:
        fields = params if is_mapping(params) else getattr(params, "__dict__", {})
        return list(_nested_texts(fields))

    return call_platform(parameters, unreadable("snmp_params"))


def _nested_texts(node: Any, key: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """A community of digits may be a number."""
    if depth > _DEEPEST_PARAMETER:
        raise ValueError("nested too deeply")
    if is_mapping(node):
        for name in list(node.keys()):
            below = text(name) or ""
            yield from _nested_texts(node[name], f"{key}.{below}" if key else below, depth + 1)
    elif isinstance(node, (list, tuple)):
        for value in node:
            yield from _nested_texts(value, key, depth + 1)
    elif isinstance(node, (bytes, bytearray)):
        yield key, bytes(node).decode("utf-8", "replace")
    elif not isinstance(node, bool) and not (isinstance(node, int) and node.bit_length() > 64):
        parameter = text(node)
        if parameter:
            yield key, parameter


def read_port(pdu_data: object) -> Optional[str]:
    """The port in the field `snmp_params`, None if there is none or if it cannot be read."""

    def port() -> Optional[str]:
        params = getattr(pdu_data, "snmp_params", None)
        value = params.get("port") if isinstance(params, Mapping) else None
        return None if value is None else (text(value) or "")[:10]

    with contextlib.suppress(SettingsError):
        return call_platform(port, "")
    return None
