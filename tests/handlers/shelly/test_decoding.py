"""Shelly's answers are decoded; an impossible one is an error, and an uncertain state is unknown.
tests/handlers/test_units.py and test_http_sweep.py spoil each value.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from handlers.http.dialogue import Outlet, PduState, WriteRequest
from handlers.shared import errors
from handlers.shared.meter_figures import MeterFigures, NotKnown
from handlers.shelly import decoding
from pdu.recordings.unit_recording import read_recorded
from tests.handlers import codecs

# The figures of a real Power Strip Gen4 (home-assistant/core, fixture power_strip_gen4.json), in
# the fields of the maker's page "Switch".
RECORDING = Path(__file__).with_name("recording.json").read_text("utf-8")
ANSWERS: dict[str, Any] = json.loads(RECORDING)["answers"]


def changed(number: int, **fields: object) -> PduState:
    """The unit, with these fields of a relay in its status; None takes one away."""
    answers = copy.deepcopy(ANSWERS)
    relay = answers[decoding.STATUS][f"switch:{number}"]
    for name, value in fields.items():
        relay[name] = value
        if value is None:
            del relay[name]
    return codecs.read(decoding, answers)


def test_the_figures_of_a_real_strip_are_read_with_their_units() -> None:
    unit = read_recorded(decoding, RECORDING)
    assert unit.outlets[1:3] == (
        Outlet("2", "web-1", True, MeterFigures(0.017, 1.7, 4.22756)),
        Outlet("3", "", False, MeterFigures(0.0, 0.0, 0.33676)),
    )
    assert unit.load_a == 0.203
    assert unit.energy_kwh == 29.472899
    assert unit.power_w == 17.1


@pytest.mark.parametrize("output", [None, "on", 1, 0, [], "true"])
def test_an_output_that_is_missing_or_no_truth_value_is_unknown(output: object) -> None:
    outlet = changed(2, output=output).outlets[2]
    assert outlet.state is None
    assert outlet.doubt == f"its output is {output!r}"


@pytest.mark.parametrize("errors_", [["overtemp"], ["overpower", "undervoltage"]])
def test_an_error_of_the_relay_is_told_beside_its_state(errors_: list[str]) -> None:
    outlet = changed(2, errors=errors_).outlets[2]
    assert outlet.state is False
    assert outlet.doubt == f"its errors are {errors_!r}"
    assert outlet.figures.energy_kwh == 0.33676


@pytest.mark.parametrize("error", ["power_meter_failure", "out_of_range:current", "calibration"])
def test_an_error_of_the_meter_is_the_reason_without_figures(error: str) -> None:
    unit = changed(1, errors=[error])
    reason = NotKnown(f"its errors are {[error]!r}")
    assert unit.outlets[1].figures == MeterFigures(reason, reason, reason)
    assert unit.outlets[1].state is True
    assert unit.outlets[0].figures.current_a == 0.017
    assert unit.load_a == reason
    assert unit.energy_kwh == reason


def test_a_unit_without_meters_has_no_figures_instead_of_zeros() -> None:
    status = {f"switch:{number}": {"id": number, "output": True} for number in range(3)}
    config = {f"switch:{number}": {"id": number, "name": None} for number in range(3)}
    answers = {decoding.STATUS: status, decoding.CONFIG: config}

    unit = codecs.read(decoding, answers)

    figures = [outlet.figures for outlet in unit.outlets]
    assert figures == [MeterFigures()] * 3
    assert unit.load_a is None
    assert unit.energy_kwh is None
    assert unit.power_w is None


@pytest.mark.parametrize("aenergy", [None, {}, {"total": None}, {"total": "5"}, -1, []])
def test_a_counter_that_is_lost_is_not_known(aenergy: object) -> None:
    unit = changed(0, aenergy=aenergy)
    assert isinstance(unit.outlets[0].figures.energy_kwh, NotKnown)
    assert isinstance(unit.energy_kwh, NotKnown)
    assert unit.load_a == 0.203


def test_power_that_flows_back_is_no_power_of_the_load() -> None:
    assert changed(3, apower=-15.4).outlets[3].figures.power_w == NotKnown("its apower is -15.4")


@pytest.mark.parametrize(
    "status, words",
    [
        ({}, r"lists the relays \[\]"),
        ({"cover:0": {"id": 0, "state": "open"}}, r"lists the relays \[\]"),
        ({"switch:1": {"id": 1, "output": True}}, r"lists the relays \[1\]"),
        ({"switch:0": {"id": 1, "output": True}}, "has the id of another relay"),
        ({"switch:0": None}, "is not a Shelly's"),
        ([], "is not a Shelly's"),
        ("a", "is not a Shelly's"),
    ],
)
def test_a_status_without_its_relays_is_an_error(status: object, words: str) -> None:
    """Also where no configuration is read beside it."""
    with pytest.raises(errors.ProtocolError, match=words):
        codecs.outlets(decoding, {decoding.STATUS: status})


def test_a_relay_that_only_the_configuration_has_is_an_error() -> None:
    status = {name: row for name, row in ANSWERS[decoding.STATUS].items() if name != "switch:3"}
    with pytest.raises(errors.ProtocolError, match="shows 3 relays, but its configuration has 4"):
        codecs.read(decoding, {**ANSWERS, decoding.STATUS: status})


def test_a_command_sets_one_absolute_state_by_the_units_own_number() -> None:
    order = WriteRequest("/rpc/Switch.Set", b'{"id": 2, "on": false}')
    assert codecs.commands(decoding, "3", False) == [order]
