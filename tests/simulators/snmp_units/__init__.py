"""Synthetic units of each family, made from MIBs and other sources: `<name>.snmprec` holds the
rows, `<name>.json` the expected readings and writes.

The name is the family's key. The name of a further unit of the family (another layout, a
metered-only unit) is the key, an underscore and a word.

The JSON has `about` (its source), `snmp` (the versions that the unit speaks), `outlets` by
identity, `load_a`, `power_w`, `energy_kwh`, `walks` and `gets` (the cost of a status; `gets`
defaults to 1), `rules` (how the unit reacts to writes; fields of the simulator's Rule), `switch`
(the exact writes, in order; or null). The first unit of a family also has `siblings`: a list of
`Sibling`, or a sentence that says which tables of the MIB were read and have none. It may also have
`padding` (row indexes that are not outlets), `also` (other families that fit the unit too),
`metered_only` (true: the unit has no outlets, but none of its answers proves that, so it needs the
handler setting `metered_only`) and `variations`: a list of `Variation`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, Optional, Union

from tests.simulators.snmp_agent.device import (
    IP,
    OCTETS,
    OID,
    OPAQUE,
    Device,
    Row,
    Rule,
    from_text,
    read_snmprec,
    rules_from_json,
)

_HERE = Path(__file__).resolve().parent
TAGS: Mapping[str, int] = {"INTEGER": 2, "OCTET STRING": 4, "Unsigned32": 66}
_NOT_NUMBERS = (OCTETS, OID, IP, OPAQUE)


class Outlet(NamedTuple):
    """The values that a correct reader reports for one outlet; None where the unit has no figure,
    or none that is certain.
    """

    state: str
    number: str
    name: str
    current_a: Optional[float]
    power_w: Optional[float]
    energy_kwh: Optional[float]


class VarBind(NamedTuple):
    """One expected write: OID with its instance, BER tag, value as text."""

    oid: str
    tag: int
    value: str


class Switch(NamedTuple):
    """The writes that switch one outlet off, and on again."""

    identity: str
    off: tuple[VarBind, ...]
    on: tuple[VarBind, ...]


class Sibling(NamedTuple):
    """An object of the MIB that can contradict the state of an outlet, or forbid its commands.

    Such as a failure, a loss, a lock, a fuse, a pending command.

    `oid` is the object of the outlet `identity`, `source` the MIB's name for its values. `values`
    has every documented value with its meaning and what is right then: "told", the state is
    reported as without this object; "unknown", it must not be reported; "refused", no command may
    be sent. With `optional`, units that lack the whole column report their states.
    """

    object: str
    identity: str
    oid: str
    source: str
    values: tuple[tuple[str, str, str], ...]
    optional: bool = False


class Variation(NamedTuple):
    """The unit with some objects changed or lost_oids, and what is right then.

    OIDs are those below 1.3.6.1.4.1, or whole. `put` sets objects; a number is an INTEGER where the
    unit has no number. `without` leaves out the objects at or below these OIDs.
    """

    what: str
    #: other OIDs in place of these, for the objects at or below them
    other_oids: Mapping[str, str] = {}
    put: Mapping[str, Union[int, str]] = {}
    without: tuple[str, ...] = ()
    #: the kind of the error with which the unit is refused
    error: str = ""
    #: the family, if it is another one
    family: str = ""
    #: the identities of all outlets
    identities: Optional[list[str]] = None
    #: the states of some outlets
    states: Mapping[str, str] = {}
    #: some fields of `Outlet` by identity
    outlets: Mapping[str, Mapping[str, Any]] = {}
    #: some totals, in A, W and kWh
    totals: Mapping[str, Optional[float]] = {}
    #: words of the error with which both commands to an outlet are refused
    refusals: Mapping[str, str] = {}

    def rows(self, rows: Mapping[str, Row]) -> dict[str, Row]:
        """These rows of the unit, varied."""
        # with a dot behind them: 1.3 is not above 1.31
        lost_roots = tuple(f"{_whole(oid).rstrip('.')}." for oid in self.without)
        varied_rows: dict[str, Row] = {}
        for oid, row in rows.items():
            new_oid = self._other_oid(oid)
            if not f"{new_oid}.".startswith(lost_roots):
                varied_rows[new_oid] = row
        for oid, value in self.put.items():
            whole_oid = _whole(oid)
            varied_rows[whole_oid] = _row_of(value, rows.get(whole_oid))
        return varied_rows

    def _other_oid(self, oid: str) -> str:
        """The OID, or the one that stands in its place by `other_oids`."""
        for before, after in self.other_oids.items():
            root = _whole(before)
            if f"{oid}.".startswith(f"{root}."):
                oid = _whole(after) + oid[len(root) :]
        return oid


def _row_of(value: Union[int, str], row: Optional[Row]) -> Row:
    """A row with this value, of the type of the unit's `row` if that can hold it."""
    tag = row.tag if row is not None else TAGS["OCTET STRING"]
    is_number = isinstance(value, int)
    if is_number is (tag in _NOT_NUMBERS):
        tag = TAGS["INTEGER" if is_number else "OCTET STRING"]
    return Row(tag, from_text(tag, str(value)))


def _whole(oid: str) -> str:
    """An OID from its beginning."""
    return oid if oid.startswith("1.3.6.") else f"1.3.6.1.4.1.{oid}"


class Expected(NamedTuple):
    """The values that a correct reader returns, and the cost of a status in walks and GETs."""

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
    versions: tuple[str, ...]
    expected: Expected
    rules: tuple[Rule, ...]
    switch: Optional[Switch]
    padding: tuple[str, ...]
    also: tuple[str, ...]
    metered_only: bool
    siblings: tuple[Sibling, ...]
    no_siblings: str
    variations: tuple[Variation, ...]
    rows: Mapping[str, Row]

    def device(self) -> Device:
        """A new unit in the state of the recording."""
        return Device(self.rows, self.rules)


@cache
def fixture(name: str) -> Fixture:
    """The unit with this name.

    Raises ValueError, which names the unit, for files that are missing or have a mistake.
    """
    try:
        return written(
            name,
            (_HERE / f"{name}.json").read_text("utf-8"),
            (_HERE / f"{name}.snmprec").read_text("utf-8"),
        )
    except (OSError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise ValueError(f"tests/simulators/snmp_units/{name}: {error!r}") from error


def written(name: str, truth: str, rows: str) -> Fixture:
    """A unit from the texts of its two files: `truth` is JSON, `rows` is .snmprec."""
    data = json.loads(truth)
    expected = Expected(
        outlets={identity: Outlet(**outlet) for identity, outlet in data["outlets"].items()},
        load_a=data["load_a"],
        power_w=data["power_w"],
        energy_kwh=data["energy_kwh"],
        walks=data["walks"],
        gets=data.get("gets", 1),
    )
    siblings, no_siblings = _siblings(data.get("siblings", ""))
    return Fixture(
        name=name,
        key=name.partition("_")[0],
        about=data["about"],
        versions=tuple(data["snmp"]),
        expected=expected,
        rules=tuple(rules_from_json(data["rules"])),
        switch=_switch(data["switch"]),
        padding=tuple(data.get("padding", ())),
        also=tuple(data.get("also", ())),
        metered_only=data.get("metered_only", False),
        siblings=siblings,
        no_siblings=no_siblings,
        variations=tuple(map(_variation, data.get("variations", ()))),
        rows=read_snmprec(rows),
    )


def names() -> list[str]:
    """The names of all units, sorted."""
    return sorted(path.stem for path in _HERE.glob("*.json"))


def fixtures() -> list[Fixture]:
    """All units, sorted by name."""
    return [fixture(name) for name in names()]


def _siblings(data: Union[str, list[Mapping[str, Any]]]) -> tuple[tuple[Sibling, ...], str]:
    """The siblings, and the sentence that says why there are none."""
    if isinstance(data, str):
        return (), data
    siblings: list[Sibling] = []
    for fields in data:
        values = tuple((value, name, right) for value, name, right in fields["values"])
        siblings.append(Sibling(**{**fields, "values": values}))
    return tuple(siblings), ""


def _variation(data: Mapping[str, Any]) -> Variation:
    """A variation from JSON, in which the totals stand beside the other fields."""
    totals = {name: data[name] for name in ("load_a", "power_w", "energy_kwh") if name in data}
    fields = {name: value for name, value in data.items() if name not in totals}
    return Variation(**{**fields, "totals": totals, "without": tuple(data.get("without", ()))})


def _switch(data: Optional[Mapping[str, Any]]) -> Optional[Switch]:
    if data is None:
        return None
    return Switch(data["identity"], _varbinds(data["off"]), _varbinds(data["on"]))


def _varbinds(data: list[list[str]]) -> tuple[VarBind, ...]:
    return tuple(VarBind(oid, TAGS[kind], value) for oid, kind, value in data)
