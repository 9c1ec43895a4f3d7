"""Address and handler settings from DCImanager's form, under the names and with the types that a
platform is likely to use.

The settings may be a mapping, JSON text, a list of pairs, or objects with `key` and `value`.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Collection, Mapping
from typing import Union

from ..shared.address import Address, host_fault, is_address
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


class AddressWithLogin(SettingsError):
    """A password may precede the @ of an address, so it is neither shown nor used.

    "192.0.2.7"                  no error
    "admin:secret@192.0.2.7"     AddressWithLogin, whose text does not quote it
    """


def address(pdu_data: object) -> Address:
    """The device's address on the form, perhaps with a port: that of the first field of the likely
    names ("ip", "ip_addr", "host" and others) that has a text. Raises SettingsError for a text that
    is no address, and without any; AddressWithLogin if the text has an @.

    >>> address({"ip_addr": " 192.0.2.7:161 "})
    '192.0.2.7:161'
    >>> address({"ip": "rack 7"})
    Traceback (most recent call last):
    handlers.shared.errors.SettingsError: the PDU's address 'rack 7' is not a host name or an IP \
address: correct it
    """
    for name in _ADDRESS_NAMES:
        value = foreign.read_field(pdu_data, name)
        is_number = isinstance(value, (int, float))  # such as that of a record
        text = (foreign.text(value) or "").strip()
        if is_number or not text:
            continue
        if is_address(text):
            return Address(text)
        if "@" in text:
            raise AddressWithLogin(
                "the PDU's address contains an @, and is not a host name or an IP address: correct"
                " it"
            )
        raise SettingsError(
            f"the PDU's address {text[:60]!r} is not a host name or an IP address: correct it"
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


def known_address(pdu_data: object) -> Address:
    """The address on the form; "" if it is no valid one: a URL, say, may hold a password.

    >>> known_address({"ip": "192.0.2.7"}), known_address({"ip": "http://admin:x@192.0.2.7"})
    ('192.0.2.7', '')
    """
    with contextlib.suppress(SettingsError):
        text = address(pdu_data)
        return Address("") if host_fault(text) else text
    return Address("")


def settings(pdu_data: object, own_keys: Collection[str] = ()) -> dict[str, str]:
    """The handler settings on the form as text by their keys, in lower case: those of the first
    field of the likely names that has any besides the platform's own keys, such as "handler".
    Raises SettingsError for settings of another form.

    `own_keys`: keys of the platform that this handler uses for a setting, too ("device"). They are
    kept, unless their value equals that of the platform's own field.

    >>> settings({"handler_params": [("Timeout", 3)], "handler": "snmp"})
    {'timeout': '3'}
    >>> settings({"params": {"handler": "snmp", "profile": "apc-rpdu2"}})
    {'profile': 'apc-rpdu2'}
    """
    for names in (_SETTINGS_NAMES, _OTHER_NAMES):
        has_field = False
        for name in names:
            value = foreign.read_field(pdu_data, name)
            has_field = has_field or value is not None
            texts = _without_platform_keys(_settings_of(value), pdu_data, own_keys)
            if texts:
                return texts
        if has_field:
            break
    return {}


def _without_platform_keys(
    texts: Mapping[str, str], pdu_data: object, own_keys: Collection[str]
) -> dict[str, str]:
    """The settings without the keys that the platform itself may add. A key in `own_keys` stays,
    unless its value is that of the platform's own field.

    >>> texts = {"device": "pdu", "timeout": "3"}
    >>> _without_platform_keys(texts, {"device": "pdu"}, own_keys=["device"])
    {'timeout': '3'}
    >>> _without_platform_keys(texts, {"device": "DC-1"}, own_keys=["device"])
    {'device': 'pdu', 'timeout': '3'}
    """
    texts_of_handler: dict[str, str] = {}
    for key, text in texts.items():
        is_own = key in own_keys and text != foreign.text(foreign.read_field(pdu_data, key))
        if is_own or key not in _PLATFORM_KEYS:
            texts_of_handler[key] = text
    return texts_of_handler


def _settings_of(value: object) -> dict[str, str]:
    """The settings in the value of one field as text by their keys, in lower case. The value may be
    JSON text, a mapping, or a list of pairs or of objects with `key` and `value`. Raises
    SettingsError for another form, a key twice, more than 100 settings, and a value without text.

    >>> _settings_of('{"Verify": false}'), _settings_of([("Timeout", 3)]), _settings_of(None)
    ({'verify': 'no'}, {'timeout': '3'}, {})
    """
    if isinstance(value, (str, bytes)):
        value = _parse_json(value) if value.strip() else None
    settings = foreign.read_settings(value, MOST_SETTINGS)
    if len(settings) > MOST_SETTINGS:
        raise SettingsError(f"there are more than {MOST_SETTINGS} handler settings")
    texts: dict[str, str] = {}
    for raw_key, raw_value in settings:
        key = (foreign.text(raw_key) or "").strip().lower()
        text = foreign.text(raw_value)
        if text is None:
            kind = type(raw_value).__name__
            raise SettingsError(f"the value of {key[:60]!r} has the type {kind}; give text")
        if key in texts:
            raise _repeated_error(key)
        if key:
            texts[key] = text
        elif text.strip():  # else it is an empty row of the form
            raise SettingsError("a handler setting has no key")
    return texts


def _parse_json(text: Union[str, bytes]) -> object:
    """The parsed text. The JSON error is not chained: it contains the text with its passwords.

    >>> _parse_json('{"timeout": 3}')
    {'timeout': 3}
    >>> _parse_json("timeout=3")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    handlers.shared.errors.SettingsError: the handler settings are text that cannot be read as ...
    """
    if len(text) > _LONGEST_TEXT:
        raise SettingsError(f"the handler settings have more than {_LONGEST_TEXT} characters")
    try:
        return json.loads(text, object_pairs_hook=_object_without_repeats)
    except (ValueError, RecursionError):
        pass
    raise SettingsError(
        "the handler settings are text that cannot be read as JSON; give them as key and value"
    )


def _object_without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """The pairs of a JSON object. Raises SettingsError if a key is repeated.

    >>> _object_without_repeats([("timeout", "3"), ("retries", "1")])
    {'timeout': '3', 'retries': '1'}
    """
    members: dict[str, object] = {}
    for key, value in pairs:
        if key in members:
            raise _repeated_error(key)
        members[key] = value
    return members


def _repeated_error(key: str) -> SettingsError:
    """The error for a setting that is given twice.

    >>> _repeated_error("timeout").reason
    "handler setting 'timeout' is given twice"
    """
    return SettingsError((NamedSetting(key[:60], noun="handler setting "), " is given twice"))
