"""DMTF's own clients read values that agree with the simulated units' true states."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes.worker import Worker

from ..redfish import UNITS, RedfishService

STATES = {"On": True, "Off": False, None: None}


@pytest.fixture(scope="module")
def reader() -> Iterator[Worker]:
    with Worker(Path(), "tests.simulators.dmtf.reader") as worker:
        yield worker


@pytest.mark.against("DMTF's redfish library and redfish-utilities")
@pytest.mark.parametrize(
    "name, way",
    [
        ("rack", "library"),
        ("rack", "tool"),
        ("plain", "library"),
        ("paged", "library"),
        ("sessions-only", "tool"),
        ("four-wire", "library"),
        ("several", "tool"),
        ("delayed", "library"),
    ],
)
def test_outlets_and_figures_match_the_truth(
    reader: Worker, tmp_path: Path, name: str, way: str
) -> None:
    model = UNITS[name]()
    ca_file = tmp_path / "ca.pem"
    with RedfishService(model) as unit:
        ca_file.write_text(unit.ca_pem, encoding="ascii")
        first = next(iter(unit.truth().states))
        unit.turn(first, False)
        login = "basic" if model.login == "basic" else "session"
        pdus = [pdu.id for pdu in model.pdus] or ["1"]
        load = 0.0
        energy = 0.0
        for pdu in pdus:
            _, _, reading = reader.order(
                way, unit.url, str(ca_file), unit.user, unit.password, login, pdu
            )
            prefix = f"{pdu}." if len(pdus) > 1 else ""
            truth = unit.truth()
            expected_states = {
                identity: state
                for identity, state in truth.states.items()
                if identity.startswith(prefix)
            }
            states = {prefix + id: STATES[state] for id, state in reading["states"].items()}
            assert states == expected_states
            for id, amperes in reading["amperes"].items():
                outlet = unit.outlet(prefix + id)
                # An outlet without a reading has several lines or draws 0 A.
                expected = round(outlet.current(), 3) if len(outlet.lines) == 1 else 0
                assert (amperes or 0) == expected
            load += reading["load"]
            energy += reading["energy"]
        assert round(load, 3) == truth.load_a
        assert round(energy, 3) == truth.energy_kwh
        assert not unit.has_sessions
        assert unit.access.session_count == (len(pdus) if login == "session" else 0)
