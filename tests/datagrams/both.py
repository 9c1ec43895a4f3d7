"""Reads every unit of the fixtures and of the recordings both ways, and counts the
requests.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Callable, NamedTuple, Union

from handlers.shared import prefetch
from pdu.pdus import reading
from pdu.pdus.fast_snmp import enable_fast_reads
from pdu.pdus.handler_loading import LoadedHandler, load
from pdu.pdus.reading import Part, Reading
from pdu_common.snmp_client.tool_api import ALONE
from tests import recordings
from tests.handlers.snmp import recorded
from tests.handlers.snmp.calls import form
from tests.simulators.snmp_agent import Agent, Device

#: what tools read of a unit in one session
READINGS: Mapping[str, tuple[Part, ...]] = {
    "status": (reading.states,),
    "check": (reading.states, reading.figures),
    "exporter": (reading.states, reading.figures, reading.labels),
}
#: more readings, which are compared and not counted
_ALSO: Mapping[str, tuple[Part, ...]] = {
    "all": (reading.states, reading.power, reading.labels, reading.read_topology, reading.returning)
}


class Unit(NamedTuple):
    """A unit to read."""

    name: str
    #: "" for a recording of a real unit
    family: str
    settings: Mapping[str, str]
    device: Callable[[], Device]


class Compared(NamedTuple):
    """One unit read both ways."""

    unit: Unit
    #: by reading, one object a request
    alone: Mapping[str, int]
    #: by reading, several objects a request
    together: Mapping[str, int]
    #: what differs
    wrong: tuple[str, ...]


class _Taken(NamedTuple):
    found: Union[Reading, str]
    requests: int


def units() -> list[Unit]:
    """The fixtures, then the recordings, if they are here."""
    found = [
        Unit(
            one.name,
            one.key,
            {"metered_only": "yes"} if one.metered_only else {},
            one.device,
        )
        for one in recordings.fixtures()
    ]
    found += [
        Unit(name, "", {}, _recorded(name)) for name in recorded.ALL if recorded.available(name)
    ]
    return found


def _recorded(name: str) -> Callable[[], Device]:
    return lambda: Device(recorded.rows(name), rules=None)


def compare(wanted: Iterable[Unit]) -> Iterator[Compared]:
    """Reads these units, each reading anew and both ways."""
    handler = load("snmp")
    for unit in wanted:
        alone: dict[str, int] = {}
        together: dict[str, int] = {}
        wrong: list[str] = []
        for name, parts in {**READINGS, **_ALSO}.items():
            one, several = (_read(handler, unit, parts, way) for way in (False, True))
            alone[name], together[name] = one.requests, several.requests
            if one.found != several.found:
                wrong.append(f"{unit.name}, {name}: {several.found} instead of {one.found}")
        yield Compared(unit, alone, together, tuple(wrong))


def _read(handler: LoadedHandler, unit: Unit, parts: tuple[Part, ...], together: bool) -> _Taken:
    ALONE.forget()
    enable_fast_reads()
    if not together:
        prefetch.set_prefetcher(None)
    with Agent(unit.device()) as agent:
        data = form(agent, unit.settings, {"version": "2", "timeout": "60", "retries": "0"})
        found: Union[Reading, str]
        try:
            found = reading.read_pdu(handler, data, parts)._replace(begun=0.0, seconds=0.0)
        except Exception as error:
            found = f"{type(error).__name__}: {error}".replace(str(agent.port), "PORT")
        return _Taken(found, agent.requests)


def share(compared: Iterable[Compared]) -> float:
    """The requests of all readings, as a share of those with one object each."""
    units = list(compared)
    return _sum([one.together for one in units]) / _sum([one.alone for one in units])


def _sum(counts: Iterable[Mapping[str, int]], names: Iterable[str] = READINGS) -> int:
    return sum(one[name] for one in counts for name in names)


def row(compared: Compared) -> str:
    """A unit's row of the table."""
    return _row(f"`{compared.unit.name}`", [compared])


def table(compared: Iterable[Compared]) -> list[str]:
    """The sum of the requests of all fixtures, in Markdown."""
    rows = [one for one in compared if one.unit.family]
    return [
        f"| units | {' | '.join(READINGS)} |",
        f"|---|{'---|' * len(READINGS)}",
        _row(str(len(rows)), rows),
    ]


def _row(name: str, compared: list[Compared]) -> str:
    cells = [
        f"{_sum([one.alone for one in compared], (key,))} →"
        f" {_sum([one.together for one in compared], (key,))}"
        for key in READINGS
    ]
    return f"| {name} | {' | '.join(cells)} |"
