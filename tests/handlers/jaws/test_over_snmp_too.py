"""One unit over SNMP and over JAWS: the same states and figures."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Optional

import pytest

from handlers.dcimanager import Figures
from handlers.jaws.handler import make_handler
from handlers.shared.meter_figures import MeterFigures, measured
from pdu_common.connection import PduData
from tests.handlers.snmp import calls
from tests.recordings import fixture
from tests.simulators.snmp_agent import Agent, Device
from tests.simulators.unit_servers import PASSWORD, USER, HttpServer

# below 1.3.6.1.4.1.1718.4.1: the columns of Sentry4-MIB, with their units
OUTLETS = {
    "id": ("8.2.1.2", str),
    "name": ("8.2.1.3", str),
    "state": ("8.3.1.1", {"0": "Unknown", "1": "On", "2": "Off"}.get),
    "status": ("8.3.1.2", {"0": "Normal", "8": "Lost"}.get),
    "current": ("8.3.1.3", lambda text: int(text) / 100),
    "active_power": ("8.3.1.7", int),
    "energy": ("8.3.1.14", int),
}
LINES = {"current": ("4.3.1.3", lambda text: int(text) / 100)}
CORDS = {"active_power": ("3.3.1.3", int), "energy": ("3.3.1.10", lambda text: int(text) / 10)}
FIXTURE = fixture("sentry4")


class SameUnit:
    """The fixture's unit over JAWS."""

    def answer(self, method: str, path: str, body: bytes) -> Optional[bytes]:
        kinds = {"outlets": OUTLETS, "lines": LINES, "cords": CORDS}
        kind = kinds.get(path.rpartition("/")[2])
        return None if kind is None else json.dumps(rows(kind)).encode()

    def books(self) -> Any:
        raise NotImplementedError


def rows(columns: Any) -> list[dict[str, Any]]:
    """The rows of a table, named by letters for unit and cord, and a number if there is one. A
    figure below zero is not measured, and left out.
    """
    entries: dict[tuple[int, ...], dict[str, Any]] = {}
    for name, (below, value) in columns.items():
        start = f"1.3.6.1.4.1.1718.4.1.{below}."
        for oid, row in FIXTURE.rows.items():
            if oid.startswith(start) and str(plain(row)) != "-1":
                index = tuple(map(int, oid[len(start) :].split(".")))
                entries.setdefault(index, {})[name] = value(str(plain(row)))
    for index, entry in entries.items():
        letters = "".join(chr(64 + arc) for arc in index[:2])
        if columns is CORDS:
            # one has three lines, the others one
            entry["power_capacity"] = 17300 if letters == "AA" else 3680
        entry.setdefault("id", f"{letters}{index[2] if len(index) > 2 else ''}")
    return [entry for _, entry in sorted(entries.items())]


def plain(row: Any) -> Any:
    return row.value.decode() if isinstance(row.value, bytes) else row.value


@pytest.fixture(name="both")
def _both() -> Iterator[tuple[Any, Any]]:
    with Agent(Device(dict(FIXTURE.rows))) as agent, HttpServer(SameUnit()) as unit:
        settings = {"scheme": "http", "port": str(unit.port), "username": USER}
        jaws = make_handler(PduData(unit.host, {**settings, "password": PASSWORD}))
        yield calls.pdu(agent), jaws


def test_states_names_and_figures_are_those_over_snmp(both: tuple[Any, Any]) -> None:
    over_snmp, jaws = both
    numbers = {label.identity: label.number for label in over_snmp.labels()}
    states = {numbers[port.identity]: port.power_status for port in over_snmp.status().ports}
    assert {port.identity: port.power_status for port in jaws.status().ports} == states
    assert len(states) == 6
    assert [label.name for label in jaws.labels()] == [label.name for label in over_snmp.labels()]
    first, second = over_snmp.measured(with_power=True), jaws.measured(with_power=True)
    for figure in ("load_a", "energy_kwh", "power_w"):
        assert getattr(second, figure) == pytest.approx(getattr(first, figure)) != 0
    assert values(second) == {numbers[of]: port for of, port in values(first).items()}


def values(figures: Figures) -> dict[str, MeterFigures]:
    """The measured values of the outlets that have any."""
    ports = {
        identity: MeterFigures(*map(measured, port)) for identity, port in figures.ports.items()
    }
    return {identity: port for identity, port in ports.items() if port != MeterFigures()}
