"""What DCImanager's form says: the address and the handler settings, wherever this platform keeps them."""
from __future__ import annotations

import json
from typing import Dict, Iterable, List, Mapping, Tuple

from ..errors import Named, SettingsError

_ADDRESS_NAMES = ("ip", "ip_addr", "ip_address", "address", "host", "addr", "hostname")
_SETTINGS_NAMES = ("custom_params", "handler_params", "handler_settings", "custom_settings", "params", "settings")
# Keys that the platform itself may put beside the owner's; they are not settings of ours.
_PLATFORM_KEYS = frozenset(("device", "handler", "handler_id", "device_id", "device_type", "id", "name", "protocol"))


def address(pdu_data: object) -> str:
    """The device's address from the form as it stands there: `host_and_port` takes it apart. Raises SettingsError."""
    for name in _ADDRESS_NAMES:
        value = _member(pdu_data, name)
        if isinstance(value, (str, bytes)) or type(value).__module__ == "ipaddress":
            text = value.decode("ascii", "replace") if isinstance(value, bytes) else str(value)
            if text.strip():
                return text.strip()
    raise SettingsError((f"the PDU has no address (looked for {', '.join(_ADDRESS_NAMES)}): "
                         "give one on the form or in ", Named("host", noun="the handler setting ")))


def settings(pdu_data: object, own: Iterable[str] = ()) -> Dict[str, str]:
    """The key/value pairs of the form as text, keys in lower case, without the platform's own. Raises SettingsError.

    `own` are keys of the handler that the platform uses too: kept, unless the value is the platform's own.
    """
    for name in _SETTINGS_NAMES:
        value = _member(pdu_data, name)
        if value is not None:
            pairs = _pairs(value)
            return {key: text for key, text in pairs.items() if key not in _PLATFORM_KEYS
                    or (key in own and text != str(_member(pdu_data, key)))}
    return {}


def _member(holder: object, name: str) -> object:
    if isinstance(holder, Mapping):
        return holder.get(name)
    return getattr(holder, name, None)


def _pairs(value: object) -> Dict[str, str]:
    if isinstance(value, (str, bytes)):
        if not value.strip():
            return {}
        try:
            value = json.loads(value)
        except ValueError:
            raise SettingsError("the handler settings are text that is not JSON; give them as key and value") from None
    if value is None:
        return {}
    if isinstance(value, Mapping) and not ({"key", "value"} <= set(value)):
        entries: List[Tuple[object, object]] = list(value.items())
    elif isinstance(value, Mapping):
        entries = [(value["key"], value["value"])]
    elif isinstance(value, Iterable):
        entries = [_entry(item) for item in value]
    else:
        raise SettingsError(f"the handler settings came as {type(value).__name__}, not as keys and values")
    out: Dict[str, str] = {}
    for key, text in entries:
        name = str(key).strip().lower()
        if name in out:
            raise SettingsError((Named(name[:60], noun="handler setting "), " is given twice"))
        if name:
            out[name] = _text(text)
    return out


def _entry(item: object) -> Tuple[object, object]:
    if isinstance(item, (list, tuple)) and len(item) == 2:
        return item[0], item[1]
    key, value = _member(item, "key"), _member(item, "value")
    if key is None:
        raise SettingsError("a handler setting has no key")
    return key, value


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
