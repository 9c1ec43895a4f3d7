"""What an error says about itself. An error of this pack has the attributes `kind`, `host`,
`operation` and `parts`, the texts and settings of which its reason is made. Anybody may have raised
another one: an attribute of another type counts as absent, and so does one that cannot be read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Optional

from handlers.shared.errors import NamedSetting, Part


def kind_of(error: object) -> str:
    """The kind of an error, such as "denied"; "" for an error that has none.

    >>> from handlers.shared.errors import Denied
    >>> kind_of(Denied("wrong password")), kind_of(ValueError())
    ('denied', '')
    """
    kind = attribute_of(error, "kind")
    return _base_text(kind) if isinstance(kind, str) else ""


def attribute_text(error: object, name: str) -> str:
    """The text of the attribute `name` of an error; "" if it has none, or if it cannot be read.

    >>> from handlers.shared.errors import Denied
    >>> attribute_text(Denied("wrong password", "192.0.2.7"), "host")
    '192.0.2.7'
    >>> attribute_text(ValueError(), "host")
    ''
    """
    value = attribute_of(error, name)
    if value is None:
        return ""
    try:
        return _base_text(str(value))
    except Exception:
        return ""


def parts_of(error: object) -> Optional[Sequence[Part]]:
    """The parts of an error's reason, texts and settings; None for an error without such parts.

    >>> from handlers.shared.errors import SettingsError
    >>> parts_of(SettingsError((NamedSetting("port"), " is missing")))
    [NamedSetting(key='port', value='', noun=''), ' is missing']
    >>> parts_of(ValueError("port")) is None
    True
    """
    error_parts = attribute_of(error, "parts")
    if not isinstance(error_parts, (list, tuple)):
        return None
    parts: list[Part] = []
    for error_part in error_parts:
        if isinstance(error_part, str):
            parts.append(_base_text(error_part))
            continue
        # an archive has a class of its own for settings
        key = attribute_of(error_part, "key")
        value = attribute_of(error_part, "value")
        if not isinstance(key, str) or not isinstance(value, str):
            return None
        parts.append(NamedSetting(_base_text(key), _base_text(value)))
    return parts


def attribute_of(thing: object, name: str) -> Any:
    """The attribute of any object; None if it has none, or if reading it raises.

    >>> attribute_of(ValueError(), "kind"), attribute_of(3 + 4j, "imag")
    (None, 4.0)
    """
    try:
        return getattr(thing, name, None)
    except Exception:
        return None


def _base_text(text: str) -> str:
    """The text as a plain str; a class derived from str may have methods that raise."""
    return str.__str__(text)
