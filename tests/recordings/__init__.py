"""Synthetic units of each family, made from the MIB's words: `<name>.snmprec` holds the rows, `<name>.json` the truth.

The name is the family's key, and for a further unit of it (another layout, a unit that only meters) the key, an
underscore and a word.

The JSON has `about` (which words it was made from), `snmp` (the versions that the unit speaks), `outlets` by identity,
`load_a`, `power_w`, `energy_kwh`, `walks` and `gets` (what a status costs; one GET unless it says otherwise), `rules`
(how the unit behaves when it is written; fields of the simulator's Rule), `switch` (the exact writes, in order) or null,
and where they apply `padding` (row indexes that are no outlets), `also` (families whose objects it answers too) and
`metered_only` (true: it has no outlets, and nothing that it answers proves so, so that its owner must say it).
"""
from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, List, Mapping, NamedTuple, Optional, Tuple

from tests.simulators.snmp_agent.device import Device, Row, Rule, read_snmprec, rules_from_json

_HERE = Path(__file__).resolve().parent
TAGS: Mapping[str, int] = {"INTEGER": 2, "OCTET STRING": 4}


class Outlet(NamedTuple):
    """What a right reader says of one outlet; None means that the unit does not meter it."""

    state: str
    number: str
    name: str
    current_a: Optional[float]
    power_w: Optional[float]
    energy_kwh: Optional[float]


class Order(NamedTuple):
    """One write as it must arrive: OID with its instance, BER tag, value as text."""

    oid: str
    tag: int
    value: str


class Switch(NamedTuple):
    """The writes that switch one outlet off, and on again."""

    identity: str
    off: Tuple[Order, ...]
    on: Tuple[Order, ...]


class Expected(NamedTuple):
    """What a right reader returns, and what it costs."""

    outlets: Mapping[str, Outlet]
    load_a: Optional[float]
    power_w: Optional[float]
    energy_kwh: Optional[float]
    walks: int
    gets: int


class Fixture(NamedTuple):
    """A synthetic unit of the family `key`."""

    name: str
    key: str
    about: str
    versions: Tuple[str, ...]
    expected: Expected
    rules: Tuple[Rule, ...]
    switch: Optional[Switch]
    padding: Tuple[str, ...]
    also: Tuple[str, ...]
    metered_only: bool
    rows: Mapping[str, Row]

    def device(self) -> Device:
        """The unit anew, as it stands when it is switched on."""
        return Device(self.rows, self.rules)


@cache
def fixture(name: str) -> Fixture:
    """One unit."""
    return written(name, (_HERE / f"{name}.json").read_text("utf-8"), (_HERE / f"{name}.snmprec").read_text("utf-8"))


def written(name: str, truth: str, rows: str) -> Fixture:
    """A unit from the texts of its two files."""
    data = json.loads(truth)
    outlets = {identity: Outlet(**outlet) for identity, outlet in data["outlets"].items()}
    return Fixture(
        name, name.partition("_")[0], data["about"], tuple(data["snmp"]),
        Expected(outlets, data["load_a"], data["power_w"], data["energy_kwh"], data["walks"], data.get("gets", 1)),
        tuple(rules_from_json(data["rules"])), _switch(data["switch"]),
        tuple(data.get("padding", ())), tuple(data.get("also", ())), data.get("metered_only", False), read_snmprec(rows))


def names() -> List[str]:
    """The units, in the order of their names."""
    return sorted(path.stem for path in _HERE.glob("*.json"))


def fixtures() -> List[Fixture]:
    """All fixtures, in the order of their names."""
    return [fixture(name) for name in names()]


def _switch(data: Optional[Mapping[str, Any]]) -> Optional[Switch]:
    if data is None:
        return None
    return Switch(data["identity"], _orders(data["off"]), _orders(data["on"]))


def _orders(data: List[List[str]]) -> Tuple[Order, ...]:
    return tuple(Order(oid, TAGS[kind], value) for oid, kind, value in data)
