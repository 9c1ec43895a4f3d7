"""The fields of a PDU's form: a handler's declared settings with an example, and handlers by make."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ..records import Handler

# What people look for when they choose a handler; the name in DCImanager may be "PDU raritan".
MAKES: Mapping[str, str] = {
    "pdu_nut": "PDUs and UPSes behind a NUT server",
    "pdu_raritan": "Raritan, Legrand, Server Technology",
    "pdu_redfish": "Any make with a Redfish service",
    "pdu_snmp": "APC, Eaton, Vertiv, CyberPower and other makes over SNMP",
}
# A value that the handler accepts, by key.
EXAMPLES: Mapping[str, str] = {
    "device": "rack7",
    "fingerprint": "5F:3A:09:C2:" + ":".join(["11"] * 28),
    "host": "pdu7.example.com",
    "link_units": "2,3",
    "pdu": "1",
    "port": "8443",
    "profile": "apc-rpdu2",
    "timeout": "20",
    "username": "dcimanager",
}
_WORDS = re.compile("[a-z]+(?:, [a-z]+)* or [a-z]+")
_FIRST = ("username", "password", "token")


class Field(NamedTuple):
    """One declared setting. `words` are the only values that it takes, () if it takes others.
    `value` is "" for one that is not shown; `kept`: an empty field keeps the stored value."""

    key: str
    allowed: str
    help: str
    default: str
    secret: bool
    words: tuple[str, ...]
    example: str
    value: str
    kept: bool

    @property
    def is_text(self) -> bool:
        """Whether the value has several lines."""
        return "PEM" in self.allowed


def called(handler: Handler) -> str:
    """A handler as people look for it: the makes of its PDUs, and its own name."""
    return f"{MAKES.get(handler.handler, handler.name)} ({handler.handler})"


def fields(table: Sequence[Mapping[str, Any]], settings: Mapping[str, str]) -> list[Field]:
    """The fields of a handler's table, with the login first."""
    ordered = sorted(table, key=lambda row: row["key"] not in _FIRST)
    return [_field(row, settings.get(row["key"], "")) for row in ordered]


def _field(row: Mapping[str, Any], value: str) -> Field:
    key, allowed, secret = str(row["key"]), str(row["allowed"]), bool(row["secret"])
    words = tuple(re.split(", | or ", allowed)) if _WORDS.fullmatch(allowed) else ()
    if words and value and value not in words:
        words = (*words, value)  # for example yes as 1
    return Field(
        key,
        allowed,
        str(row["help"]),
        str(row["default"]),
        secret,
        words,
        EXAMPLES.get(key, ""),
        "" if secret else value,
        secret and bool(value),
    )
