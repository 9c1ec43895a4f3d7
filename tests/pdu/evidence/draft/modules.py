"""MIB modules in SMIv2, generated from facts about their objects.

The vendors' own MIB files are not part of the project, so `of_family` takes its facts (names,
numbers, values, units) from objects.json, which names their sources. A module of a family may
define commands and unrelated objects too, among which a draft has to find the states.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, Optional

_OBJECTS = Path(__file__).with_name("objects.json")


class Fact(NamedTuple):
    name: str
    oid: str
    enumeration: Mapping[str, int] = {}
    units: str = ""
    access: str = "read-only"


def module(name: str, facts: list[Fact], conventions: bool = False) -> str:
    """Return the text of a MIB module.

    With `conventions`, its enumerations are defined in textual conventions.
    """
    lines = [
        f"{name} DEFINITIONS ::= BEGIN",
        "IMPORTS OBJECT-TYPE, enterprises, Integer32 FROM SNMPv2-SMI",
        "  TEXTUAL-CONVENTION FROM SNMPv2-TC;",
    ]
    for fact in facts:
        named = ", ".join(f"{word}({value})" for word, value in fact.enumeration.items())
        syntax = f"INTEGER {{ {named} }}" if named else "Integer32"
        if named and conventions:
            kind = fact.name[0].upper() + fact.name[1:] + "Type"
            lines.append(
                f'{kind} ::= TEXTUAL-CONVENTION STATUS current DESCRIPTION "" SYNTAX {syntax}'
            )
            syntax = kind
        units = f' UNITS "{fact.units}"' if fact.units else ""
        arcs = fact.oid.split(".")[6:]
        lines.append(
            f"{fact.name} OBJECT-TYPE SYNTAX {syntax}{units} MAX-ACCESS {fact.access} STATUS"
            f' current DESCRIPTION ""\n  ::= {{ enterprises {" ".join(arcs)} }}'
        )
    return "\n".join([*lines, "END", ""])


def of_family(key: str) -> Optional[str]:
    """Return the text of a module with a family's objects, or None for a family without facts."""
    family = json.loads(_OBJECTS.read_text("utf-8")).get(key)
    facts = (
        list({fact.oid: fact for fact in map(_fact, family["objects"])}.values()) if family else []
    )
    return module("DRAFT-MIB", facts) if facts else None


def _fact(part: Mapping[str, Any]) -> Fact:
    return Fact(
        part["object"],
        part["oid"],
        _enumeration(part.get("enum")),
        _units(part),
        str(part.get("access", "read-only")),
    )


def _enumeration(meanings: Any) -> dict[str, int]:
    """Return number by name: `{"on": 1, "onB": 5}` for `{"on": [1, 5]}`, `{"on": 1}` for `{"on":
    1}`.

    A name keeps only letters and digits: SMIv2 allows no underscore. A number that already has a
    name is left out.
    """
    number_by_name: dict[str, int] = {}
    for word, values in meanings.items() if isinstance(meanings, dict) else ():
        plain = re.sub(r"[^a-zA-Z0-9]+(\w?)", lambda match: match[1].upper(), word)
        numbers = [
            value
            for value in (values if isinstance(values, list) else [values])
            if isinstance(value, int)
        ]
        for place, value in enumerate(numbers):
            if plain and value not in number_by_name.values():
                number_by_name[plain + ("" if not place else chr(ord("A") + place))] = value
    return number_by_name


def _units(part: Mapping[str, Any]) -> str:
    for key, unit in (("scale_to_a", "A"), ("scale_to_w", "W"), ("scale_to_kwh", "kWh")):
        if isinstance(part.get(key), (int, float)):
            return f"{part[key]:g} {unit}"
    return ""
