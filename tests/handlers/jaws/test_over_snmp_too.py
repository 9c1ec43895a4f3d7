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
from tests.simulators.snmp_agent import Agent, Device
from tests.simulators.snmp_units import fixture
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

    def truth(self) -> Any:
        raise NotImplementedError


def rows(columns: Any) -> list[dict[str, Any]]:
    """The rows of a table, named by letters for unit and cord, and a number if there is one. A
    figure below zero is not measured, and left out.
    """
    entries: dict[tuple[int, ...], dict[str, Any]] = {}
    for name, (below, value) in columns.items():
        column = f"1.3.6.1.4.1.1718.4.1.{below}."
        for oid, row in FIXTURE.rows.items():
            text = str(plain(row))
            if not oid.startswith(column) or text == "-1":
                continue
            arcs = oid[len(column) :].split(".")
            index = tuple(int(arc) for arc in arcs)
            entries.setdefault(index, {})[name] = value(text)

    for index, entry in entries.items():
        letters = "".join(chr(64 + arc) for arc in index[:2])
        number = str(index[2]) if len(index) > 2 else ""
        entry.setdefault("status", "Normal")
        if columns is CORDS:
            # one has three lines, the others one
            entry["power_capacity"] = 17300 if letters == "AA" else 3680
        entry.setdefault("id", letters + number)
    return [entries[index] for index in sorted(entries)]


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

    expected_states = {
        numbers[port.identity]: port.power_status for port in over_snmp.status().ports
    }
    states = {port.identity: port.power_status for port in jaws.status().ports}
    assert len(states) == 6
    assert states == expected_states

    expected_names = [label.name for label in over_snmp.labels()]
    names = [label.name for label in jaws.labels()]
    assert names == expected_names

    expected = over_snmp.measured(with_power=True)
    figures = jaws.measured(with_power=True)
    assert expected.load_a != 0
    assert expected.energy_kwh != 0
    assert expected.power_w != 0
    assert figures.load_a == pytest.approx(expected.load_a)
    assert figures.energy_kwh == pytest.approx(expected.energy_kwh)
    assert figures.power_w == pytest.approx(expected.power_w)
    expected_by_outlet = {numbers[key]: port for key, port in values(expected).items()}
    assert values(figures) == expected_by_outlet


def values(figures: Figures) -> dict[str, MeterFigures]:
    """The measured values of the outlets that have any."""
    ports = {
        identity: MeterFigures(*map(measured, port)) for identity, port in figures.ports.items()
    }
    return {identity: port for identity, port in ports.items() if port != MeterFigures()}
