"""DMTF's own clients read values that agree with the simulated units' books."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.worker import Worker

from ..redfish import UNITS, RedfishService, units

STATES = {"On": True, "Off": False, None: None}
# the program as pip installed it
TOOL = Path(sys.executable).with_name("rf_power_equipment.py")


@pytest.fixture(scope="module")
def reader() -> Iterator[Worker]:
    with Worker(Path(), "tests.simulators.dmtf.reader") as worker:
        yield worker


@pytest.mark.sample(10)
@pytest.mark.against("DMTF's redfish library and redfish-utilities")
@pytest.mark.parametrize("way", ["library", "tool"])
@pytest.mark.parametrize(
    "name",
    [
        "rack",
        "plain",
        "paged",
        "sessions-only",
        "basic-only",
        "xerus",
        "rittal",
        "four-wire",
        "several",
        "delayed",
    ],
)
def test_outlets_and_figures_match_the_books(
    reader: Worker, tmp_path: Path, name: str, way: str
) -> None:
    model, ca_file = UNITS[name](), tmp_path / "ca.pem"
    with RedfishService(model) as unit:
        ca_file.write_text(unit.ca_pem, encoding="ascii")
        first = next(iter(unit.books().states))
        unit.turn(first, False)
        login = "basic" if model.login == "basic" else "session"
        several = len(model.pdus) > 1
        load = energy = 0.0
        for pdu in [one.id for one in model.pdus] or ["1"]:
            _, _, seen = reader.order(
                way, unit.url, str(ca_file), unit.user, unit.password, login, pdu
            )
            books, front = unit.books(), f"{pdu}." if several else ""
            assert {front + id: STATES[state] for id, state in seen["states"].items()} == {
                identity: state
                for identity, state in books.states.items()
                if identity.startswith(front)
            }
            outlets = {id: unit.outlet(front + id) for id in seen["amperes"]}
            # An outlet without a reading has several lines or draws 0 A.
            assert {id: amperes or 0 for id, amperes in seen["amperes"].items()} == {
                id: round(one.current(), 3) if len(one.lines) == 1 else 0
                for id, one in outlets.items()
            }
            load, energy = load + seen["load"], energy + seen["energy"]
        assert (round(load, 3), round(energy, 3)) == (books.load_a, books.energy_kwh)
        logins = (len(model.pdus) or 1) if login == "session" else 0
        assert unit.sessions == [] and unit.opened == logins


@pytest.mark.against("DMTF's rf_power_equipment.py")
def test_the_tool_lists_pdus_and_the_power_of_outlets(reader: Worker) -> None:
    with RedfishService(units.several()) as unit:

        def shows(*command: str) -> str:
            return str(
                reader.order(
                    "program",
                    str(TOOL),
                    "-r",
                    unit.url,
                    "-u",
                    unit.user,
                    "-p",
                    unit.password,
                    *command,
                )
            )

        unit.turn("2.B1", False)
        shown = shows("list")
        assert [line.split()[0] for line in shown.splitlines() if "SIM-3P" in line] == [
            "1",
            "2",
            "3",
        ]
        lines = [
            line.split("|") for line in shows("outlets", "-t", "RackPDU", "-pe", "2").splitlines()
        ]
        watts = {line[0].strip(): line[-1].strip() for line in lines if len(line) > 1}
        assert (watts["B1"], watts["B2"]) == ("0.0", "57.5")
        assert unit.sessions == []
