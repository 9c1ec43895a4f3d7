"""Rows of a .snmprec whose value a variation module of snmpsim computes, such as
`OID|2:numeric|min=0,max=1,initial=1`: their first value.

In such a row, 2 is the tag of the type, numeric the module, and the rest are its settings.
"""

from __future__ import annotations

from collections.abc import Mapping

from handlers.shared.errors import SettingsError

# Modules whose rows have the value itself. The others take it from elsewhere (a directory, a
# database, a command).
_WITH_VALUES = ("delay", "error", "notification", "writecache")
# settings with which `numeric` begins with a value that depends on the time of day
_CLOCKS = ("atime", "function")


def first_value(kind: str, value: str) -> tuple[str, str]:
    """Tag and value of a row OID|kind|value: of one with a module the tag alone and the first value
    that the module would give.

    Raises SettingsError if a module gives no first value: without the row, a simulated PDU could
    have fewer outlets than the device.

    >>> first_value("2:numeric", "min=0,max=9,initial=4"), first_value("2", "7")
    (('2', '4'), ('2', '7'))
    """
    tag, colon, module = kind.partition(":")
    if not colon:
        return kind, value
    try:
        return _first_value_of_module(module, tag, _settings(value))
    except (LookupError, ValueError, OverflowError):
        raise SettingsError(
            f"a row of the recording has no first value of snmpsim's module {module[:30]!r}: write"
            " the value of the device in its place, OID|tag|value"
        ) from None


def _first_value_of_module(module: str, tag: str, settings: Mapping[str, str]) -> tuple[str, str]:
    """Tag and first value of a row with this module and these settings of it. The tag gets an x if
    the value is hexadecimal. Raises LookupError, ValueError and OverflowError if there is none.

    >>> _first_value_of_module("writecache", "4", {"value": "on"})
    ('4', 'on')
    >>> _first_value_of_module("delay", "4", {"hexvalue": "ff01"})
    ('4x', 'ff01')
    """
    if module == "numeric":
        return tag, _numeric(settings)
    if module not in _WITH_VALUES or _refuses_reads(settings):
        raise LookupError(module)
    if "hexvalue" in settings:
        # the tag may already end in x (hexadecimal) or e (escapes)
        return f"{tag.rstrip('xe')}x", settings["hexvalue"]
    return tag, settings["value"]


def _settings(value: str) -> Mapping[str, str]:
    """The settings in a text `name=value,name=value`, by name. If a value has a comma, the text has
    two or three commas between settings, and so for the sign of equality.

    >>> _settings("value=a,b,,wait=1"), _settings("min=0,max=9")
    ({'value': 'a,b', 'wait': '1'}, {'min': '0', 'max': '9'})
    """
    settings: dict[str, str] = {}
    for pair in value.split(_separator(value, ",")):
        name, equals, setting = pair.partition(_separator(pair, "="))
        if equals:
            settings[name] = setting
    return settings


def _separator(text: str, character: str) -> str:
    """What separates the fields of this text: three of the character, or two, or one, the most that
    the text has in a row.

    >>> _separator("a,1,,b", ","), _separator("a,b", ",")
    (',,', ',')
    """
    for separator in (3 * character, 2 * character):
        if separator in text:
            return separator
    return character


def _numeric(settings: Mapping[str, str]) -> str:
    """The value of the module `numeric` at its start, a whole number as text: `initial`, or `min`,
    with `offset`, and from `min` to `max`. Raises ValueError if it depends on the time of day.

    >>> _numeric({"min": "2", "initial": "1"}), _numeric({"initial": "5", "offset": "1"})
    ('2', '6')
    """
    if any(name in settings for name in _CLOCKS):
        raise ValueError
    numbers = {name: float(setting) for name, setting in settings.items()}
    least = numbers.get("min", 0.0)
    most = numbers.get("max", float("inf"))
    number = numbers.get("initial", least)
    if "cumulative" not in numbers:
        number += numbers.get("offset", 0.0)
    number = min(max(number, least), most)
    return str(int(number))


def _refuses_reads(settings: Mapping[str, str]) -> bool:
    """Whether these settings of the module `error` make a GET of the row fail."""
    return "status" in settings and settings.get("op", "any") in ("any", "get")
