"""The values of the recording, what is not known, and the command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from handlers.http.dialogue import Outlet, PduState, WriteRequest
from handlers.jaws import decoding
from handlers.shared import errors
from handlers.shared.meter_figures import MeterFigures
from pdu.recordings.unit_recording import read_recorded
from tests.handlers import codecs

# Values of outlets and lines: those of three outlets and one unit in the fake PDU of
# Cray-HPE/hms-redfish-translation-layer, which has no cords. The cord has the sums of its phases.
RECORDING = Path(__file__).with_name("recording.json").read_text("utf-8")
ANSWERS: dict[str, Any] = json.loads(RECORDING)["answers"]
OUTLET = ANSWERS[decoding.OUTLETS][0]


def read(**changes: object) -> PduState:
    """The recording with other fields of its first outlet; a field `...` is left out."""
    fields = {**OUTLET, **changes}
    outlet = {name: value for name, value in fields.items() if value is not ...}
    outlets = [outlet, *ANSWERS[decoding.OUTLETS][1:]]
    return codecs.read(decoding, {**ANSWERS, decoding.OUTLETS: outlets})


def test_the_recording_is_read_with_its_units() -> None:
    unit = read_recorded("jaws", RECORDING)
    assert unit.outlets == (
        Outlet("AA1", "Master_Outlet_1", True, MeterFigures(0.35, 57, 701.28)),
        Outlet("AA3", "Master_Outlet_3", True, MeterFigures(0, 0, 0)),
        Outlet("AA12", "Master_Outlet_12", True, MeterFigures(0.19, 8, 231.812)),
    )
    # a line and a cord have more outlets than these three
    assert unit.load_a == pytest.approx(8.29)
    assert (unit.energy_kwh, unit.power_w) == (11814.5, 835)


@pytest.mark.parametrize(
    "word, state", [("On", True), ("ON", True), ("off", False), ("OFF", False)]
)
def test_a_state_is_read_in_any_case(word: str, state: bool) -> None:
    assert read(state=word).outlets[0].state is state


@pytest.mark.parametrize("word", ["OnWait", "OffWait", "Unknown", "", None, 1, True, ...])
def test_any_other_state_is_unknown(word: object) -> None:
    assert read(state=word).outlets[0].state is None


@pytest.mark.parametrize("word", ["Pend On", "Pend Off", "Reboot", "Shutdown", "Event Reboot"])
def test_a_state_with_a_command_under_way_is_unknown(word: str) -> None:
    assert read(control_state=word).outlets[0].state is None


@pytest.mark.parametrize("status", ["Not Found", "Lost", "Read Error", "", None, 0])
def test_an_outlet_that_is_not_there_has_neither_state_nor_figures(status: object) -> None:
    assert read(status=status).outlets[0] == Outlet("AA1", "Master_Outlet_1")


@pytest.mark.parametrize("status", ["High Warning", "Low Alarm", "Over Limit", ...])
def test_an_alarm_of_a_figure_denies_nothing(status: object) -> None:
    assert read(status=status).outlets[0] == read().outlets[0]


def test_a_missing_field_is_no_figure() -> None:
    outlet = read(active_power=..., current=..., energy=...).outlets[0]
    assert outlet == Outlet("AA1", "Master_Outlet_1", True)


@pytest.mark.parametrize("energy", [1.4, "1.4 kWh", "", None, -1])
def test_an_energy_whose_unit_is_in_doubt_is_no_figure(energy: object) -> None:
    assert read(energy=energy).outlets[0].figures.energy_kwh is None


@pytest.mark.parametrize("text", ["180 W", "1.4 kW", ""])
def test_a_figure_that_is_text_is_no_figure(text: str) -> None:
    assert read(active_power=text, current=text).outlets[0].figures.power_w is None


def test_a_unit_without_lines_and_cords_has_the_sums_of_its_outlets() -> None:
    empty: dict[str, Any] = {**ANSWERS, decoding.LINES: [], decoding.CORDS: []}
    unit = codecs.read(decoding, empty)
    assert unit.load_a == pytest.approx(0.54) and unit.energy_kwh == pytest.approx(933.092)
    assert unit.power_w == 65
    part = [dict(ANSWERS[decoding.OUTLETS][0]), dict(ANSWERS[decoding.OUTLETS][1])]
    del part[1]["current"]
    assert codecs.read(decoding, {**empty, decoding.OUTLETS: part}).load_a is None


def test_a_line_or_cord_without_a_figure_leaves_no_sum() -> None:
    for path, field in ((decoding.LINES, "current"), (decoding.CORDS, "energy")):
        rows = [dict(row) for row in ANSWERS[path]]
        del rows[0][field]
        unit = codecs.read(decoding, {**ANSWERS, path: rows})
        assert None in (unit.load_a, unit.energy_kwh)


@pytest.mark.parametrize("identity", ["1", "AA0", "AA01", "", "AA1/../AA2", None, 1])
def test_an_impossible_id_is_an_error(identity: object) -> None:
    with pytest.raises(errors.ProtocolError):
        read(id=identity)


def test_a_unit_that_lists_no_outlets_is_an_error() -> None:
    with pytest.raises(errors.ProtocolError, match="no outlets"):
        codecs.read(decoding, {**ANSWERS, decoding.OUTLETS: []})


def test_a_command_is_the_request_of_the_public_clients() -> None:
    assert codecs.commands(decoding, "BA7", False) == [
        WriteRequest("/jaws/control/outlets/BA7", b'{"control_action": "off"}', "PATCH", (200, 204))
    ]
