"""Shelly's answers are decoded; an impossible one is an error, and an uncertain state is unknown.
tests/handlers/test_units.py and test_http_sweep.py spoil each value.
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from handlers.http.dialogue import Outlet, PduState, WriteRequest
from handlers.http.errors import HttpRefused
from handlers.shared import errors
from handlers.shared.meter_figures import MeterFigures, NotKnown
from handlers.shelly import decoding
from tests.handlers import codecs

# The figures of a real Power Strip Gen4 (home-assistant/core, fixture power_strip_gen4.json), in
# the fields of the maker's page "Switch".
RECORDING = Path(__file__).with_name("recording.har").read_text("utf-8")
ANSWERS: dict[str, Any] = codecs.recorded_answers(RECORDING)


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
    unit = codecs.read_recorded(decoding, RECORDING)
    assert unit.outlets[1:3] == (
        Outlet("2", "", True, MeterFigures(0.017, 1.7, 4.22756)),
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


def test_names_cost_their_own_request() -> None:
    outlets = codecs.labels(decoding, {decoding.CONFIG: ANSWERS[decoding.CONFIG]})
    assert [(outlet.identity, outlet.name) for outlet in outlets] == [
        ("1", ""),
        ("2", "web-1"),
        ("3", ""),
        ("4", "web-3"),
    ]


@pytest.mark.parametrize(
    "apower, current, reason",
    [
        pytest.param(85.2, 0.38, "85.2 W", id="A and W"),
        pytest.param(5.1, 0.0, "5.1 W", id="W alone is above the noise"),
        pytest.param(0.0, 0.06, "0.06 A", id="A alone is above the noise"),
        pytest.param(5.0, 0.05, "", id="both are noise"),
    ],
)
def test_off_beside_its_own_load_is_unknown(apower: float, current: float, reason: str) -> None:
    outlet = changed(2, apower=apower, current=current).outlets[2]
    assert outlet.state is (None if reason else False)
    assert reason in outlet.doubt
    assert bool(reason) == bool(outlet.doubt)


def test_a_running_timer_is_told_beside_the_state() -> None:
    outlet = changed(0, timer_started_at=1788526200.0, timer_duration=30.0).outlets[0]
    assert outlet.state is True
    assert outlet.doubt == "its timer of 30.0 s runs, and then switches it"


def test_the_relay_of_an_add_on_is_an_outlet_of_its_own() -> None:
    add_on = {"switch:100": {"id": 100, "output": False}}
    none: dict[str, Any] = {}
    for own_relays in (none, ANSWERS[decoding.STATUS]):
        unit = codecs.read(decoding, {decoding.STATUS: {**own_relays, **add_on}})
        assert unit.outlets[-1] == Outlet("101", "", False)
        assert len(unit.outlets) == len(own_relays) + 1
    order = WriteRequest("/rpc/Switch.Set", b'{"id": 100, "on": true}', answers=WITH_RESULT)
    assert codecs.commands(decoding, "101", True) == [order]


def test_other_components_whose_name_begins_like_a_relays_are_none() -> None:
    status = {**ANSWERS[decoding.STATUS], "switch:0:meter": {"id": 4}, "switch:04": {"id": 4}}
    assert len(codecs.outlets(decoding, {decoding.STATUS: status})) == 4


def test_a_figure_that_no_metered_relay_shows_is_not_known() -> None:
    status = {}
    for name, row in ANSWERS[decoding.STATUS].items():
        status[name] = {field: row[field] for field in row if field != "current"}
    unit = codecs.read(decoding, {decoding.STATUS: status})
    assert isinstance(unit.load_a, NotKnown)
    assert unit.power_w == 17.1


WITH_RESULT = (*range(200, 300), 500)


def test_a_command_sets_one_absolute_state_by_the_units_own_number() -> None:
    order = WriteRequest("/rpc/Switch.Set", b'{"id": 2, "on": false}', answers=WITH_RESULT)
    for answer in (b'{"was_on": true}', b""):
        assert codecs.commands(decoding, "3", False, answer) == [order]


@pytest.mark.parametrize(
    "answer, error_class, words",
    [
        (
            b'{"code": -109, "message": "Switch.Set failed: overtemp"}',
            errors.Refused,
            r"overtemp \(-109\)",
        ),
        # what was done is open
        (b'{"code": -104, "message": "Deadline"}', errors.ProtocolError, "Deadline"),
        (b'{"code": 500, "message": "Internal"}', errors.ProtocolError, r"Internal \(500\)"),
        (b"<html>500</html>", errors.ProtocolError, "is not a Shelly's"),
        (b"{}", errors.ProtocolError, "is not a Shelly's"),
        (b"[]", errors.ProtocolError, "is not a Shelly's"),
    ],
)
def test_the_answer_to_a_command_that_failed_is_told(
    answer: bytes, error_class: type[errors.PduHandlerError], words: str
) -> None:
    with pytest.raises(error_class, match=words):
        codecs.commands(decoding, "3", False, answer)


@pytest.mark.parametrize("code", ["404", "500"])
def test_only_404_tells_of_generation_1(code: str) -> None:
    with pytest.raises(errors.Refused) as error_info:
        codecs.read(decoding, {decoding.STATUS: HttpRefused("the reason", code)})
    assert ("generation 1" in str(error_info.value)) is (code == "404")
