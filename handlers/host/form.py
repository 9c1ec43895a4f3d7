"""Address and handler settings from DCImanager's form, under the names and with the types that a
platform is likely to use.

The settings may be a mapping, JSON text, a list of pairs, or objects with `key` and `value`.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Optional, Union

from ..shared.address import Address, is_address
from ..shared.errors import NamedSetting, SettingsError
from . import foreign

_ADDRESS_NAMES = ("ip", "ip_addr", "ip_address", "address", "host", "addr", "hostname")
_SETTINGS_NAMES = ("custom_params", "handler_params", "handler_settings", "custom_settings")
# names that may hold something else: read only if the platform has none of the names above
_OTHER_NAMES = ("params", "settings")
# Keys that the platform itself may add.
_PLATFORM_KEYS = frozenset(
    ("device", "handler", "handler_id", "device_id", "device_type", "id", "name", "protocol")
)
MOST_SETTINGS = 100
_LONGEST_TEXT = 1_000_000  # limit for settings given as JSON text, in characters or bytes


def address(pdu_data: object) -> Address:
    """The device's address, perhaps with a port.

    Raises SettingsError without a valid address.
    """
    for name in _ADDRESS_NAMES:
        value = read_field(pdu_data, name)
        found = foreign.read_foreign(partial(_address_text, value), _unread(name))
        if not found:
            continue
        if is_address(found):
            return Address(found)
        raise SettingsError(
            f"the PDU's address {found[:60]!r} is not a host name or an IP address: correct it"
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


def _address_text(value: object) -> str:
    """The text of an address without blanks around it, "" for a value of another type."""
    if isinstance(value, bytes):
        return bytes(value).decode("ascii", "surrogateescape").strip()
    if isinstance(value, (int, float)):
        return ""
    return (foreign.text(value) or "").strip()


def settings(pdu_data: object, own: Iterable[str] = ()) -> dict[str, str]:
    """The handler settings as text, keys in lower case, without the platform's own keys: of the
    first field that has any. Raises SettingsError.

    `own`: settings of the handler with a key that the platform uses too. They are kept unless their
    value equals the platform's.
    """
    for names in (_SETTINGS_NAMES, _OTHER_NAMES):
        held = False
        for name in names:
            value = read_field(pdu_data, name)
            held = held or value is not None
            texts = foreign.read_foreign(partial(_texts, value), _unread(name))
            found = {
                key: text
                for key, text in texts.items()
                if not _is_the_platforms(key, text, pdu_data, own)
            }
            if found:
                return found
        if held:
            break
    return {}


def read_field(holder: object, name: str) -> object:
    """The value of the key `name` if `holder` is a mapping, else of its attribute `name`; None if
    missing.

    Raises SettingsError, which names the field, if it cannot be read.
    """

    def found() -> object:
        if isinstance(holder, Mapping):
            return holder.get(name)
        value = getattr(holder, name, None)
        if value is None and foreign.is_mapping(holder):
            keyed: Any = holder
            return keyed[name] if name in keyed.keys() else None
        return value

    return foreign.read_foreign(found, _unread(name))


def _unread(name: str) -> str:
    return f"the field {name!r} of the PDU's data, which the platform passed, cannot be read"


def _is_the_platforms(key: str, text: str, pdu_data: object, own: Iterable[str]) -> bool:
    """Whether the platform, not the owner, gave the key its value."""
    if key not in _PLATFORM_KEYS:
        return False
    return key not in own or text == _platforms(pdu_data, key)


def _platforms(pdu_data: object, key: str) -> Optional[str]:
    """The text of the platform's own field, None if it has another type."""
    try:
        return foreign.read_foreign(partial(foreign.text, read_field(pdu_data, key)), _unread(key))
    except SettingsError:
        return None


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
    if isinstance(value, (str, bytes, bytearray)):
        value = _json(value) if value.strip() else None
    if value is None:
        return []
    if foreign.is_mapping(value):
        held: Any = value
        keys = list(itertools.islice(held.keys(), MOST_SETTINGS + 1))
        if {"key", "value"} <= set(filter(_is_text, keys)):
            return [(held["key"], held["value"])]
        return [(key, held[key]) for key in keys]
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [_entry(item) for item in itertools.islice(value, MOST_SETTINGS + 1)]
    kind = type(value).__name__
    raise SettingsError(f"the handler settings have the type {kind}; give keys and values")


def _is_text(key: object) -> bool:
    return isinstance(key, str)


def _json(text: Union[str, bytes, bytearray]) -> object:
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
    key, value = read_field(item, "key"), read_field(item, "value")
    if key is None:
        raise SettingsError("a handler setting has no key")
    return key, value


def _text(value: object, what: str) -> str:
    """A key or a value as text, "" for None. Raises SettingsError."""
    unread = f"handler settings: {what} "

    def made() -> Optional[str]:
        try:
            return foreign.text(value)
        except UnicodeDecodeError:
            why = "is bytes that are not UTF-8 text; type it again"
        except ValueError as error:
            why = f"is {error}"
        raise SettingsError(unread + why)

    found = foreign.read_foreign(made, f"{unread}cannot be read")
    if found is None:
        raise SettingsError(f"{unread}has the type {type(value).__name__}; give text")
    return found
