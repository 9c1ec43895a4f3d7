"""Address and handler settings from DCImanager's form, under the names and with the types that a platform is likely to use."""
from __future__ import annotations

from typing import Dict, Iterable, List, Mapping, Tuple

from ..errors import Named, SettingsError
from ..settings import is_address

_ADDRESS_NAMES = ("ip", "ip_addr", "ip_address", "address", "host", "addr", "hostname")
_SETTINGS_NAMES = ("custom_params", "handler_params", "handler_settings", "custom_settings", "params", "settings")
# Keys that the platform itself may add.
_PLATFORM_KEYS = frozenset(("device", "handler", "handler_id", "device_id", "device_type", "id", "name", "protocol"))
MOST_SETTINGS = 100
_LONGEST_NUMBER = 100           # limit in bits


def address(pdu_data: object) -> str:
    """The device's address, perhaps with a port (see `host_and_port`). Raises SettingsError without a valid address."""
    for name in _ADDRESS_NAMES:
        value = member(pdu_data, name)
        if isinstance(value, (str, bytes)) or type(value).__module__ == "ipaddress":
            text = value.decode("ascii", "replace") if isinstance(value, bytes) else str(value)
            if is_address(text.strip()):
                return text.strip()
            if text.strip():
                raise SettingsError(f"the PDU's address {text.strip()[:60]!r} is not a host name or an IP address: correct it")
    raise SettingsError((f"the PDU has no address (looked for {', '.join(_ADDRESS_NAMES)}): "
                         "give one on the form or in ", Named("host", noun="the handler setting ")))


def settings(pdu_data: object, own: Iterable[str] = ()) -> Dict[str, str]:
    """The handler settings as text, keys in lower case, without the platform's own keys. Raises SettingsError.

    `own`: settings of the handler with a key that the platform uses too. They are kept unless their value equals the platform's.
    """
    for name in _SETTINGS_NAMES:
        value = member(pdu_data, name)
        if value is not None:
            pairs = _pairs(value)
            return {key: text for key, text in pairs.items() if key not in _PLATFORM_KEYS
                    or (key in own and text != str(member(pdu_data, key) or ""))}
    return {}


def member(holder: object, name: str) -> object:
    """The value of the key `name` if `holder` is a mapping, else of its attribute `name`; None if missing."""
    if isinstance(holder, Mapping):
        return holder.get(name)
    return getattr(holder, name, None)


def _pairs(value: object) -> Dict[str, str]:
    if isinstance(value, Mapping) and not {"key", "value"} <= set(value):
        entries: List[Tuple[object, object]] = list(value.items())
    else:
        from .pairs import entries_of  # imported late: a plain mapping does not need it
        entries = entries_of(value, MOST_SETTINGS + 1)
    if len(entries) > MOST_SETTINGS:
        raise SettingsError(f"there are more than {MOST_SETTINGS} handler settings")
    out: Dict[str, str] = {}
    for key, text in entries:
        name = _text(key, "a key").strip().lower()
        if name in out:
            raise SettingsError((Named(name[:60], noun="handler setting "), " is given twice"))
        given = _text(text, f"the value of {name[:60]!r}")
        if name:
            out[name] = given
        elif given.strip():
            raise SettingsError("a handler setting has no key")
    return out


def _text(value: object, what: str) -> str:
    """A key or a value as text, "" for None. Raises SettingsError."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (Mapping, list, tuple, set, frozenset)):
        raise SettingsError(f"handler settings: {what} has the type {type(value).__name__}; give text")
    if isinstance(value, int) and value.bit_length() > _LONGEST_NUMBER:
        raise SettingsError(f"handler settings: {what} is a number that is too long")
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
