"""All kinds of parts of a profile, as Markdown, for users who describe their own PDU."""

from __future__ import annotations

import inspect
import json
import re
import typing
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from enum import Enum
from typing import Any

from handlers.snmp.controls import Control
from handlers.snmp.frozen_value import REQUIRED, FrozenValue
from handlers.snmp.schema import FIELD_TYPES, KINDS, PLAIN
from handlers.snmp.sources import ObjectSource, ReadOnly, Source


def reference() -> str:
    """All kinds with their fields, as Markdown, for users who describe their own PDU. Two tables:
    parts of many families, and those that a single built-in family needs."""
    common_parts = [cls for cls in (*PLAIN, *KINDS.values()) if not is_single_family(cls)]
    rare_parts = [cls for cls in KINDS.values() if is_single_family(cls)]
    lines = [
        *_table(common_parts),
        "",
        "Parts that a single built-in family needs each:",
        "",
        *_table(rare_parts),
    ]
    return "\n".join(lines)


def is_single_family(cls: type[Any]) -> bool:
    """Whether this part stands with those that a single family needs."""
    return cls.__module__.endswith(".single_family")


def _table(classes: Iterable[type[Any]]) -> Iterator[str]:
    """The lines of a table in Markdown, one for each class."""
    yield "| kind | used as | fields (defaults in brackets) | meaning |"
    yield "|---|---|---|---|"
    for cls in classes:
        hints = FIELD_TYPES[cls]
        fields = []
        for name, default in cls.FIELDS.items():
            fields.append(_field(name, hints[name], default))
        cells = [cls.__name__, _use(cls), ", ".join(fields), _meaning(cls)]
        yield f"| {' | '.join(cells)} |"


def _use(cls: type[Any]) -> str:
    """What a part can be used as.

    The objects of a place are always known; other sources may depend on their own sources.
    """
    if issubclass(cls, Control):
        return "control"
    if issubclass(cls, ObjectSource):
        return "place, source"
    if issubclass(cls, ReadOnly):
        return "source, not written"
    return "source" if issubclass(cls, Source) else "–"


def _field(name: str, hint: Any, default: object) -> str:
    text = f"`{name}` {_type(hint)}"
    return text if default is REQUIRED else f"{text} ({_default(default)})"


def _meaning(cls: type[Any]) -> str:
    """The docstring in one line, with the names of its fields as code."""
    text = re.sub(r"^    (\w+): ", r"`\1`: ", inspect.getdoc(cls) or "", flags=re.MULTILINE)
    return " ".join(text.split()).replace("|", "\\|")


_TYPES: Mapping[Any, str] = {
    str: "text",
    int: "whole number",
    bool: "true or false",
    Decimal: "number as text",
    Source: "source",
    ObjectSource: "place",
    Control: "control",
}


def _type(hint: Any) -> str:
    """The type of a field in words."""
    origin = typing.get_origin(hint)
    arguments = typing.get_args(hint)
    if origin is tuple:
        return f"list of {_type(arguments[0])}"
    if origin is typing.Union:  # what is optional has no value by default
        names = [_type(argument) for argument in arguments if argument is not type(None)]
        return " or ".join(names)
    if issubclass(hint, Enum):
        values = [str(member.value) for member in hint]
        return f"one of {'/'.join(values)}"
    if hint in _TYPES:
        return _TYPES[hint]
    return str(hint.__name__)


def _default(value: object) -> str:
    if value in (None, ()) or isinstance(value, FrozenValue):
        return "none"
    if isinstance(value, Enum):
        value = value.value
    return json.dumps(value, default=str)
