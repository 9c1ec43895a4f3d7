"""Address and handler settings from DCImanager's form, under the names and with the types that a
platform is likely to use.

The settings may be a mapping, JSON text, a list of pairs, or objects with `key` and `value`.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Mapping
from typing import Union

from ..errors import NamedSetting, SettingsError
from ..settings import is_address

_ADDRESS_NAMES = ("ip", "ip_addr", "ip_address", "address", "host", "addr", "hostname")
_SETTINGS_NAMES = (
    "custom_params",
    "handler_params",
    "handler_settings",
    "custom_settings",
    "params",
    "settings",
)
# Keys that the platform itself may add.
_PLATFORM_KEYS = frozenset(
    ("device", "handler", "handler_id", "device_id", "device_type", "id", "name", "protocol")
)
MOST_SETTINGS = 100
_LONGEST_NUMBER = 100  # limit in bits
_LONGEST_TEXT = 1_000_000  # limit for settings given as JSON text, in characters or bytes


def address(pdu_data: object) -> str:
    """The device's address, perhaps with a port (see `host_and_port`).

    Raises SettingsError without a valid address.
    """
    for name in _ADDRESS_NAMES:
        value = member(pdu_data, name)
        if isinstance(value, (str, bytes)) or type(value).__module__ == "ipaddress":
            text = value.decode("ascii", "replace") if isinstance(value, bytes) else str(value)
            if is_address(text.strip()):
                return text.strip()
            if text.strip():
                raise SettingsError(
                    f"the PDU's address {text.strip()[:60]!r} is not a host name or an IP address:"
                    " correct it"
                )
    raise SettingsError(
        (
            (
                f"the PDU has no address (looked for {', '.join(_ADDRESS_NAMES)}): "
                "give one on the form or in "
            ),
            NamedSetting("host", noun="the handler setting "),
        )
    )


def settings(pdu_data: object, own: Iterable[str] = ()) -> dict[str, str]:
    """The handler settings as text, keys in lower case, without the platform's own keys. Raises
    SettingsError.

    `own`: settings of the handler with a key that the platform uses too. They are kept unless their
    value equals the platform's.
    """
    for name in _SETTINGS_NAMES:
        value = member(pdu_data, name)
        if value is not None:
            return {
                key: text
                for key, text in _texts(value).items()
                if not _is_the_platforms(key, text, pdu_data, own)
            }
    return {}


def member(holder: object, name: str) -> object:
    """The value of the key `name` if `holder` is a mapping, else of its attribute `name`; None if
    missing.
    """
    if isinstance(holder, Mapping):
        return holder.get(name)
    return getattr(holder, name, None)


def _is_the_platforms(key: str, text: str, pdu_data: object, own: Iterable[str]) -> bool:
    """Whether the platform, not the owner, gave the key its value."""
    if key not in _PLATFORM_KEYS:
        return False
    return key not in own or text == str(member(pdu_data, key) or "")


def _texts(value: object) -> dict[str, str]:
    """The settings as text, keys in lower case. Raises SettingsError."""
    entries = _entries(value)
    if len(entries) > MOST_SETTINGS:
        raise SettingsError(f"there are more than {MOST_SETTINGS} handler settings")
    texts: dict[str, str] = {}
    for key, text in entries:
        name = _text(key, "a key").strip().lower()
        if name in texts:
            raise _given_twice(name)
        given = _text(text, f"the value of {name[:60]!r}")
        if name:
            texts[name] = given
        elif given.strip():
            raise SettingsError("a handler setting has no key")
    return texts


def _entries(value: object) -> list[tuple[object, object]]:
    """Key and value of each setting. Of a list, at most MOST_SETTINGS + 1. Raises SettingsError."""
    if isinstance(value, (str, bytes)):
        value = _json(value) if value.strip() else None
    if value is None:
        return []
    if isinstance(value, Mapping):
        if {"key", "value"} <= set(value):
            return [(value["key"], value["value"])]
        return list(value.items())
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [_entry(item) for item in itertools.islice(value, MOST_SETTINGS + 1)]
    kind = type(value).__name__
    raise SettingsError(f"the handler settings have the type {kind}; give keys and values")


def _json(text: Union[str, bytes]) -> object:
    """The parsed text. The JSON error is not chained: it contains the text with its passwords."""
    if len(text) > _LONGEST_TEXT:
        raise SettingsError(f"the handler settings have more than {_LONGEST_TEXT} characters")
    try:
        return json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        pass
    raise SettingsError(
        "the handler settings are text that cannot be read as JSON; give them as key and value"
    )


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """The pairs of a JSON object. Raises SettingsError if a key is repeated."""
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise _given_twice(key)
        found[key] = value
    return found


def _given_twice(key: str) -> SettingsError:
    return SettingsError((NamedSetting(key[:60], noun="handler setting "), " is given twice"))


def _entry(item: object) -> tuple[object, object]:
    if isinstance(item, (list, tuple)) and len(item) == 2:
        return item[0], item[1]
    key, value = member(item, "key"), member(item, "value")
    if key is None:
        raise SettingsError("a handler setting has no key")
    return key, value


def _text(value: object, what: str) -> str:
    """A key or a value as text, "" for None. Raises SettingsError."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (Mapping, list, tuple, set, frozenset)):
        raise SettingsError(
            f"handler settings: {what} has the type {type(value).__name__}; give text"
        )
    if isinstance(value, int) and value.bit_length() > _LONGEST_NUMBER:
        raise SettingsError(f"handler settings: {what} is a number that is too long")
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
